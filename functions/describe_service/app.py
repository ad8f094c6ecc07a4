"""API -> health, the OpenAPI document, and a page to read it."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.describe import page as openapi_page
from rekindle.adapters.wire.describe.document import document
from rekindle.adapters.wire.views import service
from rekindle.runtime.aws import environment, now
from rekindle.runtime.http import answer, html, router
from rekindle.runtime.observability import logger, metrics

app = router()


@app.get("/health")
def get_health() -> Response[str]:
    return answer(service.health(environment().build, now()))


@app.get("/openapi.json")
def get_openapi() -> Response[str]:
    return answer(document(environment().build))


@app.get("/docs")
def get_docs() -> Response[str]:
    return html(openapi_page.rendered(document(environment().build)))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
