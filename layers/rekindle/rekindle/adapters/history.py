"""Histories: JSON Lines of events, plain or gzip, in time order or not."""

import gzip
import shutil
import sys
import zlib
from array import array
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from operator import le
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated, Any, TypedDict

import msgspec

from rekindle.adapters.wire.rules import EARLIEST, LATEST, moment
from rekindle.domain.core import times
from rekindle.domain.core.errors import InvalidField


class BadHistory(Exception):
    """A line that is no event, with its number."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


_Envelope = TypedDict("_Envelope", {"source": Any, "detail-type": Any, "time": Any, "detail": Any}, total=False)
"""What is looked at of an event."""
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a line can be that is not read."""

Numbered = tuple[int, Mapping[str, Any]]
"""An event with its line, from 1."""


def in_order_of_time(events: Sequence[Mapping[str, Any]]) -> list[Numbered]:
    """Events that are in memory, as a file of them would be read. Raises BadHistory."""
    instants = [_time_of(number, msgspec.json.encode(event)) for number, event in enumerate(events, 1)]
    return [(i + 1, events[i]) for i in sorted(range(len(events)), key=instants.__getitem__)]


def lines_of(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines as they stand in a file, blank ones left out, from its beginning on. Raises OSError, and BadHistory for
    what is no event."""
    file.seek(0)
    for number, line in enumerate(file, 1):
        line = line.removeprefix(BOM_UTF8) if number == 1 else line
        if line.strip():
            _time_of(number, line)
            yield number, line


def envelope_of(number: int, line: bytes) -> Mapping[str, Any]:
    """The event on a line. Raises BadHistory: a part that was passed over when the line was placed may be damaged."""
    try:
        return _ENVELOPE.decode(line)
    except _UNREADABLE as error:
        raise _unreadable(number, error) from None


class History:
    """Reads the file twice: once to learn whether it is in time order, and once to play it in that order. So nothing of
    a history in time order is held in memory, and of another no more than three numbers for each line."""

    def __init__(self, source: Path | IO[bytes]) -> None:
        """Of a file that is open already, from its beginning. Raises OSError, and BadHistory for the first line that is
        no event."""
        self._file = opened(source) if isinstance(source, Path) else source
        self._file.seek(0)
        # Some programs begin a file with a mark of its byte order.
        self._start = len(BOM_UTF8) if self._file.read(len(BOM_UTF8)) == BOM_UTF8 else 0
        self._file.seek(self._start)
        self._events = 0
        self._offsets = array("q")
        self._instants = array("q")
        self._lines = array("q")
        try:
            if not self._in_order():
                self._place()
        except BadHistory:
            self.close()
            raise

    def __len__(self) -> int:
        return self._events

    @property
    def size(self) -> int:
        return self._file.seek(0, 2)

    def __iter__(self) -> Iterator[Numbered]:
        if not self._offsets:
            self._file.seek(self._start)
            for number, lines in _chunks(self._file, _PLAYED_AT_ONCE):
                envelopes = _all_on(lines, _ENVELOPE)
                if envelopes is not None:
                    yield from enumerate(envelopes, number)
                    continue
                for place, line in enumerate(lines, number):
                    if not line.isspace():
                        yield place, envelope_of(place, line)
            return
        for i in sorted(range(len(self)), key=self._instants.__getitem__):
            self._file.seek(self._offsets[i])
            yield self._lines[i], envelope_of(self._lines[i], self._file.readline())

    def close(self) -> None:
        self._file.close()

    def _in_order(self) -> bool:
        """Whether each event happened no earlier than the one before it; if so, they are counted."""
        last = times.FIRST
        for number, lines in _chunks(self._file, _PLACED_AT_ONCE):
            instants = _plain_times(lines)
            if instants is None:
                instants = [_time_of(place, line) for place, line in enumerate(lines, number) if not line.isspace()]
            if not all(map(le, [last, *instants], instants)):
                return False
            last = instants[-1] if instants else last
            self._events += len(instants)
        return True

    def _place(self) -> None:
        """Note of each event where it stands, in the file and in time."""
        offset = self._start
        self._file.seek(offset)
        for number, line in enumerate(self._file, 1):
            if not line.isspace():
                self._offsets.append(offset)
                moment = _time_of(number, line)
                self._instants.append(times.millis(moment) * 1_000 + moment.microsecond % 1_000)
                self._lines.append(number)
            offset += len(line)
        self._events = len(self._offsets)


_PLACED_AT_ONCE, _PLAYED_AT_ONCE = 1 << 20, 1 << 16
"""Bytes of the lines that are read in one go, for a third of what it takes to read each by itself. What is played must
be at hand when its turn comes, so it is less of that."""


def _chunks(file: IO[bytes], size: int) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of a file, some at a time, and the number of the first."""
    number = 1
    while lines := file.readlines(size):
        yield number, lines
        number += len(lines)


def _all_on[T](lines: Sequence[bytes], decoder: msgspec.json.Decoder[T]) -> list[T] | None:
    """What stands on the lines, one on each; None where they are to be read one by one: some are blank, or none."""
    text = b"".join(lines)
    # The decoder does not ask for an end of the line between two values. Where each line ends as an object does and the
    # next begins as one, which is valid at no other place, as many values as lines are one on each.
    if text.count(b"}\n{") + text.count(b"}\r\n{") != len(lines) - 1:
        return None
    try:
        values = decoder.decode_lines(text)
    except _UNREADABLE:
        return None
    return values if len(values) == len(lines) else None


class _PlainDetail(msgspec.Struct, gc=False):
    """Of which nothing says when it happened."""

    occurred_at: None = None
    ChangeEventHeader: None = None
    payload: None = None


class _PlainEvent(msgspec.Struct, gc=False):
    detail: _PlainDetail
    detail_type: str = msgspec.field(name="detail-type")
    time: Annotated[datetime, msgspec.Meta(tz=True)]


_PLAIN_EVENT = msgspec.json.Decoder(_PlainEvent)


def _plain_times(lines: Sequence[bytes]) -> list[datetime] | None:
    """When each event happened, where all say so by the envelope's time alone, and in the usual way."""
    events = _all_on(lines, _PLAIN_EVENT)
    if events is None:
        return None
    instants = [event.time for event in events]
    return instants if min(instants) >= EARLIEST and max(instants) <= LATEST else None


class _Detail(msgspec.Struct, gc=False):
    occurred_at: str | None = None
    ChangeEventHeader: Any = None
    payload: Any = None


class _Event(msgspec.Struct, gc=False):
    """The part of a line that places it in time."""

    detail: _Detail
    detail_type: str = msgspec.field(name="detail-type")
    time: str | None = None


_EVENT = msgspec.json.Decoder(_Event)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _time_of(number: int, line: bytes) -> datetime:
    try:
        event = _EVENT.decode(line)
    except _UNREADABLE as error:
        raise _unreadable(number, error) from None
    detail = event.detail
    # A task's `occurred_at` is when its activity took place, not when the task was reported.
    written = event.time if event.detail_type == "Task Logged" else detail.occurred_at or event.time
    if written is None:
        raise BadHistory(number, "this is no event: it has no time")
    try:
        at = moment(written, "time")
    except InvalidField as refusal:
        raise BadHistory(number, f"{written!r}: {refusal.message}") from None
    if detail.ChangeEventHeader is None and detail.payload is None:
        return at
    return _committed(detail) or at


def _unreadable(number: int, error: Exception) -> BadHistory:
    match error:
        case msgspec.ValidationError():
            return BadHistory(number, f"this is no event: {error}")
        case UnicodeDecodeError():
            return BadHistory(number, "this is not UTF-8")
        case RecursionError():
            return BadHistory(number, "this is nested too deep")
    # As Firehose writes events, where it is not configured to end each with a newline.
    more = ": more stands behind the event, and each needs a line of its own" if "trailing" in str(error) else ""
    return BadHistory(number, f"this is not JSON{more}")


def _committed(detail: _Detail) -> datetime | None:
    """When Salesforce committed the change that a line reports, and by microseconds which place it has in its
    transaction: its facts bear that instant, and the clock follows the facts. Whatever else stands there is refused
    when the line is played."""
    header = detail.ChangeEventHeader
    if header is None and isinstance(detail.payload, dict):
        header = detail.payload.get("ChangeEventHeader")
    at = header.get("commitTimestamp") if isinstance(header, dict) else None
    if type(at) is not int or at < 0:
        return None
    place = header.get("sequenceNumber")
    try:
        return _EPOCH + timedelta(milliseconds=at, microseconds=min(place, 999) if type(place) is int else 0)
    except OverflowError:
        return None


def opened(path: Path) -> IO[bytes]:
    """The file, or standard input for `-`, unpacked, to be read as often as needed: what a pipe brings is kept. Raises
    OSError, and BadHistory for a packed file that is damaged."""
    with ExitStack() as closing_what_fails:
        if path == Path("-"):
            file: IO[bytes] = sys.stdin.buffer
        else:
            file = closing_what_fails.enter_context(path.open("rb"))
        if not file.seekable():
            file = _kept(file)
            closing_what_fails.callback(file.close)
        packed = file.read(len(_PACKED)) == _PACKED
        file.seek(0)
        if not packed:
            closing_what_fails.pop_all()
            return file
        with closing(gzip.GzipFile(fileobj=file)) as source:
            return _kept(source)


_PACKED = b"\x1f\x8b"


def _kept(source: IO[bytes] | gzip.GzipFile) -> IO[bytes]:
    kept = TemporaryFile()  # noqa: SIM115 - the history closes it
    try:
        shutil.copyfileobj(source, kept)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        kept.seek(0)
        lines = sum(1 for _ in kept)
        kept.close()
        raise BadHistory(lines or 1, "the packed file is damaged") from None
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    return kept
