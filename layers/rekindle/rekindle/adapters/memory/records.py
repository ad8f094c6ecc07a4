"""Records of one kind in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.domain.core.errors import Conflict
from rekindle.domain.records.kind import Kind


@dataclass(frozen=True)
class MemoryRecords[R]:
    """Records of one kind. Where past decisions are explained by its versions, every version is kept."""

    memory: Memory
    kind: Kind[R]

    def get(self, record_id: str) -> R | None:
        versions = self._versions.get(record_id)
        return versions[-1] if versions else None

    def put(self, record: R, read_version: int) -> None:
        with self.memory.lock:
            versions = self._versions.setdefault(getattr(record, self.kind.id), [])
            if (_version_of(versions[-1]) if versions else 0) != read_version:
                raise Conflict(f"the {self.kind.name} was changed since")
            if not self.kind.versioned:
                versions.clear()
            versions.append(record)

    def rewrite(self, record_id: str, change: Callable[[R], R]) -> None:
        with self.memory.lock:
            self._versions[record_id] = [change(record) for record in self._versions.get(record_id, ())]

    def newest(self, limit: int, start: str | None = None) -> Page[R]:
        with self.memory.lock:
            newest = [versions[-1] for versions in reversed(self._versions.values())]
        begin = int(start) if start else 0
        following = str(begin + limit) if len(newest) > begin + limit else None
        return Page(newest[begin : begin + limit], following)

    def at(self, record_id: str, moment: datetime) -> R | None:
        return stored_at(self._versions.get(record_id, ()), moment)

    @property
    def _versions(self) -> dict[str, list[R]]:
        return self.memory.reference[self.kind.name]


def _version_of(record: Any) -> int:
    version: int = record.version
    return version


def stored_at[R](versions: Sequence[R], moment: datetime) -> R | None:
    """Of the versions of a record the one that was stored last by an instant."""
    stored = (getattr(version, "changed_at", None) for version in versions)
    known = [version for version, at in zip(versions, stored, strict=True) if at is None or at <= moment]
    return known[-1] if known else None
