"""Ports of webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rekindle.domain.core.errors import Refusal
    from rekindle.domain.webhooks.item import Item, RawWebhook
    from rekindle.domain.webhooks.webhook import Webhook


class Secrets(Protocol):
    def named(self, arn: str) -> Sequence[str]:
        """The secret, and the one before it while both hold. From memory, at most a minute old. Raises Unavailable."""
        ...


class ReceivedWebhooks(Protocol):
    def keep(self, raw: RawWebhook) -> None:
        """Keep what was received until it is applied. Raises Unavailable."""
        ...


class Mapper(Protocol):
    def __call__(self, webhook: Webhook, raw: RawWebhook, person_of: Callable[[str], str]) -> list[Item]:
        """What the webhook's mapping makes of a body. `person_of`: who has an e-mail address. Raises Malformed."""
        ...


class FactsQueue(Protocol):
    def send(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Send facts to where those of the bus go. Raises Unavailable where some were not taken: sent again, they are
        the same facts."""
        ...


class RefusedItems(Protocol):
    def keep(self, raw: RawWebhook, item: Item, refusal: Refusal) -> None:
        """Keep an item until somebody handles it. Sent again, it is mapped again."""
        ...
