"""Every ten minutes -> what was due and did not happen, because its schedule was lost: delays, waits for an owner."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.domain.core.errors import Unavailable
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import count, log_assignment, log_decision, logger, measure, metrics

MOST = 2000
"""Timers of one sweep; what is left is for the next."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    swept = use_cases().sweep_timers(MOST)
    for decision in swept.decisions:
        log_decision(decision)
    for assignment in swept.assignments:
        log_assignment(assignment)
    measure("AssignmentsWaiting", swept.waiting)
    count({"Swept": len(swept.decisions) + len(swept.assignments), "Failed": swept.failed})
    if swept.failed:
        raise Unavailable(f"{swept.failed} of what was due could not be done: the next sweep tries again")
