"""The funnel of a period, and of another one beside it, from the cycles as they were counted last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from rekindle.application.assignment.owners import owners_called
from rekindle.application.ports.measures import StoredCycles
from rekindle.application.ports.records import Reference
from rekindle.domain.core.errors import NotFound
from rekindle.domain.core.times import months_of
from rekindle.domain.measures.counted_cycles import CountedCycles, each_once
from rekindle.domain.measures.credit import names_of
from rekindle.domain.measures.funnel import By, Funnel, FunnelBasis, funnel, period_beside


@dataclass(frozen=True)
class FunnelQuery:
    since: date
    until: date
    """Left out itself."""
    by: By | None
    basis: FunnelBasis
    beside: date | None
    """The first day of another period, as long as the first."""


@dataclass(frozen=True)
class ShowFunnel:
    cycles: StoredCycles

    def __call__(self, query: FunnelQuery) -> tuple[CountedCycles, Sequence[Funnel]]:
        """The period, and the one beside it. Raises NotFound where nothing was counted yet."""
        periods = [(query.since, query.until)]
        if query.beside is not None:
            begin, since, until = (_midnight(day, UTC) for day in (query.beside, query.since, query.until))
            periods.append((query.beside, period_beside(begin, since, until, UTC)[1].date()))
        months = {period: months_of(*period) for period in periods}
        counted = self.cycles.get(sorted({month for each in months.values() for month in each}))
        if counted is None:
            raise NotFound("nothing is counted yet")
        zone = ZoneInfo(counted.time_zone)

        def funnel_of(since: date, until: date) -> Funnel:
            stored = {month: counted.months[month] for month in months[since, until] if month in counted.months}
            span = _midnight(since, zone), _midnight(until, zone)
            return funnel(each_once(stored, zone), *span, query.by, zone, query.basis)

        return counted, [funnel_of(*period) for period in periods]


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def names_by(by: By | None, reference: Reference) -> Callable[[str | None], str | None]:
    """What the key of a group is called."""
    campaign, owner = names_of(reference.campaign), owners_called(reference)

    def name(key: str | None) -> str | None:
        if key is None:
            return None
        return campaign(key) if by is By.CAMPAIGN else owner(key) if by is By.OWNER else key

    return name
