"""Campaigns, queues, users, tasks, opportunities and settings kept in DynamoDB: every version an item, the newest the
current one; and the look-up that decisions read through, which keeps each in memory for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import encoding, writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import ReferenceItem, compact
from rekindle.adapters.dynamodb.writes import Image
from rekindle.application.ports import Page
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.user import USER, User
from rekindle.domain.settings.settings import Settings
from rekindle.domain.settings.stored_version import StoredVersion

if TYPE_CHECKING:
    from rekindle.application.ports.records import RecordStores
    from rekindle.domain.campaigns.source_code import SourceCode
    from rekindle.domain.links.link import Link
    from rekindle.domain.records.account import Account
    from rekindle.domain.records.queue import Queue

_SETTINGS = "settings"
_PLACES = 10**12
"""Places in a list for each millisecond: two records that become known in the same one do not meet."""


def _newest(record: str) -> ReferenceItem | None:
    with our_errors():
        items = ReferenceItem.query(record, scan_index_forward=False, limit=1, consistent_read=True)
        return next(iter(items), None)


def _store(
    record: str,
    version: int,
    changed_at: datetime,
    body: dict[str, Any],
    comment: str | None = None,
    published_by: str | None = None,
) -> None:
    """Raises Conflict where somebody stored that version first."""
    item = ReferenceItem(record, version, changed_at=times.text(changed_at), body=body)
    item.comment, item.published_by = comment, published_by
    with our_errors():
        item.save(ReferenceItem.record.does_not_exist())


def item_image(record: str, version: int, stored_at: datetime, body: dict[str, Any]) -> Image:
    key = {**writes.texts({"record": record}), "version": writes.number(version)}
    return {**key, **writes.texts({"changed_at": times.text(stored_at), "body": compact(body)})}


@dataclass(frozen=True)
class DynamoDBRecords[R]:
    """Records of one kind."""

    kind: Kind[R]
    clock: Callable[[], datetime]
    connection: Connection

    def get(self, record_id: str) -> R | None:
        item = _newest(self.key(record_id))
        return encoding.value_of(self.kind.record, item.body) if item else None

    def put(self, record: R, read_version: int) -> None:
        changed_at = getattr(record, "changed_at", None) or self.clock()
        if self.kind.listed and not read_version:
            self._store_listed(record, changed_at)
            return
        _store(self.key(getattr(record, self.kind.id)), read_version + 1, changed_at, encoding.encoded(record))

    def _store_listed(self, record: R, changed_at: datetime) -> None:
        """The first version with its entry in the list, in one transaction."""
        table, record_id = ReferenceItem.Meta.table_name, getattr(record, self.kind.id)
        place = times.millis(changed_at) * _PLACES + int(digest(record_id), 16) % _PLACES
        first = item_image(self.key(record_id), 1, changed_at, encoding.encoded(record))
        entry = item_image(self._list, place, changed_at, {"id": record_id})
        request = {"TransactItems": [writes.put(table, first, writes.missing("version")), writes.put(table, entry)]}
        with our_errors():
            self.connection.dispatch("TransactWriteItems", request)

    def newest(self, limit: int, start: str | None = None) -> Page[R]:
        older = ReferenceItem.version < int(start) if start else None
        with our_errors():
            found = list(ReferenceItem.query(self._list, older, scan_index_forward=False, limit=limit + 1))
        records = (self.get(item.body["id"]) for item in found[:limit])
        following = str(int(found[limit - 1].version)) if len(found) > limit else None
        return Page([record for record in records if record is not None], following)

    @property
    def _list(self) -> str:
        """The hash key of the list of all records. No record's key is like it."""
        return f"list#{self.kind.name}"

    def rewrite(self, record_id: str, change: Callable[[R], R]) -> None:
        with our_errors():
            for item in ReferenceItem.query(self.key(record_id), consistent_read=True):
                body = encoding.encoded(change(encoding.value_of(self.kind.record, item.body)))
                if body != item.body:
                    ReferenceItem(item.record, item.version, changed_at=item.changed_at, body=body).save()

    def at(self, record_id: str, moment: datetime) -> R | None:
        with our_errors():
            for item in ReferenceItem.query(self.key(record_id), scan_index_forward=False):
                if times.instant(item.changed_at) <= moment:
                    return encoding.value_of(self.kind.record, item.body)
        return None

    def key(self, record_id: str) -> str:
        """The hash key of the record's versions."""
        return f"{self.kind.name}#{record_id}"


@dataclass(frozen=True)
class DynamoDBSettings:
    def current(self) -> tuple[int, Mapping[str, Any]]:
        item = _newest(_SETTINGS)
        return (int(item.version), item.body) if item else (0, {})

    def get(self, version: int) -> Mapping[str, Any] | None:
        # A query, as for the newest: whoever follows people may need the version that a clock keeps.
        with our_errors():
            found = ReferenceItem.query(_SETTINGS, ReferenceItem.version == version, consistent_read=True, limit=1)
            item = next(iter(found), None)
        return None if item is None else item.body

    def put(
        self,
        document: Mapping[str, Any],
        read_version: int,
        at: datetime,
        comment: str | None = None,
        published_by: str | None = None,
    ) -> int:
        _store(_SETTINGS, read_version + 1, at, dict(document), comment, published_by)
        return read_version + 1

    def versions(self, limit: int, start: str | None = None) -> Page[StoredVersion]:
        older = ReferenceItem.version < int(start) if start else None
        with our_errors():
            items = list(
                ReferenceItem.query(_SETTINGS, older, scan_index_forward=False, limit=limit + 1, consistent_read=True)
            )
        listed = [
            StoredVersion(int(item.version), times.instant(item.changed_at), item.comment, item.published_by)
            for item in items[:limit]
        ]
        return Page(listed, str(listed[-1].version) if len(items) > limit else None)


@dataclass
class CachedReference:
    """What is known is kept for `lifetime` seconds; a campaign that is not known is asked for again each time, because
    its response is refused without it. That an owner is no known user or queue is kept: each activation asks for it."""

    records: RecordStores
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
            cached: T | None = kept[1]
            return cached
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
        return self._record(CAMPAIGN, campaign_id)

    def campaign_at(self, campaign_id: str, moment: datetime) -> Campaign | None:
        return self.records(CAMPAIGN).at(campaign_id, moment)

    def source_code(self, source_code: str) -> SourceCode | None:
        from rekindle.domain.campaigns.source_code import SOURCE_CODE

        return self._record(SOURCE_CODE, source_code)

    def link(self, link_id: str) -> Link | None:
        from rekindle.domain.links.link import LINK

        return self._record(LINK, link_id)

    def account(self, account_id: str) -> Account | None:
        from rekindle.domain.records.account import ACCOUNT

        return self._record(ACCOUNT, account_id)

    def queue(self, queue_id: str) -> Queue | None:
        from rekindle.domain.records.queue import QUEUE

        return self._record(QUEUE, queue_id, also_none=True)

    def user(self, user_id: str) -> User | None:
        return self._record(USER, user_id, also_none=True)

    def user_at(self, user_id: str, moment: datetime) -> User | None:
        return self.records(USER).at(user_id, moment)

    def _record[R](self, kind: Kind[R], record_id: str, *, also_none: bool = False) -> R | None:
        return self._cached(f"{kind.name}#{record_id}", lambda: self.records(kind).get(record_id), also_none=also_none)
