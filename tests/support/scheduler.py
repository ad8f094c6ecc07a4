"""What EventBridge Scheduler refuses and moto does not: a one-time schedule whose instant is past."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError


def refuse_the_past(events: Any, clock: Callable[[], datetime]) -> None:
    """`events` is a client's, or a session of botocore; twice is once."""

    def refuse(params: dict[str, Any], **_: Any) -> None:
        expression = params["ScheduleExpression"]
        if datetime.strptime(expression, "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC) <= clock():
            error = {"Code": "ValidationException", "Message": f"Invalid Schedule Expression {expression}: it is past"}
            raise ClientError({"Error": error}, "CreateSchedule")

    events.register("provide-client-params.scheduler.CreateSchedule", refuse, unique_id="refuse-the-past")
