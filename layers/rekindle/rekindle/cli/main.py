"""Simulate settings over a history, explain who got the credit, send on what failed.

Exit status: 0; 2 for a file that cannot be used, with the line or the path of the fault.
"""

import argparse
import gc
import gzip
import json
import os
import shutil
import sys
import textwrap
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

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

_ROW = "{:<16}  {:<18}  {:<16}  {}"
_PLAIN = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_LINE = msgspec.json.Encoder()
_SMALL = 1e-4
"""Where the two write a number in different forms."""


class Unusable(Exception):
    """A file that cannot be used, in one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    try:
        result: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does. What is still to be flushed at the exit has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Unusable, BadHistory) as error:
        return _unusable(str(error))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return _unusable("the packed file is damaged")
    except OSError as error:
        return _unusable(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return result


def _unusable(why: str) -> int:
    print(f"rekindle: {why}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rekindle", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    simulate = commands.add_parser("simulate", help="play a history: decisions out, credit by campaign")
    simulate.add_argument("history", type=Path, help="JSON Lines of events, plain or gzip")
    simulate.add_argument("--settings", type=Path, required=True, help="YAML or JSON")
    simulate.add_argument("--against", type=Path, help="other settings, to compare the credit with")
    simulate.add_argument("--records", default="decision", metavar="KINDS", help="what to write: decision (default)")
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
    _written(parsed.records)
    simulation = Simulation(_settings(parsed.settings))
    other = Simulation(_settings(parsed.against)) if parsed.against else None
    write = _write_line if parsed.format == "jsonl" else _write_row
    with closing(History(parsed.history)) as history:
        if parsed.format == "table":
            print(_ROW.format("as of (UTC)", "person", "outcome", "campaign or reason"))
        for explanation in _played(simulation, history, "simulating"):
            write(explanation)
        if other is not None:
            for _ in _played(other, history, "simulating the other settings"):
                pass
    _summary(simulation, other)
    return 0


def _written(kinds: str) -> None:
    """Refuse a kind of record that cannot be written."""
    for kind in kinds.split(","):
        if kind == "assignment":
            raise Unusable("--records: assignments are not simulated yet; decision is the one kind that is written")
        if kind != "decision":
            raise Unusable(f"--records: there is no kind of record {kind!r}; decision is the one that is written")


def _explain(parsed: argparse.Namespace) -> int:
    until = None
    if parsed.at is not None:
        try:
            until = times.instant(parsed.at)
        except (ValueError, OverflowError) as error:
            raise Unusable(f"--at: {error}") from None
    simulation = Simulation(_settings(parsed.settings))
    told = 0
    with closing(History(parsed.history)) as history:
        for explanation in _played(simulation, history, "reading"):
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
        campaign = simulation.use_cases.reference.campaign(one["campaign_id"])
        name = (campaign.name if campaign else None) or one["campaign_id"]
        dated = one["responded_at"] or "no response"
        verdict = f"{one['excluded']}: {one['why']}" if one["excluded"] else "got the credit"
        yield f"{name} ({one['response_id']}, {dated}) - {verdict}"


def _played(simulation: Simulation, history: History, doing: str) -> Iterable[Explanation]:
    with _no_search_for_cycles():
        for number, envelope in progress(history, len(history), doing):
            try:
                yield from simulation.play(number, envelope)
            except Refusal as refusal:
                raise BadHistory(number, refusal.message) from None
        yield from simulation.finish()


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Frozen values refer to each other one way only: there are no cycles to find among the many that a history piles
    up, and looking for them would take a third of the time, the last look at the end of the process included."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
    view = views.decision(explanation, listed=views.LISTED)
    small = _is_small(view["score"]) or _is_small(view["previous_score"])
    sys.stdout.write(f"{_PLAIN.encode(view) if small else _LINE.encode(view).decode()}\n")


def _is_small(score: float | None) -> bool:
    return score is not None and 0 < abs(score) < _SMALL


def _write_row(explanation: Explanation) -> None:
    decision = explanation.decision
    what = decision.reason or decision.campaign_id
    print(_ROW.format(f"{decision.as_of:%Y-%m-%d %H:%M}", decision.person_id, decision.outcome, what))


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
