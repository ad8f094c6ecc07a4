"""Which contacts have an address or are of an account, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.adapters.memory.state import Memory


@dataclass(frozen=True)
class MemoryContacts:
    memory: Memory

    def add(self, key: str, person_id: str, version: int) -> None:
        with self.memory.lock:
            versions = self.memory.contact_keys.setdefault(key, {})
            versions[person_id] = max(version, versions.get(person_id, version))

    def remove(self, key: str, person_id: str, version: int) -> None:
        with self.memory.lock:
            versions = self.memory.contact_keys.get(key, {})
            if versions.get(person_id, version) < version:
                del versions[person_id]

    def having(self, key: str, limit: int) -> Sequence[str]:
        with self.memory.lock:
            return sorted(self.memory.contact_keys.get(key, {}))[:limit]
