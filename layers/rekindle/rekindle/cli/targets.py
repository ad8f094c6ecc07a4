"""rekindle targets: who is meant by a query, out of exports of a stack's tables."""

import argparse
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rekindle.adapters.wire import targets
from rekindle.cli.arguments import command, counted, takes_settings
from rekindle.cli.play import bytes_of, instant_of, settings_of
from rekindle.domain.settings.settings import Settings


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "targets",
        "draw a target list from exports of a stack's tables",
        """
          rekindle targets query.json --settings settings.yaml --people people/ --reference reference/ > ids.txt
        """,
        "Read the exports that DynamoDB wrote of the tables of people and of reference data, and write the ids of the "
        "people whom a query means and who may be contacted. The query is a body of POST /target-lists. No table is "
        "read.",
    )
    parser.add_argument("query", type=Path, help="JSON; - for standard input")
    takes_settings(parser)
    for name in ("people", "reference"):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="DIR", help="where that export lies")
    parser.add_argument("--at", metavar="TIME", help="the instant that days are counted back from; default: now")
    parser.set_defaults(run=_targets)


def _targets(parsed: argparse.Namespace) -> int:
    from rekindle.adapters.dynamodb.census import PEOPLE, REFERENCE  # Other commands need nothing of AWS.
    from rekindle.adapters.dynamodb.exported_census import ExportedCensus
    from rekindle.application.measures.draw_targets import FindTargets

    query, settings = targets.list_of(bytes_of(parsed.query)), Settings.of(settings_of(parsed.settings), 0)
    began = time.monotonic()
    at = instant_of(parsed.at, "--at", settings.zone) if parsed.at else datetime.now(UTC)
    census = ExportedCensus({PEOPLE: parsed.people, REFERENCE: parsed.reference})
    found = FindTargets(census, lambda: settings, lambda: at)(query)
    for person_id in found.person_ids:
        print(person_id)
    left_out = "".join(f", {reason}: {count:,}" for reason, count in sorted(found.left_out.items()))
    seconds = time.monotonic() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    read = counted(found.read, "person", "people")
    print(
        f"{counted(len(found.person_ids), 'target')} of {read}{left_out}; {seconds:.0f} s, {megabytes:,.0f} MB",
        file=sys.stderr,
    )
    return 0
