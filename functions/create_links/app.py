"""API -> a tracked link, and a token of it for each person."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.links import link, link_of, tokens, tokens_asked
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import address_of, answer, body_of, router, unescaped
from rekindle.runtime.observability import logger, metrics

app = router()


@app.post("/links")
def create_link() -> Response[str]:
    return answer(link(use_cases().create_links(link_of(body_of(app)))), HTTPStatus.CREATED)


@app.get("/links/<link_id>")
def get_link(link_id: str) -> Response[str]:
    return answer(link(use_cases().create_links.shown(unescaped("link_id", link_id))))


@app.post("/links/<link_id>/tokens")
def create_tokens(link_id: str) -> Response[str]:
    people, sent_at, expires_at = tokens_asked(body_of(app))
    issued = use_cases().create_links.tokens(unescaped("link_id", link_id), people, sent_at, expires_at)
    return answer(tokens(issued, address_of(app)), HTTPStatus.CREATED)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
