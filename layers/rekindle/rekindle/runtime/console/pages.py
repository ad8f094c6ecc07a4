"""The console's side of the functions: who is signed in, forms, pages, lists as CSV, refusals as pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from rekindle.adapters.console.csv_file import csv_of
from rekindle.adapters.console.rendering import ConsoleFiles
from rekindle.domain.console.session import Role, is_of_this_site, needed_role
from rekindle.domain.core.errors import Conflict, Fault, Malformed, NotFound, Refusal, Unavailable
from rekindle.runtime import http
from rekindle.runtime.observability import count, logger

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
ROWS = 1_000
"""The most that one CSV holds."""
PAGE = 50
"""Rows of a page."""


@lru_cache(maxsize=1)
def files() -> ConsoleFiles:
    """Those of the console's own layer, which holds no code."""
    found = find_spec("rekindle_console")
    if found is None or found.submodule_search_locations is None:
        raise ModuleNotFoundError("the console's layer is missing")
    return ConsoleFiles(Path(next(iter(found.submodule_search_locations))))


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in, as the authorizer hands it on."""

    user: str
    name: str
    role: Role

    def may(self, role: str) -> bool:
        return self.role.includes(Role(role))


def router() -> APIGatewayRestResolver:
    """A router of pages: it checks the role again."""
    app = shown_as_pages()
    app.use([_guarded])
    return app


def shown_as_pages() -> APIGatewayRestResolver:
    """A router that shows refusals as pages, and checks nobody."""
    app = http.router()
    app.exception_handler([Refusal, Conflict, Unavailable])(lambda error: _refused(app, error))
    app.exception_handler(Exception)(lambda error: _failed(app, error))
    app.not_found(lambda error: _no_route(app, error))
    return app


def user_of(app: APIGatewayRestResolver) -> User | None:
    found = app.current_event.request_context.get("authorizer") or {}
    role = found.get("role")
    if role not in list(Role):
        return None
    return User(str(found.get("user", "")), str(found.get("name", "")), Role(role))


def _guarded(app: APIGatewayRestResolver, following: NextMiddleware) -> Response[str]:
    """What the authorizer decided is decided again here: a mistake in the gateway's set-up must open nothing."""
    event, user = app.current_event, user_of(app)
    needed = needed_role(event.http_method, event.path)
    if user is None or needed is None or not user.role.includes(needed):
        return problem_page(app, HTTPStatus.FORBIDDEN, "Your role does not allow this.")
    if event.http_method == "POST" and not is_of_this_site(lower_headers(app)):
        return problem_page(app, HTTPStatus.FORBIDDEN, "The request does not come from a page of the console.")
    return following(app)


def lower_headers(app: APIGatewayRestResolver) -> dict[str, str]:
    return {name.lower(): value for name, value in (app.current_event.headers or {}).items()}


# --- answers ---------------------------------------------------------------------------------------------------------


def page(
    app: APIGatewayRestResolver,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    also_to: str | None = None,
    **values: Any,
) -> Response[str]:
    """`also_to`: the origin of another place that forms of the page go to. The policy of such a page holds only where
    the browser loads it anew, and not where htmx puts it into another page: it is sent to load it."""
    if also_to is not None and "hx-request" in lower_headers(app):
        anew = {**HEADERS, "HX-Redirect": http.stage_of(app) + app.current_event.path}
        return Response(HTTPStatus.OK.value, "text/html; charset=utf-8", "", anew)
    base = f"{http.stage_of(app)}/console"
    shared: dict[str, Any] = {
        "base": base,
        "user": user_of(app),
        "at": http.stage_of(app) + app.current_event.path,
        "queries": dict(http.queries(app)),
    }
    text = files().page(template, shared | values)
    return Response(status.value, "text/html; charset=utf-8", text, _headers(app, also_to))


def _headers(app: APIGatewayRestResolver, also_to: str | None) -> dict[str, str | list[str]]:
    """Forms go to the console alone; signing out leads on to the user pool, which browsers take for the form's way."""
    pool = (app.current_event.raw_event.get("stageVariables") or {}).get("pool", "none")
    elsewhere = "".join(f" {place}" for place in (pool, also_to) if place not in ("none", None))
    policy = f"{HEADERS['Content-Security-Policy']}; form-action 'self'{elsewhere}"
    return {**HEADERS, "Content-Security-Policy": policy}


def problem_page(
    app: APIGatewayRestResolver, status: HTTPStatus, message: str, faults: Sequence[Fault] = ()
) -> Response[str]:
    return page(app, "problem.html", status=status, heading=status.phrase, message=message, faults=list(faults))


def moved(app: APIGatewayRestResolver, *steps: str, query: str = "") -> Response[str]:
    """Go on at a page of the console: what follows a form."""
    path = "".join(f"/{quote(one, safe='')}" for one in steps)
    return redirect(f"{http.stage_of(app)}/console{path}{query}")


def redirect(address: str, cookies: Sequence[str] = ()) -> Response[str]:
    headers: dict[str, str | list[str]] = {"Location": address, "Cache-Control": "no-store"}
    if cookies:
        headers["Set-Cookie"] = list(cookies)
    return Response(HTTPStatus.SEE_OTHER.value, "text/html; charset=utf-8", "", headers)


def table(
    app: APIGatewayRestResolver,
    template: str,
    columns: Sequence[str],
    read: Callable[[int, str | None], tuple[Sequence[Mapping[str, Any]], str | None]],
    **values: Any,
) -> Response[str]:
    """A list as a page, or, where the address says so, as CSV. `read` answers a part of the list and what follows."""
    if http.query(app, "format") == "csv":
        return csv_answer(columns, _all(read))
    limit, start = http.paging(app)
    items, following = read(max(limit, PAGE) if "limit" not in http.queries(app) else limit, start)
    return page(app, template, items=list(items), next=http.sealed(following), **values)


def _all(
    read: Callable[[int, str | None], tuple[Sequence[Mapping[str, Any]], str | None]],
) -> Iterable[Mapping[str, Any]]:
    start, left = None, ROWS
    while left:
        items, start = read(min(left, 100), start)
        yield from items
        left -= len(items)
        if start is None:
            return


def csv_answer(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response[str]:
    headers: dict[str, str | list[str]] = {
        "Content-Disposition": 'attachment; filename="list.csv"',
        "Cache-Control": "no-store",
    }
    return Response(HTTPStatus.OK.value, "text/csv; charset=utf-8", csv_of(columns, rows), headers)


def _refused(app: APIGatewayRestResolver, error: Refusal | Conflict | Unavailable) -> Response[str]:
    faults = error.faults if isinstance(error, Refusal) else ()
    message = error.message if isinstance(error, Refusal) else "Somebody else is changing this. Try again."
    if isinstance(error, Unavailable):
        message = "The service is not available in this moment. Try again."
    return problem_page(app, http.status_of(error), message, faults if len(faults) > 1 else ())


def _failed(app: APIGatewayRestResolver, error: Exception) -> Response[str]:
    logger.exception("failed")
    count({"Failed": 1})
    return problem_page(app, HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong; it is in the log.")


def _no_route(app: APIGatewayRestResolver, _: NotFoundError) -> Response[str]:
    return problem_page(app, HTTPStatus.NOT_FOUND, "There is no such page.")


# --- forms -----------------------------------------------------------------------------------------------------------


def form_of(app: APIGatewayRestResolver) -> dict[str, str]:
    """The fields of a form, without those that were left empty. Raises Malformed."""
    try:
        text = http.body_of(app).decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError:
        raise Malformed("the form cannot be read") from None
    return {name: value for name, value in pairs if value.strip()}


def static_file(name: str) -> Response[str]:
    """A file that pages are made with, to be kept for ever. Raises NotFound."""
    found = files().content(name)
    if found is None:
        raise NotFound("there is no such file")
    text, media = found
    headers: dict[str, str | list[str]] = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(HTTPStatus.OK.value, media, text, headers)
