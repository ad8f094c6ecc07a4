"""API -> health, the OpenAPI document, and a page to read it."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire.describe import page as openapi_page
from rekindle.adapters.wire.describe.document import document
from rekindle.adapters.wire.views import service
from rekindle.runtime.aws import environment, now
from rekindle.runtime.http import answer, handler_of, html, router

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


handler = handler_of(app)
