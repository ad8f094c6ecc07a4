"""One-time schedules of EventBridge Scheduler: each sends a message to a queue at its time, and is gone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Unavailable


@dataclass(frozen=True)
class Schedules:
    open_scheduler: Callable[[], Any]
    """Opens the client: most functions set no schedules."""
    group: str
    queue_arn: str
    """Where a schedule sends its message."""
    role_arn: str
    dead_letter_arn: str

    def create(self, name: str, due: datetime, message: Mapping[str, Any]) -> None:
        """The same one again changes nothing. Raises Unavailable."""
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
                    "Input": json.dumps(message, ensure_ascii=False),
                    "DeadLetterConfig": {"Arn": self.dead_letter_arn},
                },
            )
        except scheduler.exceptions.ConflictException:
            return  # The same change was delivered before, and its schedule is set.
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"Scheduler: {error}") from error


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
