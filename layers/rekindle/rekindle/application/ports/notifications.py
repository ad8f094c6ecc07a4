"""Ports of messages to people, and of events on the bus."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rekindle.domain.notifications.event import Event
    from rekindle.domain.notifications.notification import Message
    from rekindle.domain.notifications.template import Template, Text, Values


class SentNotifications(Protocol):
    """Which notifications were sent."""

    def claim(self, event_id: str, now: datetime) -> Claim:
        """Take it upon oneself to send a notification, for `CLAIMED`. Whoever dies meanwhile leaves it to others."""
        ...

    def sent(self, event_id: str, now: datetime) -> None:
        """It was sent, and is not to be sent again for as long as anybody may deliver its event again."""
        ...


class Claim(StrEnum):
    OURS = "ours"
    ANOTHERS = "anothers"
    """Somebody else is about to send it, or died over it."""
    SENT = "sent"


CLAIMED = timedelta(minutes=1)
"""Longer than the function that sends may run, shorter than its queue hides a message."""
SENT_KEPT = timedelta(days=30)
"""A message waits up to two weeks in its queue, and as long again in the failure queue."""


class Templates(Protocol):
    def write(self, name: str, template: Template, values: Values) -> Text:
        """What a template makes of what its names stand for. Raises BadTemplate."""
        ...


class Topic(Protocol):
    def publish(self, message: Message) -> None:
        """Notify all subscribers. Raises Unavailable, also where it is not known whether it was sent."""
        ...


class Bus(Protocol):
    def publish(self, events: Sequence[Event]) -> Sequence[Event]:
        """Publish events; answers those that were not taken, to be sent again."""
        ...
