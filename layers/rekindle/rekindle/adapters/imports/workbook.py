"""A sheet of a workbook, row by row, as the texts that its cells would be in a text file."""

import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from datetime import date, datetime, time
from typing import IO, Any

from rekindle.domain.imports.refusals import Damage, FileFault, FileRefused

LARGEST = 50_000_000
"""Bytes of a workbook when it is unpacked: the library reads a sheet as a whole."""
_OLD = b"\xd0\xcf\x11\xe0"
_PACKED = b"PK\x03\x04"
_READ_AT_ONCE = 1 << 18


def is_workbook(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(4) in (_OLD, _PACKED)


class Sheet:
    """Reads the header when it is made. Raises FileRefused."""

    delimiter = ","
    """Of the file of refused rows."""

    def __init__(self, file: IO[bytes], name: str | None = None) -> None:
        _check_size(file)
        self._rows = enumerate(_rows(file, name), 1)
        for _, cells in self._rows:
            if any(map(str.strip, map(_text, cells))):
                self.header = [_text(cell) for cell in cells]
                return
        raise FileRefused(FileFault.EMPTY, "the sheet is empty")

    def __iter__(self) -> Iterator[tuple[int, list[str] | Damage]]:
        for number, cells in self._rows:
            texts = [_text(cell) for cell in cells]
            yield number, texts if any(texts) else []


def _rows(file: IO[bytes], name: str | None) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        names = book.sheet_names
        if name is not None and name not in names:
            listed = ", ".join(names)
            raise FileRefused(FileFault.MAPPING, f"sheet: there is no sheet {name!r}; there are {listed}", "sheet")
        if not names:
            raise FileRefused(FileFault.EMPTY, "the workbook has no sheet")
        rows = book.get_sheet_by_name(name or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused(FileFault.NOT_A_WORKBOOK, f"the workbook cannot be read: {error}") from None
    yield from rows


def _check_size(file: IO[bytes]) -> None:
    """Looked at before anything is opened: each part is unpacked piece by piece, and counted."""
    file.seek(0)
    if file.read(4) == _OLD:
        raise FileRefused(FileFault.NOT_A_WORKBOOK, "this is a workbook of the old format: save it as .xlsx or as CSV")
    size = 0
    try:
        with zipfile.ZipFile(file) as parts:
            for listed in parts.infolist():
                part = copy(listed)
                part.file_size = sys.maxsize  # Whatever the directory says.
                with parts.open(part) as content:
                    while piece := content.read(_READ_AT_ONCE):
                        size += len(piece)
                        if size > LARGEST:
                            say = f"unpacked, the workbook is larger than {LARGEST // 1_000_000} MB: save it as CSV"
                            raise FileRefused(FileFault.TOO_LARGE, say)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        struct.error,
    ):
        raise FileRefused(FileFault.NOT_A_WORKBOOK, "the workbook is damaged, or is locked by a password") from None


def _text(cell: Any) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime() | date() | time():
            return cell.isoformat()
        case _:
            return str(cell)
