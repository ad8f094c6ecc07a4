"""Credit by campaign, and what other settings would make of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


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
    """Most credit first; campaigns that have as much by their ids."""
    campaigns = sorted({*credit, *(against or ())}, key=lambda c: (-credit[c], c))
    return [CampaignCredit(c, credit[c], None if against is None else against[c]) for c in campaigns]
