"""Campaigns, accounts, queues, users and settings as decisions read them, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.adapters.memory.records import stored_at
from rekindle.adapters.memory.state import Memory
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.campaigns.source_code import SOURCE_CODE, SourceCode
from rekindle.domain.links.link import LINK, Link
from rekindle.domain.records.account import ACCOUNT, Account
from rekindle.domain.records.queue import QUEUE, Queue
from rekindle.domain.records.user import USER, User
from rekindle.domain.settings.settings import Settings


@dataclass
class MemoryReference:
    memory: Memory
    age: timedelta = timedelta()

    def __post_init__(self) -> None:
        self._settings, self._version = Settings(), 0
        stored = self.memory.reference
        self._campaigns: dict[str, list[Campaign]] = stored[CAMPAIGN.name]
        self._source_codes: dict[str, list[SourceCode]] = stored[SOURCE_CODE.name]
        self._links: dict[str, list[Link]] = stored[LINK.name]
        self._accounts: dict[str, list[Account]] = stored[ACCOUNT.name]
        self._queues: dict[str, list[Queue]] = stored[QUEUE.name]
        self._users: dict[str, list[User]] = stored[USER.name]

    def settings(self) -> Settings:
        version = len(self.memory.documents)
        if version != self._version:
            self._settings, self._version = Settings.of(self.memory.documents[-1][0], version), version
        return self._settings

    def settings_at(self, version: int) -> Settings:
        if version == len(self.memory.documents):
            return self.settings()
        return Settings.of(self.memory.documents[version - 1][0], version) if version else Settings()

    def campaign(self, campaign_id: str) -> Campaign | None:
        return _newest(self._campaigns, campaign_id)

    def campaign_at(self, campaign_id: str, moment: datetime) -> Campaign | None:
        return stored_at(self._campaigns.get(campaign_id, ()), moment)

    def source_code(self, source_code: str) -> SourceCode | None:
        return _newest(self._source_codes, source_code)

    def link(self, link_id: str) -> Link | None:
        return _newest(self._links, link_id)

    def account(self, account_id: str) -> Account | None:
        return _newest(self._accounts, account_id)

    def queue(self, queue_id: str) -> Queue | None:
        return _newest(self._queues, queue_id)

    def user(self, user_id: str) -> User | None:
        return _newest(self._users, user_id)

    def user_at(self, user_id: str, moment: datetime) -> User | None:
        return stored_at(self._users.get(user_id, ()), moment)


def _newest[R](records: Mapping[str, Sequence[R]], record_id: str) -> R | None:
    versions = records.get(record_id)
    return versions[-1] if versions else None
