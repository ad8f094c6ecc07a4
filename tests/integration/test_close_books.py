"""A day of the settings, or somebody, closes a month: the statement stays in the bucket, and the bus hears of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.close_books.app import handler
from functions.record_crm_changes.app import handler as record
from functions.show_books.app import handler as show
from rekindle.domain.core.errors import Conflict, NotClosable
from rekindle.runtime import aws as root
from tests.integration.conftest import BOOKS, CONTEXT, Aws, batch, call, client, envelope, event
from tests.support.builders import DOCUMENT

DEAL = {"opportunity_id": "o1", "person_ids": ["lead-1"], "amount": 1000.01, "currency": "EUR"}


def configured(**books: Any) -> None:
    assert call(change, "PUT", "settings", body={**DOCUMENT, "books": books}).status == 200


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock."""

    def moves(day: str) -> None:
        now = datetime.fromisoformat(day).replace(tzinfo=UTC)
        monkeypatch.setattr(root, "now", lambda: now)
        root.use_cases.cache_clear()

    return moves


def told(kind: str, at: str, **detail: Any) -> None:
    assert record(batch(envelope(kind, at, **detail)), CONTEXT) == {"batchItemFailures": []}


def test_the_event_closes_the_month_before_once_its_day_has_come(aws: Aws, at: Any) -> None:
    configured(close_on_day=5)
    record(event("record_crm_changes"), CONTEXT)
    told("Opportunity Changed", "2026-03-20T10:00:00Z", **DEAL, is_closed=True, is_won=True)
    at("2026-04-04T03:30:00")
    handler(event("close_books"), CONTEXT)
    assert call(show, "GET", "books").body["items"] == []
    at("2026-04-05T03:30:00")
    for _ in range(2):
        handler(event("close_books"), CONTEXT)
    (listed,) = call(show, "GET", "books").body["items"]
    assert (listed["period"], listed["previous_sha256"]) == ("2026-03", None)
    (heard,) = aws.published()
    assert (heard["detail-type"], heard["source"]) == ("Books Closed", "rekindle")
    assert (heard["detail"]["period"], heard["detail"]["sha256"]) == ("2026-03", listed["sha256"])
    assert heard["detail"]["person_id"] is None


def test_what_is_learned_later_is_announced_as_an_adjustment(aws: Aws, at: Any) -> None:
    configured()
    record(event("record_crm_changes"), CONTEXT)
    at("2026-04-02T00:00:00")
    handler({"period": "2026-03"}, CONTEXT)
    before = client("s3").get_object(Bucket=BOOKS, Key="statements/2026-03.json")["Body"].read()
    told("Opportunity Changed", "2026-03-20T10:00:00Z", **DEAL, is_closed=True, is_won=True)
    aws.published()
    at("2026-05-02T00:00:00")
    handler({"period": "2026-04"}, CONTEXT)
    assert client("s3").get_object(Bucket=BOOKS, Key="statements/2026-03.json")["Body"].read() == before
    closed, *adjustments = (one["detail"] for one in aws.published())
    assert closed["adjustments"] == len(adjustments) > 0
    assert {one["cause"] for one in adjustments} == {"opportunity changed on 2026-03-20, told late"}
    assert {one["period"] for one in adjustments} == {"2026-03"}


def test_a_month_that_is_not_over_is_refused(aws: Aws, at: Any) -> None:
    configured()
    at("2026-03-31T00:00:00")
    with pytest.raises(NotClosable):
        handler({"period": "2026-03"}, CONTEXT)


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
def test_of_two_that_close_a_month_one_wins(aws: Aws, at: Any, code: str) -> None:
    """The simulated store does not know conditions: it answers as S3 does, to the request that has one."""
    configured()
    at("2026-04-02T00:00:00")
    sent: list[Any] = []

    def refuse(http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if sent and sent[-1].get("IfNoneMatch") == "*":
            parsed["Error"] = {"Code": code, "Message": ""}
            http_response.status_code = 412

    session = root.session()
    session.register("provide-client-params.s3.PutObject", lambda params, **_: sent.append(params), unique_id="sent")
    session.register("after-call.s3.PutObject", refuse, unique_id="refused")
    root.use_cases.cache_clear()
    try:
        with pytest.raises(Conflict):
            root.use_cases().ports.books.files.create("statements/2026-03.json", b"{}")  # type: ignore[attr-defined]
    finally:
        for name, unique in (("provide-client-params", "sent"), ("after-call", "refused")):
            session.unregister(f"{name}.s3.PutObject", unique_id=unique)
