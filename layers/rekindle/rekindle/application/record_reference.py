"""Record what a CRM tells of campaigns, users and tasks."""

from collections.abc import Callable
from dataclasses import dataclass

from rekindle.application.attempts import attempts
from rekindle.application.ports import Campaigns, Clock, Records, Tasks, Users
from rekindle.application.recorded import Recorded
from rekindle.domain.campaign import Campaign
from rekindle.domain.errors import Conflict
from rekindle.domain.facts import CampaignChanged, CampaignDeleted, TaskLogged, UserChanged
from rekindle.domain.ordering import Applied
from rekindle.domain.recording import campaign_deleted, campaign_told, task_told, user_told
from rekindle.domain.task import Task
from rekindle.domain.user import User
from rekindle.domain.values import replace


def _record[R: (Campaign, User, Task)](
    records: Records[R], record_id: str, tell: Callable[[R | None], tuple[R, Applied]]
) -> Recorded:
    """Read, tell, and write on condition; where somebody was faster, read again."""
    for _ in attempts():
        stored = records.get(record_id)
        told, applied = tell(stored)
        if stored is not None and not applied.values:
            return Recorded(0, applied.older, applied.duplicate)
        try:
            # A fact that names the record and says nothing else makes it known all the same.
            records.put(replace(told, version=told.version or 1), stored.version if stored else 0)
        except Conflict:
            continue
        return Recorded(1, applied.older, applied.duplicate)
    raise AssertionError("attempts() raises before")


@dataclass(frozen=True)
class RecordCampaign:
    campaigns: Campaigns
    clock: Clock

    def __call__(self, fact: CampaignChanged) -> Recorded:
        def tell(stored: Campaign | None) -> tuple[Campaign, Applied]:
            campaign, applied = campaign_told(stored, fact.campaign_id, fact.values, fact.mark)
            return replace(campaign, changed_at=self.clock()), applied

        return _record(self.campaigns, fact.campaign_id, tell)

    def delete(self, fact: CampaignDeleted) -> Recorded:
        """The campaign is no candidate any more; its name stays for the credit it was given."""
        for _ in attempts():
            stored = self.campaigns.get(fact.campaign_id)
            gone = campaign_deleted(stored, fact.campaign_id, fact.mark)
            if gone is None:
                return Recorded(older=1)
            try:
                self.campaigns.put(replace(gone, changed_at=self.clock()), stored.version if stored else 0)
            except Conflict:
                continue
            return Recorded(1)
        raise AssertionError("attempts() raises before")


@dataclass(frozen=True)
class RecordUser:
    users: Users
    clock: Clock

    def __call__(self, fact: UserChanged) -> Recorded:
        def tell(stored: User | None) -> tuple[User, Applied]:
            user, applied = user_told(stored, fact.user_id, fact.values, fact.mark)
            return replace(user, changed_at=self.clock()), applied

        return _record(self.users, fact.user_id, tell)


@dataclass(frozen=True)
class RecordTask:
    tasks: Tasks

    def __call__(self, fact: TaskLogged) -> Recorded:
        return _record(self.tasks, fact.task_id, lambda held: task_told(held, fact.task_id, fact.values, fact.mark))
