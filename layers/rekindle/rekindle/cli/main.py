"""What a RevOps person asks of Rekindle at the command line.

Exit status: 0; 2 for a file that cannot be used, with the line or the path of the fault, and for what a stack refuses;
1 for what can be tried again; 130 where it was interrupted.
"""

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from rekindle.adapters.history import BadHistory, History
from rekindle.adapters.wire import views
from rekindle.cli import backfill, funnel, partition, redrive
from rekindle.cli.credit import credit_table
from rekindle.cli.lines import write_decision, write_line
from rekindle.cli.play import Unusable, decisions_of, settings_of, tell_refused
from rekindle.domain import times
from rekindle.domain.credit import names_of
from rekindle.domain.errors import Conflict, Refusal, Unavailable
from rekindle.domain.explanation import Explanation
from rekindle.runtime.simulation import Simulation

_ROW = "{:<16}  {:<18}  {:<16}  {}"
_ASSIGNED_ROW = "{:<16}  {:<18}  {:<12}  {:<14}  {}"


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
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
    simulate.add_argument("--format", choices=("jsonl", "table"), default="jsonl")
    simulate.set_defaults(run=_simulate)
    explain = commands.add_parser("explain", help="say why a person's campaigns got the credit, and why not others")
    explain.add_argument("history", type=Path)
    explain.add_argument("--settings", type=Path, required=True)
    explain.add_argument("--person", required=True, metavar="ID")
    explain.add_argument("--at", metavar="TIME", help="only the decisions up to this instant")
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
    with closing(History(parsed.history)) as history:
        decisions = decisions_of(simulation, history, "simulating")
        if "decision" not in kinds:
            for _ in decisions:
                pass
        elif as_lines:
            for explanation in decisions:
                write_decision(views.decision(explanation, listed=views.LISTED))
        else:
            print(_ROW.format("as of (UTC)", "person", "outcome", "campaign or reason"))
            for explanation in decisions:
                _write_row(explanation)
        _write_assignments(simulation, as_lines)
        if other is not None:
            for _ in decisions_of(other, history, "simulating the other settings"):
                pass
    _summary(simulation, other)
    return 0


def _kinds(listed: str) -> set[str]:
    """The kinds of record that are asked for. Raises Unusable."""
    kinds = {kind.strip() for kind in listed.split(",")}
    for kind in sorted(kinds - {"decision", "assignment"}):
        raise Unusable(f"--records: there is no kind of record {kind!r}; there are decision and assignment")
    return kinds


def _explain(parsed: argparse.Namespace) -> int:
    until = None
    if parsed.at is not None:
        try:
            until = times.instant(parsed.at)
        except (ValueError, OverflowError) as error:
            raise Unusable(f"--at: {error}") from None
    simulation = Simulation(settings_of(parsed.settings))
    told = 0
    with closing(History(parsed.history)) as history:
        for explanation in decisions_of(simulation, history, "reading"):
            decision = explanation.decision
            if decision.person_id != parsed.person or (until is not None and decision.as_of > until):
                continue
            told += 1
            _tell(explanation.sentence)
            for line in _losers(explanation, simulation):
                _tell(line, "  ")
    if not told:
        print(f"There is no decision about {parsed.person!r}.", file=sys.stderr)
    return 0


def _tell(text: str, indent: str = "") -> None:
    """As wide as the terminal; in one line where it is read by a program."""
    if not sys.stdout.isatty():
        print(f"{indent}{text}")
        return
    width = shutil.get_terminal_size().columns
    print(textwrap.fill(text, width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False))


def _losers(explanation: Explanation, simulation: Simulation) -> Iterable[str]:
    settings = simulation.use_cases.reference.settings()
    for one in views.decision(explanation, settings)["considered"]:
        name = names_of(simulation.use_cases.reference.campaign)(one["campaign_id"])
        dated = one["responded_at"] or "no response"
        verdict = f"{one['excluded']}: {one['why']}" if one["excluded"] else "got the credit"
        yield f"{name} ({one['response_id']}, {dated}) - {verdict}"


def _write_row(explanation: Explanation) -> None:
    decision = explanation.decision
    what = decision.reason or decision.campaign_id
    print(_ROW.format(f"{decision.as_of:%Y-%m-%d %H:%M}", decision.person_id, decision.outcome, what))


def _write_assignments(simulation: Simulation, as_lines: bool) -> None:
    """Each assignment as it stands at the end of the history, if they were kept."""
    kept = simulation.assignments()
    if kept and not as_lines:
        print(_ASSIGNED_ROW.format("activated (UTC)", "person", "state", "owner", "first owner"))
    for person_id, held in kept:
        if as_lines:
            write_line(views.assignment(person_id, held))
        else:
            owners = (held.owner_id or "-", held.first_owner_id or held.first_queue_id or "-")
            print(_ASSIGNED_ROW.format(f"{held.activated_at:%Y-%m-%d %H:%M}", person_id, held.state, *owners))


def _summary(simulation: Simulation, other: Simulation | None) -> None:
    name = names_of(simulation.use_cases.reference.campaign)
    print(credit_table(simulation.credit, other.credit if other else None, name), file=sys.stderr)
    tell_refused(simulation)


if __name__ == "__main__":
    sys.exit(main())
