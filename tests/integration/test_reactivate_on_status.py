"""The queue of delays that are over: the world is read again, and each status change is decided once."""

from typing import Any

import pytest

from functions.reactivate_on_status.app import handler
from functions.record_crm_changes.app import handler as record
from functions.schedule_reactivation.app import handler as schedule
from functions.show_records.app import handler as show
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, failed, postponed
from tests.integration.test_schedule_reactivation import history, just_after_the_change

__all__ = ["just_after_the_change"]


@pytest.fixture
def waiting(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """A lead whose status was set half an hour ago."""
    monkeypatch.setenv("QUEUE_URL", aws.due)
    history()
    schedule(event("schedule_reactivation"), CONTEXT)
    return aws


def timers(aws: Aws) -> list[dict[str, Any]]:
    return [item for item in aws.items()[aws.names.ledger] if item["kind"]["S"] == "timer"]


def test_the_event_gives_the_credit_to_the_past_response(waiting: Aws) -> None:
    assert failed(handler(event("reactivate_on_status"), CONTEXT)) == []
    person = call(show, "GET", "people", "lead-1").body
    assert (person["active_response"]["response_id"], person["status"]) == ("member-1", "Open - Not Contacted")
    decided = call(show, "GET", "decisions", person["active_response"]["decision_id"]).body
    assert (decided["scenario"], decided["outcome"], decided["as_of"]) == (
        "active_status",
        "reactivated",
        "2026-03-01T13:00:00Z",
    )
    assert timers(waiting) == []


def test_the_event_again_changes_nothing(waiting: Aws) -> None:
    handler(event("reactivate_on_status"), CONTEXT)
    before = waiting.items()
    assert failed(handler(event("reactivate_on_status"), CONTEXT)) == []
    assert waiting.items() == before


def test_a_status_that_went_back_is_left_alone(waiting: Aws) -> None:
    record(batch(envelope("Person Changed", "2026-03-01T12:40:00Z", person_id="lead-1", status="New")), CONTEXT)
    handler(event("reactivate_on_status"), CONTEXT)
    newest = call(show, "GET", "people", "lead-1", "decisions").body["items"][0]
    assert (newest["outcome"], newest["reason"]) == ("skipped", "STATUS_REVERTED")
    assert timers(waiting) == []


def test_a_store_that_does_not_answer_leaves_the_message_in_its_queue(waiting: Aws) -> None:
    asked = postponed()
    waiting.dynamodb.delete_table(TableName=waiting.names.people)
    (message,) = event("reactivate_on_status")["Records"]
    assert failed(handler({"Records": [message]}, CONTEXT)) == [message["messageId"]]
    assert [one["QueueUrl"] for one in asked] == [waiting.due]


def test_a_response_is_evaluated_when_its_date_is_reached(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"response_id": "r-1", "person_id": "p-1", "campaign_id": "c-1", "responded": True, "score": 90}
    at, dated = "2026-03-01T12:00:00Z", "2126-03-08T10:00:00Z"
    facts = (envelope("Campaign Changed", at, campaign_id="c-1"), envelope("Person Changed", at, person_id="p-1"))
    record(batch(*facts, envelope("Response Recorded", at, **told, responded_at=dated)), CONTEXT)
    (timer,) = timers(aws)
    monkeypatch.setenv("QUEUE_URL", aws.due)
    message = {"person_id": "p-1", "response_id": "r-1", "due": dated}
    assert failed(handler(batch(message), CONTEXT)) == []
    assert call(show, "GET", "people", "p-1").body["active_response"]["response_id"] == "r-1"
    assert timer["due_at"]["S"].startswith("2126-03-08T10:00:00") and timers(aws) == []
