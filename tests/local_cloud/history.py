"""A history as it is played: its lines, and in which waves they may be sent."""

import gzip
import json
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rekindle.adapters.history import BadHistory, History

CAMPAIGNS = frozenset({"Campaign Changed", "Campaign Deleted", "CampaignChangeEvent"})
REFERENCE = CAMPAIGNS | {"Account Changed", "AccountChangeEvent", "Queue Changed", "User Changed", "UserChangeEvent"}
"""What a warm function keeps in memory for a while."""

_NAMING_PEOPLE = (
    *("person_id", "survivor_id", "converted_contact_id", "opportunity_id"),
    *("LeadId", "ContactId", "ConvertedContactId"),
)


@dataclass(frozen=True)
class Line:
    number: int
    envelope: Mapping[str, Any]

    @property
    def kind(self) -> str:
        kind: str = self.envelope["detail-type"]
        return kind

    @property
    def detail(self) -> Mapping[str, Any]:
        detail: Mapping[str, Any] = self.envelope["detail"]
        return detail

    @property
    def records(self) -> tuple[str, ...]:
        """The records that the line is about."""
        told = _object(self.detail.get("payload")) or self.detail
        header = _object(told.get("ChangeEventHeader"))
        named = [told.get(name) for name in _NAMING_PEOPLE]
        named += [*_list(told.get("merged_ids")), *_list(told.get("person_ids")), *_list(header.get("recordIds"))]
        if self.kind in REFERENCE:
            named += [told.get(name) for name in ("campaign_id", "account_id", "queue_id", "user_id")]
        return tuple(dict.fromkeys(name for name in named if isinstance(name, str)))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def read(path: Path) -> list[Line]:
    """The lines in the order of the file. Raises OSError, and BadHistory for the first one that is no event."""
    with closing(History(path)):
        pass  # Reading it through is the check.
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else path.open("rb") as file:
        texts = (text.removeprefix(BOM_UTF8).strip() for text in file)
        lines = [Line(number, json.loads(text)) for number, text in enumerate(texts, 1) if text]
    if not lines:
        raise BadHistory(1, "there is no event in this file")
    # An archive of the bus holds what Rekindle itself said; nobody sends that.
    return [line for line in lines if line.envelope.get("source") != "rekindle"]


@dataclass(frozen=True)
class Wave:
    """Lines that may arrive in any order. What must come after them is sent when they are digested."""

    lines: Sequence[Line]
    outdates: bool = False
    """It changes a campaign or a user that functions may keep in memory."""


def campaigns_first(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The first fact of each campaign, and the rest: in life a campaign is there before anybody responds to it."""
    first: list[Line] = []
    rest: list[Line] = []
    known: set[str] = set()
    for line in lines:
        if line.kind in CAMPAIGNS and known.isdisjoint(line.records):
            known.update(line.records)
            first.append(line)
        else:
            rest.append(line)
    return first, rest


def waves(lines: Sequence[Line]) -> Iterator[Wave]:
    """Cuts a history so that two facts about one person are never under way together: between them lie days in life,
    and here no time at all. The queue promises no order."""
    for of_reference, run in _runs(lines):
        for some in _levels(run):
            yield Wave(some, outdates=of_reference)


def _runs(lines: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
    run: list[Line] = []
    for line in lines:
        if run and (run[-1].kind in REFERENCE) != (line.kind in REFERENCE):
            yield run[-1].kind in REFERENCE, run
            run = []
        run.append(line)
    if run:
        yield run[-1].kind in REFERENCE, run


def _levels(lines: Sequence[Line]) -> list[list[Line]]:
    """The first facts of all records, then the second ones, and so on."""
    last: dict[str, int] = {}
    levels: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        level = 1 + max((last.get(record, 0) for record in line.records), default=0)
        last.update(dict.fromkeys(line.records, level))
        levels[level].append(line)
    return [levels[level] for level in sorted(levels)]
