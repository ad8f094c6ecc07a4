"""`GET /books`, `GET /books/{period}` and `POST /books/{period}/closing`."""

import json
from hashlib import sha256
from typing import Any

import pytest

from functions.close_books.app import handler as close
from functions.record_crm_changes.app import handler as record
from functions.show_books.app import handler
from rekindle.application.measures import show_books
from tests.integration.conftest import BOOKS, CONTEXT, Aws, answered, call, client, event, invoked
from tests.integration.test_close_books import at, configured

__all__ = ["at"]


@pytest.fixture
def closed(aws: Aws, at: Any) -> None:
    configured()
    record(event("record_crm_changes"), CONTEXT)
    for now, month in (("2026-04-02", "2026-03"), ("2026-05-02", "2026-04"), ("2026-06-02", "2026-05")):
        at(f"{now}T00:00:00")
        close({"period": month}, CONTEXT)


def test_the_event_lists_the_closed_months_newest_first(closed: None) -> None:
    assert [one["period"] for one in answered(handler, event("show_books")).body["items"]] == [
        *("2026-05", "2026-04", "2026-03")
    ]
    first = call(handler, "GET", "books", query={"limit": "2"}).body
    rest = call(handler, "GET", "books", query={"limit": "2", "next": first["next"]}).body
    assert [one["period"] for one in first["items"] + rest["items"]] == ["2026-05", "2026-04", "2026-03"]
    assert rest["next"] is None
    for newer, older in zip(first["items"], [first["items"][1], *rest["items"]], strict=True):
        assert newer["previous_sha256"] == older["sha256"]


def test_a_statement_is_answered_byte_for_byte(closed: None) -> None:
    stored = client("s3").get_object(Bucket=BOOKS, Key="statements/2026-04.json")["Body"].read()
    answer = call(handler, "GET", "books", "2026-04")
    assert answer.text.encode() == stored
    again = call(handler, "POST", "books", "2026-04", "closing")
    assert (again.status, again.text.encode()) == (200, stored)
    following = call(handler, "GET", "books", "2026-05").body
    assert following["previous"]["sha256"] == sha256(stored).hexdigest()


def test_a_month_that_is_over_is_closed_by_the_function_that_may(closed: None, at: Any) -> None:
    at("2026-07-01T00:00:00")
    calls = invoked()
    answer = call(handler, "POST", "books", "2026-06", "closing")
    assert (answer.status, answer.body) == (202, {"period": "2026-06", "state": "closing"})
    assert calls == [("rekindle-close-books", {"period": "2026-06"})]
    assert call(handler, "GET", "books", "2026-06").refusal == (404, "NOT_FOUND", "period")


@pytest.mark.parametrize(
    ("month", "refusal"),
    [
        ("2026-06", (409, "NOT_CLOSABLE", "period")),
        ("2026-07", (409, "NOT_CLOSABLE", "period")),
        ("2026-13", (422, "INVALID_FIELD", "period")),
        ("March", (422, "INVALID_FIELD", "period")),
    ],
)
def test_what_cannot_be_closed_changes_nothing(closed: None, month: str, refusal: Any) -> None:
    calls = invoked()
    assert call(handler, "POST", "books", month, "closing").refusal == refusal
    assert calls == []


def test_a_statement_that_no_answer_can_carry_is_in_the_bucket(closed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show_books, "LARGEST", 10)
    answer = call(handler, "GET", "books", "2026-03")
    assert (answer.status, answer.body["code"]) == (413, "CALL_TOO_LARGE")
    assert json.loads(client("s3").get_object(Bucket=BOOKS, Key="statements/2026-03.json")["Body"].read())
