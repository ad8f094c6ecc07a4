"""The queue of waits whose time has come: a reminder, then the fallback owner, unless somebody answered."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.announce_changes.app import handler as announce
from functions.record_crm_changes.app import handler as record
from functions.show_records.app import handler as show
from functions.start_assignments.app import handler as start
from functions.sweep_timers.app import handler as sweep
from functions.time_out_assignments.app import handler
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, failed, postponed
from tests.integration.test_start_assignments import begun, history, just_after_the_crossing

__all__ = ["just_after_the_crossing"]

REMINDER, DEADLINE = (12, 15, 1), (13, 0, 1)
At = Callable[[int, int, int], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Sets the clock to a time of that day."""

    def moves(hour: int, minute: int, second: int) -> None:
        now = datetime(2026, 3, 1, hour, minute, second, tzinfo=UTC)
        monkeypatch.setattr(root, "now", lambda: now)
        root.use_cases.cache_clear()

    return moves


@pytest.fixture
def waiting(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """A lead that waits for an owner, and the schedule for its reminder."""
    monkeypatch.setenv("QUEUE_URL", aws.due)
    history()
    start(begun(aws), CONTEXT)
    return aws


def assignment() -> dict[str, Any]:
    found: dict[str, Any] = call(show, "GET", "people", "lead-1").body["assignment"]
    return found


def message_of_the_deadline(aws: Aws) -> dict[str, Any]:
    last = max(aws.schedules(), key=lambda one: str(one["ScheduleExpression"]))
    return batch(json.loads(last["Target"]["Input"]))


def told(aws: Aws) -> list[tuple[str, str | None]]:
    announce(aws.stream(aws.names.ledger, "AnnounceChangesFunction"), CONTEXT)
    return [(one["detail-type"], one["detail"].get("notify_id")) for one in aws.published()]


def test_the_event_reminds_and_sets_a_schedule_for_the_deadline(waiting: Aws, at: At) -> None:
    at(*REMINDER)
    assert failed(handler(event("time_out_assignments"), CONTEXT)) == []
    assert assignment()["state"] == "pending"
    assert sorted(one["ScheduleExpression"] for one in waiting.schedules()) == [
        "at(2026-03-01T12:15:01)",
        "at(2026-03-01T13:00:01)",
    ]
    assert told(waiting)[-1] == ("Notification Requested", "user-manager")


def test_after_the_deadline_the_fallback_has_the_lead(waiting: Aws, at: At) -> None:
    at(*REMINDER)
    handler(event("time_out_assignments"), CONTEXT)
    at(*DEADLINE)
    assert failed(handler(message_of_the_deadline(waiting), CONTEXT)) == []
    found = assignment()
    assert (found["state"], found["reason"], found["first_owner_id"]) == ("timed_out", "DEADLINE", "user-manager")
    assert (found["assigned_at"], found["system_delay_seconds"]) == ("2026-03-01T13:00:01Z", 3601)
    assert call(show, "GET", "people", "lead-1").body["owner_id"] == "user-manager"
    assert told(waiting)[-2:] == [("Assignment Timed Out", None), ("Notification Requested", "user-manager")]


def test_the_event_again_changes_nothing(waiting: Aws, at: At) -> None:
    at(*REMINDER)
    handler(event("time_out_assignments"), CONTEXT)
    before = waiting.items()
    assert failed(handler(event("time_out_assignments"), CONTEXT)) == []
    assert waiting.items() == before
    assert len(waiting.schedules()) == 2


def test_an_owner_who_came_in_time_is_left_alone(waiting: Aws, at: At) -> None:
    record(batch(envelope("Person Changed", "2026-03-01T12:10:00Z", person_id="lead-1", owner_id="user-7")), CONTEXT)
    before = waiting.items()
    at(*REMINDER)
    assert failed(handler(event("time_out_assignments"), CONTEXT)) == []
    at(*DEADLINE)
    assert failed(handler(event("time_out_assignments"), CONTEXT)) == []
    assert waiting.items() == before
    assert (assignment()["state"], assignment()["system_delay_seconds"]) == ("assigned", 600)


def test_a_wait_for_nobody_who_is_known_is_settled(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUEUE_URL", aws.due)
    assert failed(handler(event("time_out_assignments"), CONTEXT)) == []


def test_the_sweep_finds_a_wait_whose_schedule_was_lost(waiting: Aws, at: At) -> None:
    at(13, 10, 0)
    sweep(event("sweep_timers"), CONTEXT)
    assert (assignment()["state"], assignment()["assigned_at"]) == ("timed_out", "2026-03-01T13:00:01Z")
    before = waiting.items()
    sweep(event("sweep_timers"), CONTEXT)
    assert waiting.items() == before


def test_a_store_that_does_not_answer_leaves_the_message_in_its_queue(waiting: Aws, at: At) -> None:
    at(*REMINDER)
    asked = postponed()
    waiting.dynamodb.delete_table(TableName=waiting.names.people)
    (message,) = event("time_out_assignments")["Records"]
    assert failed(handler({"Records": [message]}, CONTEXT)) == [message["messageId"]]
    assert [one["QueueUrl"] for one in asked] == [waiting.due]


def test_a_scheduler_that_does_not_answer_leaves_the_message_and_the_reminder_is_told_once(
    waiting: Aws, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(*REMINDER)
    monkeypatch.setenv("SCHEDULE_GROUP", "gone")
    for part in (root.environment, root.use_cases):
        part.cache_clear()
    postponed()
    (message,) = event("time_out_assignments")["Records"]
    assert failed(handler({"Records": [message]}, CONTEXT)) == [message["messageId"]]

    monkeypatch.setenv("SCHEDULE_GROUP", "rekindle")
    for part in (root.environment, root.use_cases):
        part.cache_clear()
    assert failed(handler({"Records": [message]}, CONTEXT)) == []
    assert "at(2026-03-01T13:00:01)" in [one["ScheduleExpression"] for one in waiting.schedules()]
    assert [name for name, _ in told(waiting)].count("Notification Requested") == 1
