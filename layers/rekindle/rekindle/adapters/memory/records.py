"""Reference records in memory."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rekindle.adapters.memory.state import Memory
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core.errors import Conflict
from rekindle.domain.records.opportunity import Opportunity
from rekindle.domain.records.queue import Queue
from rekindle.domain.records.task import Task
from rekindle.domain.records.user import User


@dataclass(frozen=True)
class MemoryVersions[R: (Campaign, User)]:
    """Records of which every version is kept: past decisions are explained by them."""

    lock: threading.RLock
    versions: dict[str, list[R]]
    id_of: Callable[[R], str]

    def get(self, record_id: str) -> R | None:
        kept = self.versions.get(record_id)
        return kept[-1] if kept else None

    def put(self, record: R, read_version: int) -> None:
        with self.lock:
            kept = self.versions.setdefault(self.id_of(record), [])
            if (kept[-1].version if kept else 0) != read_version:
                raise Conflict("the record was changed since")
            kept.append(record)

    def at(self, record_id: str, moment: datetime) -> R | None:
        kept = self.versions.get(record_id, [])
        known = [record for record in kept if record.changed_at is None or record.changed_at <= moment]
        return known[-1] if known else None


@dataclass(frozen=True)
class MemoryRecords[R: (Queue, Task, Opportunity)]:
    lock: threading.RLock
    records: dict[str, R]
    id_of: Callable[[R], str]

    def get(self, record_id: str) -> R | None:
        return self.records.get(record_id)

    def put(self, record: R, read_version: int) -> None:
        with self.lock:
            stored = self.records.get(self.id_of(record))
            if (stored.version if stored else 0) != read_version:
                raise Conflict("the record was changed since")
            self.records[self.id_of(record)] = record


def memory_campaigns(memory: Memory) -> MemoryVersions[Campaign]:
    return MemoryVersions(memory.lock, memory.campaigns, lambda campaign: campaign.campaign_id)


def memory_users(memory: Memory) -> MemoryVersions[User]:
    return MemoryVersions(memory.lock, memory.users, lambda user: user.user_id)


def memory_queues(memory: Memory) -> MemoryRecords[Queue]:
    return MemoryRecords(memory.lock, memory.queues, lambda queue: queue.queue_id)


def memory_tasks(memory: Memory) -> MemoryRecords[Task]:
    return MemoryRecords(memory.lock, memory.tasks, lambda task: task.task_id)


def memory_opportunities(memory: Memory) -> MemoryRecords[Opportunity]:
    return MemoryRecords(memory.lock, memory.opportunities, lambda opportunity: opportunity.opportunity_id)
