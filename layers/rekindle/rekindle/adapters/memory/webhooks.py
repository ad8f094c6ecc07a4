"""Secrets and queues of webhooks in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rekindle.adapters.memory.state import Memory
from rekindle.domain.core.errors import Refusal, Unavailable
from rekindle.domain.webhooks.item import Item, RawWebhook


@dataclass(frozen=True)
class MemorySecrets:
    memory: Memory

    def named(self, arn: str) -> Sequence[str]:
        if arn not in self.memory.secrets:
            raise Unavailable("the secret of the webhook cannot be read")
        return self.memory.secrets[arn]


@dataclass(frozen=True)
class MemoryReceivedWebhooks:
    memory: Memory

    def keep(self, raw: RawWebhook) -> None:
        self.memory.webhooks.append(raw)


@dataclass(frozen=True)
class MemoryFactsQueue:
    memory: Memory

    def send(self, events: Sequence[Mapping[str, Any]]) -> None:
        self.memory.facts.extend(events)


@dataclass(frozen=True)
class MemoryRefusedItems:
    memory: Memory

    def keep(self, raw: RawWebhook, item: Item, refusal: Refusal) -> None:
        self.memory.refused_items.append((raw, item, refusal))
