"""What became of the leads that went back to marketing: how many came back, how far, and after how long.

It is counted by cohort: of those who were recycled on a day, whoever came back, whenever that was.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, tzinfo
from enum import StrEnum
from typing import NamedTuple

from rekindle.domain.lifecycle.entries import Transition
from rekindle.domain.lifecycle.journey import ORDER, Entry, Merged
from rekindle.domain.measures.cycles import Cycle, concerns_cycles
from rekindle.domain.people.lifecycle import State
from rekindle.domain.reactivation.decision import Decision


class RecycledDay(NamedTuple):
    """Leads that went back on a day for one reason, to one track, from one owner."""

    day: str
    """Such as 2026-03-01, of the settings' time zone."""
    reason: str | None
    track: str | None
    owner_id: str | None
    passive: bool
    """Whether a rule took them back."""
    recycled: int
    reached: Sequence[int]
    """How many came back to each stage from MQL on."""
    seconds: Sequence[float]
    """How long that took all of them together."""

    @property
    def month(self) -> str:
        return self.day[:7]


class RecycledBy(StrEnum):
    """What recyclings are added up by."""

    REASON = "reason"
    TRACK = "track"
    OWNER = "owner"


class Came(NamedTuple):
    """How many leads went back, how many of them came back to each stage, and how long all of those took together."""

    recycled: int = 0
    reached: tuple[int, ...] = (0,) * len(ORDER)
    seconds: tuple[float, ...] = (0.0,) * len(ORDER)

    def and_those_of(self, day: RecycledDay) -> "Came":
        return Came(
            self.recycled + day.recycled,
            tuple(map(sum, zip(self.reached, day.reached, strict=True))),
            tuple(map(sum, zip(self.seconds, day.seconds, strict=True))),
        )


class Group(NamedTuple):
    key: str | None
    active: Came
    passive: Came


def is_recycling(record: Decision | Entry) -> bool:
    return isinstance(record, Transition) and record.after is State.RECYCLED


def is_counted(record: Decision | Entry) -> bool:
    """Whether a measure looks at a record of the ledger."""
    return concerns_cycles(record) or is_recycling(record)


def by_day(records: Iterable[Decision | Entry], cycles: Iterable[Cycle], zone: tzinfo) -> list[RecycledDay]:
    """Each recycling came back with the first cycle of the person, or of who that became, that began after it."""
    became: dict[str, str] = {}
    found: list[Transition] = []
    for record in records:
        if isinstance(record, Merged):
            became[record.merged_id] = record.person_id
        elif isinstance(record, Transition) and is_recycling(record):
            found.append(record)
    of_person: dict[str, list[Cycle]] = defaultdict(list)
    for cycle in sorted(cycles, key=lambda cycle: cycle.activated_at):
        of_person[cycle.person_id].append(cycle)
    sums: dict[tuple[str, str | None, str | None, str | None, bool], Came] = defaultdict(Came)
    for one in found:
        theirs = of_person[_now(one.person_id, became)]
        place = bisect_left(theirs, one.at, key=lambda cycle: cycle.activated_at)
        stages = theirs[place].stages if place < len(theirs) else {}
        after = [(stages[stage] - one.at).total_seconds() if stage in stages else None for stage in ORDER]
        day = f"{one.at.astimezone(zone):%Y-%m-%d}"
        key = (day, one.reason, one.track, one.owner_id, one.passive)
        reached, seconds = [int(took is not None) for took in after], [max(took or 0.0, 0.0) for took in after]
        sums[key] = sums[key].and_those_of(RecycledDay(*key, 1, reached, seconds))
    return [RecycledDay(*key, *sums[key]) for key in sorted(sums, key=lambda key: [str(part or "") for part in key])]


def _now(person_id: str, became: dict[str, str]) -> str:
    """Who that record is by now."""
    seen = {person_id}
    while (later := became.get(person_id)) is not None and later not in seen:
        seen.add(later)
        person_id = later
    return person_id


def added_up(days: Iterable[RecycledDay], since: date, until: date, by: RecycledBy) -> list[Group]:
    """The days from `since` up to `until`, that day left out: the largest groups first."""
    groups: dict[str | None, dict[bool, Came]] = defaultdict(lambda: {False: Came(), True: Came()})
    for day in days:
        if since.isoformat() <= day.day < until.isoformat():
            key = {RecycledBy.REASON: day.reason, RecycledBy.TRACK: day.track, RecycledBy.OWNER: day.owner_id}[by]
            groups[key][day.passive] = groups[key][day.passive].and_those_of(day)
    found = [Group(key, sides[False], sides[True]) for key, sides in groups.items()]
    return sorted(found, key=lambda one: (-one.active.recycled - one.passive.recycled, one.key is None, one.key or ""))
