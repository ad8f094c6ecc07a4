"""Statements of closed months: what they say, what changed later, and whether each follows the one before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from rekindle.adapters.wire import books as wire
from rekindle.domain.core.errors import NotFound
from rekindle.runtime import http
from rekindle.runtime.aws import use_cases
from rekindle.runtime.console.names import campaign_names
from rekindle.runtime.console.pages import HEADERS, form_of, moved, page, table

COLUMNS = ("period", "closed_at", "decisions", "adjustments", "sha256", "previous_sha256", "follows")


def listed(app: APIGatewayRestResolver) -> Response[str]:
    show = use_cases().show_books

    def read(limit: int, start: str | None) -> tuple[list[dict[str, Any]], str | None]:
        found = show.listed(limit, start)
        shown = [wire.listed(body) for body in found.items]
        older = show.listed(1, found.next).items if found.next is not None else ()
        return _chained(shown, [wire.listed(body) for body in older]), found.next

    return table(app, "books.html", COLUMNS, read)


def _chained(shown: Sequence[Mapping[str, Any]], older: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each statement with whether it names the one before as that stands; None where it names none."""
    before = [*shown[1:], *older, None]
    return [
        {**one, "follows": None if one["previous_sha256"] is None else _names(one, other)}
        for one, other in zip(shown, before, strict=False)
    ]


def _names(one: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    return before is not None and one["previous_sha256"] == before["sha256"]


def closed(app: APIGatewayRestResolver) -> Response[str]:
    """Raises InvalidField and NotClosable."""
    month = wire.month_named(form_of(app).get("period", ""))
    if use_cases().show_books.closing(month) is not None:
        return moved(app, "books", month)
    return page(app, "closing.html", status=HTTPStatus.ACCEPTED, period=month)


def statement(app: APIGatewayRestResolver, period: str) -> Response[str]:
    use, month = use_cases(), wire.month_named(http.unescaped("period", period))
    body = use.show_books.statement(month)
    if http.query(app, "format") == "json":
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{month}.json"'}
        return Response(HTTPStatus.OK.value, "application/json", body.decode(), headers)
    content, summary = wire.read(body), wire.listed(body)
    return page(
        app,
        "statement.html",
        statement=content,
        sha256=summary["sha256"],
        follows=_follows(summary, content["previous"]),
        causes=Counter(one["cause"] for one in content["adjustments"]).most_common(),
        days={"from": f"{month}-01", "to": _next_month(month)},
        names=campaign_names(use, (*content["credit"], *content["shares"], *content["adjustments"])),
    )


def _follows(summary: Mapping[str, Any], previous: Mapping[str, Any] | None) -> bool | None:
    """Whether the statement before is still the one that this one was made after; None where there is none."""
    if previous is None:
        return None
    try:
        before = use_cases().show_books.statement(previous["period"])
    except NotFound:
        return False
    return bool(summary["previous_sha256"] == wire.listed(before)["sha256"])


def _next_month(month: str) -> str:
    year, number = map(int, month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1).isoformat()
