"""One-time schedules of EventBridge Scheduler: each sends a message to a queue at its time, and is gone."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.application.ports import Clock
from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Unavailable

SOON = timedelta(seconds=10)
"""What is due within it may be past when Scheduler is asked, and Scheduler refuses an instant that is past."""


@dataclass(frozen=True)
class Schedules:
    open_scheduler: Callable[[], Any]
    """Opens the client: most functions set no schedules."""
    open_queues: Callable[[], Any]
    group: str
    queue_arn: str
    """Where a schedule sends its message."""
    queue_url: str
    role_arn: str
    dead_letter_arn: str
    clock: Clock

    def create(self, name: str, due: datetime, message: Mapping[str, Any]) -> None:
        """Have the message in the queue once it is due, and not before. The same schedule again changes nothing; what
        is due already is sent again, and whoever reads the queue knows it. Raises Unavailable."""
        left = due - self.clock()
        if left <= SOON:
            self._send(message, max(0, math.ceil(left.total_seconds())))
        else:
            self._schedule(name, due, message)

    def _send(self, message: Mapping[str, Any], delay: int) -> None:
        """`delay` is in seconds."""
        try:
            self.open_queues().send_message(QueueUrl=self.queue_url, MessageBody=_text(message), DelaySeconds=delay)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"SQS: {error}") from error

    def _schedule(self, name: str, due: datetime, message: Mapping[str, Any]) -> None:
        scheduler = self.open_scheduler()
        try:
            scheduler.create_schedule(
                GroupName=self.group,
                Name=name,
                # A schedule knows whole seconds, and must not fire before its time.
                ScheduleExpression=f"at({due + timedelta(milliseconds=999):%Y-%m-%dT%H:%M:%S})",
                ActionAfterCompletion="DELETE",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={
                    "Arn": self.queue_arn,
                    "RoleArn": self.role_arn,
                    "Input": _text(message),
                    "DeadLetterConfig": {"Arn": self.dead_letter_arn},
                },
            )
        except scheduler.exceptions.ConflictException:
            return  # The same change was delivered before, and its schedule is set.
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"Scheduler: {error}") from error


def _text(message: Mapping[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)


@dataclass(frozen=True)
class ScheduledAssignmentTimers:
    schedules: Schedules

    def set(self, wait: AssignmentTimer) -> None:
        self.schedules.create(wait.name, wait.due, message_of(wait))


@dataclass(frozen=True)
class ScheduledRoutings:
    schedules: Schedules

    def again(self, person_id: str, assignment_id: str, at: datetime) -> None:
        name = f"{digest(person_id)}-{digest('route', assignment_id, times.text(at))}"
        # As the router hears it from the bus.
        started = {"person_id": person_id, "assignment_id": assignment_id}
        self.schedules.create(name, at, {"detail": started})


def message_of(wait: AssignmentTimer) -> dict[str, Any]:
    return {"person_id": wait.person_id, "assignment_id": wait.assignment_id, "due": times.text(wait.due)}


def assignment_timer(message: Mapping[str, Any]) -> AssignmentTimer:
    return AssignmentTimer(message["person_id"], message["assignment_id"], times.instant(message["due"]))
