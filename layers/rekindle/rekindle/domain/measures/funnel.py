"""The funnel: how many engagements began in a time, how far they came, and how long that took.

Counted are engagement cycles, not people: a later cycle of the same person never moves an earlier one's dates.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from rekindle.domain.lifecycle.journey import ORDER, Stage
from rekindle.domain.measures.counted_cycles import CountedCycle, month_of
from rekindle.domain.measures.cycles import Cycle


class FunnelBasis(StrEnum):
    """Which engagements a funnel counts at a stage."""

    COHORT = "cohort"
    """Those that began in the period, however much later they reached the stage."""
    PERIOD = "period"
    """Those that reached the stage in the period, whenever they began."""


class By(StrEnum):
    """What the cycles of a funnel are grouped by."""

    CAMPAIGN = "campaign"
    TYPE = "type"
    OWNER = "owner"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took."""

    count: int
    mean: timedelta
    median: timedelta
    ninety: timedelta
    """What nine in ten did not exceed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """From one stage to a later one."""

    start: Stage
    end: Stage
    conversion: float | None
    """The later volume by the earlier; None where the earlier is zero."""
    velocity: Spread | None
    """The time between the two dates, of those that came so far."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cycles that have something in common."""

    key: str | None
    """What they have in common: a campaign's id, its type, an owner's id or a month; None where that is not known."""
    volumes: Mapping[Stage, int]
    passages: Sequence[Passage]
    system_delay: Spread | None
    human_delay: Spread | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The cycles of a time, from `since` up to `until`, that instant left out."""

    since: datetime
    until: datetime
    basis: FunnelBasis
    by: By | None
    groups: Sequence[Group]
    """Months in their order, else the largest first; none where all are one group."""
    total: Group


def year_before(moment: datetime, zone: tzinfo = UTC) -> datetime:
    """The same day of a time zone a year before; of the 29th of February, the 28th. Nothing is before the first
    years of the calendar."""
    if moment.year <= 2:
        return moment
    local = moment.astimezone(zone)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=local.year - 1, day=day).astimezone(UTC)


def period_beside(begin: datetime, since: datetime, until: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """A period that is as long on the calendar, where both begin at a month's first day; else by the clock."""
    local = [moment.astimezone(zone) for moment in (begin, since, until)]
    if all((one.day, one.hour, one.minute, one.second, one.microsecond) == (1, 0, 0, 0, 0) for one in local):
        other, start, end = (one.year * 12 + one.month - 1 for one in local)
        year, month = divmod(other + end - start, 12)
        return begin, datetime(year, month + 1, 1, tzinfo=zone).astimezone(UTC)
    return begin, begin + (until - since)


def funnel(
    cycles: Iterable[Cycle | CountedCycle],
    since: datetime,
    until: datetime,
    by: By | None = None,
    zone: tzinfo = UTC,
    basis: FunnelBasis = FunnelBasis.COHORT,
) -> Funnel:
    """The cycles whose MQL date lies in a period, or by period the stages whose dates do; months are those of a time
    zone."""

    def counts(moment: datetime) -> bool:
        return since <= moment < until

    grouped: dict[str | None, list[_Counted]] = defaultdict(list)
    everything: list[_Counted] = []
    for cycle in cycles:
        if basis is FunnelBasis.PERIOD:
            stages = frozenset(stage for stage, at in cycle.stages.items() if counts(at))
        else:
            stages = frozenset(cycle.stages) if counts(cycle.activated_at) else frozenset()
        if not stages:
            continue
        everything.append(_Counted(cycle, stages))
        for key, of_key in _keys(cycle, stages, by, zone, basis):
            grouped[key].append(_Counted(cycle, of_key))
    groups = sorted((_group(key, members) for key, members in grouped.items()), key=lambda group: _place(group, by))
    return Funnel(since, until, basis, by, groups, _group(None, everything))


class _Counted(NamedTuple):
    """A cycle, and the stages at which it counts."""

    cycle: Cycle | CountedCycle
    stages: Set[Stage]


def _keys(
    cycle: Cycle | CountedCycle, stages: Set[Stage], by: By | None, zone: tzinfo, basis: FunnelBasis
) -> list[tuple[str | None, Set[Stage]]]:
    """The groups in which a cycle counts, and at which stages: by period it counts in the month of each stage."""
    match by:
        case None:
            return []
        case By.CAMPAIGN:
            return [(cycle.campaign_id, stages)]
        case By.TYPE:
            return [(cycle.campaign_type, stages)]
        case By.OWNER:
            return [(cycle.owner_id, stages)]
        case By.MONTH if basis is FunnelBasis.COHORT:
            return [(month_of(cycle.activated_at, zone), stages)]
    months: dict[str | None, set[Stage]] = defaultdict(set)
    for stage in stages:
        months[month_of(cycle.stages[stage], zone)].add(stage)
    return list(months.items())


_PASSAGES = (*pairwise(ORDER), (ORDER[0], ORDER[-1]))
"""From each stage to the next, and from the first to the last."""


def _place(group: Group, by: By | None) -> tuple[int, bool, str]:
    size = 0 if by is By.MONTH else -group.volumes[Stage.MQL]
    return size, group.key is None, group.key or ""


def _group(key: str | None, cycles: Sequence[_Counted]) -> Group:
    volumes = {stage: sum(stage in one.stages for one in cycles) for stage in ORDER}
    passages = [_passage(start, end, volumes, cycles) for start, end in _PASSAGES]
    begun = [one.cycle for one in cycles if Stage.MQL in one.stages]
    system = _spread(cycle.system_delay for cycle in begun)
    return Group(key, volumes, passages, system, _spread(cycle.human_delay for cycle in begun))


def _passage(start: Stage, end: Stage, volumes: Mapping[Stage, int], cycles: Iterable[_Counted]) -> Passage:
    conversion = volumes[end] / volumes[start] if volumes[start] else None
    took = (one.cycle.stages[end] - one.cycle.stages[start] for one in cycles if end in one.stages)
    return Passage(start, end, conversion, _spread(took))


def _spread(took: Iterable[timedelta | None]) -> Spread | None:
    known = sorted(delay for delay in took if delay is not None)
    if not known:
        return None
    count = len(known)
    median = (known[(count - 1) // 2] + known[count // 2]) / 2
    return Spread(count, sum(known, timedelta()) / count, median, known[ceil(count * 9 / 10) - 1])


EMPTY = _group(None, ())
"""Of a period in which there was nothing."""
