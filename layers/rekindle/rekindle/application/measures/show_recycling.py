"""What became of the leads that went back to marketing in a period, as it was counted last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rekindle.application.ports.measures import StoredShares
from rekindle.domain.core.errors import NotFound
from rekindle.domain.core.times import months_of
from rekindle.domain.measures.recycling import Group, RecycledBy, added_up
from rekindle.domain.measures.shared_days import CountedShares


@dataclass(frozen=True)
class RecyclingPeriod:
    since: date
    until: date
    """Left out itself."""
    by: RecycledBy


@dataclass(frozen=True)
class ShowRecycling:
    counted: StoredShares

    def __call__(self, period: RecyclingPeriod) -> tuple[CountedShares, Sequence[Group]]:
        """Raises NotFound where nothing was counted yet."""
        counted = self.counted.get(months_of(period.since, period.until))
        if counted is None:
            raise NotFound("nothing is counted yet")
        return counted, added_up(counted.recycled, period.since, period.until, period.by)
