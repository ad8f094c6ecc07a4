"""Queue of webhooks -> facts sent to the queue of CRM events; items that break a rule to the failure queue."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.webhooks import raw_of
from rekindle.domain.webhooks.item import RawWebhook
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import log_webhook, logger, metrics
from rekindle.runtime.queues import Failures, each_read


def apply(raw: RawWebhook) -> None:
    log_webhook(raw.source, use_cases().apply_webhooks(raw))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    use_cases()  # Opened here, in the main thread.
    return each_read(event, raw_of, apply, lambda raw: ())
