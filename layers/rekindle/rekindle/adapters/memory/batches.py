"""Backfills in memory."""

from dataclasses import dataclass

from rekindle.adapters.memory.pages import forward
from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.domain.core.errors import Conflict
from rekindle.domain.reactivation.batch import Batch, Member


@dataclass(frozen=True)
class MemoryBatches:
    memory: Memory

    def get(self, batch_id: str) -> Batch | None:
        return self.memory.batches.get(batch_id)

    def put(self, batch: Batch, read_version: int) -> None:
        with self.memory.lock:
            stored = self.memory.batches.get(batch.batch_id)
            if (stored.version if stored else 0) != read_version:
                raise Conflict("the batch was changed since")
            self.memory.batches[batch.batch_id] = batch

    def members(self, batch_id: str, limit: int, start: str | None = None) -> Page[Member]:
        with self.memory.lock:
            return forward(self.memory.members.get(batch_id, {}), limit, start)
