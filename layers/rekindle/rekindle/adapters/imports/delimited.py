"""Delimited text, row by row: the standard reader in its strict mode, and a way on behind a damaged row.

The strict reader stops at a quotation mark that is not closed, and the lenient one joins the rows behind it without a
word. Here a damaged row ends at the end of its line, and reading goes on with the next line: it costs that one row.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import count
from typing import IO, TYPE_CHECKING

from rekindle.adapters.imports.lines import Block, blocks, encoding_of
from rekindle.domain.imports.refusals import Damage, FileFault, FileRefused, RowFault

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",;\t|"
MOST_LINES = 250
"""Lines of one row."""
Row = tuple[int, list[str] | Damage]
"""A row with the line on which it begins, from 1. Without cells where the line is blank."""

_OVERSIZED = "field larger"
"""How the standard reader's complaint about a cell beyond 131,072 characters begins."""
_IN_QUOTES = re.compile(r'"(?:[^"]|"")*"')


class DelimitedText:
    """Reads the header when it is made. Raises FileRefused."""

    def __init__(self, file: IO[bytes], encoding: str | None = None, delimiter: str | None = None) -> None:
        self.encoding, start = encoding_of(file, encoding)
        self._blocks = blocks(file, self.encoding, start)
        self._number = 1
        block = self._beginning()
        if delimiter is None and re.match(r"(?i)sep=.[\r\n]*\Z", block.lines[0]):
            delimiter = block.lines[0][4]  # As spreadsheets write and read it.
            block = self._without(block, 1)
        if not block.lines:
            raise FileRefused(FileFault.EMPTY, "the file has no row")
        self.delimiter = delimiter or _delimiter_of(block.lines[0])
        if 0 in block.cut or "\0" in block.lines[0]:
            hint = "" if 0 in block.cut else ": it is UTF-16 without a byte order mark, name utf-16-le as the encoding"
            raise FileRefused(FileFault.BAD_HEADER, f"the header cannot be read{hint}")
        taken, header = self._record(block, 0, None)
        if isinstance(header, Damage):
            raise FileRefused(FileFault.BAD_HEADER, "a quotation mark of the header is not closed")
        self.header = header
        self._rest = self._without(block, taken)

    def __iter__(self) -> Iterator[Row]:
        """The rows behind the header, once. Raises FileRefused."""
        block, following = self._rest, next(self._blocks, None)
        while True:
            rows = self._plain(block)
            if rows is not None:
                yield from zip(count(self._number), rows, strict=False)
                self._number += len(block.lines)
                done = len(block.lines)
            else:
                done = 0
                while done < len(block.lines):
                    taken, row = self._record(block, done, following)
                    if not taken:
                        break
                    yield self._number, row
                    self._number += taken
                    done += taken
            if following is None:
                return
            block, following = _joined(block, done, following), next(self._blocks, None)

    def _beginning(self) -> Block:
        """From the first line on that is not blank."""
        for block in self._blocks:
            for place, line in enumerate(block.lines):
                if line.strip():
                    return self._without(block, place)
            self._number += len(block.lines)
        raise FileRefused(FileFault.EMPTY, "the file is empty")

    def _without(self, block: Block, taken: int) -> Block:
        self._number += taken
        return Block(block.lines[taken:], block.is_plain, frozenset(one - taken for one in block.cut if one >= taken))

    def _plain(self, block: Block) -> list[list[str]] | None:
        """All rows at once, where each is on one line and none is damaged: so are most blocks."""
        if not block.is_plain:
            return None
        try:
            rows = list(self._reader(block.lines))
        except csv.Error:
            return None
        return rows if len(rows) == len(block.lines) else None

    def _record(self, block: Block, start: int, following: Block | None) -> tuple[int, list[str] | Damage]:
        """The row that begins on a line, and how many lines it takes; none where it may go on in the next block."""
        line = block.lines[start]
        if start in block.cut:
            return 1, Damage(RowFault.LINE_TOO_LONG, line)
        if "\0" in line:
            return 1, Damage(RowFault.NUL, line)
        reader = self._reader(block.lines[start : start + MOST_LINES])
        try:
            row = next(reader)
        except csv.Error as error:
            return self._damaged(line, str(error), start, block, following)
        width = len(self.header) if hasattr(self, "header") else len(row)
        # The quotation mark of another row may have closed one that was left open.
        if reader.line_num > 1 and (len(row) != width or any("\0" in cell for cell in row)):
            return 1, Damage(RowFault.BAD_QUOTES, line)
        return reader.line_num, row

    def _damaged(
        self, line: str, error: str, start: int, block: Block, following: Block | None
    ) -> tuple[int, list[str] | Damage]:
        if error.startswith("unexpected end") and following is not None and len(block.lines) - start < MOST_LINES:
            return 0, []
        if error.startswith(_OVERSIZED):
            return 1, Damage(RowFault.CELL_TOO_LARGE, line)
        padded = _padded(line, self.delimiter)
        return 1, padded if padded is not None else Damage(RowFault.BAD_QUOTES, line)

    def _reader(self, lines: Sequence[str]) -> "Reader":
        return csv.reader(lines, delimiter=self.delimiter, strict=True, skipinitialspace=True)


def pieces(text: str, delimiter: str) -> list[str]:
    """What stands between the delimiters of a damaged line, quotation marks included."""
    return text.rstrip("\r\n").split(delimiter)


def _joined(block: Block, done: int, following: Block) -> Block:
    left = block.lines[done:]
    if not left:
        return following
    cut = {one - done for one in block.cut if one >= done} | {one + len(left) for one in following.cut}
    return Block(left + following.lines, block.is_plain and following.is_plain, frozenset(cut))


def _delimiter_of(line: str) -> str:
    """The one that the header has most often outside of quotes. Raises FileRefused where two are equally frequent."""
    outside = _IN_QUOTES.sub("", line)
    first, second = sorted(DELIMITERS, key=outside.count, reverse=True)[:2]
    if outside.count(first) and outside.count(first) == outside.count(second):
        say = f"the header has {first!r} as often as {second!r}: name the delimiter in the mapping"
        raise FileRefused(FileFault.DELIMITER, say, "delimiter")
    return first


def _padded(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line on which spaces follow a closing quotation mark; None where it is damaged otherwise."""
    d = re.escape(delimiter)
    cell = re.compile(rf'[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^"{d}]*))({d}|\Z)' if delimiter != "\t" else r"(?!)")
    text, at, cells = line.rstrip("\r\n"), 0, []
    while True:
        match = cell.match(text, at)
        if match is None:
            return None
        quoted, plain, end = match.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if not end:
            return cells
        at = match.end()
