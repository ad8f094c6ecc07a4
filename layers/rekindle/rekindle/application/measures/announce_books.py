"""Publish that a month was closed, and each adjustment of a closed month.

The statement is the outbox: its events follow from it, with the same ids each time, and are published until the bus
took all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.application.notifications.announce_changes import TRIES
from rekindle.application.ports.measures import Books
from rekindle.application.ports.notifications import Bus
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.measures.books import StoredState
from rekindle.domain.notifications.event import Event


@dataclass(frozen=True)
class AnnounceBooks:
    books: Books
    bus: Bus

    def __call__(self) -> None:
        """Of each closed month of which the bus did not take all yet. Raises Unavailable."""
        for month in self.books.unannounced():
            self._announce(month)
            self.books.announced(month)

    def _announce(self, month: str) -> None:
        left: Sequence[Event] = self._events(month)
        for _ in range(TRIES):
            if not left:
                break
            left = self.bus.publish(left)
        if left:
            raise Unavailable(f"the bus did not take {len(left)} events of {month}")

    def _events(self, month: str) -> list[Event]:
        closed, adjustments = self.books.previous(month), self.books.adjustments(month)
        if not isinstance(closed.known, StoredState):
            raise TypeError(f"{month} was not closed by a stack")
        at, version = closed.known.at, closed.settings_version
        detail = {
            "period": month,
            "sha256": closed.sha256,
            "closed_at": times.text(at),
            "adjustments": len(adjustments),
        }
        events = [Event(f"books-{month}-{digest(closed.sha256)}", "Books Closed", None, at, version, detail)]
        for place, shown in enumerate(adjustments):
            name = digest(closed.sha256, str(place))
            events.append(
                Event(
                    f"adjustment-{month}-{name}",
                    "Adjustment Recorded",
                    None,
                    at,
                    version,
                    {"open_period": month, **shown},
                )
            )
        return events
