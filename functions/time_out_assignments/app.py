"""Queue of waits for an owner whose time has come -> a reminder, or the fallback owner, if nobody answered."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.aws.scheduler import assignment_timer
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import log_assignment, logger, metrics
from rekindle.runtime.queues import Failures, each_message


def time_out(message: dict[str, Any]) -> None:
    assignment = use_cases().time_out_assignments(assignment_timer(message))
    if assignment is not None:
        log_assignment(assignment)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return each_message(event, time_out)
