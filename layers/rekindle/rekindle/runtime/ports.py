"""What the use cases are built from. The ports are wired in two places: `runtime.aws` and `adapters.memory.ports`."""

from typing import TYPE_CHECKING, Protocol

from rekindle.application.ports import Clock
from rekindle.application.ports.assignment import AccountDirectory, AssignmentTimers, Pools, Routings
from rekindle.application.ports.console import Sessions
from rekindle.application.ports.continuations import Continuations
from rekindle.application.ports.failures import Destinations, Failures
from rekindle.application.ports.imports import ImportFiles, ManyRecords
from rekindle.application.ports.links import Clicks
from rekindle.application.ports.measures import (
    Books,
    Census,
    Closings,
    CountedCampaigns,
    Drawings,
    DrawnLists,
    StoredCycles,
    StoredShares,
)
from rekindle.application.ports.notifications import Bus, SentNotifications
from rekindle.application.ports.people import Contacts, Duplicates, People, Scores
from rekindle.application.ports.reactivation import Batches, Ledger, ReactivationTimers
from rekindle.application.ports.records import RecordStores, Reference
from rekindle.application.ports.settings import SettingsVersions
from rekindle.application.ports.webhooks import FactsQueue, Mapper, ReceivedWebhooks, RefusedItems, Secrets

if TYPE_CHECKING:
    pass


class Ports(Protocol):
    """Every port, by its name."""

    @property
    def people(self) -> People: ...

    @property
    def scores(self) -> Scores: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def reference(self) -> Reference: ...

    @property
    def records(self) -> RecordStores: ...

    @property
    def directory(self) -> AccountDirectory: ...

    @property
    def contacts(self) -> Contacts: ...

    @property
    def duplicates(self) -> Duplicates: ...

    @property
    def versions(self) -> SettingsVersions: ...

    @property
    def timers(self) -> ReactivationTimers: ...

    @property
    def waits(self) -> AssignmentTimers: ...

    @property
    def pools(self) -> Pools: ...

    @property
    def routings(self) -> Routings: ...

    @property
    def batches(self) -> Batches: ...

    @property
    def sent_notifications(self) -> SentNotifications: ...

    @property
    def failures(self) -> Failures: ...

    @property
    def destinations(self) -> Destinations: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def clicks(self) -> Clicks: ...

    @property
    def link_key(self) -> str: ...

    @property
    def received_webhooks(self) -> ReceivedWebhooks: ...

    @property
    def webhook_mapper(self) -> Mapper: ...

    @property
    def facts_queue(self) -> FactsQueue: ...

    @property
    def refused_items(self) -> RefusedItems: ...

    @property
    def continuations(self) -> Continuations | None: ...

    @property
    def census(self) -> Census: ...

    @property
    def counted_campaigns(self) -> CountedCampaigns: ...

    @property
    def stored_shares(self) -> StoredShares: ...

    @property
    def books(self) -> Books: ...

    @property
    def closings(self) -> Closings: ...

    @property
    def drawn_lists(self) -> DrawnLists: ...

    @property
    def drawings(self) -> Drawings: ...

    @property
    def bus(self) -> Bus: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def import_files(self) -> ImportFiles: ...

    @property
    def stored_cycles(self) -> StoredCycles: ...

    @property
    def many(self) -> ManyRecords: ...

    @property
    def clock(self) -> Clock: ...
