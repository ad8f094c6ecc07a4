"""Every minute -> what is due by now: warnings, escalations and breaches of handoffs, touches of nurture."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.domain.core.errors import Unavailable
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import count, logger, metrics
from rekindle.runtime.threads import at_the_same_time

PAGE, MOST = 500, 10_000
"""Leads of one look, and of one run: the rest is for the next minute."""


def _processed(person_id: str) -> bool:
    try:
        use_cases().process_due_actions(person_id)
    except Exception:
        logger.exception("failed", person_id=person_id)  # It is this lead's: the others' clocks go on.
        return False
    return True


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    process_due_actions = use_cases().process_due_actions
    processed: list[bool] = []
    start = None
    while len(processed) < MOST:
        due = process_due_actions.due(PAGE, start)
        processed += at_the_same_time(_processed, due.items)
        start = due.next
        if start is None:
            break
    failed = processed.count(False)
    count({"ClocksEnded": len(processed) - failed, "Failed": failed})
    if failed:
        raise Unavailable(f"the clocks of {failed} leads could not be looked at: the next minute tries again")
