"""The stream of the ledger: a schedule for each wait for an owner that began, for its reminder first."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.put_facts.app import handler as put_facts
from functions.reactivate_on_score.app import handler as reactivate
from functions.record_crm_changes.app import handler as record
from functions.show_records.app import handler as show
from functions.start_assignments.app import handler
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, DUE_ARN, Aws, call, client, event, failed

STATUSES = {
    "New": {"active": False},
    "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
}
RULE = {"to": "user-routing", "deadline": "PT1H", "reminder": "PT15M", "fallback": "user-manager"}


@pytest.fixture(autouse=True)
def just_after_the_crossing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC))


def history(**rule: Any) -> None:
    """A lead that waits for an owner since its score crossed the threshold."""
    for user_id in ("user-routing", "user-manager", "user-7"):
        assert call(put_facts, "PUT", "users", user_id, body={"name": user_id}).status == 200
    document = {"person_statuses": STATUSES, "assignment": {"rules": [{**RULE, **rule}]}}
    assert call(change, "PUT", "settings", body=document).status == 200
    record(event("record_crm_changes"), CONTEXT)
    reactivate(event("reactivate_on_score"), CONTEXT)


def begun(aws: Aws) -> dict[str, Any]:
    return aws.stream(aws.names.ledger, "StartAssignmentsFunction")


def test_the_event_is_what_the_ledger_writes(aws: Aws) -> None:
    history()
    (written,) = begun(aws)["Records"]
    (expected,) = event("start_assignments")["Records"]
    images = [one["dynamodb"]["NewImage"] for one in (written, expected)]
    bodies = [json.loads(image.pop("body")["S"]) for image in images]
    # These tests have decisions listed for all people, which a stack does only where a parameter says so.
    del images[0]["due_shard"], images[0]["due_at"]
    assert (images[0], bodies[0]) == (images[1], bodies[1])


def test_the_event_sets_a_schedule_for_the_reminder(aws: Aws) -> None:
    assert failed(handler(event("start_assignments"), CONTEXT)) == []
    (schedule,) = aws.schedules()
    assert (schedule["ScheduleExpression"], schedule["ActionAfterCompletion"]) == ("at(2026-03-01T12:15:01)", "DELETE")
    assert schedule["Target"]["Arn"] == DUE_ARN
    (message,) = event("time_out_assignments")["Records"]
    assert json.loads(schedule["Target"]["Input"]) == json.loads(message["body"])


def test_without_a_reminder_it_is_for_the_deadline(aws: Aws) -> None:
    history(reminder=None)
    assert failed(handler(begun(aws), CONTEXT)) == []
    assert [one["ScheduleExpression"] for one in aws.schedules()] == ["at(2026-03-01T13:00:01)"]


def test_a_wait_that_is_over_already_is_sent_to_its_queue_at_once(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scheduler refuses an instant that is past."""
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 1, 14, tzinfo=UTC))
    assert failed(handler(event("start_assignments"), CONTEXT)) == []
    assert aws.schedules() == []
    (sent,), (message,) = aws.messages(aws.due), event("time_out_assignments")["Records"]
    assert json.loads(sent["Body"]) == json.loads(message["body"])


def test_the_event_again_sets_one_schedule(aws: Aws) -> None:
    for _ in range(2):
        assert failed(handler(event("start_assignments"), CONTEXT)) == []
    assert len(aws.schedules()) == 1


def test_the_lead_is_with_its_temporary_owner_already(aws: Aws) -> None:
    history()
    person = call(show, "GET", "people", "lead-1").body
    assert person["owner_id"] == "user-routing"
    assert (person["assignment"]["state"], person["assignment"]["deadline"]) == ("pending", "2026-03-01T13:00:01Z")


def test_a_decision_with_which_no_wait_begins_is_not_delivered(aws: Aws) -> None:
    history(owners=["user-7"])
    assert call(show, "GET", "people", "lead-1").body["assignment"]["state"] == "not_required"
    assert begun(aws)["Records"] == []


def test_a_record_that_cannot_be_read_fails_alone(aws: Aws) -> None:
    (good,) = event("start_assignments")["Records"]
    bad = copy.deepcopy(good)
    bad["dynamodb"]["SequenceNumber"] = "1"
    bad["dynamodb"]["NewImage"]["body"]["S"] = "{"
    assert failed(handler({"Records": [bad, good]}, CONTEXT)) == ["1"]
    assert len(aws.schedules()) == 1


def test_a_scheduler_that_does_not_answer_has_the_record_delivered_again(aws: Aws) -> None:
    client("scheduler").delete_schedule_group(Name="rekindle")
    (only,) = event("start_assignments")["Records"]
    assert failed(handler({"Records": [only]}, CONTEXT)) == [only["dynamodb"]["SequenceNumber"]]
