"""API, open to tools -> what a tool sends, once it is proved, stored; a GET that verifies the address, answered."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.webhooks import received
from rekindle.domain.webhooks.proof import Request
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, body_of, router, takes_any, unescaped
from rekindle.runtime.observability import count, logger, metrics

app = router()


@app.post("/webhooks/<source>", middlewares=[takes_any])
def post_webhook(source: str) -> Response[str]:
    headers = {name.lower(): value for name, value in app.current_event.headers.items()}
    request = Request("POST", body_of(app), headers)
    webhook, raw = use_cases().receive_webhooks(unescaped("source", source), request)
    count({"Webhooks": 1})
    decisions = use_cases().preview_webhooks.decisions(webhook, raw) if webhook.decision_in_answer else []
    return answer(received(raw, decisions), HTTPStatus.ACCEPTED)


@app.get("/webhooks/<source>", middlewares=[takes_any])
def get_webhook(source: str) -> Response[str]:
    query = app.current_event.query_string_parameters or {}
    text, media = use_cases().receive_webhooks.challenge(unescaped("source", source), query)
    return Response(HTTPStatus.OK.value, media, text)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
