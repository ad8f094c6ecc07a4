"""rekindle export: a history as tables for analysis."""

import argparse
import sys
from collections import deque
from contextlib import closing
from pathlib import Path

from rekindle.adapters.history import History
from rekindle.adapters.parquet import EVENTS, NoParquet, ParquetFolder
from rekindle.cli.arguments import command, counted, takes_history, takes_settings
from rekindle.cli.play import Unusable, decisions_of, print_refused, settings_of
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.notifications.events import events_from
from rekindle.domain.reactivation.decision import Decision
from rekindle.runtime.simulation.exported import States, bus_event, decision
from rekindle.runtime.simulation.simulator import Simulation


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "export",
        "play a history, and write tables for analysis",
        """
          rekindle export --settings settings.yaml history.jsonl --into tables
          duckdb -c "select * from read_parquet('tables/fct_cycle/*/*.parquet')"
        """,
        "Play a history, and write as Parquet, in a folder for each day: the events that a stack publishes, the "
        "decisions, and the people, campaigns, responses, opportunities, cycles and credit as they stand at the end. "
        "Names and addresses of people are left out.",
    )
    takes_history(parser)
    takes_settings(parser)
    parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="a folder without tables in it")
    parser.add_argument("--format", choices=("parquet",), default="parquet", help="default: parquet")
    parser.set_defaults(run=_export)


def _export(parsed: argparse.Namespace) -> int:
    try:
        folder = ParquetFolder(parsed.into)
    except NoParquet as missing:
        raise Unusable(str(missing)) from None
    if parsed.into.exists() and any(parsed.into.iterdir()):
        raise Unusable(f"{parsed.into}: the folder is not empty")
    simulation = Simulation(settings_of(parsed.settings))
    simulation.keep_journeys()
    simulation.saved = saved = deque[Decision | Entry]()
    with closing(History(parsed.history)) as history:
        for explanation in decisions_of(simulation, history, "exporting"):
            made = explanation.decision
            folder.add("fct_decision", f"{made.as_of:%Y-%m-%d}", decision(made))
            _add_events(saved, folder)
    _add_events(saved, folder)
    day = f"{simulation.now:%Y-%m-%d}"
    for table, rows in States(simulation).tables():
        folder.put(table, day, rows)
    folder.flush()
    events = counted(folder.rows[EVENTS], "event")
    print(f"{events} and {counted(len(folder.rows) - 1, 'table')} in {parsed.into}, states of {day}.", file=sys.stderr)
    print_refused(simulation)
    return 0


def _add_events(saved: deque[Decision | Entry], folder: ParquetFolder) -> None:
    while saved:
        for event in events_from(saved.popleft()):
            folder.add(EVENTS, f"{event.occurred_at:%Y-%m-%d}", bus_event(event))
