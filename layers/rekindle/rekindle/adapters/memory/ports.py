"""The wiring of the ports in memory."""

from functools import cached_property

from rekindle.adapters.books import FiledBooks
from rekindle.adapters.memory.accounts import MemoryAccounts, MemoryStores
from rekindle.adapters.memory.batches import MemoryBatches
from rekindle.adapters.memory.books import MemoryClosings, MemoryDrawings, MemoryFiles
from rekindle.adapters.memory.bus import MemoryBus
from rekindle.adapters.memory.census import MemoryCensus
from rekindle.adapters.memory.clicks import MemoryClicks
from rekindle.adapters.memory.contacts import MemoryContacts
from rekindle.adapters.memory.counted_campaigns import MemoryCountedCampaigns
from rekindle.adapters.memory.counted_months import MemoryStoredCycles, MemoryStoredShares
from rekindle.adapters.memory.duplicates import MemoryDuplicates
from rekindle.adapters.memory.failures import MemoryDestinations, MemoryFailures
from rekindle.adapters.memory.imports import MemoryImportFiles, MemoryManyRecords
from rekindle.adapters.memory.ledger import MemoryLedger
from rekindle.adapters.memory.people import MemoryPeople
from rekindle.adapters.memory.pools import MemoryPools
from rekindle.adapters.memory.reference import MemoryReference
from rekindle.adapters.memory.scores import MemoryScores
from rekindle.adapters.memory.sent_notifications import MemorySentNotifications
from rekindle.adapters.memory.sessions import MemorySessions
from rekindle.adapters.memory.settings import MemorySettings
from rekindle.adapters.memory.state import Memory
from rekindle.adapters.memory.timers import MemoryAssignmentTimers, MemoryReactivationTimers, MemoryRoutings
from rekindle.adapters.memory.webhooks import (
    MemoryFactsQueue,
    MemoryReceivedWebhooks,
    MemoryRefusedItems,
    MemorySecrets,
)
from rekindle.adapters.targets import FiledLists
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

LINK_KEY = "links"
"""Names the secret that signs the tokens of links."""


class MemoryPorts:
    """Every port, over one memory. Whoever has another for one of them puts it in its place."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        reference = MemoryReference(memory)
        self.people: People = MemoryPeople(memory, reference)
        self.scores: Scores = MemoryScores(memory)
        self.ledger: Ledger = MemoryLedger(memory)
        self.reference: Reference = reference
        self.records: RecordStores = MemoryStores(memory)
        self.directory: AccountDirectory = MemoryAccounts(memory)
        self.contacts: Contacts = MemoryContacts(memory)
        self.duplicates: Duplicates = MemoryDuplicates(memory)
        self.versions: SettingsVersions = MemorySettings(memory)
        self.timers: ReactivationTimers = MemoryReactivationTimers(memory)
        self.waits: AssignmentTimers = MemoryAssignmentTimers(memory)
        self.pools: Pools = MemoryPools(memory)
        self.routings: Routings = MemoryRoutings(memory)
        self.batches: Batches = MemoryBatches(memory)
        self.sent_notifications: SentNotifications = MemorySentNotifications(memory)
        self.failures: Failures = MemoryFailures(memory)
        self.destinations: Destinations = MemoryDestinations(memory)
        self.continuations: Continuations | None = None
        self.secrets: Secrets = MemorySecrets(memory)
        self.received_webhooks: ReceivedWebhooks = MemoryReceivedWebhooks(memory)
        self.facts_queue: FactsQueue = MemoryFactsQueue(memory)
        self.refused_items: RefusedItems = MemoryRefusedItems(memory)
        self.census: Census = MemoryCensus(memory)
        self.counted_campaigns: CountedCampaigns = MemoryCountedCampaigns(memory)
        self.stored_shares: StoredShares = MemoryStoredShares(memory)
        self.books: Books = FiledBooks(MemoryFiles(memory))
        self.closings: Closings = MemoryClosings(memory)
        self.drawn_lists: DrawnLists = FiledLists(MemoryFiles(memory))
        self.drawings: Drawings = MemoryDrawings(memory)
        self.bus: Bus = MemoryBus()
        self.stored_cycles: StoredCycles = MemoryStoredCycles(memory)
        self.clicks: Clicks = MemoryClicks(memory)
        self.sessions: Sessions = MemorySessions()
        self.link_key = LINK_KEY
        self.import_files: ImportFiles = MemoryImportFiles()
        self.many: ManyRecords = MemoryManyRecords(memory, self.people)
        self.clock = clock

    @cached_property
    def webhook_mapper(self) -> Mapper:
        # A simulation has no webhooks, and loads no expressions.
        from rekindle.adapters.sources.webhooks.mapper import mapped

        return mapped
