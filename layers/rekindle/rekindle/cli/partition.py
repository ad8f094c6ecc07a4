"""rekindle partition: cut a history into files that can be simulated each by itself.

Everybody who is ever united, and every record that leads to a person, is in one part; campaigns, users and all else
that concerns no person are in every part. Each part ends when the whole history does: a deadline that is over by then
is over in the part, too. So nothing depends on the others' part. What is held in memory are the identifiers, not the
events.
"""

import argparse
import gzip
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from rekindle.adapters.history import BadHistory, envelope_of, lines_of, opened
from rekindle.adapters.wire.events import OWN_SOURCE, end_of_history, ended_at, facts_of
from rekindle.cli.arguments import command, counted, takes_history
from rekindle.domain.capture.facts import PassedOver
from rekindle.domain.capture.related import RelatedRecords, records_of
from rekindle.domain.core import times
from rekindle.domain.core.errors import Malformed, Refusal

MOST_PARTS = 500
"""Files that are open at the same time."""
_LEVEL = 6

_REFUSED = ("",)
"""Where an event belongs that is refused, or passed over: to one part, so that it is counted once."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = command(
        commands,
        "partition",
        "cut a history into files that can be simulated side by side",
        """
          rekindle partition history.jsonl.gz --into parts --parts 64
        """,
    )
    takes_history(parser)
    parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="a folder without parts in it")
    parser.add_argument("--parts", type=_parts, required=True, metavar="N", help=f"how many, from 1 to {MOST_PARTS}")
    parser.set_defaults(run=_partition)


def _parts(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_PARTS):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to {MOST_PARTS}")
    return int(text)


def _partition(parsed: argparse.Namespace) -> int:
    parsed.into.mkdir(parents=True, exist_ok=True)
    if any(parsed.into.glob("part-*.jsonl.gz")):
        print(f"rekindle: {parsed.into}: there are parts already", file=sys.stderr)
        return 2
    everywhere, somewhere = partition(parsed.history, parsed.into, parsed.parts)
    parts = counted(parsed.parts, "part")
    print(f"{counted(somewhere, 'event')} in one of {parts}, {everywhere:,} in each.", file=sys.stderr)
    return 0


def partition(history: Path, into: Path, parts: int) -> tuple[int, int]:
    """Answers how many events are in every part, and how many in one. Raises OSError and BadHistory."""
    related, end = RelatedRecords(), times.FIRST
    everywhere = somewhere = 0
    with ExitStack() as stack:
        file = stack.enter_context(opened(history))
        for event in _events(file):
            end = max(end, event.until)
            if event.records:
                related.join(event.records)
        packed = [stack.enter_context(_packed(into / f"part-{n:04}.jsonl.gz")) for n in range(parts)]
        for event in _events(file):
            if event.is_in_part:
                continue
            everywhere += not event.records
            somewhere += bool(event.records)
            for part in [packed[_number(related.first(event.records[0]), parts)]] if event.records else packed:
                part.write(event.line.rstrip(b"\r\n") + b"\n")
        if end > times.FIRST:
            last = msgspec.json.encode(end_of_history(end)) + b"\n"
            for part in packed:
                part.write(last)
    return everywhere, somewhere


class _Event(NamedTuple):
    line: bytes
    records: tuple[str, ...]
    """Those that it keeps together."""
    until: datetime
    """The instant up to which time passes with it."""
    is_in_part: bool = False
    """Our own events, which an archive of the bus holds too, hold no fact and are left out. The end of a part that is
    cut again stays its end."""


def _events(history: IO[bytes]) -> Iterator[_Event]:
    for number, line in lines_of(history):
        envelope = envelope_of(number, line)
        if envelope.get("source") == OWN_SOURCE:
            yield _Event(line, (), ended_at(envelope) or times.FIRST, is_in_part=True)
            continue
        try:
            facts = facts_of(envelope)
        except Refusal as refusal:
            if refusal.code == Malformed.code:
                raise BadHistory(number, refusal.message) from None
            yield _Event(line, _REFUSED, times.FIRST)
            continue
        records = tuple(record for fact in facts for record in records_of(fact))
        if facts and all(isinstance(fact, PassedOver) for fact in facts):
            records = records or _REFUSED
        yield _Event(line, records, max((fact.stamp.at for fact in facts), default=times.FIRST))


def _number(head: str, parts: int) -> int:
    """The same on every machine and in every run, as Python's own hash is not."""
    return int.from_bytes(sha256(head.encode(errors="surrogatepass")).digest()[:8]) % parts


@contextmanager
def _packed(path: Path) -> Iterator[gzip.GzipFile]:
    """Without name and date in it, so that the same history makes the same bytes."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
        yield packed
