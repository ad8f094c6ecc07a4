"""What a campaign brought, as it was counted last."""

from dataclasses import dataclass

from rekindle.application.ports.measures import CountedCampaigns
from rekindle.application.ports.records import Reference
from rekindle.domain.core.errors import NotFound
from rekindle.domain.measures.metrics import CountedCampaign


@dataclass(frozen=True)
class ShowMetrics:
    counted: CountedCampaigns
    reference: Reference

    def __call__(self, campaign_id: str) -> CountedCampaign:
        """Raises NotFound, which says whether the campaign is known and only not counted yet."""
        counted = self.counted.get(campaign_id)
        if counted is None:
            known = self.reference.campaign(campaign_id) is not None
            raise NotFound("the campaign is not counted yet" if known else "there is no such campaign", "campaign_id")
        return counted
