"""Campaigns, accounts, queues, users and settings as decisions read them, in memory."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.adapters.memory.records import memory_campaigns, memory_users
from rekindle.adapters.memory.state import Memory
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.records.account import Account
from rekindle.domain.records.queue import Queue
from rekindle.domain.records.user import User
from rekindle.domain.settings.settings import Settings


@dataclass
class MemoryReference:
    memory: Memory
    age: timedelta = timedelta()

    def __post_init__(self) -> None:
        self._settings, self._version = Settings(), 0
        self._campaigns, self._users = memory_campaigns(self.memory), memory_users(self.memory)

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
        versions = self.memory.campaigns.get(campaign_id)
        return versions[-1] if versions else None

    def campaign_at(self, campaign_id: str, moment: datetime) -> Campaign | None:
        return self._campaigns.at(campaign_id, moment)

    def account(self, account_id: str) -> Account | None:
        return self.memory.accounts.get(account_id)

    def queue(self, queue_id: str) -> Queue | None:
        return self.memory.queues.get(queue_id)

    def user(self, user_id: str) -> User | None:
        return self._users.get(user_id)

    def user_at(self, user_id: str, moment: datetime) -> User | None:
        return self._users.at(user_id, moment)
