"""The HTTP side of the functions: one router, one table from refusals to answers, one way to page.

Errors are RFC 9457 `application/problem+json` with a stable `code`; a 4xx changes nothing.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.rules import Identifier, required
from rekindle.adapters.wire.views import problems
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import (
    CallTooLarge,
    Conflict,
    Expired,
    Fault,
    InvalidField,
    InvalidSettings,
    Malformed,
    NotClosable,
    NotDrawn,
    NotFound,
    NotOpen,
    NotPending,
    PreconditionFailed,
    Refusal,
    StateConflict,
    Unavailable,
    Unproven,
    WrongState,
)
from rekindle.domain.reactivation.request import Call
from rekindle.runtime.observability import count, logger, metrics

_STATUS: dict[type[Exception], HTTPStatus] = {
    InvalidField: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidSettings: HTTPStatus.UNPROCESSABLE_ENTITY,
    Malformed: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    NotPending: HTTPStatus.CONFLICT,
    NotOpen: HTTPStatus.CONFLICT,
    NotClosable: HTTPStatus.CONFLICT,
    NotDrawn: HTTPStatus.CONFLICT,
    StateConflict: HTTPStatus.CONFLICT,
    WrongState: HTTPStatus.CONFLICT,
    Expired: HTTPStatus.GONE,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    CallTooLarge: HTTPStatus.CONTENT_TOO_LARGE,
    Unproven: HTTPStatus.UNAUTHORIZED,
    Refusal: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

KEY = "Idempotency-Key"
DEFAULT_LIMIT, HIGHEST_LIMIT = 20, 100
LONGEST_START = 200
"""Characters of the place where a page begins: an identifier, or the id of an entry with its partition."""


def answer(body: Any, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> Response[str]:
    return Response(status.value, "application/json", json.dumps(body, ensure_ascii=False), headers)


def html(page: str) -> Response[str]:
    return Response(HTTPStatus.OK.value, "text/html; charset=utf-8", page)


class _Resolver(APIGatewayRestResolver):
    """Takes any identifier in a path: the library's own pattern knows letters and some signs."""

    @staticmethod
    def _compile_regex(rule: str, base_regex: str = "^{}$") -> re.Pattern[str]:
        return re.compile(base_regex.format(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", rule)), re.DOTALL)


def router() -> APIGatewayRestResolver:
    """A router whose refusals become problems, and which refuses query parameters that a route does not take."""
    app = _Resolver()
    app.use([_takes_none])
    app.exception_handler([Refusal, Conflict, Unavailable])(_refused)
    app.exception_handler(Exception)(_failed)
    app.not_found(_no_route)
    return app


def handler_of(app: APIGatewayRestResolver) -> Callable[[dict[str, Any], LambdaContext], dict[str, Any]]:
    """What Lambda calls: the router, with the context of the request in each log line, and the metrics that it
    counted."""

    @logger.inject_lambda_context
    @metrics.log_metrics
    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        return app.resolve(event, context)

    return handler


def takes(*names: str, paged: bool = False) -> list[Callable[..., Any]]:
    """The query parameters that a route takes, as its middleware; a route without it takes none."""
    known = {*names, *(("limit", "next") if paged else ())}

    def check(app: APIGatewayRestResolver, following: NextMiddleware) -> Response[str]:
        _check_parameters(app, known)
        return following(app)

    return [check]


def takes_any(app: APIGatewayRestResolver, following: NextMiddleware) -> Response[str]:
    """For routes whose callers add parameters of their own."""
    return following(app)


def _takes_none(app: APIGatewayRestResolver, following: NextMiddleware) -> Response[str]:
    route = app.context.get("_route")
    if route is not None and not route.middlewares:
        _check_parameters(app, frozenset())
    return following(app)


def _check_parameters(app: APIGatewayRestResolver, known: Collection[str]) -> None:
    """A typing error in the name of a filter must not pass for a list without that filter. Raises InvalidField."""
    unknown = [name for name in app.current_event.query_string_parameters or {} if name not in known]
    if unknown:
        raise InvalidField.of([(name, "there is no such query parameter") for name in unknown])


def _refused(error: Refusal | Conflict | Unavailable) -> Response[str]:
    content = problems.error(error)
    return problem(status_of(error), content["code"], content["message"], content["field"], problems.faults_of(error))


def status_of(error: Refusal | Conflict | Unavailable) -> HTTPStatus:
    return next(status for kind, status in _STATUS.items() if isinstance(error, kind))


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
    errors: Sequence[Fault] = (),
) -> Response[str]:
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
    }
    if field is not None:
        content["field"] = field
    if errors:
        content["errors"] = [problems.fault(*one) for one in errors]
    return Response(status.value, "application/problem+json", json.dumps(content, ensure_ascii=False))


def record_id(name: str, prefixes: tuple[str, ...], text: str) -> str:
    """An identifier of the address; a Salesforce id of 15 characters in its 18-character form. Raises InvalidField."""
    plain = unescaped(name, text)
    required(Identifier, {name: plain}, name, str)
    return ids.widened_if(prefixes, plain)


def unescaped(name: str, text: str) -> str:
    """A step of the address, which API Gateway hands on as it was escaped. Raises InvalidField."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise InvalidField("it is not UTF-8", name) from None


def body_of(app: APIGatewayRestResolver) -> bytes:
    event = app.current_event
    if event.is_base64_encoded:
        return base64.b64decode(event.body or "")
    # Half a character is no text; whoever reads the body as JSON says so.
    return (event.body or "").encode(errors="surrogatepass")


def address_of(app: APIGatewayRestResolver) -> str:
    """The base address of the API, as the caller asked for it."""
    event = app.current_event
    host = event.request_context.domain_name or event.headers.get("host", "")
    return f"https://{host}{stage_of(app)}"


def stage_of(app: APIGatewayRestResolver) -> str:
    """What stands before the path in addresses: the stage, and nothing on a domain of its own."""
    event = app.current_event
    return (event.request_context.path or "").removesuffix(event.path)


def content_type_of(app: APIGatewayRestResolver) -> str | None:
    return app.current_event.headers.get("content-type")


def if_match(app: APIGatewayRestResolver) -> int | None:
    """The version that `If-Match` names; None where any will do. Raises InvalidField."""
    header = (app.current_event.headers.get("if-match") or "*").strip()
    if header == "*":
        return None
    version = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    if not _is_number(version):
        raise InvalidField('expected a version, as "7"', "If-Match")
    return int(version)


def request_name(app: APIGatewayRestResolver) -> str:
    """What names this request, and no other: its key, where the caller may send it again."""
    key = _callers_key(app)
    return app.current_event.request_context.request_id if key is None else key


def call_of(app: APIGatewayRestResolver, content: str, at: datetime) -> Call | None:
    key = _callers_key(app)
    return None if key is None else Call(key, content, at)


def _callers_key(app: APIGatewayRestResolver) -> str | None:
    """The key under the name of who called, so that two callers who choose the same one do not meet. A role is one
    caller whatever its session: what a session could not finish the next may repeat. Raises InvalidField."""
    header = app.current_event.headers.get(KEY)
    if header is None:
        return None
    identity = app.current_event.request_context.get("identity") or {}
    principal, _, _ = (identity.get("caller") or "").partition(":")
    return digest(principal, str(required(Identifier, {KEY: header}, KEY, str)))


def caller(app: APIGatewayRestResolver) -> str:
    """Who calls, as AWS knows them."""
    identity = app.current_event.request_context.get("identity") or {}
    return identity.get("userArn") or identity.get("caller") or "unknown"


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def number(name: str, text: str) -> int:
    """A version of the address. Raises NotFound: what is no number names none."""
    if not _is_number(text):
        raise NotFound(f"there is no {name} {text!r}")
    return int(text)


def query(app: APIGatewayRestResolver, name: str) -> str | None:
    return (app.current_event.query_string_parameters or {}).get(name)


def queries(app: APIGatewayRestResolver) -> Mapping[str, str]:
    return app.current_event.query_string_parameters or {}


def paging(app: APIGatewayRestResolver) -> tuple[int, str | None]:
    """`limit` and `next` of a collection. Raises InvalidField."""
    query = app.current_event.query_string_parameters or {}
    limit = query.get("limit", str(DEFAULT_LIMIT))
    if not _is_number(limit) or not 1 <= int(limit) <= HIGHEST_LIMIT:
        raise InvalidField(f"expected a whole number from 1 to {HIGHEST_LIMIT}", "limit")
    return int(limit), unsealed(query.get("next"))


def page(items: list[Any], following: str | None) -> dict[str, Any]:
    return {"items": items, "next": sealed(following)}


def sealed(following: str | None) -> str | None:
    """Where the next page begins, as callers see it."""
    return following and base64.urlsafe_b64encode(following.encode()).decode()


def unsealed(token: str | None) -> str | None:
    """Where the next page begins; callers see it only as letters that need no escaping."""
    if not token:
        return None
    try:
        start = base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidField("it is not what an earlier page answered as next", "next") from None
    if len(start) > LONGEST_START:
        raise InvalidField("it is not what an earlier page answered as next", "next")
    return start


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16
