"""Stream of people -> a schedule for each status that went from inactive to active, or the decision at once."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.dynamodb.stream import status_change_of
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import log_decision, logger, metrics
from rekindle.runtime.streams import Failures, Record, each_record


def schedule(record: Record) -> None:
    decision = use_cases().schedule_reactivation(status_change_of(record))
    if decision is not None:
        log_decision(decision)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return each_record(event, schedule)
