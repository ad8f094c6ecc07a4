"""Queue of assignments that started, heard from the bus as any engine hears them -> an owner, or when to try again."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import log_routing, logger, metrics
from rekindle.runtime.queues import Failures, each_read


def started_of(message: dict[str, Any]) -> dict[str, Any]:
    use_cases()  # Opened here, in the main thread.
    started: dict[str, Any] = message["detail"]
    return started


def route(started: dict[str, Any]) -> None:
    routing = use_cases().route_leads(started["person_id"], started["assignment_id"])
    if routing is not None:
        log_routing(routing)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return each_read(event, started_of, route, lambda started: [started["person_id"]])
