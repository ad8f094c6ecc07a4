"""Queue of notifications -> a message on the topic for each, or one for many at once."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.notices import notice_of
from rekindle.domain.notifications.notification import Notice
from rekindle.runtime.notifications import send_notifications
from rekindle.runtime.observability import log_sent, logger, metrics
from rekindle.runtime.queues import Failures, all_messages


def send(notices: list[Notice]) -> list[int]:
    sent = send_notifications()(notices)
    log_sent(sent)
    return sent.left


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return all_messages(event, notice_of, send)
