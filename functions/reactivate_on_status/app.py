"""Queue of what is due -> one decision for each status change whose delay is over, each response whose date is reached,
and each crossing that was put off; or the next run of an index that is written anew."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.dynamodb.timers import due_of
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import log_decision, logger, metrics
from rekindle.runtime.queues import Failures, each_message


def reactivate(message: dict[str, Any]) -> None:
    decision = use_cases().end_timer(due_of(message))
    if decision is not None:
        log_decision(decision)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return each_message(event, reactivate)
