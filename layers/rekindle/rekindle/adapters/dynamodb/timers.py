"""ReactivationTimers: an item that a sweep can find, and a one-time schedule that fires on time.

The item comes first, so that a schedule that was never made, or never fired, is found by the sweep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.adapters.aws.scheduler import Schedules
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.reactivation.timer import ReactivationTimer, ResponseTimer, Timer
from rekindle.domain.records.stamps import ChangeStamp

SHARDS = 4
"""Partitions of the index by due date, so that a mass update of statuses is no hot key."""


def message_of(timer: Timer) -> dict[str, Any]:
    common = {"person_id": timer.person_id, "due": times.text(timer.due)}
    if isinstance(timer, ResponseTimer):
        return {**common, "response_id": timer.response_id}
    return {**common, "change": str(timer.change), "user_id": timer.user_id}


def timer_of(message: Mapping[str, Any]) -> Timer:
    person_id, due = message["person_id"], times.instant(message["due"])
    if "response_id" in message:
        return ResponseTimer(person_id, message["response_id"], due)
    return ReactivationTimer(person_id, ChangeStamp.parse(message["change"]), due, message.get("user_id"))


@dataclass(frozen=True)
class ScheduledReactivationTimers:
    schedules: Schedules

    def set(self, timer: Timer) -> None:
        shard = int(digest(timer.name), 16) % SHARDS
        item = LedgerItem(
            _partition(timer),
            timer.name,
            kind="timer",
            body=message_of(timer),
            due_shard=str(shard),
            due_at=times.sortable(timer.due),
        )
        with our_errors():
            item.save()
        self.schedules.create(timer.name, timer.due, message_of(timer))

    def done(self, timer: Timer) -> None:
        with our_errors():
            LedgerItem(_partition(timer), timer.name).delete()

    def overdue(self, before: datetime, limit: int) -> Sequence[Timer]:
        found: list[Timer] = []
        with our_errors():
            for shard in range(SHARDS):
                due = LedgerItem.due.query(str(shard), LedgerItem.due_at < times.sortable(before), limit=limit)
                found.extend(timer_of(item.body) for item in due)
        return sorted(found, key=lambda timer: timer.due)[:limit]


def _partition(timer: Timer) -> str:
    return f"timer#{digest(timer.person_id)}"
