"""API -> statements of closed months, byte for byte; and the closing of a month, which another function does."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire import books
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, handler_of, page, paging, router, takes, unescaped

app = router()


@app.get("/books", middlewares=takes(paged=True))
def get_books() -> Response[str]:
    found = use_cases().show_books.listed(*paging(app))
    return answer(page([books.listed(body) for body in found.items], found.next))


@app.get("/books/<period>")
def get_statement(period: str) -> Response[str]:
    return written(use_cases().show_books.statement(books.month_named(unescaped("period", period))))


@app.post("/books/<period>/closing")
def close_month(period: str) -> Response[str]:
    month = books.month_named(unescaped("period", period))
    body = use_cases().show_books.closing(month)
    return answer({"period": month, "state": "closing"}, HTTPStatus.ACCEPTED) if body is None else written(body)


def written(statement: bytes) -> Response[str]:
    return Response(HTTPStatus.OK.value, "application/json", statement.decode())


handler = handler_of(app)
