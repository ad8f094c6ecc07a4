"""What a RevOps person asks of Rekindle at the command line.

Exit status: 0; 2 for a file that cannot be used, with the line or the path of the fault, and for what a stack refuses;
1 for what can be tried again; 130 where it was interrupted.
"""

import argparse
import io
import os
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from rekindle.adapters.history import BadHistory, History
from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import views
from rekindle.cli import backfill, funnel, partition, redrive
from rekindle.cli.columns import cell, in_one_line, terminal, width
from rekindle.cli.credit import credit_table
from rekindle.cli.lines import write_line
from rekindle.cli.play import (
    Unusable,
    decisions_of,
    instant_of,
    owners_called,
    settings_of,
    tell_counted,
    tell_refused,
    tell_unknown,
)
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict, Refusal, Unavailable
from rekindle.domain.measures.credit import names_of
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.simulation.simulator import Simulation

_DECISION_COLUMNS = (16, 18, 22)
_ASSIGNMENT_COLUMNS = (16, 18, 12, 15)
"""Those before the last one, which takes the rest of the line."""


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # As JSON is, whatever the machine's own words are written in.
    try:
        result: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does. What is still to be flushed at the exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(parsed.unread)
    except KeyboardInterrupt:
        print("rekindle: stopped", file=sys.stderr)
        return 130
    except (Unusable, BadHistory) as error:
        return _unusable(str(error))
    except Refusal as refusal:
        return _unusable(refusal.message)
    except (Conflict, Unavailable) as error:
        print(f"rekindle: {error}: try again later", file=sys.stderr)
        return 1
    except OSError as error:
        return _unusable(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return result


def _unusable(why: str) -> int:
    print(f"rekindle: {why}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rekindle", description="Which campaign gets the credit, and why: over a history, or on a deployed stack."
    )
    # Who only tells something has nothing left to do once nobody reads it.
    parser.set_defaults(unread=0)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    simulate = commands.add_parser("simulate", help="play a history: decisions out, credit by campaign")
    simulate.add_argument("history", type=Path, help="JSON Lines of events, plain or gzip")
    simulate.add_argument("--settings", type=Path, required=True, help="YAML or JSON")
    simulate.add_argument("--against", type=Path, help="other settings, to compare the credit with")
    simulate.add_argument(
        "--records",
        default="decision",
        metavar="KINDS",
        help="what to write: decision (default), assignment (each as it stands at the end), or both with a comma",
    )
    simulate.add_argument("--format", choices=("jsonl", "table"), default="jsonl", help="of what is written")
    simulate.set_defaults(run=_simulate)
    explain = commands.add_parser("explain", help="say why a person's campaigns got the credit, and why not others")
    explain.add_argument("history", type=Path, help="JSON Lines of events, plain or gzip")
    explain.add_argument("--settings", type=Path, required=True, help="YAML or JSON")
    explain.add_argument("--person", required=True, metavar="ID", help="a lead or a contact, by any of its ids")
    explain.add_argument("--at", metavar="TIME", help="only the decisions up to this day or time")
    explain.set_defaults(run=_explain)
    funnel.add_to(commands)
    partition.add_to(commands)
    backfill.add_to(commands)
    redrive.add_to(commands)
    return parser


def _simulate(parsed: argparse.Namespace) -> int:
    kinds = _kinds(parsed.records)
    simulation = Simulation(settings_of(parsed.settings))
    other = Simulation(settings_of(parsed.against)) if parsed.against else None
    as_lines = parsed.format == "jsonl"
    if "assignment" in kinds:
        simulation.keep_assignments()
    wanted = "decision" in kinds
    with closing(History(parsed.history)) as history:
        if wanted and not as_lines:
            _write_cells(_DECISION_COLUMNS, "as of (UTC)", "person", "outcome", "campaign or reason")
        # Decisions that run over the terminal show by themselves how far it is.
        with_bar = not (wanted and sys.stdout.isatty())
        with closing(decisions_of(simulation, history, "simulating", with_bar=with_bar)) as decisions:
            for explanation in decisions:
                if wanted and as_lines:
                    write_line(views.decision(explanation, None, views.LISTED))
                elif wanted:
                    _write_row(explanation, simulation)
        _write_assignments(simulation, as_lines=as_lines, after_others=wanted)
        if other is not None:
            for _ in decisions_of(other, history, "simulating the other settings"):
                pass
    _summary(simulation, other)
    tell_unknown(parsed.settings, simulation)
    if other is not None:
        tell_unknown(parsed.against, other)
    return 0


def _kinds(listed: str) -> set[str]:
    """The kinds of record that are asked for. Raises Unusable."""
    kinds = {kind.strip() for kind in listed.split(",")}
    for kind in sorted(kinds - {"decision", "assignment"}):
        raise Unusable(f"--records: there is no kind of record {kind!r}; there are decision and assignment")
    return kinds


def _explain(parsed: argparse.Namespace) -> int:
    until = instant_of(parsed.at, "--at", _END_OF_DAY) if parsed.at is not None else None
    document = settings_of(parsed.settings)
    asked = ids.widened_if(ids.PERSON, parsed.person)
    with closing(History(parsed.history)) as history:
        told, everybody = _told(document, history, [asked], until)
        if everybody != [asked]:
            # That two records are one person is known when the history is over: it is read again with both in mind.
            told, _ = _told(document, history, everybody or [asked], until)
    for text, indent in told:
        _tell(text, indent)
    if not told:
        nobody = ": nobody is called so in this history" if not everybody else ""
        when = f" up to {times.text(until)}" if everybody and until is not None else ""
        print(f"There is no decision about {asked!r}{when}{nobody}.", file=sys.stderr)
    return 0


_END_OF_DAY = "23:59:59.999Z"
"""An explanation that goes up to a day holds the day itself."""


def _told(
    document: Mapping[str, Any], history: History, people: Sequence[str], until: datetime | None
) -> tuple[Sequence[tuple[str, str]], Sequence[str]]:
    """The lines about the decisions on some records of a person, each with its indent; and all records that are this
    person at the end of the history, nobody where there is no such person."""
    simulation = Simulation(document)
    told: list[tuple[str, str]] = []
    for explanation in decisions_of(simulation, history, "reading"):
        decision = explanation.decision
        if decision.person_id not in people or (until is not None and decision.as_of > until):
            continue
        whose = f"{decision.person_id}: " if len(people) > 1 else ""
        told.append((f"{whose}{explanation.sentence}", ""))
        told += [(line, "  ") for line in _verdicts(explanation, simulation)]
    return told, _records_of(people[0], simulation)


def _records_of(person_id: str, simulation: Simulation) -> Sequence[str]:
    person = simulation.use_cases.people.get(person_id)
    while person is not None and person.merged_into is not None:
        person = simulation.use_cases.people.get(person.merged_into)
    return [person.person_id, *person.merged_ids] if person is not None else []


def _tell(text: str, indent: str = "") -> None:
    """As wide as the terminal; in one line where it is read by a program."""
    text = in_one_line(text)
    if not sys.stdout.isatty():
        print(f"{indent}{text}")
        return
    further = f"{indent}  "
    print(textwrap.fill(text, terminal(), initial_indent=indent, subsequent_indent=further, break_on_hyphens=False))


def _verdicts(explanation: Explanation, simulation: Simulation) -> Iterable[str]:
    settings = simulation.use_cases.reference.settings()
    for one in views.decision(explanation, settings)["considered"]:
        name = names_of(simulation.use_cases.reference.campaign)(one["campaign_id"])
        known = (one["response_id"], (one["class"] or "").replace("_", " "), one["responded_at"])
        verdict = f"{one['excluded']}: {one['why']}" if one["excluded"] else "got the credit"
        yield f"{name} ({', '.join(filter(None, known))}) - {verdict}"


def _write_row(explanation: Explanation, simulation: Simulation) -> None:
    decision = explanation.decision
    name = names_of(simulation.use_cases.reference.campaign)
    what = decision.reason or name(decision.campaign_id or "")
    _write_cells(_DECISION_COLUMNS, _minute(decision.as_of), decision.person_id, decision.outcome, what)


def _write_assignments(simulation: Simulation, *, as_lines: bool, after_others: bool) -> None:
    """Each assignment as it stands at the end of the history, if they were kept."""
    kept = simulation.assignments()
    if as_lines:
        for person_id, held in kept:
            write_line(views.assignment(person_id, held))
        return
    if kept:
        print("\n" if after_others else "", end="")
        _write_cells(_ASSIGNMENT_COLUMNS, "activated (UTC)", "person", "state", "owner", "first owner")
    name = owners_called(simulation.use_cases.reference)
    for person_id, held in kept:
        first = held.first_owner_id or held.first_queue_id
        owners = [name(owner_id) if owner_id else "-" for owner_id in (held.owner_id, first)]
        _write_cells(_ASSIGNMENT_COLUMNS, _minute(held.activated_at), person_id, held.state, *owners)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _write_cells(columns: Sequence[int], *told: str) -> None:
    """A line of a table. What is longer than its column is cut, but for a person, whom one has to name to ask on."""
    when, person, *others = told
    room = max(terminal() - sum(columns) - len(columns), len("NOT_ELIGIBLE_CAMPAIGN"))
    cells = [cell(when, columns[0]), in_one_line(person) + " " * (columns[1] - width(person))]
    cells += [cell(text, size) for text, size in zip(others, (*columns[2:], room), strict=True)]
    print(" ".join(cells).rstrip())


def _summary(simulation: Simulation, other: Simulation | None) -> None:
    name = names_of(simulation.use_cases.reference.campaign)
    print(credit_table(simulation.credit, other.credit if other else None, name), file=sys.stderr)
    tell_refused(simulation)
    tell_counted(simulation)


if __name__ == "__main__":
    sys.exit(main())
