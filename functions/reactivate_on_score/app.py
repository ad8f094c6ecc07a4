"""Stream of scores -> one decision for each crossing of the threshold."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.dynamodb.stream import crossing_of
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import log_decision, logger, metrics
from rekindle.runtime.streams import Failures, Record, each_record


def reactivate(record: Record) -> None:
    decision = use_cases().reactivate_on_score.or_later(*crossing_of(record))
    if decision is not None:
        log_decision(decision)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return each_record(event, reactivate)
