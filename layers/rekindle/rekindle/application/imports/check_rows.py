"""The cells of a row as values of fields: each read by the type of its field, and held to the field's rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rekindle.application.imports.known_records import RuleOf
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.imports.cells import Reading, converter_of, email
from rekindle.domain.imports.mapping import OTHERWISE, Feed, Plan
from rekindle.domain.imports.refusals import FileFault, FileRefused, RowFault, RowRefused

_REMEMBERED = 4_096
"""Texts of a column whose value is kept: most columns have few."""
_EMAIL = "email"


@dataclass(frozen=True, slots=True)
class _Column:
    field: str
    header: str | None
    place: int
    pieces: tuple[str | int, ...]
    known: dict[str, Any]
    """Text -> value, of the texts that were read before."""
    read: Callable[[str], Any]


class CheckRows:
    def __init__(self, plan: Plan, reading: Reading, rule_of: RuleOf) -> None:
        """Raises FileRefused where a value that the mapping says breaks the rule of its field."""
        self._width, self._constants = plan.width, dict[str, Any]()
        columns: list[_Column] = []
        for feed in plan.feeds:
            read = _reader(plan, feed, reading, rule_of)
            if feed.place < 0 and not feed.pieces:
                self._constants[feed.field] = self._constant(plan, feed, read, rule_of)
            else:
                columns.append(_Column(feed.field, feed.header, feed.place, feed.pieces, {}, read))
        self._texts = [column for column in columns if column.pieces]
        # Taken apart, since every cell of a file goes through here.
        self._plain = [(one.place, one.field, one.known.get, one) for one in columns if not one.pieces]

    def __call__(self, line: int, cells: Sequence[str]) -> dict[str, Any]:
        """The values that the row has, by field. An empty cell is no value. Raises RowRefused."""
        if len(cells) != self._width:
            cells = self._fitted(cells)
        values = dict(self._constants)
        for place, field, known, column in self._plain:
            value = known(cells[place], _UNREAD)
            if value is _UNREAD:
                value = self._read(column, cells[place])
            if value is not None:
                values[field] = value
        for column in self._texts:
            value = self._read(column, _filled(column.pieces, line, cells))
            if value is not None:
                values[column.field] = value
        return values

    def _constant(self, plan: Plan, feed: Feed, read: Callable[[str], Any], rule_of: RuleOf) -> Any:
        at = f"set.{feed.field}"
        declared = plan.kind.field(feed.field)
        if not isinstance(feed.constant, str) and declared is not None:
            return _of_mapping(rule_of(feed.field, declared), feed.constant, at)
        try:
            return read(feed.constant)
        except RowRefused as refused:
            raise FileRefused(FileFault.MAPPING, f"{at}: {feed.constant!r}: {refused.repair}", at) from None

    def _fitted(self, cells: Sequence[str]) -> Sequence[str]:
        """Some programs write delimiters behind the last column."""
        if len(cells) > self._width and not any(cell.strip() for cell in cells[self._width :]):
            return cells[: self._width]
        found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        counts = f"The row has {found}, and the header {self._width}."
        raise RowRefused(RowFault.CELLS, repair=f"{counts} Put a cell that has the delimiter in quotes.")

    def _read(self, column: _Column, text: str) -> Any:
        try:
            value = column.read(text)
        except RowRefused as refused:
            raise RowRefused(refused.fault, column.header or column.field, text.strip(), refused.repair) from None
        if len(column.known) < _REMEMBERED:
            column.known[text] = value
        return value


_UNREAD: Any = object()


def _filled(pieces: tuple[str | int, ...], line: int, cells: Sequence[str]) -> str:
    parts = [one if isinstance(one, str) else str(line) if one < 0 else cells[one].strip() for one in pieces]
    return "".join(parts)


def _reader(plan: Plan, feed: Feed, reading: Reading, rule_of: RuleOf) -> Callable[[str], Any]:
    declared = plan.kind.field(feed.field)
    if declared is None:
        raise LookupError(feed.field)
    convert = email if feed.field.endswith(_EMAIL) else converter_of(declared)
    rule, meanings = rule_of(feed.field, declared), feed.meanings
    for text, meant in (meanings or {}).items():
        if not isinstance(meant, str):
            _of_mapping(rule, meant, f"values.{feed.field}.{text}")

    def read(text: str) -> Any:
        plain = text.strip()
        if meanings is not None and (meant := _meaning(meanings, plain)) is not _UNREAD:
            if not isinstance(meant, str):
                return meant
            plain = meant.strip()
        if not plain:
            return None
        try:
            return rule(convert(plain, reading))
        except InvalidField as refusal:
            fault = RowFault.DATE if "time" in refusal.message else RowFault.FIELD
            raise RowRefused(fault, value=plain, repair=f"{refusal.message[0].upper()}{refusal.message[1:]}.") from None

    return read


def _of_mapping(rule: Callable[[Any], Any], value: Any, at: str) -> Any:
    """A value that the mapping says, under the field's rule. Raises FileRefused."""
    try:
        return None if value is None else rule(value)
    except InvalidField as refusal:
        raise FileRefused(FileFault.MAPPING, f"{at}: {refusal.message}", at) from None


def _meaning(meanings: Mapping[str, Any], text: str) -> Any:
    return meanings.get(text, meanings.get(OTHERWISE, _UNREAD) if text else _UNREAD)
