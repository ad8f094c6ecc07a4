"""The lines of a text file, some at a time: memory is bounded, whatever the file contains."""

import codecs
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from rekindle.domain.imports.refusals import FileFault, FileRefused

LONGEST_LINE = 1 << 20
"""Characters."""
READINGS = ("cp1252", "cp1250", "mac_roman")
"""The encodings in which doubtful lines are shown: that of Western and of Central European Windows, and of old Macs."""
_CHUNK = 1 << 18
_SHOWN, _LONGEST_SHOWN = 3, 200
"""Doubtful lines, and characters of each."""
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines with their ends, without a gap."""

    lines: list[str]
    is_plain: bool
    """Whether no line has the character NUL, and none is too long."""
    cut: frozenset[int] = frozenset()
    """Positions of lines that were too long. Of each only the beginning is kept."""


def codec_of(name: str) -> str | None:
    """Python's name of an encoding of texts; None where there is none of that name."""
    try:
        codec = codecs.lookup(name)
        codec.decode(b"")
        return codec.name if isinstance("".encode(name), bytes) else None
    except (LookupError, TypeError, ValueError, AttributeError, UnicodeError):
        return None


def encoding_of(file: IO[bytes], named: str | None) -> tuple[str, int]:
    """The encoding, and where the text begins: by the byte order mark, else as the mapping says, else UTF-8."""
    file.seek(0)
    begin = file.read(4)
    for bom, encoding in _BOMS:
        if begin.startswith(bom):
            return encoding, len(bom)
    return named or "utf-8", 0


def blocks(file: IO[bytes], encoding: str, start: int) -> Iterator[Block]:
    """Raises FileRefused for bytes that the encoding does not have, and shows the lines."""
    try:
        yield from _blocks(file, encoding, start)
    except UnicodeError:
        raise _doubtful(file, encoding, start) from None


def _blocks(file: IO[bytes], encoding: str, start: int, errors: str = "strict") -> Iterator[Block]:
    file.seek(start)
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    carry, is_cut = "", False
    while True:
        chunk = file.read(_CHUNK)
        text = carry + decoder.decode(chunk, final=not chunk)
        held = "\r" if chunk and text.endswith("\r") else ""  # The other half of a line's end may follow.
        lines = io.StringIO(text[: len(text) - len(held)], newline="").readlines()
        carry = (lines.pop() if chunk and lines and not lines[-1].endswith(("\n", "\r")) else "") + held
        cut = (
            {place for place, line in enumerate(lines) if len(line) > LONGEST_LINE}
            if len(text) > LONGEST_LINE
            else set()
        )
        if is_cut and lines:
            cut.add(0)
        if lines:
            is_cut = False
            shortened = [line[:LONGEST_LINE] if place in cut else line for place, line in enumerate(lines)]
            yield Block(shortened if cut else lines, not cut and "\0" not in text, frozenset(cut))
        if len(carry) > LONGEST_LINE:
            carry, is_cut = carry[:LONGEST_LINE] + held, True
        if not chunk:
            return


def _doubtful(file: IO[bytes], encoding: str, start: int) -> FileRefused:
    """Which lines the encoding cannot have written, and how they would read in others."""
    if encoding.startswith("utf-16"):
        return FileRefused(FileFault.ENCODING, "the file begins as UTF-16, and is damaged: some of its bytes are not")
    number, shown = 0, list[Mapping[str, Any]]()
    for block in _blocks(file, "latin-1", start):
        for line in block.lines:
            number += 1
            raw = line.encode("latin-1")
            if not _is_written_in(raw, encoding):
                shown.append(_read_differently(number, raw.rstrip(b"\r\n")))
                if len(shown) == _SHOWN:
                    return _refused(encoding, shown)
    return _refused(encoding, shown)


def _is_written_in(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeError:
        return False
    return True


def _read_differently(number: int, raw: bytes) -> Mapping[str, Any]:
    first = next((place for place, byte in enumerate(raw) if byte > 127), 0)
    begin = max(0, first - _LONGEST_SHOWN // 2)
    part = raw[begin : begin + _LONGEST_SHOWN]
    return {"line": number, "readings": {name: part.decode(name, errors="replace") for name in READINGS}}


def _refused(encoding: str, doubtful: Sequence[Mapping[str, Any]]) -> FileRefused:
    named = "UTF-8" if encoding == "utf-8" else encoding
    say = "Name the right one in the mapping, as encoding: cp1252."
    shown = [f"the file is not {named}. {say} In others it reads:"]
    for one in doubtful:
        shown.append(f"  line {one['line']}")
        shown += [f"    {name}: {text}" for name, text in one["readings"].items()]
    return FileRefused(FileFault.ENCODING, "\n".join(shown), "encoding", tuple(doubtful))
