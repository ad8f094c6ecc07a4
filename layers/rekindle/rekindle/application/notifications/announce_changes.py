"""Publish what was saved: the stream of the ledger is the outbox, so nothing is announced that was not committed."""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.application.ports.notifications import Bus
from rekindle.domain.imports.file_import import ImportEnded
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.notifications.event import Event
from rekindle.domain.notifications.events import events_from
from rekindle.domain.reactivation.decision import Decision

TRIES = 3


@dataclass(frozen=True)
class AnnounceChanges:
    """Answers the records whose events were not all taken, after the ones that failed were sent again alone."""

    bus: Bus

    def __call__(self, records: Sequence[Decision | Entry | ImportEnded]) -> list[int]:
        """Positions of the records that are to be delivered again. Their events keep their ids."""
        events: list[Event] = []
        record_of: dict[str, int] = {}
        for position, record in enumerate(records):
            for event in events_from(record):
                events.append(event)
                record_of[event.event_id] = position
        left: Sequence[Event] = events
        for _ in range(TRIES):
            if not left:
                break
            left = self.bus.publish(left)
        return sorted({record_of[event.event_id] for event in left})
