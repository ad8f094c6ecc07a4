"""What an import refuses: the whole file, or one row of it. Each says what to mend, in words for who has the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rekindle.domain.core.errors import Refusal


class FileFault(StrEnum):
    """Why a file is refused as a whole. Nothing of it is loaded."""

    EMPTY = "EMPTY_FILE"
    NO_HEADER = "NO_HEADER"
    BAD_HEADER = "BAD_HEADER"
    DOUBLED_HEADER = "DOUBLED_HEADER"
    TOO_MANY_COLUMNS = "TOO_MANY_COLUMNS"
    DELIMITER = "AMBIGUOUS_DELIMITER"
    ENCODING = "UNKNOWN_ENCODING"
    NOT_A_WORKBOOK = "NOT_A_WORKBOOK"
    TOO_LARGE = "FILE_TOO_LARGE"
    MAPPING = "INVALID_MAPPING"
    COLUMN_MISSING = "COLUMN_MISSING"
    FIELD_TWICE = "FIELD_TWICE"
    FIELD_MISSING = "FIELD_MISSING"
    TOO_MANY_REFUSED = "TOO_MANY_REFUSED"


class FileRefused(Refusal):
    """A file that cannot be loaded, or that its mapping does not fit."""

    def __init__(
        self, fault: FileFault, message: str, field: str | None = None, readings: tuple[Mapping[str, Any], ...] = ()
    ) -> None:
        super().__init__(message, field)
        self.code = fault.value
        self.readings = readings
        """Doubtful lines of a file of an unknown encoding: each with its `line`, and `readings` by encoding."""


class RowFault(StrEnum):
    """Why one row is refused. The others are loaded."""

    BAD_QUOTES = "BAD_QUOTES"
    CELL_TOO_LARGE = "CELL_TOO_LARGE"
    LINE_TOO_LONG = "LINE_TOO_LONG"
    NUL = "NUL_CHARACTER"
    CELLS = "WRONG_NUMBER_OF_CELLS"
    MISSING = "MISSING_VALUE"
    DATE = "INVALID_DATE"
    NUMBER = "INVALID_NUMBER"
    FLAG = "INVALID_FLAG"
    EMAIL = "INVALID_EMAIL"
    CHOICE = "INVALID_CHOICE"
    FIELD = "INVALID_FIELD"
    IN_FUTURE = "IN_FUTURE"
    NO_PERSON = "NO_PERSON"
    AMBIGUOUS_PERSON = "AMBIGUOUS_PERSON"
    UNKNOWN_PERSON = "UNKNOWN_PERSON"
    UNKNOWN_SOURCE_CODE = "UNKNOWN_SOURCE_CODE"
    UNKNOWN_CAMPAIGN = "UNKNOWN_CAMPAIGN"
    IN_PROGRESS = "IN_PROGRESS"


REPAIRS = {
    RowFault.BAD_QUOTES: "Close the quotation mark, and write one that belongs to the text twice.",
    RowFault.CELL_TOO_LARGE: "Shorten the text of the cell, or leave the column out of the file.",
    RowFault.LINE_TOO_LONG: "Shorten the row, or check whether line breaks are missing.",
    RowFault.NUL: "Remove the character NUL. Where all lines have some, name utf-16-le as the encoding.",
    RowFault.CELLS: "Give the row as many cells as the header has, and put a cell that has the delimiter in quotes.",
    RowFault.MISSING: "Fill in the cell.",
    RowFault.NUMBER: "Write digits with a point, or name the decimal sign in the mapping.",
    RowFault.FLAG: "Write true or false, or say in the mapping what the value means.",
    RowFault.EMAIL: "Write one address, as mia@acme.example, or empty the cell.",
    RowFault.IN_FUTURE: "Write a time that is past.",
    RowFault.NO_PERSON: "Fill in the person's id, an e-mail address, or a telephone number with a name.",
    RowFault.AMBIGUOUS_PERSON: "Several people have this address or number: fill in the id of the one that is meant.",
    RowFault.UNKNOWN_PERSON: "Load the person first, or correct the address.",
    RowFault.UNKNOWN_CAMPAIGN: "Load the campaign first, or correct its id.",
    RowFault.UNKNOWN_SOURCE_CODE: "Load the source code first, or fill in the campaign.",
    RowFault.IN_PROGRESS: "The person is just being merged with another: load the row again in a few minutes.",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """A piece of a file that cannot be read as a row, as it was written."""

    fault: RowFault
    text: str


class RowRefused(Exception):
    """Why a row is not loaded. `column` is the header of the cell at fault, None where it is the row."""

    def __init__(self, fault: RowFault, column: str | None = None, value: str = "", repair: str | None = None) -> None:
        super().__init__(fault)
        self.fault = fault
        self.column = column
        self.value = value
        self.repair = repair if repair is not None else REPAIRS[fault]
