"""Which notifications were sent, in memory."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.adapters.memory.state import Memory
from rekindle.application.ports.notifications import CLAIMED, SENT_KEPT, Claim


@dataclass(frozen=True)
class MemorySentNotifications:
    memory: Memory

    def claim(self, event_id: str, now: datetime) -> Claim:
        with self.memory.lock:
            stored = self.memory.sent_notifications.get(event_id)
            if stored is not None and stored[1] > now:
                return stored[0]
            self.memory.sent_notifications[event_id] = (Claim.ANOTHERS, now + CLAIMED)
            return Claim.OURS

    def sent(self, event_id: str, now: datetime) -> None:
        self.memory.sent_notifications[event_id] = (Claim.SENT, now + SENT_KEPT)
