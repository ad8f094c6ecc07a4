"""Failure queue -> failures kept until somebody handles them. Every five minutes -> how many are open, and how old."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.failures import failure_of
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.observability import count, log_backlog, logger, metrics
from rekindle.runtime.queues import Failures, each_failure


def keep(message: dict[str, Any]) -> None:
    failure = failure_of(message)
    kept = use_cases().keep_failures(failure)
    count({"Failures": kept, "FailuresOfErased": not kept})
    logger.info("failed", failure_id=failure.failure_id, reason=failure.reason, record=failure.record, kept=kept)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures | None:
    if "Records" in event:
        return each_failure(event, keep)
    log_backlog(use_cases().keep_failures.backlog(), now())
    return None
