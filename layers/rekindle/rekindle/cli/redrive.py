"""rekindle redrive: look into the failures of a stack, and send them on again or discard them."""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import batched, islice
from typing import TYPE_CHECKING, Any

from rekindle.cli.arguments import command, counted, takes_format, takes_stack
from rekindle.cli.columns import in_one_line
from rekindle.cli.lines import write_line

if TYPE_CHECKING:
    from rekindle.adapters.aws.calls import Calls

Json = dict[str, Any]

PAGE = 100
CHUNK = 20
"""Failures of one call: some calls are made at the same time."""
CALLS = 4


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "redrive",
        "send the failures of a stack on again, or discard them",
        """
          rekindle redrive --stack rekindle-prod --dry-run
          rekindle redrive --stack rekindle-prod --reason UNKNOWN_CAMPAIGN --limit 100
          rekindle redrive --stack rekindle-prod --reason UNKNOWN_EVENT --discard "a test system"
        """,
        "Send what could not be processed to where it belongs. Each line names the record, its id, the id, the time "
        "and the source of the event, the reason and the age.",
    )
    takes_stack(parser)
    parser.add_argument("--dry-run", action="store_true", help="only list the failures")
    parser.add_argument("--reason", metavar="CODE", help="only failures with this reason")
    parser.add_argument("--limit", type=_limit, metavar="N", help="at most so many failures, the newest first")
    parser.add_argument("--discard", metavar="NOTE", help="discard the failures instead; the note says why")
    takes_format(parser, "table")
    parser.set_defaults(run=_redrive)


def _limit(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and int(written)):
        raise argparse.ArgumentTypeError("expected a whole number, 1 or more")
    return int(written)


def _redrive(parsed: argparse.Namespace) -> int:
    """Exit status 1 where something stays open."""
    # Half of the time a command takes to start would be the import of AWS's client, which no other command needs.
    from rekindle.adapters.aws.calls import Calls

    calls = Calls(parsed.stack, "ResendFailuresFunctionName")
    failures = list(islice(_open(calls, parsed.reason), parsed.limit))
    if parsed.dry_run:
        for failure in failures:
            _show(failure, parsed.format)
        print(f"{counted(len(failures), 'failure')}.", file=sys.stderr)
        return 0
    path, note = ("/failures/resend", {}) if parsed.discard is None else ("/failures/discard", {"note": parsed.discard})
    chunks = batched([failure["failure_id"] for failure in failures], CHUNK, strict=False)
    counts = {"resent": 0, "discarded": 0, "open": 0}
    with ThreadPoolExecutor(CALLS) as pool:
        for answer in pool.map(lambda some: calls("POST", path, {"failure_ids": list(some), **note}), chunks):
            for failure in answer["results"]:
                counts[failure["state"]] += 1
                _show(failure, parsed.format)
    discarded = f", {counts['discarded']} discarded" if counts["discarded"] else ""
    print(f"{counts['resent']} sent on{discarded}, {counts['open']} left.", file=sys.stderr)
    return 1 if counts["open"] else 0


def _open(calls: "Calls", reason: str | None) -> Iterator[Json]:
    """The open failures, the newest first."""
    query = {"limit": str(PAGE)} | ({"reason": reason} if reason is not None else {})
    following: str | None = ""
    while following is not None:
        page = calls("GET", "/failures", query=query | ({"next": following} if following else {}))
        yield from page["items"]
        following = page["next"]


def _show(failure: Json, form: str) -> None:
    if form == "jsonl":
        write_line(failure)
        return
    cells = (
        f"{failure['record_kind']} {failure['record_id'] or '-'}",
        f"event {failure['event_id'] or '-'}",
        failure["event_at"] or "-",
        failure["source"] or "-",
        failure["reason"],
        f"{_age(failure['age_seconds'])} old",
    )
    words = failure.get("problem") or failure["note"] or failure["message"] or ""
    print(in_one_line("  ".join(filter(None, (*cells, words)))))


def _age(seconds: int) -> str:
    age = timedelta(seconds=seconds)
    if age.days:
        return f"{age.days} d"
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"
