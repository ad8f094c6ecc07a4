"""API -> what the mapping of a webhook makes of a body. Nothing is stored."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.webhooks import preview
from rekindle.domain.webhooks.item import RawWebhook
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, body_of, content_type_of, router, unescaped
from rekindle.runtime.observability import logger, metrics

app = router()


@app.post("/webhooks/<source>/previews")
def preview_webhooks(source: str) -> Response[str]:
    raw = RawWebhook(unescaped("source", source), body_of(app), now(), content_type_of(app) or "")
    return answer(preview(use_cases().preview_webhooks.stored(raw)))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
