"""Count what every campaign brought, and keep it, so that it is shown without counting again."""

from collections.abc import Iterator
from dataclasses import dataclass

from rekindle.application.measures.count_measures import CountMeasures
from rekindle.application.ports import Clock
from rekindle.application.ports.measures import CountedCampaigns
from rekindle.application.ports.records import Reference
from rekindle.domain.core.values import replace
from rekindle.domain.measures.metrics import CountedAs, CountedCampaign


@dataclass(frozen=True)
class CountCampaigns:
    count: CountMeasures
    counted: CountedCampaigns
    reference: Reference
    clock: Clock

    def __call__(self) -> int:
        """Answers how many campaigns were counted."""
        number = 0
        for one in self._now():
            self.counted.put(one)
            number += 1
        return number

    def differing(self) -> Iterator[tuple[CountedCampaign, CountedCampaign | None]]:
        """The campaigns that count otherwise now than they were counted last: now, and then. Nothing is kept."""
        for one in self._now():
            before = self.counted.get(one.metrics.campaign_id)
            if before is None or replace(before, counted_at=one.counted_at) != one:
                yield one, before

    def _now(self) -> Iterator[CountedCampaign]:
        # What is written while everything is read may be counted: the instant is that before.
        at, settings = self.clock(), self.reference.settings()
        found = self.count(CountedAs.of(settings.document))
        for metrics in found.metrics:
            campaign = found.campaigns.get(metrics.campaign_id)
            name, kind = (campaign.name, campaign.type) if campaign is not None else (None, None)
            yield CountedCampaign(metrics, name, kind, at, settings.version)
