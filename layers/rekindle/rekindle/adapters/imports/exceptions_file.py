"""The file of refused rows: each as it was, behind what is wrong with it. Mended, it can be loaded like any other."""

import csv
import re
from collections.abc import Sequence
from typing import IO

from rekindle.adapters.imports.delimited import pieces
from rekindle.domain.imports.refusals import Damage, RowRefused

HEADERS = ("rekindle_line", "rekindle_column", "rekindle_code", "rekindle_value", "rekindle_repair")
LONGEST_VALUE = 200
"""Characters of the value at fault that are repeated beside the row."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would run, also where it was escaped before."""
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


class ExceptionsFile:
    """UTF-8 with a byte order mark, by which spreadsheets know it."""

    def __init__(self, file: IO[str], header: Sequence[str], delimiter: str) -> None:
        file.write("\ufeff")
        self._delimiter = delimiter
        self._writer = csv.writer(file, delimiter=delimiter)
        self._writer.writerow([*HEADERS, *map(escaped, header)])

    def write(self, line: int, row: Sequence[str] | Damage, refused: RowRefused) -> None:
        cells = pieces(row.text, self._delimiter) if isinstance(row, Damage) else row
        cells_of_refusal = (
            str(line),
            refused.column or "",
            refused.fault,
            refused.value[:LONGEST_VALUE],
            refused.repair,
        )
        self._writer.writerow([escaped(text.replace("\0", "")) for text in (*cells_of_refusal, *cells)])


def is_header_of_exceptions(header: Sequence[str]) -> bool:
    return tuple(cell.strip() for cell in header[: len(HEADERS)]) == HEADERS


def escaped(text: str) -> str:
    """As a text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The reverse of `escaped`."""
    return text[1:] if _ESCAPED.match(text) else text
