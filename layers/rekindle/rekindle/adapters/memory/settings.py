"""Settings documents in memory, each an immutable version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.domain.core.errors import Conflict


@dataclass(frozen=True)
class MemorySettings:
    memory: Memory

    def current(self) -> tuple[int, Mapping[str, Any]]:
        documents = self.memory.documents
        return len(documents), documents[-1][0] if documents else {}

    def get(self, version: int) -> Mapping[str, Any] | None:
        documents = self.memory.documents
        return documents[version - 1][0] if 0 < version <= len(documents) else None

    def put(self, document: Mapping[str, Any], read_version: int, at: datetime) -> int:
        with self.memory.lock:
            if len(self.memory.documents) != read_version:
                raise Conflict("the settings were changed since")
            self.memory.documents.append((document, at))
            return read_version + 1

    def versions(self, limit: int, start: str | None = None) -> Page[tuple[int, datetime]]:
        newest = int(start) - 1 if start else len(self.memory.documents)
        numbers = list(range(newest, max(newest - limit, 0), -1))
        following = str(numbers[-1]) if numbers and numbers[-1] > 1 else None
        return Page([(n, self.memory.documents[n - 1][1]) for n in numbers], following)
