"""A mapping says which column feeds which field, and how the cells of the file are written. With the header of a file
it makes a plan: what is read of each row."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rekindle.domain.imports.headers import key_of, proposed
from rekindle.domain.imports.kinds import ImportKind
from rekindle.domain.imports.refusals import FileFault, FileRefused

MOST_COLUMNS = 2_000
LINE = "line"
"""The name that stands for the number of the row's line in a text that is set."""
OTHERWISE = "*"
"""The key of what every other value means."""
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class FileMapping:
    columns: Mapping[str, tuple[str, ...]] | None = None
    """Header -> the fields that its column feeds, none where it is left out. None: as the headers propose."""
    set: Mapping[str, Any] = field(default_factory=dict)
    """Field -> its value in every row. A text may name `{line}`, and the `{header}` of a column."""
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Field -> what a cell's text means. None means no value."""
    encoding: str | None = None
    delimiter: str | None = None
    dates: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    country: str | None = None
    """The country, by two letters, of telephone numbers that do not begin with one."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What one field of every row is read from: a column, or a text with placeholders."""

    field: str
    header: str | None
    """The header of the column; None where it is a text that the mapping sets."""
    place: int = -1
    """The position of the column."""
    pieces: tuple[str | int, ...] = ()
    """Of a text: its parts, a number standing for the cell at that position, and -1 for the line."""
    constant: Any = None
    """A value without placeholders."""
    meanings: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    kind: ImportKind
    width: int
    """The cells of a row."""
    feeds: tuple[Feed, ...]
    ignored: tuple[str, ...]
    """Headers of the columns that feed nothing."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Field -> the header of the column that feeds it."""
        return {feed.field: feed.header for feed in self.feeds if feed.header is not None}

    @property
    def columns(self) -> Mapping[str, list[str]]:
        """Header -> the fields that its column feeds."""
        fed: dict[str, list[str]] = {}
        for field_name, header in self.headers.items():
            fed.setdefault(header, []).append(field_name)
        return fed


def plan_of(kind: ImportKind, mapping: FileMapping, headers: Sequence[str]) -> Plan:
    """Raises FileRefused where the mapping does not fit the header."""
    if len(headers) > MOST_COLUMNS:
        raise FileRefused(FileFault.TOO_MANY_COLUMNS, f"the header has more than {MOST_COLUMNS:,} columns")
    columns = proposed(kind, headers) if mapping.columns is None else None
    fed = [(place, name) for place, name in columns.items()] if columns is not None else _chosen(mapping, headers)
    if not fed:
        raise FileRefused(
            FileFault.NO_HEADER,
            "no column is known: the first line has to be a header, or a mapping has to name its columns",
        )
    _check_doubled({place for place, _ in fed}, headers)
    feeds = [Feed(name, headers[place], place, meanings=_meanings(mapping, name)) for place, name in fed]
    # What a mapping sets is said on purpose: it takes the place of what a header only proposes.
    if columns is not None:
        feeds = [feed for feed in feeds if feed.field not in mapping.set]
    feeds += [_set(name, value, headers, mapping) for name, value in mapping.set.items()]
    _check_fields(kind, feeds, mapping)
    used = {feed.place for feed in feeds} | {p for feed in feeds for p in feed.pieces if isinstance(p, int)}
    ignored = tuple(header or f"column {place + 1}" for place, header in enumerate(headers) if place not in used)
    return Plan(kind, len(headers), tuple(feeds), ignored)


def _chosen(mapping: FileMapping, headers: Sequence[str]) -> list[tuple[int, str]]:
    fed = []
    for header, names in (mapping.columns or {}).items():
        place = _place_of(header, headers, f"columns.{header}") if names else 0
        fed += [(place, name) for name in names]
    return sorted(fed)


def _place_of(header: str, headers: Sequence[str], at: str) -> int:
    wanted = key_of(header)
    for place, found in enumerate(headers):
        if found == header or (wanted and key_of(found) == wanted):
            return place
    raise FileRefused(FileFault.COLUMN_MISSING, f"{at}: the file has no column {header!r}", at)


def _check_doubled(used: set[int], headers: Sequence[str]) -> None:
    counts = Counter(key_of(header) or header for header in headers)
    for place in sorted(used):
        if counts[key_of(headers[place]) or headers[place]] > 1:
            raise FileRefused(
                FileFault.DOUBLED_HEADER,
                f"two columns are called {headers[place]!r}: rename one of them",
                headers[place],
            )


def _check_fields(kind: ImportKind, feeds: Sequence[Feed], mapping: FileMapping) -> None:
    fed: dict[str, Feed] = {}
    for feed in feeds:
        at = f"columns.{feed.header}" if feed.header is not None else f"set.{feed.field}"
        if kind.field(feed.field) is None:
            known = ", ".join(sorted(kind.fields))
            raise FileRefused(
                FileFault.MAPPING, f"{at}: {kind.name} have no field {feed.field!r}; there are {known}", at
            )
        if feed.field in fed:
            other = fed[feed.field].header
            both = f"columns {other!r} and {feed.header!r}" if other and feed.header else f"a column and {at}"
            raise FileRefused(FileFault.FIELD_TWICE, f"{both} feed one field, {feed.field}: leave one out", at)
        fed[feed.field] = feed
    for name in mapping.values:
        if name not in fed:
            raise FileRefused(FileFault.MAPPING, f"values.{name}: no column feeds this field", f"values.{name}")


def _meanings(mapping: FileMapping, name: str) -> Mapping[str, Any] | None:
    return mapping.values.get(name)


def _set(name: str, value: Any, headers: Sequence[str], mapping: FileMapping) -> Feed:
    meanings = _meanings(mapping, name)
    if not isinstance(value, str) or not _PLACEHOLDER.search(value):
        return Feed(name, None, constant=value, meanings=meanings)
    pieces: list[str | int] = []
    for index, part in enumerate(_PLACEHOLDER.split(value)):
        if index % 2 == 0:
            pieces += [part] if part else []
        else:
            pieces.append(-1 if part == LINE else _place_of(part, headers, f"set.{name}"))
    return Feed(name, None, pieces=tuple(pieces), meanings=meanings)
