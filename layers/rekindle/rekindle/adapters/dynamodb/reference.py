"""Campaigns, queues, users, tasks, opportunities and settings kept in DynamoDB: every version an item, the newest the
current one; and the look-up that decisions read through, which keeps each in memory for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rekindle.adapters.dynamodb import encoding
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import ReferenceItem
from rekindle.application.ports import Page
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core import times
from rekindle.domain.records.user import User
from rekindle.domain.settings.settings import Settings

if TYPE_CHECKING:
    from rekindle.application.ports import Accounts
    from rekindle.domain.records.account import Account
    from rekindle.domain.records.opportunity import Opportunity
    from rekindle.domain.records.queue import Queue
    from rekindle.domain.records.task import Task

_SETTINGS = "settings"


def _newest(record: str) -> ReferenceItem | None:
    with our_errors():
        found = ReferenceItem.query(record, scan_index_forward=False, limit=1, consistent_read=True)
        return next(iter(found), None)


def _store(record: str, version: int, changed_at: datetime, body: dict[str, Any]) -> None:
    """Raises Conflict where somebody stored that version first."""
    item = ReferenceItem(record, version, changed_at=times.text(changed_at), body=body)
    with our_errors():
        item.save(ReferenceItem.record.does_not_exist())


@dataclass(frozen=True)
class DynamoDBRecords[R: (Campaign, Account, Queue, User, Task, Opportunity)]:
    """Records of one kind."""

    kind: str
    decode: Callable[[Mapping[str, Any]], R]
    id_of: Callable[[R], str]
    clock: Callable[[], datetime]

    def get(self, record_id: str) -> R | None:
        item = _newest(f"{self.kind}#{record_id}")
        return self.decode(item.body) if item else None

    def put(self, record: R, read_version: int) -> None:
        told_at = record.changed_at if isinstance(record, Campaign | User) else None
        changed_at = told_at or self.clock()
        _store(f"{self.kind}#{self.id_of(record)}", read_version + 1, changed_at, encoding.encoded(record))

    def at(self, record_id: str, moment: datetime) -> R | None:
        """The record as it was stored at an instant."""
        with our_errors():
            for item in ReferenceItem.query(f"{self.kind}#{record_id}", scan_index_forward=False):
                if times.instant(item.changed_at) <= moment:
                    return self.decode(item.body)
        return None


def campaigns(clock: Callable[[], datetime]) -> DynamoDBRecords[Campaign]:
    return DynamoDBRecords("campaign", encoding.campaign, lambda campaign: campaign.campaign_id, clock)


def queues(clock: Callable[[], datetime]) -> DynamoDBRecords[Queue]:
    return DynamoDBRecords("queue", encoding.queue, lambda queue: queue.queue_id, clock)


def users(clock: Callable[[], datetime]) -> DynamoDBRecords[User]:
    return DynamoDBRecords("user", encoding.user, lambda user: user.user_id, clock)


def tasks(clock: Callable[[], datetime]) -> DynamoDBRecords[Task]:
    return DynamoDBRecords("task", encoding.task, lambda task: task.task_id, clock)


def opportunities(clock: Callable[[], datetime]) -> DynamoDBRecords[Opportunity]:
    return DynamoDBRecords("opportunity", encoding.opportunity, lambda one: one.opportunity_id, clock)


@dataclass(frozen=True)
class DynamoDBSettings:
    def current(self) -> tuple[int, Mapping[str, Any]]:
        item = _newest(_SETTINGS)
        return (int(item.version), item.body) if item else (0, {})

    def get(self, version: int) -> Mapping[str, Any] | None:
        with our_errors():
            try:
                item = ReferenceItem.get(_SETTINGS, version, consistent_read=True)
            except ReferenceItem.DoesNotExist:
                return None
        document: Mapping[str, Any] = item.body
        return document

    def put(self, document: Mapping[str, Any], read_version: int, at: datetime) -> int:
        _store(_SETTINGS, read_version + 1, at, dict(document))
        return read_version + 1

    def versions(self, limit: int, start: str | None = None) -> Page[tuple[int, datetime]]:
        older = ReferenceItem.version < int(start) if start else None
        with our_errors():
            found = list(
                ReferenceItem.query(_SETTINGS, older, scan_index_forward=False, limit=limit + 1, consistent_read=True)
            )
        listed = [(int(item.version), times.instant(item.changed_at)) for item in found[:limit]]
        return Page(listed, str(listed[-1][0]) if len(found) > limit else None)


@dataclass
class CachedReference:
    """What is known is kept for `lifetime` seconds; a campaign that is not known is asked for again each time, because
    its response is refused without it. That an owner is no known user or queue is kept: each activation asks for it."""

    campaigns: DynamoDBRecords[Campaign]
    accounts: Callable[[], Accounts]
    """Called for where an account is asked for: few decisions do."""
    queues: DynamoDBRecords[Queue]
    users: DynamoDBRecords[User]
    versions: DynamoDBSettings
    lifetime: float
    now: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _settings: dict[int, Settings] = field(default_factory=dict)

    @property
    def age(self) -> timedelta:
        return timedelta(seconds=self.lifetime)

    def _cached[T](self, key: str, read: Callable[[], T | None], *, also_none: bool = False) -> T | None:
        kept = self._kept.get(key)
        if kept is not None and kept[0] > self.now():
            found: T | None = kept[1]
            return found
        value = read()
        if value is not None or also_none:
            self._kept[key] = (self.now() + self.lifetime, value)
        return value

    def settings(self) -> Settings:
        return self._cached(_SETTINGS, self._current_settings) or Settings()

    def _current_settings(self) -> Settings:
        version, document = self.versions.current()
        return self._parsed(version, document)

    def _parsed(self, version: int, document: Mapping[str, Any]) -> Settings:
        if version not in self._settings:
            self._settings[version] = Settings.of(document, version)
        return self._settings[version]

    def settings_at(self, version: int) -> Settings:
        known = self._settings.get(version)
        if known is not None or version == 0:
            return known or Settings()
        return self._parsed(version, self.versions.get(version) or {})

    def campaign(self, campaign_id: str) -> Campaign | None:
        return self._cached(f"campaign#{campaign_id}", lambda: self.campaigns.get(campaign_id))

    def campaign_at(self, campaign_id: str, moment: datetime) -> Campaign | None:
        return self.campaigns.at(campaign_id, moment)

    def account(self, account_id: str) -> Account | None:
        return self._cached(f"account#{account_id}", lambda: self.accounts().get(account_id))

    def queue(self, queue_id: str) -> Queue | None:
        return self._cached(f"queue#{queue_id}", lambda: self.queues.get(queue_id), also_none=True)

    def user(self, user_id: str) -> User | None:
        return self._cached(f"user#{user_id}", lambda: self.users.get(user_id), also_none=True)

    def user_at(self, user_id: str, moment: datetime) -> User | None:
        return self.users.at(user_id, moment)
