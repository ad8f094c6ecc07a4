"""Timers: an item that a sweep can find, and a one-time schedule that fires on time.

The item comes first, so that a schedule that was never made, or never fired, is found by the sweep.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem
from rekindle.domain import times
from rekindle.domain.decision import digest
from rekindle.domain.errors import Unavailable
from rekindle.domain.ordering import Mark
from rekindle.domain.timer import Timer

SHARDS = 4
"""Partitions of the index by due date, so that a mass update of statuses is no hot key."""


def message_of(timer: Timer) -> dict[str, Any]:
    return {
        "person_id": timer.person_id,
        "change": str(timer.change),
        "due": times.text(timer.due),
        "user_id": timer.user_id,
    }


def timer_of(message: Mapping[str, Any]) -> Timer:
    return Timer(
        message["person_id"], Mark.parse(message["change"]), times.instant(message["due"]), message.get("user_id")
    )


@dataclass(frozen=True)
class ScheduledTimers:
    open_scheduler: Callable[[], Any]
    """Opens the client: most functions set no timers."""
    group: str
    queue_arn: str
    """Where a schedule sends its timer."""
    role_arn: str
    dead_letter_arn: str

    def set(self, timer: Timer) -> None:
        shard = int(digest(timer.name), 16) % SHARDS
        item = LedgerItem(
            _partition(timer),
            timer.name,
            kind="timer",
            body=message_of(timer),
            due_shard=str(shard),
            due_at=_sortable(timer.due),
        )
        with our_errors():
            item.save()
        self._schedule(timer)

    def _schedule(self, timer: Timer) -> None:
        scheduler = self.open_scheduler()
        try:
            scheduler.create_schedule(
                GroupName=self.group,
                Name=timer.name,
                # A schedule knows whole seconds, and must not fire before its time.
                ScheduleExpression=f"at({timer.due + timedelta(milliseconds=999):%Y-%m-%dT%H:%M:%S})",
                ActionAfterCompletion="DELETE",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={
                    "Arn": self.queue_arn,
                    "RoleArn": self.role_arn,
                    "Input": json.dumps(message_of(timer), ensure_ascii=False),
                    "DeadLetterConfig": {"Arn": self.dead_letter_arn},
                },
            )
        except scheduler.exceptions.ConflictException:
            return  # The same change was delivered before, and its timer is set.
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"Scheduler: {error}") from error

    def done(self, timer: Timer) -> None:
        with our_errors():
            LedgerItem(_partition(timer), timer.name).delete()

    def overdue(self, before: datetime, limit: int) -> Sequence[Timer]:
        found: list[Timer] = []
        with our_errors():
            for shard in range(SHARDS):
                due = LedgerItem.due.query(str(shard), LedgerItem.due_at < _sortable(before), limit=limit)
                found.extend(timer_of(item.body) for item in due)
        return sorted(found, key=lambda timer: timer.due)[:limit]


def _sortable(moment: datetime) -> str:
    """Of one length, so that texts sort as instants do."""
    return moment.isoformat(timespec="milliseconds")


def _partition(timer: Timer) -> str:
    return f"timer#{digest(timer.person_id)}"
