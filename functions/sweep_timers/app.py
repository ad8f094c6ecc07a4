"""Every ten minutes -> the decisions of timers whose schedule was lost."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.domain.errors import Unavailable
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import count, logger, metrics, tell_decision

MOST = 2000
"""Timers of one sweep; what is left is for the next."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    decisions, failed = use_cases().sweep_timers(MOST)
    for decision in decisions:
        tell_decision(decision)
    count({"Swept": len(decisions), "Failed": failed})
    if failed:
        raise Unavailable(f"{failed} timer(s) could not be decided: the next sweep tries them again")
