"""The table of the events that change records, as docs/events.md shows it."""

from collections.abc import Iterable, Iterator
from typing import Any

from rekindle.domain.capture.kinds import KINDS, RESPONSE
from rekindle.domain.records.kind import Kind

BEGIN = "<!-- Written by make describe, from what each kind of record declares. -->\n"
END = "<!-- End of what make describe writes. -->\n"

_ALSO_REQUIRED = {RESPONSE.event: ("person_id", "campaign_id` or `source_code"), RESPONSE.deleted_event: ("person_id",)}
"""Whose response it is, and of which campaign, is no value of a response."""


def in_document(text: str) -> str:
    """The document with the table written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def table() -> str:
    rows = [
        ("detail-type", "required", "optional"),
        ("---", "---", "---"),
        *(row for kind in KINDS for row in _rows(kind)),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _rows(kind: Kind[Any]) -> Iterator[tuple[str, str, str]]:
    required = [name for name, declared in kind.fields.items() if declared.required]
    optional = [name for name, declared in kind.fields.items() if not declared.required]
    also = _ALSO_REQUIRED.get(kind.event, ())
    yield f"`{kind.event}`", _names([kind.id, *also, *required]), _names(optional)
    if kind.deleted_event:
        yield f"`{kind.deleted_event}`", _names([kind.id, *_ALSO_REQUIRED.get(kind.deleted_event, ())]), ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
