"""The stream of people: a schedule for each status that went from inactive to active."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.record_crm_changes.app import handler as record
from functions.schedule_reactivation.app import handler
from functions.show_records.app import handler as show
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, DUE_ARN, Aws, batch, call, client, envelope, event, failed

STATUSES = {
    "New": {"active": False},
    "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
}
ACTIVATED = envelope(
    "Person Changed",
    "2026-03-01T12:30:00Z",
    person_id="lead-1",
    status="Open - Not Contacted",
    changed_by="user-1",
)


@pytest.fixture(autouse=True)
def just_after_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 1, 12, 30, 1, tzinfo=UTC))


def history(delay: str = "PT30M") -> None:
    """A lead with a response below the threshold, which then takes an active status."""
    document = {"person_statuses": STATUSES, "reactivation": {"active_status": {"delay": delay}}}
    assert call(change, "PUT", "settings", body=document).status == 200
    record(event("record_crm_changes"), CONTEXT)
    record(batch(ACTIVATED), CONTEXT)


def activations(aws: Aws) -> dict[str, Any]:
    return aws.stream(aws.names.people, "ScheduleReactivationFunction")


def test_the_event_is_what_the_people_table_writes(aws: Aws) -> None:
    history()
    (written,) = activations(aws)["Records"]
    (expected,) = event("schedule_reactivation")["Records"]
    assert written["dynamodb"]["NewImage"] == expected["dynamodb"]["NewImage"]


def test_the_event_sets_a_schedule_that_sends_what_is_due_and_then_is_gone(aws: Aws) -> None:
    history()
    assert failed(handler(event("schedule_reactivation"), CONTEXT)) == []
    (schedule,) = aws.schedules()
    assert (schedule["ScheduleExpression"], schedule["ActionAfterCompletion"]) == ("at(2026-03-01T13:00:00)", "DELETE")
    assert schedule["Target"]["Arn"] == DUE_ARN
    (message,) = event("reactivate_on_status")["Records"]
    assert json.loads(schedule["Target"]["Input"]) == json.loads(message["body"])
    assert call(show, "GET", "people", "lead-1").body["active_response"] is None


def test_a_change_delivered_twice_sets_one_schedule(aws: Aws) -> None:
    history()
    handler(event("schedule_reactivation"), CONTEXT)
    before = aws.items()
    assert failed(handler(event("schedule_reactivation"), CONTEXT)) == []
    assert len(aws.schedules()) == 1
    assert aws.items() == before


def test_without_a_delay_it_is_decided_at_once(aws: Aws) -> None:
    history("PT0S")
    assert failed(handler(activations(aws), CONTEXT)) == []
    assert aws.schedules() == []
    active = call(show, "GET", "people", "lead-1").body["active_response"]
    assert (active["response_id"], active["scenario"]) == ("member-1", "active_status")


def test_a_delay_that_is_over_already_is_decided_at_once(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scheduler refuses an instant that is past."""
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 2, tzinfo=UTC))
    history()
    assert failed(handler(event("schedule_reactivation"), CONTEXT)) == []
    assert aws.schedules() == []
    assert call(show, "GET", "people", "lead-1").body["active_response"] is not None


def test_a_delay_that_is_over_within_seconds_waits_in_the_queue(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the time that Scheduler is asked, the instant may be past."""
    history()
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 1, 12, 59, 55, tzinfo=UTC))
    root.use_cases.cache_clear()
    assert failed(handler(event("schedule_reactivation"), CONTEXT)) == []
    assert aws.schedules() == []
    waiting = "ApproximateNumberOfMessagesDelayed"
    assert aws.sqs.get_queue_attributes(QueueUrl=aws.due, AttributeNames=[waiting])["Attributes"][waiting] == "1"


def test_later_changes_of_the_same_person_are_not_delivered(aws: Aws) -> None:
    history()
    record(batch(envelope("Person Changed", "2026-03-01T12:31:00Z", person_id="lead-1", phone="1")), CONTEXT)
    assert len(activations(aws)["Records"]) == 1


def test_a_record_that_cannot_be_read_fails_alone(aws: Aws) -> None:
    history()
    good = event("schedule_reactivation")["Records"][0]
    bad = copy.deepcopy(good)
    bad["dynamodb"]["SequenceNumber"] = "1"
    del bad["dynamodb"]["NewImage"]["core"]
    assert failed(handler({"Records": [bad, good]}, CONTEXT)) == ["1"]
    assert len(aws.schedules()) == 1


def test_a_scheduler_that_does_not_answer_has_the_record_delivered_again_and_the_sweep_would_find_it(aws: Aws) -> None:
    history()
    client("scheduler").delete_schedule_group(Name="rekindle")
    (only,) = event("schedule_reactivation")["Records"]
    assert failed(handler({"Records": [only]}, CONTEXT)) == [only["dynamodb"]["SequenceNumber"]]
    waiting = [item for item in aws.items()[aws.names.ledger] if item["kind"]["S"] == "timer"]
    assert [item["due_at"]["S"] for item in waiting] == ["2026-03-01T13:00:00.000+00:00"]
