"""Console -> statements of closed months, their adjustments and whether they follow one another; a month closed."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import books
from rekindle.runtime.console.pages import router
from rekindle.runtime.http import handler_of, takes

app = router()


@app.get("/console/books", middlewares=takes("format", paged=True))
def get_books() -> Response[str]:
    return books.listed(app)


@app.post("/console/books")
def post_closing() -> Response[str]:
    return books.closed(app)


@app.get("/console/books/<period>", middlewares=takes("format"))
def get_statement(period: str) -> Response[str]:
    return books.statement(app, period)


handler = handler_of(app)
