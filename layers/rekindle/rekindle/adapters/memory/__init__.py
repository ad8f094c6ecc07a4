"""The ports in memory, one file a port: for the simulator, and for tests. The same promises as on DynamoDB, under one
lock."""

from rekindle.adapters.memory.accounts import MemoryAccounts, MemoryStores
from rekindle.adapters.memory.batches import MemoryBatches
from rekindle.adapters.memory.bus import MemoryBus
from rekindle.adapters.memory.contacts import MemoryContacts
from rekindle.adapters.memory.failures import MemoryFailures
from rekindle.adapters.memory.ledger import MemoryLedger
from rekindle.adapters.memory.people import MemoryCandidates, MemoryPeople
from rekindle.adapters.memory.pools import MemoryPools
from rekindle.adapters.memory.ports import MemoryPorts
from rekindle.adapters.memory.records import MemoryRecords
from rekindle.adapters.memory.reference import MemoryReference
from rekindle.adapters.memory.scores import MemoryScores
from rekindle.adapters.memory.sent_notifications import MemorySentNotifications
from rekindle.adapters.memory.settings import MemorySettings
from rekindle.adapters.memory.state import Memory
from rekindle.adapters.memory.timers import MemoryAssignmentTimers, MemoryReactivationTimers, MemoryRoutings
from rekindle.adapters.memory.topic import MemoryTopic

__all__ = [
    "Memory",
    "MemoryAccounts",
    "MemoryAssignmentTimers",
    "MemoryBatches",
    "MemoryBus",
    "MemoryCandidates",
    "MemoryContacts",
    "MemoryFailures",
    "MemoryLedger",
    "MemoryPeople",
    "MemoryPools",
    "MemoryPorts",
    "MemoryReactivationTimers",
    "MemoryRecords",
    "MemoryReference",
    "MemoryRoutings",
    "MemoryScores",
    "MemorySentNotifications",
    "MemorySettings",
    "MemoryStores",
    "MemoryTopic",
]
