"""A topic that keeps what was published."""

from dataclasses import dataclass, field

from rekindle.domain.core.errors import Unavailable
from rekindle.domain.notifications.notification import Message


@dataclass
class MemoryTopic:
    """Keeps what was published; refuses as often as `refusals` says."""

    published: list[Message] = field(default_factory=list)
    refusals: int = 0

    def publish(self, message: Message) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("the topic did not answer")
        self.published.append(message)
