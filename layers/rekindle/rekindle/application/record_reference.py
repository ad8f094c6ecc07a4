"""Record what a CRM tells of campaigns and users."""

from dataclasses import dataclass, replace

from rekindle.application.attempts import attempts
from rekindle.application.ports import Campaigns, Clock, Users
from rekindle.application.recorded import Recorded
from rekindle.domain.campaign import Campaign
from rekindle.domain.errors import Conflict
from rekindle.domain.facts import CampaignChanged, CampaignDeleted, UserChanged
from rekindle.domain.recording import campaign_deleted, campaign_told, user_told


@dataclass(frozen=True)
class RecordCampaign:
    campaigns: Campaigns
    clock: Clock

    def __call__(self, fact: CampaignChanged) -> Recorded:
        for _ in attempts():
            stored = self.campaigns.get(fact.campaign_id)
            campaign, applied = campaign_told(stored, fact.campaign_id, fact.values, fact.mark)
            if stored is not None and not applied.values:
                return Recorded(0, applied.older, applied.duplicate)
            if stored is None and not applied.values:
                campaign = replace(campaign, version=1)
            if self._put(campaign, stored):
                return Recorded(1, applied.older, applied.duplicate)
        raise AssertionError("attempts() raises before")

    def delete(self, fact: CampaignDeleted) -> Recorded:
        """The campaign is no candidate any more; its name stays for the credit it was given."""
        for _ in attempts():
            stored = self.campaigns.get(fact.campaign_id)
            gone = campaign_deleted(stored, fact.campaign_id, fact.mark)
            if gone is None:
                return Recorded(older=1)
            if self._put(gone, stored):
                return Recorded(1)
        raise AssertionError("attempts() raises before")

    def _put(self, campaign: Campaign, stored: Campaign | None) -> bool:
        try:
            self.campaigns.put(replace(campaign, changed_at=self.clock()), stored.version if stored else 0)
        except Conflict:
            return False
        return True


@dataclass(frozen=True)
class RecordUser:
    users: Users

    def __call__(self, fact: UserChanged) -> Recorded:
        for _ in attempts():
            stored = self.users.get(fact.user_id)
            user, applied = user_told(stored, fact.user_id, fact.values, fact.mark)
            if stored is not None and not applied.values:
                return Recorded(0, applied.older, applied.duplicate)
            try:
                self.users.put(replace(user, version=user.version or 1), stored.version if stored else 0)
            except Conflict:
                continue
            return Recorded(1, applied.older, applied.duplicate)
        raise AssertionError("attempts() raises before")
