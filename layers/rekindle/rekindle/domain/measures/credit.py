"""Credit by campaign, and what other settings would make of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rekindle.domain.reactivation.search import CampaignOf


@dataclass(frozen=True, slots=True)
class CampaignCredit:
    campaign_id: str
    credit: int
    against: int | None = None
    """The credit under the other settings; None where none were asked for."""

    @property
    def change(self) -> int:
        return (self.against or 0) - self.credit


def by_campaign(credit: Counter[str], against: Counter[str] | None) -> Sequence[CampaignCredit]:
    """Most credit first; campaigns that have as much by their ids. One that lost what it had been given has none."""
    theirs = against or Counter()
    campaigns = sorted((c for c in {*credit, *theirs} if credit[c] or theirs[c]), key=lambda c: (-credit[c], c))
    return [CampaignCredit(c, credit[c], None if against is None else against[c]) for c in campaigns]


def names_of(campaign_of: CampaignOf) -> Callable[[str], str]:
    """What a campaign is called in a table: its id, where it has no name."""

    def name(campaign_id: str) -> str:
        campaign = campaign_of(campaign_id)
        return (campaign.name if campaign else None) or campaign_id

    return name
