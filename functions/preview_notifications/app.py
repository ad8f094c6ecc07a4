"""API -> what a notification would say."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import notifications
from rekindle.runtime.http import answer, body_of, router
from rekindle.runtime.notifications import preview_notifications
from rekindle.runtime.observability import logger, metrics

app = router()


@app.post("/notifications/previews")
def post_preview() -> Response[str]:
    return answer(notifications.text(preview_notifications()(*api.preview(body_of(app)))))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
