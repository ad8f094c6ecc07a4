"""The HTTP side of the functions: one router, one table from refusals to answers, one way to page.

Errors are RFC 9457 `application/problem+json` with a stable `code`; a 4xx changes nothing.
"""

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from rekindle.adapters.wire import ids
from rekindle.domain.errors import (
    Conflict,
    InvalidField,
    InvalidSettings,
    Malformed,
    NotFound,
    PreconditionFailed,
    Refusal,
    Unavailable,
)
from rekindle.runtime.observability import count, logger

_STATUS: dict[type[Exception], HTTPStatus] = {
    InvalidField: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidSettings: HTTPStatus.UNPROCESSABLE_ENTITY,
    Malformed: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    Refusal: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

DEFAULT_LIMIT, HIGHEST_LIMIT = 20, 100


def answer(
    body: Any, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> Response[str]:
    return Response(status.value, "application/json", json.dumps(body, ensure_ascii=False), headers)


def router() -> APIGatewayRestResolver:
    """A router whose refusals become problems."""
    app = APIGatewayRestResolver()
    app.exception_handler([Refusal, Conflict, Unavailable])(_refused)
    app.exception_handler(Exception)(_failed)
    app.not_found(_no_route)
    return app


def _refused(error: Exception) -> Response[str]:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    if isinstance(error, Refusal):
        faults = error.faults if isinstance(error, InvalidSettings) else []
        return problem(status, error.code, error.message, error.field, faults)
    code = "CONFLICT" if isinstance(error, Conflict) else "UNAVAILABLE"
    return problem(status, code, "try again: the record was changed or the store did not answer")


def _failed(error: Exception) -> Response[str]:
    logger.exception("failed")
    count({"Failed": 1})
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL", "something went wrong; it is in the log")


def _no_route(_: NotFoundError) -> Response[str]:
    return problem(HTTPStatus.NOT_FOUND, "NOT_FOUND", "there is no such route")


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    field: str | None = None,
    faults: list[tuple[str, str]] | None = None,
) -> Response[str]:
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
    }
    if field is not None:
        told["field"] = field
    if faults:
        told["faults"] = [{"path": path, "message": message} for path, message in faults]
    return Response(status.value, "application/problem+json", json.dumps(told, ensure_ascii=False))


def record_id(kind: Any, given: str) -> str:
    """An identifier of the address; a Salesforce id of 15 characters in its 18-character form."""
    return ids.widened_if(kind, unquote(given))


def body_of(app: APIGatewayRestResolver) -> bytes:
    event = app.current_event
    if event.is_base64_encoded:
        return event.decoded_body.encode() if event.decoded_body else b""
    return (event.body or "").encode()


def paging(app: APIGatewayRestResolver) -> tuple[int, str | None]:
    """`limit` and `next` of a collection. Raises InvalidField."""
    query = app.current_event.query_string_parameters or {}
    given = query.get("limit", str(DEFAULT_LIMIT))
    if not given.isdecimal() or not 1 <= int(given) <= HIGHEST_LIMIT:
        raise InvalidField(f"expected a whole number from 1 to {HIGHEST_LIMIT}", "limit")
    return int(given), query.get("next") or None


def page(items: list[Any], following: str | None) -> dict[str, Any]:
    return {"items": items, "next": following}
