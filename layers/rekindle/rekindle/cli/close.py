"""rekindle close and rekindle verify: the statement of a closed month, and whether a history gives it again."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from difflib import unified_diff
from pathlib import Path
from time import sleep

from rekindle.adapters.history import History, opened
from rekindle.adapters.wire import books
from rekindle.cli.arguments import command, may_take_history, takes_history, takes_settings
from rekindle.cli.play import Unusable, bytes_of, decisions_of, settings_of
from rekindle.domain.core.errors import Malformed, NotFound, Unavailable
from rekindle.domain.measures.books import PreviousStatement, StoredState, following
from rekindle.runtime.simulation.closing import Closing, TooShort
from rekindle.runtime.simulation.simulator import Simulation

_PAUSE, _LONGEST = 2.0, 1800.0
"""Seconds between two looks whether a stack has closed a month, and until it is given up: a run takes 15 minutes at
most."""
_SHOWN = 20
"""Lines of a difference that are printed."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    close = command(
        commands,
        "close",
        "close a month: its statement, and what closed months count otherwise",
        """
          rekindle close --settings settings.yaml history.jsonl --period 2026-03 > 2026-03.json
          rekindle close --settings settings.yaml history.jsonl --period 2026-04 --previous 2026-03.json > 2026-04.json
          rekindle close --stack rekindle-prod --period 2026-03 > 2026-03.json
        """,
        "Write the statement of a month to standard output: credit by campaign and by model, volumes of the stages, "
        "and what is known by now about the months that were closed before, as adjustments with their causes. A stack "
        "keeps the statement, too: a month that it closed already is written as it was closed.",
    )
    may_take_history(close)
    takes_settings(close, optional=True)
    close.add_argument("--stack", metavar="NAME", help="close a month of a deployed stack, in place of a history")
    close.add_argument("--period", required=True, metavar="MONTH", help="such as 2026-03, of the settings' time_zone")
    close.add_argument(
        "--previous", type=Path, metavar="FILE", help="the statement of the month before, if it is closed"
    )
    close.set_defaults(run=_close)
    verify = command(
        commands,
        "verify",
        "make a statement again from a history, and compare the bytes",
        """
          rekindle verify 2026-03.json --settings settings.yaml history.jsonl
        """,
        "Exit status 0 where the history gives the same bytes; 1 where it does not, with the difference on standard "
        "error. The history may have grown since.",
    )
    verify.add_argument("statement", type=Path, help="the file that close wrote")
    takes_history(verify)
    takes_settings(verify)
    verify.set_defaults(run=_verify)


def _close(parsed: argparse.Namespace) -> int:
    month = parsed.period
    if books.MONTH.fullmatch(month) is None:
        raise Unusable(f"--period: expected a month such as 2026-03, got {month!r}")
    if parsed.stack is not None:
        if parsed.settings is not None or parsed.history is not None or parsed.previous is not None:
            raise Unusable("--stack: a stack has settings, facts and the statements before of its own")
        return _written(closed_by_stack(parsed.stack, month).encode())
    if parsed.settings is None or parsed.history is None:
        raise Unusable("expected --settings and a history, or --stack")
    document = settings_of(parsed.settings)
    previous = _previous(parsed.previous, month) if parsed.previous is not None else None
    with closing(opened(parsed.history)) as file:
        statement = Closing(document, _play)(file, month, previous)
    return _written(statement)


def closed_by_stack(stack: str, month: str, wait: Callable[[float], None] = sleep) -> str:
    """The statement, once the stack has closed the month. Raises Refusal and Unavailable."""
    from rekindle.adapters.aws.calls import Calls

    calls = Calls(stack, "ShowBooksFunctionName")
    answer = calls.text("POST", f"/books/{month}/closing")
    if json.loads(answer).get("record") == "statement":
        return answer
    print(f"{month} is being closed", file=sys.stderr)
    for _ in range(int(_LONGEST / _PAUSE)):
        wait(_PAUSE)
        try:
            return calls.text("GET", f"/books/{month}")
        except NotFound:
            continue
    raise Unavailable(
        f"{month} was not closed within {_LONGEST // 60:.0f} minutes: look into the failures of the stack"
    )


def _written(statement: bytes) -> int:
    sys.stdout.buffer.write(statement)
    for one in json.loads(statement)["adjustments"]:
        print(one["text"], file=sys.stderr)
    return 0


def _previous(path: Path, month: str) -> PreviousStatement:
    """The statement before, if it is that of the month before. Raises Unusable."""
    try:
        previous = books.previous(bytes_of(path))
    except Malformed as error:
        raise Unusable(f"{path}: {error.message}") from None
    if isinstance(previous.known, StoredState):
        raise Unusable(f"--previous: {path} was closed by a stack, which closes the next month, too")
    if following(previous.month) != month:
        raise Unusable(f"--previous: {path} closes {previous.month}, which is not the month before {month}")
    return previous


def _verify(parsed: argparse.Namespace) -> int:
    document = settings_of(parsed.settings)
    body = bytes_of(parsed.statement)
    try:
        stated = books.read(body)
        previous = books.previous_of(body)
    except Malformed as error:
        raise Unusable(f"{parsed.statement}: {error.message}") from None
    try:
        with closing(opened(parsed.history)) as file:
            if stated["history"] is None:
                made = Closing(document, _play).of_stack(file, body)
            else:
                made = Closing(document, _play)(file, stated["period"], previous, stated["history"]["events"])
    except TooShort as error:
        print(f"rekindle: {parsed.history}: {error}", file=sys.stderr)
        return 1
    if made == body:
        events = (
            f"from {stated['history']['events']:,} events" if stated["history"] else "with the events up to its closing"
        )
        print(f"{stated['period']}: the same {len(body):,} bytes, {events}")
        return 0
    print(f"rekindle: {parsed.statement}: the history gives another statement", file=sys.stderr)
    for line in _difference(body, made):
        print(line, file=sys.stderr)
    return 1


def _difference(body: bytes, made: bytes) -> Iterator[str]:
    """The lines that differ, the statement's first."""
    stated, counted = (one.decode(errors="replace").splitlines() for one in (body, made))
    difference = unified_diff(stated, counted, "statement", "history", lineterm="", n=0)
    changed = [line for line in difference if line[:2] != "@@"]
    yield from changed[:_SHOWN]
    if len(changed) > _SHOWN:
        yield f"{len(changed) - _SHOWN:,} more"


def _play(simulation: Simulation, history: History) -> None:
    for _ in decisions_of(simulation, history, "counting"):
        pass
