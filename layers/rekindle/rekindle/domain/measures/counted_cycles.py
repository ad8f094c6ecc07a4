"""Engagement cycles month by month: what any funnel is counted from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.measures.cycles import Cycle


@dataclass(frozen=True, slots=True)
class CountedCycle:
    """What a funnel looks at of an engagement cycle. It names nobody but the owner."""

    campaign_id: str
    campaign_type: str | None
    owner_id: str | None
    stages: Mapping[Stage, datetime]
    system_delay: timedelta | None
    human_delay: timedelta | None

    @property
    def activated_at(self) -> datetime:
        return self.stages[Stage.MQL]


@dataclass(frozen=True, slots=True)
class CountedCycles:
    """The cycles as they stood at an instant."""

    months: Mapping[str, Sequence[CountedCycle]]
    """By month, such as 2026-03: those that reached a stage in it."""
    time_zone: str
    """Of the months."""
    counted_at: datetime
    settings_version: int


def month_of(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m}"


def by_month(cycles: Iterable[Cycle], zone: tzinfo) -> Mapping[str, Sequence[CountedCycle]]:
    """The cycles in each month in which they reached a stage."""
    months: dict[str, list[CountedCycle]] = defaultdict(list)
    for cycle in cycles:
        counted = CountedCycle(
            cycle.campaign_id,
            cycle.campaign_type,
            cycle.owner_id,
            cycle.stages,
            cycle.system_delay,
            cycle.human_delay,
        )
        for month in _months(counted, zone):
            months[month].append(counted)
    return months


def each_once(months: Mapping[str, Sequence[CountedCycle]], zone: tzinfo) -> list[CountedCycle]:
    """The cycles of some months: one that stands in several of them in the first alone."""
    return [
        cycle
        for month, cycles in months.items()
        for cycle in cycles
        if month == min(one for one in _months(cycle, zone) if one in months)
    ]


def _months(cycle: CountedCycle, zone: tzinfo) -> set[str]:
    return {month_of(at, zone) for at in cycle.stages.values()}
