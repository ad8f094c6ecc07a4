"""In what order the changes of one record happened, whatever the order they arrive in.

`sequence` orders the changes of one record; without it the envelope's time does. A change
older than the last one applied to the same record and field is dropped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from rekindle.domain.core import times
from rekindle.domain.core.digests import digest


class Order(Enum):
    NEWER = "newer"
    DUPLICATE = "duplicate"
    OLDER = "older"


_EVENT = "#"
"""How the digest of an event's id begins. That of a content is hexadecimal."""


def event_digest(event_id: str) -> str:
    """Names an event in the stamp of its change."""
    return f"{_EVENT}{digest(event_id)[:_DIGITS]}"


_DIGITS = 16
NEWER, DUPLICATE, OLDER = Order
"""Each by a name of its own: every fact asks for them, and a member is looked up in its class each time."""


class ChangeStamp(NamedTuple):
    """The place of a change in the order of its record. A tuple, because a function reads several with every record.

    `minor` orders changes of one instant (a Salesforce commit number and sequence number). `digests` are the changes of
    that instant in the order in which they were applied, each by the id of its event or, where there is none, by its
    content: an envelope's time has no more than seconds.
    """

    at: datetime
    sequence: int | None = None
    minor: int = 0
    digests: tuple[str, ...] = ()

    def order_after(self, last: "ChangeStamp | None") -> Order:
        """How this change stands to the last one that was applied."""
        if last is None:
            return NEWER
        if self.sequence is not None and last.sequence is not None:
            mine, theirs = self.sequence, last.sequence
            if mine == theirs:
                return DUPLICATE
        else:
            if self.at != last.at:
                return NEWER if self.at > last.at else OLDER
            if self.minor != last.minor:
                return NEWER if self.minor > last.minor else OLDER
            return self._order_within_instant(last.digests)
        return NEWER if mine > theirs else OLDER

    def _order_within_instant(self, applied: tuple[str, ...]) -> Order:
        """An event that was applied before is a duplicate. Of events without an id, only the last one is known from
        another event with the same content, which takes the record back to an earlier value."""
        if not self.digests:
            return DUPLICATE
        own = self.digests[-1]
        if own.startswith(_EVENT):
            return DUPLICATE if own in applied else NEWER
        return DUPLICATE if applied and applied[-1] == own else NEWER

    def following(self, last: "ChangeStamp | None") -> "ChangeStamp":
        """This stamp as the last one applied: after those of the same instant."""
        if last is None or self.at != last.at or self.minor != last.minor:
            return self
        return self._replace(digests=(*last.digests, *self.digests))

    def is_applied_after(self, other: "ChangeStamp") -> bool:
        """Whether a change of the record, as it is stored, was applied after another one."""
        if self.sequence is not None and other.sequence is not None:
            return self.sequence > other.sequence
        return (self.at, self.minor, len(self.digests)) > (other.at, other.minor, len(other.digests))

    def of_same_change(self, other: "ChangeStamp") -> bool:
        """Whether both are of one change of a record, whichever of its fields they hold."""
        return self.at == other.at and self.sequence == other.sequence and self.minor == other.minor

    def __str__(self) -> str:
        sequence = "" if self.sequence is None else self.sequence
        return f"{times.text(self.at)}|{sequence}|{self.minor or ''}|{','.join(self.digests)}"

    @staticmethod
    def parse(written: str) -> "ChangeStamp":
        """The reverse of `str`, which writes instants as they are kept: in UTC, to the millisecond."""
        at, sequence, minor, digests = written.split("|")
        return ChangeStamp(
            datetime.fromisoformat(at),
            int(sequence) if sequence else None,
            int(minor) if minor else 0,
            tuple(digests.split(",")) if digests else (),
        )


Stamps = Mapping[str, ChangeStamp]


@dataclass(frozen=True, slots=True)
class Applied:
    """What is left of a change after those of its fields that are not newer were dropped."""

    values: Mapping[str, Any]
    stamps: Stamps
    older: int
    duplicate: int


def newer_fields(values: Mapping[str, Any], stamp: ChangeStamp, stamps: Stamps) -> Applied:
    """Keep the fields that are newer than the last change of the same field, with their new stamps.

    A change of a whole (`fields`) also changes its parts (`fields.region`).
    """
    if not stamps:
        return Applied(
            values, dict.fromkeys(values, stamp), 0, 0
        )  # Nothing was applied before, as with most responses.
    kept: dict[str, Any] = {}
    after = dict(stamps)
    older = duplicate = 0
    for name, value in values.items():
        last, of_group = stamps.get(name), stamps.get(name.partition(".")[0])
        order = stamp.order_after(last)
        is_group_newer = order if of_group is last else stamp.order_after(of_group)
        if order is NEWER and is_group_newer is NEWER:
            kept[name] = value
            after[name] = stamp.following(last)
        elif DUPLICATE in (order, is_group_newer):
            duplicate += 1
        else:
            older += 1
    return Applied(kept, after, older, duplicate)


def grouped(stamps: Stamps) -> dict[str, list[str]]:
    """Stamps as they are stored: most fields of a record share a few stamps, so each is written once."""
    groups: dict[str, list[str]] = {}
    for name, stamp in sorted(stamps.items()):
        groups.setdefault(str(stamp), []).append(name)
    return groups


def ungrouped(groups: Mapping[str, Iterable[str]]) -> dict[str, ChangeStamp]:
    return {
        name: stamp for written, names in groups.items() for stamp in [ChangeStamp.parse(written)] for name in names
    }
