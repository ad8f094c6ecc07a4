"""API, open to browsers -> where a tracked link leads. The click goes to a queue, and is stored from there."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import router, takes_any, unescaped
from rekindle.runtime.observability import count, logger, metrics

app = router()
NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@app.route("/r/<token>", method=["GET", "HEAD"], middlewares=[takes_any])
def follow(token: str) -> Response[str]:
    event = app.current_event
    request = event.http_method, event.headers.get("user-agent", ""), event.request_context.request_id
    followed = use_cases().follow_links(unescaped("token", token), *request)
    count({"Clicks": 1, "SuspectedClicks": followed.suspected, "ClicksLost": not followed.kept})
    headers = {**NOT_KEPT, "Location": followed.destination}
    return Response(HTTPStatus.FOUND.value, "text/plain", "", headers)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
