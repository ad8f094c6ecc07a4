"""Read campaigns and their members, the newest first."""

from dataclasses import dataclass

from rekindle.application.ports import Clock, Page
from rekindle.application.ports.people import MemberState, People
from rekindle.application.ports.records import Campaigns, Reference
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core.errors import NotFound
from rekindle.domain.lifecycle.policies import dark_after
from rekindle.domain.responses.response import Response


@dataclass(frozen=True)
class ShowCampaigns:
    campaigns: Campaigns
    people: People
    reference: Reference
    clock: Clock

    def listed(self, limit: int, start: str | None) -> Page[Campaign]:
        """All campaigns, the one that became known last first."""
        return self.campaigns.newest(limit, start)

    def campaign(self, campaign_id: str) -> Campaign:
        """The campaign as last stored, also one that was deleted. Raises NotFound."""
        campaign = self.campaigns.get(campaign_id)
        if campaign is None:
            raise NotFound(f"there is no campaign {campaign_id!r}", "campaign_id")
        return campaign

    def members(
        self, campaign_id: str, state: MemberState, limit: int, start: str | None
    ) -> Page[tuple[str, Response]]:
        """The members of a campaign, each with the person's id. Raises NotFound."""
        self.campaign(campaign_id)
        dark = state is MemberState.DARK
        before = self.clock() - self.reference.settings().part(dark_after) if dark else None
        return self.people.members(campaign_id, state, limit, start, before)
