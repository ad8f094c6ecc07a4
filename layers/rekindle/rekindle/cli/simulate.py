"""rekindle simulate: play a history, and write the decisions and the credit by campaign."""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from rekindle.adapters.history import History
from rekindle.adapters.wire.views.decisions import LISTED, decision
from rekindle.adapters.wire.views.people import assignment as shown_assignment
from rekindle.application.assignment.owners import owners_called
from rekindle.cli import lifecycle_records
from rekindle.cli.arguments import command, takes_format, takes_history, takes_settings
from rekindle.cli.credit import credit_table
from rekindle.cli.lines import write_line
from rekindle.cli.measured import write_metrics, write_shares
from rekindle.cli.play import (
    Unusable,
    decisions_of,
    print_counts,
    print_refused,
    print_unknown_campaigns,
    settings_of,
)
from rekindle.cli.table import minute, write_cells
from rekindle.domain.measures.credit import names_of
from rekindle.domain.measures.points import models_of
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.simulation.measured import measured
from rekindle.runtime.simulation.simulator import Simulation

_DECISION_COLUMNS = (16, 18, 22)
_ASSIGNMENT_COLUMNS = (16, 18, 12, 15)
"""Those before the last one, which takes the rest of the line."""
_KINDS = ("decision", "assignment", *lifecycle_records.KINDS, "metric", "share")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "simulate",
        "play a history: decisions out, credit by campaign",
        """
          rekindle simulate --settings settings.yaml history.jsonl
          rekindle simulate --settings now.yaml --against new.yaml --format table history.jsonl
          zcat archive-*.gz | rekindle simulate --settings settings.yaml -
        """,
        "Play a history on a clock of its own through the code that the deployed functions run. Decisions go to "
        "standard output in the order decided, the credit by campaign to standard error.",
    )
    takes_history(parser)
    takes_settings(parser)
    parser.add_argument("--against", type=Path, help="other settings, to compare the credit with")
    parser.add_argument(
        "--records",
        default="decision",
        metavar="KINDS",
        help="what to write, with commas: decision (default), transition and touch as they happen, and as they stand "
        "at the end: assignment, clock, recycle, metric (of each campaign), share (of each won opportunity)",
    )
    takes_format(parser, "jsonl")
    parser.set_defaults(run=_simulate)


def _simulate(parsed: argparse.Namespace) -> int:
    kinds = _kinds(parsed.records)
    simulation = Simulation(settings_of(parsed.settings))
    other = Simulation(settings_of(parsed.against)) if parsed.against else None
    as_lines = parsed.format == "jsonl"
    if "assignment" in kinds:
        simulation.keep_assignments()
    if kinds & {"metric", "share"}:
        simulation.keep_journeys()
    if kinds & set(lifecycle_records.KINDS):
        simulation.keep_lifecycles()
    wanted, happened = "decision" in kinds, kinds & {"transition", "touch"}
    with closing(History(parsed.history)) as history:
        if wanted and not as_lines:
            write_cells(_DECISION_COLUMNS, "as of (UTC)", "person", "outcome", "campaign or reason")
        # Decisions that run over the terminal show by themselves how far it is.
        with_bar = not (wanted and sys.stdout.isatty())
        with closing(decisions_of(simulation, history, "simulating", with_bar=with_bar)) as decisions:
            for number, explanation in enumerate(decisions):
                if happened:
                    lifecycle_records.write_happened(simulation, happened, number, as_lines=as_lines)
                if wanted and as_lines:
                    write_line(decision(explanation, None, LISTED))
                elif wanted:
                    _write_decision(explanation, simulation)
        if happened:
            lifecycle_records.write_happened(simulation, happened, None, as_lines=as_lines)
        _write_assignments(simulation, as_lines=as_lines, after_others=wanted)
        if "clock" in kinds:
            lifecycle_records.write_clocks(simulation, as_lines=as_lines)
        if "recycle" in kinds:
            lifecycle_records.write_recyclings(simulation, as_lines=as_lines)
        if kinds & {"metric", "share"}:
            _write_measures(simulation, kinds, as_lines=as_lines)
        if other is not None:
            for _ in decisions_of(other, history, "simulating the other settings"):
                pass
    name = names_of(simulation.use_cases.ports.reference.campaign)
    print(credit_table(simulation.credit, other.credit if other else None, name), file=sys.stderr)
    print_refused(simulation)
    print_counts(simulation)
    print_unknown_campaigns(parsed.settings, simulation)
    if other is not None:
        print_unknown_campaigns(parsed.against, other)
    return 0


def _kinds(listed: str) -> set[str]:
    """The kinds of record that are asked for. Raises Unusable."""
    kinds = {kind.strip() for kind in listed.split(",")}
    for kind in sorted(kinds - set(_KINDS)):
        raise Unusable(f"--records: there is no kind of record {kind!r}; there are {', '.join(_KINDS)}")
    return kinds


def _write_decision(explanation: Explanation, simulation: Simulation) -> None:
    decision = explanation.decision
    name = names_of(simulation.use_cases.ports.reference.campaign)
    what = decision.reason or name(decision.campaign_id or "")
    write_cells(_DECISION_COLUMNS, minute(decision.as_of), decision.person_id, decision.outcome, what)


def _write_assignments(simulation: Simulation, *, as_lines: bool, after_others: bool) -> None:
    """Each assignment as it stands at the end of the history, if they were kept."""
    assignments = simulation.assignments()
    if as_lines:
        for person_id, assignment in assignments:
            write_line(shown_assignment(person_id, assignment))
        return
    if assignments:
        print("\n" if after_others else "", end="")
        write_cells(_ASSIGNMENT_COLUMNS, "activated (UTC)", "person", "state", "owner", "first owner")
    name = owners_called(simulation.use_cases.ports.reference)
    for person_id, assignment in assignments:
        first = assignment.first_owner_id or assignment.first_queue_id
        owners = [name(owner_id) if owner_id else "-" for owner_id in (assignment.owner_id, first)]
        write_cells(_ASSIGNMENT_COLUMNS, minute(assignment.activated_at), person_id, assignment.state, *owners)


def _write_measures(simulation: Simulation, kinds: set[str], *, as_lines: bool) -> None:
    found = measured(simulation)
    if "metric" in kinds:
        write_metrics(found, as_lines=as_lines)
    if "share" in kinds:
        write_shares(found, models_of(simulation.document), as_lines=as_lines)
