"""The parts of a file that is loaded: rows as they were written, with their lines, in gzipped lines of JSON."""

import gzip
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from zlib import crc32

import msgspec

from rekindle.application.imports.import_rows import SettledRow
from rekindle.domain.imports.refusals import Damage, RowRefused
from rekindle.runtime.imports.loading import Rows
from rekindle.runtime.imports.proposal import Samples

_LINE = msgspec.json.Encoder()
_READ = msgspec.json.Decoder(tuple[int, list[str]])


@dataclass
class PartWriter:
    """Rows about one record go into one part, in their order."""

    folder: Path
    parts: int
    _open: dict[int, gzip.GzipFile] = field(default_factory=dict)
    _files: ExitStack = field(default_factory=ExitStack)

    def take(self, rows: Sequence[SettledRow]) -> list[RowRefused | None]:
        for row in rows:
            number = crc32(row.settled.record.encode()) % self.parts
            if number not in self._open:
                self._open[number] = self._files.enter_context(gzip.GzipFile(self._path(number), "wb", 6))
            self._open[number].write(_LINE.encode((row.line, row.cells)) + b"\n")
        return [None] * len(rows)

    def written(self) -> Iterator[tuple[str, Path]]:
        """The name of each part, and its file. Nothing more can be written."""
        self._files.close()
        for number in sorted(self._open):
            yield f"{number:04}", self._path(number)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:04}"


@dataclass(frozen=True)
class PartRows:
    """A part without its first rows, as far as they are loaded already."""

    header: list[str]
    delimiter: str
    file: IO[bytes]
    skipped: int

    def __iter__(self) -> Iterator[tuple[int, list[str] | Damage]]:
        with gzip.open(self.file, "rb") as lines:
            for number, line in enumerate(lines):
                if number >= self.skipped:
                    yield _READ.decode(line)


@dataclass
class SampledRows:
    """A table whose first rows are looked at on the way."""

    table: Rows
    samples: Samples

    @property
    def header(self) -> list[str]:
        return self.table.header

    @property
    def delimiter(self) -> str:
        return self.table.delimiter

    def __iter__(self) -> Iterator[tuple[int, list[str] | Damage]]:
        for line, cells in self.table:
            self.samples.look_at(cells)
            yield line, cells
