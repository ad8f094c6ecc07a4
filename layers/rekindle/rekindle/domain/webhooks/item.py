"""What a mapping made of a webhook's body, item by item."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.domain.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class RawWebhook:
    """What a sender sent, and proved to be its own."""

    source: str
    body: bytes
    received_at: datetime
    content_type: str = ""
    is_item: bool = False
    """Whether it is an item of what was sent, and not a whole body."""


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a body that is applied by itself: whole or not at all."""

    content: Any
    events: tuple[Mapping[str, Any], ...] = ()
    """The facts, in the envelope of the bus; none where the item is none of our business."""
    refusal: Refusal | None = None
    """Why it is not applied."""
    decision_ids: tuple[str, ...] = ()
    """Of the decisions that its responses lead to: each is made when the response is recorded."""
    person_ids: tuple[str, ...] = ()
    """The people whom it names, as far as that is known."""
