"""A file as its header and the rows below it: text or workbook, without blank lines and without a report's footer."""

from collections.abc import Iterator
from typing import IO

from rekindle.adapters.imports.delimited import DelimitedText, Row
from rekindle.adapters.imports.exceptions_file import HEADERS, is_header_of_exceptions, unescaped
from rekindle.adapters.imports.workbook import Sheet, is_workbook
from rekindle.domain.imports.mapping import FileMapping
from rekindle.domain.imports.report import Report

_OF_FOOTER = "salesforce.com"
_LONGEST_FOOTER = 30
"""Lines of one cell that are held back until it is clear whether they end the file."""


class Table:
    """Raises FileRefused where the file has no header that can be read."""

    def __init__(self, file: IO[bytes], mapping: FileMapping, report: Report) -> None:
        self._report = report
        self._source: DelimitedText | Sheet = (
            Sheet(file, mapping.sheet)
            if is_workbook(file)
            else DelimitedText(file, mapping.encoding, mapping.delimiter)
        )
        self.delimiter = self._source.delimiter
        header = [cell.strip() for cell in self._source.header]
        self._is_of_exceptions = is_header_of_exceptions(header)
        self.header = [unescaped(cell) for cell in header[len(HEADERS) :]] if self._is_of_exceptions else header

    def __iter__(self) -> Iterator[Row]:
        """The rows with their lines, once. Of a file of refused rows, the lines in the file that they came from."""
        waiting: list[Row] = []
        for line, cells in self._source:
            if isinstance(cells, list) and not (len(cells) > 1 and cells[1]):  # Nearly all rows have a second cell.
                if not any(map(str.strip, cells)):
                    self._report.ignored += 1
                    continue
                if self._may_be_footer(cells) and len(waiting) < _LONGEST_FOOTER:
                    waiting.append((line, cells))
                    continue
            if waiting:
                yield from waiting
                waiting.clear()
            yield _restored(line, cells) if self._is_of_exceptions and isinstance(cells, list) else (line, cells)
        if any(_OF_FOOTER in cells[0] for _, cells in waiting if isinstance(cells, list)):
            self._report.ignored += len(waiting)
        else:
            yield from waiting

    def _may_be_footer(self, cells: list[str]) -> bool:
        width = len(self.header)
        return width > 1 and not self._is_of_exceptions and len(cells) in (1, width) and not any(cells[1:])


def _restored(line: int, cells: list[str]) -> Row:
    """A refused row as it was, with its line."""
    number = cells[0].strip()
    origin = int(number) if number.isdecimal() and len(number) < 10 else line
    return origin, [unescaped(cell) for cell in cells[len(HEADERS) :]]
