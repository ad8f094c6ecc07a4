"""Histories: JSON Lines of events, plain or gzip, in time order or not (contract, section 7)."""

import gzip
import json
from array import array
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from rekindle.domain import times


class BadHistory(Exception):
    """A line that is no event, with its number."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line


Numbered = tuple[int, dict[str, Any]]


class History:
    """Reads the file twice: once to learn whether it is in time order, and once to play it in that order, so that no
    more than two numbers for each line are held in memory."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, and BadHistory for the first line that is no event."""
        self._file = _opened(path)
        self._offsets = array("q")
        self._instants = array("q")
        self._lines = array("q")
        self._scan()

    def __len__(self) -> int:
        return len(self._offsets)

    @property
    def size(self) -> int:
        return self._file.seek(0, 2)

    def __iter__(self) -> Iterator[Numbered]:
        if all(a <= b for a, b in zip(self._instants, self._instants[1:], strict=False)):
            self._file.seek(0)
            wanted = iter(self._lines)
            following = next(wanted, None)
            for number, line in enumerate(self._file, 1):
                if number == following:
                    yield number, json.loads(line)
                    following = next(wanted, None)
            return
        for i in sorted(range(len(self)), key=self._instants.__getitem__):
            self._file.seek(self._offsets[i])
            yield self._lines[i], json.loads(self._file.readline())

    def close(self) -> None:
        self._file.close()

    def _scan(self) -> None:
        offset = 0
        for number, line in enumerate(self._file, 1):
            if line.strip():
                self._offsets.append(offset)
                self._instants.append(_instant(number, line))
                self._lines.append(number)
            offset += len(line)


def _instant(number: int, line: bytes) -> int:
    try:
        event = json.loads(line)
    except ValueError:
        raise BadHistory(number, "this is not JSON") from None
    if not isinstance(event, dict):
        raise BadHistory(number, "an event is a JSON object")
    detail = event.get("detail")
    if not isinstance(detail, dict):
        raise BadHistory(number, "an event has a detail, which is an object")
    if not isinstance(event.get("detail-type"), str):
        raise BadHistory(number, "an event has a detail-type, which is a text")
    told: Any = detail.get("occurred_at") or event.get("time")
    try:
        return times.millis(times.instant(told))
    except (TypeError, ValueError):
        raise BadHistory(number, f"{told!r} is no time with an offset") from None


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed:
        return path.open("rb")
    unpacked = TemporaryFile()  # noqa: SIM115 - the history closes it
    with closing(gzip.open(path)) as source:
        while block := source.read(1 << 20):
            unpacked.write(block)
    unpacked.seek(0)
    return unpacked
