"""Files, and what another function is to do, in memory."""

from collections.abc import Iterable
from dataclasses import dataclass

from rekindle.adapters.memory.state import Memory
from rekindle.domain.core.errors import Conflict, NotFound


@dataclass(frozen=True)
class MemoryFiles:
    memory: Memory

    def read(self, key: str) -> bytes:
        try:
            return self.memory.files[key]
        except KeyError:
            raise NotFound(f"{key}: there is no such file") from None

    def keys(self, prefix: str) -> Iterable[str]:
        return [key for key in sorted(self.memory.files) if key.startswith(prefix)]

    def write(self, key: str, body: bytes) -> None:
        self.memory.files[key] = body

    def create(self, key: str, body: bytes) -> None:
        with self.memory.lock:
            if key in self.memory.files:
                raise Conflict(f"{key}: there is such a file")
            self.write(key, body)


@dataclass(frozen=True)
class MemoryClosings:
    memory: Memory

    def start(self, month: str) -> None:
        self.memory.closings.append(month)


@dataclass(frozen=True)
class MemoryDrawings:
    memory: Memory

    def start(self, list_id: str, campaign_id: str | None = None) -> None:
        self.memory.drawings.append((list_id, campaign_id))
