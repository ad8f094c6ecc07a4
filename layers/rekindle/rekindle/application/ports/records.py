"""Ports of the records of a CRM, by kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from rekindle.application.ports import Page

if TYPE_CHECKING:
    from rekindle.domain.campaigns.campaign import Campaign
    from rekindle.domain.campaigns.source_code import SourceCode
    from rekindle.domain.links.link import Link
    from rekindle.domain.records.account import Account
    from rekindle.domain.records.kind import Kind
    from rekindle.domain.records.opportunity import Opportunity
    from rekindle.domain.records.queue import Queue
    from rekindle.domain.records.task import Task
    from rekindle.domain.records.user import User
    from rekindle.domain.settings.settings import Settings


class Reference(Protocol):
    """Campaigns, accounts, queues, users and settings as the decisions read them: from memory, at most `age` old."""

    @property
    def age(self) -> timedelta: ...

    def settings(self) -> Settings: ...

    def campaign(self, campaign_id: str) -> Campaign | None: ...

    def campaign_at(self, campaign_id: str, moment: datetime) -> Campaign | None:
        """The campaign as it was stored at an instant."""
        ...

    def source_code(self, source_code: str) -> SourceCode | None: ...

    def link(self, link_id: str) -> Link | None: ...

    def account(self, account_id: str) -> Account | None: ...

    def queue(self, queue_id: str) -> Queue | None: ...

    def user(self, user_id: str) -> User | None: ...

    def user_at(self, user_id: str, moment: datetime) -> User | None:
        """The user as it was stored at an instant."""
        ...

    def settings_at(self, version: int) -> Settings: ...


class Records[R](Protocol):
    """Records of one kind, by id."""

    def get(self, record_id: str) -> R | None: ...

    def put(self, record: R, read_version: int) -> None:
        """Raises Conflict where the stored version is no longer `read_version` (0: where there is one)."""
        ...

    def at(self, record_id: str, moment: datetime) -> R | None:
        """The record as it was stored at an instant: of kinds whose versions keep when that was."""
        ...

    def newest(self, limit: int, start: str | None = None) -> Page[R]:
        """The records of a kind that is listed, the one that became known last first."""
        ...

    def rewrite(self, record_id: str, change: Callable[[R], R]) -> None:
        """Change every version that is stored of a record."""
        ...


class RecordStores(Protocol):
    """The records of each kind."""

    def __call__[R](self, kind: Kind[R]) -> Records[R]: ...


type Campaigns = Records[Campaign]
type Queues = Records[Queue]
type Users = Records[User]
type Tasks = Records[Task]
type Opportunities = Records[Opportunity]
