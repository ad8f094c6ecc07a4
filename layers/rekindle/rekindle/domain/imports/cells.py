"""What a cell's text means, by the type that the field of a record declares."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, get_origin

from rekindle.domain.core import times
from rekindle.domain.imports.dates import DateReading, day_of, moment_of
from rekindle.domain.imports.refusals import RowFault, RowRefused
from rekindle.domain.people.naming import mail_key
from rekindle.domain.records.kind import Field

DECIMALS = (".", ",")
_TRUE = frozenset({"true", "yes", "y", "t", "1", "x"})
_FALSE = frozenset({"false", "no", "n", "f", "0"})
_PLAIN = re.compile(r"(?a)[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
_GROUPED = {
    ".": re.compile(r"(?a)[+-]?\d{1,3}(([,'\u00a0\u202f ])\d{3}(\2\d{3})*)?(\.\d+)?"),
    ",": re.compile(r"(?a)[+-]?\d{1,3}(([.'\u00a0\u202f ])\d{3}(\2\d{3})*)?(,\d+)?"),
}
_PLAIN_ADDRESS = re.compile(r"(?ai)[\w.+'-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
"""As nearly all are written, so that few have to be made a key to be known as an address."""
_SEPARATORS = re.compile(r"\s*[;,|]\s*")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of a file are written."""

    dates: DateReading = field(default_factory=DateReading)
    decimal: str | None = None
    """The decimal sign; None where numbers have a point or none, and no groups of digits."""


Converter = Callable[[str, Reading], Any]
"""A cell's text, without white space around it and not empty -> the value as JSON has it. Raises RowRefused."""


def converter_of(declared: Field) -> Converter:
    if declared.one_of:
        return lambda text, _: _choice(text, declared.one_of)
    if get_origin(declared.type) is tuple:
        return lambda text, _: [one for one in _SEPARATORS.split(text) if one]
    return _CONVERTERS.get(declared.type, _text)


def _text(text: str, _: Reading) -> str:
    return text


def email(text: str, _: Reading) -> str:
    """As it is written. What is compared is another matter."""
    if not _PLAIN_ADDRESS.fullmatch(text) and not mail_key(text):
        raise RowRefused(RowFault.EMAIL, value=text)
    return text


def _number(text: str, reading: Reading) -> float:
    plain = text
    if reading.decimal is not None and _GROUPED[reading.decimal].fullmatch(text):
        plain = re.sub(r"[^\d+\-,.]", "", text)
        plain = plain.replace(",", "") if reading.decimal == "." else plain.replace(".", "").replace(",", ".")
    elif reading.decimal == ",":
        plain = text.replace(",", ".") if "." not in text else ""
    if not _PLAIN.fullmatch(plain):
        raise RowRefused(RowFault.NUMBER, value=text)
    return float(plain)


def _whole(text: str, reading: Reading) -> float | int:
    number = _number(text, reading)
    return int(number) if number.is_integer() else number


def _flag(text: str, _: Reading) -> bool:
    word = text.lower()
    if word in _TRUE:
        return True
    if word not in _FALSE:
        raise RowRefused(RowFault.FLAG, value=text)
    return False


def _choice(text: str, choices: tuple[str, ...]) -> str:
    word = text.lower()
    if word not in choices:
        raise RowRefused(RowFault.CHOICE, value=text, repair=f"Write one of: {', '.join(choices)}.")
    return word


def _day(text: str, reading: Reading) -> str:
    return day_of(text, reading.dates)


def _moment(text: str, reading: Reading) -> str:
    return times.text(moment_of(text, reading.dates))


_CONVERTERS: Mapping[Any, Converter] = {
    str: _text,
    float: _number,
    int: _whole,
    bool: _flag,
    date: _day,
    datetime: _moment,
}
