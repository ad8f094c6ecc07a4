"""Every ten minutes: timers whose schedule was lost are decided, whatever became of the schedule."""

from datetime import UTC, datetime

import pytest

from functions.schedule_reactivation.app import handler as schedule
from functions.show_records.app import handler as show
from functions.sweep_timers.app import handler
from rekindle.domain.core.errors import Unavailable
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, call, event
from tests.integration.test_schedule_reactivation import history


@pytest.fixture
def lost(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """A timer that was due ten minutes ago."""
    times = [datetime(2026, 3, 1, 12, 30, 1, tzinfo=UTC)]
    monkeypatch.setattr(root, "now", lambda: times[-1])
    history()
    schedule(event("schedule_reactivation"), CONTEXT)
    times.append(datetime(2026, 3, 1, 13, 10, tzinfo=UTC))
    return aws


def test_the_event_decides_what_was_lost(lost: Aws) -> None:
    handler(event("sweep_timers"), CONTEXT)
    active = call(show, "GET", "people", "lead-1").body["active_response"]
    assert (active["response_id"], active["scenario"]) == ("member-1", "active_status")


def test_the_event_again_finds_nothing(lost: Aws) -> None:
    handler(event("sweep_timers"), CONTEXT)
    before = lost.items()
    handler(event("sweep_timers"), CONTEXT)
    assert lost.items() == before


def test_a_timer_that_fails_is_reported_and_stays(lost: Aws) -> None:
    lost.dynamodb.delete_table(TableName=lost.names.people)
    with pytest.raises(Unavailable):
        handler(event("sweep_timers"), CONTEXT)
    ledger = lost.dynamodb.scan(TableName=lost.names.ledger)["Items"]
    assert [item["kind"]["S"] for item in ledger if item["kind"]["S"] == "timer"] == ["timer"]
