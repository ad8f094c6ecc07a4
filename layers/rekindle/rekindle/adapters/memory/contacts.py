"""Who has an e-mail address, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.adapters.memory.state import Memory


@dataclass(frozen=True)
class MemoryContacts:
    memory: Memory

    def add(self, address: str, person_id: str, version: int) -> None:
        with self.memory.lock:
            versions = self.memory.addresses.setdefault(address, {})
            versions[person_id] = max(version, versions.get(person_id, version))

    def remove(self, address: str, person_id: str, version: int) -> None:
        with self.memory.lock:
            versions = self.memory.addresses.get(address, {})
            if versions.get(person_id, version) < version:
                del versions[person_id]

    def having(self, address: str, limit: int) -> Sequence[str]:
        with self.memory.lock:
            return sorted(self.memory.addresses.get(address, {}))[:limit]
