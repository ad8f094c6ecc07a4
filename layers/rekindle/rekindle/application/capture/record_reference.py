"""Record what a CRM tells of campaigns, accounts, queues, users and tasks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import ATTEMPTS, committed, contended
from rekindle.application.ports import Accounts, Campaigns, Clock, People, Queues, Records, Reference, Tasks, Users
from rekindle.domain.assignment.transitions import record_work
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.capture.applying import (
    account_deleted,
    account_told,
    campaign_deleted,
    campaign_told,
    queue_told,
    task_told,
    user_told,
    without_name,
)
from rekindle.domain.capture.facts import (
    AccountChanged,
    AccountDeleted,
    CampaignChanged,
    CampaignDeleted,
    QueueChanged,
    TaskLogged,
    UserChanged,
    UserDeleted,
)
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.account import Account
from rekindle.domain.records.queue import Queue
from rekindle.domain.records.stamps import Applied
from rekindle.domain.records.task import Task
from rekindle.domain.records.user import User


def _record[R: (Campaign, Account, Queue, User, Task)](
    records: Records[R], record_id: str, tell: Callable[[R | None], tuple[R, Applied]]
) -> Recorded:
    """Read, tell, and write on condition; where somebody was faster, read again."""
    for _ in ATTEMPTS:
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
    raise contended()


@dataclass(frozen=True)
class RecordCampaign:
    campaigns: Campaigns
    clock: Clock

    def __call__(self, fact: CampaignChanged) -> Recorded:
        def tell(stored: Campaign | None) -> tuple[Campaign, Applied]:
            campaign, applied = campaign_told(stored, fact.campaign_id, fact.values, fact.stamp)
            return replace(campaign, changed_at=self.clock()), applied

        return _record(self.campaigns, fact.campaign_id, tell)

    def delete(self, fact: CampaignDeleted) -> Recorded:
        """The campaign is no candidate any more; its name stays for the credit it was given."""
        for _ in ATTEMPTS:
            stored = self.campaigns.get(fact.campaign_id)
            gone = campaign_deleted(stored, fact.campaign_id, fact.stamp)
            if gone is None:
                return Recorded(older=1)
            try:
                self.campaigns.put(replace(gone, changed_at=self.clock()), stored.version if stored else 0)
            except Conflict:
                continue
            return Recorded(1)
        raise contended()


@dataclass(frozen=True)
class RecordAccount:
    accounts: Accounts

    def __call__(self, fact: AccountChanged) -> Recorded:
        def tell(stored: Account | None) -> tuple[Account, Applied]:
            return account_told(stored, fact.account_id, fact.values, fact.stamp)

        return _record(self.accounts, fact.account_id, tell)

    def delete(self, fact: AccountDeleted) -> Recorded:
        """Nobody is matched to the account any more."""
        for _ in ATTEMPTS:
            stored = self.accounts.get(fact.account_id)
            gone = account_deleted(stored, fact.account_id, fact.stamp)
            if gone is None:
                return Recorded(older=1)
            try:
                self.accounts.put(gone, stored.version if stored else 0)
            except Conflict:
                continue
            return Recorded(1)
        raise contended()


@dataclass(frozen=True)
class RecordQueue:
    queues: Queues

    def __call__(self, fact: QueueChanged) -> Recorded:
        return _record(
            self.queues, fact.queue_id, lambda held: queue_told(held, fact.queue_id, fact.values, fact.stamp)
        )


@dataclass(frozen=True)
class RecordUser:
    users: Users
    clock: Clock

    def __call__(self, fact: UserChanged) -> Recorded:
        def tell(stored: User | None) -> tuple[User, Applied]:
            user, applied = user_told(stored, fact.user_id, fact.values, fact.stamp)
            return replace(user, changed_at=self.clock()), applied

        return _record(self.users, fact.user_id, tell)

    def delete(self, fact: UserDeleted) -> Recorded:
        """The user is inactive, and nameless in every version; the role and the like stay, for past decisions."""
        recorded = self(UserChanged(fact.user_id, fact.stamp, {"is_active": False, "name": None, "email": None}))
        if recorded.applied or recorded.duplicate:
            self.users.rewrite(fact.user_id, lambda user: without_name(user, fact.stamp))
        return recorded


@dataclass(frozen=True)
class RecordTask:
    """A completed task is a sign of work: where its person's assignment had none yet, it is noted."""

    tasks: Tasks
    people: People
    reference: Reference

    def __call__(self, fact: TaskLogged) -> Recorded:
        recorded = _record(
            self.tasks, fact.task_id, lambda held: task_told(held, fact.task_id, fact.values, fact.stamp)
        )
        if fact.values.get("completed"):
            self._work(self.tasks.get(fact.task_id), fact.stamp.at)
        return recorded

    def _work(self, task: Task | None, told_at: datetime) -> None:
        if task is None or task.person_id is None or not task.completed:
            return
        for _ in ATTEMPTS:
            person = self.people.get(task.person_id)
            while person is not None and person.merged_into is not None:
                person = self.people.get(person.merged_into)
            if person is None:
                return
            after, steps = record_work(person, task.occurred_at or told_at, self.reference.settings())
            if not steps:
                return
            after = replace(after, version=person.version + 1)
            if committed(self.people, Change(after, person.version, entries=steps)):
                return
        raise contended()
