"""Settings documents in memory, each an immutable version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.domain.core.errors import Conflict
from rekindle.domain.settings.stored_version import StoredVersion


@dataclass(frozen=True)
class MemorySettings:
    memory: Memory

    def current(self) -> tuple[int, Mapping[str, Any]]:
        documents = self.memory.documents
        return len(documents), documents[-1][0] if documents else {}

    def get(self, version: int) -> Mapping[str, Any] | None:
        documents = self.memory.documents
        return documents[version - 1][0] if 0 < version <= len(documents) else None

    def put(
        self,
        document: Mapping[str, Any],
        read_version: int,
        at: datetime,
        comment: str | None = None,
        published_by: str | None = None,
    ) -> int:
        with self.memory.lock:
            if len(self.memory.documents) != read_version:
                raise Conflict("the settings were changed since")
            self.memory.documents.append((document, at))
            self.memory.published[read_version + 1] = comment, published_by
            return read_version + 1

    def versions(self, limit: int, start: str | None = None) -> Page[StoredVersion]:
        newest = int(start) - 1 if start else len(self.memory.documents)
        numbers = list(range(newest, max(newest - limit, 0), -1))
        following = str(numbers[-1]) if numbers and numbers[-1] > 1 else None
        published = self.memory.published.get
        listed = [StoredVersion(n, self.memory.documents[n - 1][1], *published(n, ())) for n in numbers]
        return Page(listed, following)
