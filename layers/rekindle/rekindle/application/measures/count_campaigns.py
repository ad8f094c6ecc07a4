"""Count what every campaign brought, the shares of won deals, what became of recycled leads and the cycles of the
funnel, and keep them, to be shown without counting again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.measures.count_measures import CountMeasures, Measured
from rekindle.application.ports import Clock
from rekindle.application.ports.measures import CountedCampaigns, StoredCycles, StoredShares
from rekindle.application.ports.records import Reference
from rekindle.domain.core.values import replace
from rekindle.domain.measures import recycling
from rekindle.domain.measures.attribution import shares
from rekindle.domain.measures.counted_cycles import CountedCycles, by_month
from rekindle.domain.measures.metrics import CountedAs, CountedCampaign
from rekindle.domain.measures.points import models_of
from rekindle.domain.measures.shared_days import CountedShares, by_day
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True)
class CountCampaigns:
    count: CountMeasures
    counted: CountedCampaigns
    shares: StoredShares
    cycles: StoredCycles
    reference: Reference
    clock: Clock

    def __call__(self) -> int:
        """Answers how many campaigns were counted."""
        at, settings, found = self._found()
        for one in _campaigns(at, settings, found):
            self.counted.put(one)
        models = models_of(settings.document)
        days = by_day(shares(found.deals, models), settings.zone)
        recycled = recycling.by_day(found.records, found.cycles, settings.zone)
        self.shares.put(CountedShares(days, tuple(models), at, settings.version, recycled))
        months = by_month(found.cycles, settings.zone)
        self.cycles.put(CountedCycles(months, settings.time_zone, at, settings.version))
        return len(found.metrics)

    def differing(self) -> Iterator[tuple[CountedCampaign, CountedCampaign | None]]:
        """The campaigns that count otherwise now than they were counted last: now, and then. Nothing is kept."""
        for one in _campaigns(*self._found()):
            before = self.counted.get(one.metrics.campaign_id)
            if before is None or replace(before, counted_at=one.counted_at) != one:
                yield one, before

    def _found(self) -> tuple[datetime, Settings, Measured]:
        # What is written while everything is read may be counted: the instant is that before.
        at, settings = self.clock(), self.reference.settings()
        return at, settings, self.count(CountedAs.of(settings.document))


def _campaigns(at: datetime, settings: Settings, found: Measured) -> Iterator[CountedCampaign]:
    for metrics in found.metrics:
        campaign = found.campaigns.get(metrics.campaign_id)
        name, kind = (campaign.name, campaign.type) if campaign is not None else (None, None)
        yield CountedCampaign(metrics, name, kind, at, settings.version)
