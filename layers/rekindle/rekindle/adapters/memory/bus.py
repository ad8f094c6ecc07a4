"""An event bus that keeps what was published."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from rekindle.domain.notifications.event import Event


@dataclass
class MemoryBus:
    """Keeps what was published; `refusals` are the positions of events that are not taken, one set for each call."""

    published: list[Event] = field(default_factory=list)
    refusals: deque[set[int]] = field(default_factory=deque)

    def publish(self, events: Sequence[Event]) -> Sequence[Event]:
        refused = self.refusals.popleft() if self.refusals else set()
        self.published.extend(event for i, event in enumerate(events) if i not in refused)
        return [event for i, event in enumerate(events) if i in refused]
