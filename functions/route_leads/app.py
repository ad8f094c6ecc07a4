"""Queue of assignments that started, heard from the bus as any engine hears them -> an owner, or when to try again."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import log_routing, logger, metrics
from rekindle.runtime.queues import Failures, each_message


def route(message: dict[str, Any]) -> None:
    started = message["detail"]
    routing = use_cases().route_leads(started["person_id"], started["assignment_id"])
    if routing is not None:
        log_routing(routing)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return each_message(event, route)
