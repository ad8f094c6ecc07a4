"""Simulate settings over a history, explain who got the credit, send on what failed.

Exit status: 0; 2 for a file that cannot be used, with the line or the path of the fault.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rekindle.adapters.wire import settings as settings_document
from rekindle.adapters.wire import views
from rekindle.cli import redrive
from rekindle.cli.credit import credit_table
from rekindle.cli.history import BadHistory, History
from rekindle.cli.progress import progress
from rekindle.domain import times
from rekindle.domain.errors import Refusal
from rekindle.domain.explanation import Explanation
from rekindle.runtime.simulation import Simulation


class Unusable(Exception):
    """A file that cannot be used, in one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    try:
        result: int = parsed.run(parsed)
    except (Unusable, BadHistory, OSError) as error:
        print(f"rekindle: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rekindle", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    simulate = commands.add_parser("simulate", help="play a history: decisions out, credit by campaign")
    simulate.add_argument("history", type=Path, help="JSON Lines of events, plain or gzip")
    simulate.add_argument("--settings", type=Path, required=True, help="YAML or JSON")
    simulate.add_argument("--against", type=Path, help="other settings, to compare the credit with")
    simulate.add_argument("--format", choices=("jsonl", "table"), default="jsonl")
    simulate.set_defaults(run=_simulate)
    explain = commands.add_parser("explain", help="say why a person's campaigns got the credit, and why not others")
    explain.add_argument("history", type=Path)
    explain.add_argument("--settings", type=Path, required=True)
    explain.add_argument("--person", required=True, metavar="ID")
    explain.add_argument("--at", metavar="TIME", help="only the decisions up to this instant")
    explain.set_defaults(run=_explain)
    redrive.add_to(commands)
    return parser


def _simulate(parsed: argparse.Namespace) -> int:
    history = History(parsed.history)
    simulation = Simulation(_settings(parsed.settings))
    other = Simulation(_settings(parsed.against)) if parsed.against else None
    write = _write_line if parsed.format == "jsonl" else _write_row
    for explanation in _played(simulation, history, "simulating"):
        write(explanation)
    if other is not None:
        for _ in _played(other, history, "simulating the other settings"):
            pass
    _summary(simulation, other)
    return 0


def _explain(parsed: argparse.Namespace) -> int:
    until = None
    if parsed.at is not None:
        try:
            until = times.instant(parsed.at)
        except ValueError as error:
            raise Unusable(f"--at: {error}") from None
    simulation = Simulation(_settings(parsed.settings))
    told = 0
    for explanation in _played(simulation, History(parsed.history), "reading"):
        decision = explanation.decision
        if decision.person_id != parsed.person or (until is not None and decision.as_of > until):
            continue
        told += 1
        print(explanation.sentence)
        for line in _losers(explanation, simulation):
            print(f"  {line}")
    if not told:
        print(f"There is no decision about {parsed.person!r}.", file=sys.stderr)
    return 0


def _losers(explanation: Explanation, simulation: Simulation) -> Iterable[str]:
    settings = simulation.use_cases.reference.settings()
    for one in views.decision(explanation, settings)["considered"]:
        campaign = simulation.use_cases.reference.campaign(one["campaign_id"])
        name = (campaign.name if campaign else None) or one["campaign_id"]
        dated = one["responded_at"] or "no response"
        verdict = f"{one['excluded']}: {one['why']}" if one["excluded"] else "got the credit"
        yield f"{name} ({one['response_id']}, {dated}) - {verdict}"


def _played(simulation: Simulation, history: History, doing: str) -> Iterable[Explanation]:
    for number, envelope in progress(history, len(history), doing):
        try:
            yield from simulation.play(number, envelope)
        except Refusal as refusal:
            raise BadHistory(number, refusal.message) from None
    yield from simulation.finish()


def _settings(path: Path) -> Mapping[str, Any]:
    try:
        document = settings_document.parsed(path.read_bytes(), None)
    except Refusal as refusal:
        raise Unusable(f"{path}: {refusal.message}") from None
    faults = settings_document.faults(document)
    if faults:
        listed = "; ".join(f"{at}: {message}" for at, message in faults)
        raise Unusable(f"{path}: {listed}")
    return document


def _write_line(explanation: Explanation) -> None:
    print(json.dumps(views.decision(explanation, listed=views.LISTED), separators=(",", ":"), ensure_ascii=False))


def _write_row(explanation: Explanation) -> None:
    decision = explanation.decision
    what = decision.reason or decision.campaign_id
    print(f"{times.text(decision.as_of):<24}  {decision.person_id:<24}  {decision.outcome:<21}  {what}")


def _summary(simulation: Simulation, other: Simulation | None) -> None:
    def name(campaign_id: str) -> str:
        campaign = simulation.use_cases.reference.campaign(campaign_id)
        return (campaign.name if campaign else None) or campaign_id

    print(credit_table(simulation.credit, other.credit if other else None, name), file=sys.stderr)
    for refused in simulation.refused:
        where = f" ({refused.refusal.field})" if refused.refusal.field else ""
        print(f"refused, line {refused.line}: {refused.refusal.message}{where}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
