"""Queue of delays that are over -> the world read again, and one decision for each status change."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.dynamodb.timers import timer_of
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import log_decision, logger, metrics
from rekindle.runtime.queues import Failures, each_message


def reactivate(message: dict[str, Any]) -> None:
    log_decision(use_cases().reactivate_on_status(timer_of(message)))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return each_message(event, reactivate)
