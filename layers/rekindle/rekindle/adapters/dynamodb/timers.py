"""Timers: an item that a sweep can find, and a one-time schedule that fires on time.

The item is written with the status change itself, so that the sweep finds a schedule that was never made, or never
fired. It is written again with the schedule, because the settings may have changed in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.adapters.aws.scheduler import Schedules
from rekindle.adapters.dynamodb import writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.retention import DEFAULT, Retention, expiry
from rekindle.adapters.dynamodb.tables import LedgerItem, compact
from rekindle.adapters.dynamodb.writes import Image
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.timer import CrossingTimer, IndexRun, ReactivationTimer, ResponseTimer, Timer
from rekindle.domain.records.stamps import ChangeStamp

_TIMER = "timer"
SHARDS = 4
"""Partitions of the index by due date, so that a mass update of statuses is no hot key."""


def message_of(timer: Timer) -> dict[str, Any]:
    common = {"person_id": timer.person_id, "due": times.text(timer.due)}
    if isinstance(timer, ResponseTimer):
        return {**common, "response_id": timer.response_id}
    if isinstance(timer, CrossingTimer):
        crossing = timer.crossing
        return {**common, "previous": crossing.previous, "score": crossing.score, "stamp": str(crossing.stamp)}
    return {**common, "change": str(timer.change), "user_id": timer.user_id}


def due_of(message: Mapping[str, Any]) -> Timer | IndexRun:
    """What a message of the queue of what is due says."""
    return timer_of(message) if "due" in message else IndexRun(message["person_id"])


def timer_of(message: Mapping[str, Any]) -> Timer:
    person_id, due = message["person_id"], times.instant(message["due"])
    if "response_id" in message:
        return ResponseTimer(person_id, message["response_id"], due)
    if "score" in message:
        crossing = Crossing(message["previous"], message["score"], ChangeStamp.parse(message["stamp"]))
        return CrossingTimer(person_id, crossing, due)
    return ReactivationTimer(person_id, ChangeStamp.parse(message["change"]), due, message.get("user_id"))


@dataclass(frozen=True)
class ScheduledReactivationTimers:
    schedules: Schedules | None
    """None where the sweep finds what is due soon enough."""
    retention: Retention = DEFAULT

    def set(self, timer: Timer) -> None:
        item = LedgerItem(
            _partition(timer),
            timer.name,
            kind=_TIMER,
            body=message_of(timer),
            due_shard=_shard(timer),
            due_at=times.sortable(timer.due),
            expires=expiry(timer.due, self.retention.timers),
        )
        with our_errors():
            item.save()
        if self.schedules is not None:
            self.schedules.create(timer.name, timer.due, message_of(timer))

    def done(self, timer: Timer) -> None:
        with our_errors():
            LedgerItem(_partition(timer), timer.name).delete()

    def overdue(self, before: datetime, limit: int) -> Sequence[Timer]:
        timers: list[Timer] = []
        with our_errors():
            for shard in range(SHARDS):
                due = LedgerItem.due.query(str(shard), LedgerItem.due_at < times.sortable(before), limit=limit)
                timers.extend(timer_of(item.body) for item in due)
        return sorted(timers, key=lambda timer: timer.due)[:limit]


def timer_image(timer: ReactivationTimer) -> Image:
    """The item as it is written with the status change."""
    return writes.texts(
        {
            "person": _partition(timer),
            "entry": timer.name,
            "kind": _TIMER,
            "body": compact(message_of(timer)),
            "due_shard": _shard(timer),
            "due_at": times.sortable(timer.due),
        }
    )


def _shard(timer: Timer) -> str:
    return str(int(digest(timer.name), 16) % SHARDS)


def _partition(timer: Timer) -> str:
    return f"timer#{digest(timer.person_id)}"
