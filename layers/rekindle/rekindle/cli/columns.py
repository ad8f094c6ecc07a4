"""Text in columns: in one line, and as wide as a terminal shows it."""

import shutil
from collections.abc import Iterable
from typing import TextIO
from unicodedata import category, east_asian_width

PLAIN = 80
"""The width of a terminal, where nothing else is known."""


def terminal() -> int:
    return shutil.get_terminal_size((PLAIN, 24)).columns


def in_one_line(text: str) -> str:
    """Somebody's own words, without what would break the line or steer the terminal."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " if letter.isspace() else "" for letter in text)


def width(text: str) -> int:
    """How many columns it takes: letters of East Asia and emoji take two, accents put above another letter none."""
    return len(text) if text.isascii() else sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """The text in no more than so many columns, its end left out where it takes more."""
    text = in_one_line(text)
    if width(text) <= columns:
        return text
    taken = 0
    for place, letter in enumerate(text):
        taken += _columns(letter)
        if taken > columns - 1:
            return f"{text[:place]}…"
    return text


def cell(text: str, columns: int) -> str:
    """The same, filled up to so many columns."""
    short = cut(text, columns)
    return short + " " * (columns - width(short))


def row(texts: Iterable[str], columns: Iterable[int], out: TextIO) -> list[str]:
    """Texts as the cells of a row. They are cut on a terminal only: a file or a program gets them whole."""
    shown = cell if out.isatty() else _cut
    return [shown(text, size) for text, size in zip(texts, columns, strict=True)]


def _cut(text: str, columns: int) -> str:
    text = in_one_line(text)
    return text + " " * (columns - width(text))
