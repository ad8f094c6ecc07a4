"""What is due later gets a schedule; what is due is sent at once, for Scheduler refuses an instant that is past."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rekindle.adapters.aws.scheduler import Schedules
from rekindle.domain.core.errors import Unavailable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MESSAGE = {"person_id": "p-1"}


class Aws:
    """Scheduler and SQS, as far as they are asked."""

    class exceptions:
        class ConflictException(Exception): ...

    def __init__(self) -> None:
        self.set: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.refuses = False

    def create_schedule(self, **asked: Any) -> None:
        at = datetime.strptime(asked["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
        if at <= NOW:
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "past"}}, "CreateSchedule")
        self.set.append(asked["ScheduleExpression"])

    def send_message(self, **asked: Any) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage")
        self.sent.append(asked)


@pytest.fixture
def aws() -> Aws:
    return Aws()


def schedules(aws: Aws) -> Schedules:
    return Schedules(lambda: aws, lambda: aws, "group", "arn", "url", "role", "failures", lambda: NOW)


@pytest.mark.parametrize(
    ("left", "delay"),
    [
        (timedelta(days=-400), 0),
        (timedelta(milliseconds=-1), 0),
        (timedelta(), 0),
        (timedelta(milliseconds=1), 1),
        (timedelta(seconds=9, milliseconds=1), 10),
        (timedelta(seconds=10), 10),
    ],
)
def test_what_is_due_is_sent_and_never_before_its_instant(aws: Aws, left: timedelta, delay: int) -> None:
    schedules(aws).create("name", NOW + left, MESSAGE)
    (sent,) = aws.sent
    assert (sent["QueueUrl"], json.loads(sent["MessageBody"]), sent["DelaySeconds"]) == ("url", MESSAGE, delay)
    assert aws.set == []


@pytest.mark.parametrize("left", [timedelta(seconds=10, milliseconds=1), timedelta(hours=1)])
def test_what_is_due_later_gets_a_schedule(aws: Aws, left: timedelta) -> None:
    schedules(aws).create("name", NOW + left, MESSAGE)
    assert (len(aws.set), aws.sent) == (1, [])


def test_a_queue_that_refuses_is_unavailable(aws: Aws) -> None:
    aws.refuses = True
    with pytest.raises(Unavailable, match="AccessDenied"):
        schedules(aws).create("name", NOW, MESSAGE)
