"""rekindle simulate --records transition,clock,recycle: what sales owed, whether it was done, and who came back."""

import json
from pathlib import Path
from typing import Any

import pytest

from rekindle.cli.main import main

STATUSES = {
    "New": {"active": False, "kind": "new"},
    "Open": {"active": True, "response_status": "Open - Not Contacted"},
    "On Hold": {"active": True, "response_status": "Open - Not Contacted"},
    "Working": {"active": True, "response_status": "Working"},
    "Back": {"active": False, "kind": "recycle", "response_status": "Nurture"},
}
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
BERLIN = {
    "time_zone": "Europe/Berlin",
    "hours": {day: ["09:00-13:00", "14:00-18:00"] for day in WORKDAYS},
    "holidays": [{"date": "2026-05-25", "name": "Whit Monday"}],
}


def settings(**policy: Any) -> dict[str, Any]:
    breach = {"at": 2, "then": "recycle", "reason": "sla_expired"}
    policies = [{"name": "all", "calendar": "berlin", "accept": "PT4H", "breach": breach, **policy}]
    reasons = {"sla_expired": {"track": "general", "passive": True, "nurture_timeout_days": 5}}
    return {
        "person_statuses": STATUSES,
        "lifecycle": {
            "calendars": {"berlin": BERLIN},
            "handoff": {"policies": policies},
            "recycle": {"reasons": reasons},
        },
    }


def event(detail_type: str, at: str, **detail: Any) -> dict[str, Any]:
    return {"source": "crm", "detail-type": detail_type, "time": at, "detail": detail}


HANDED_OFF = [
    event("Campaign Changed", "2026-05-01T00:00:00Z", campaign_id="web", is_active=True),
    event("Person Changed", "2026-05-22T14:59:00Z", person_id="p", status="New", owner_id="u", score=80),
    event(
        "Response Recorded", "2026-05-22T15:00:00Z", response_id="r", person_id="p", campaign_id="web", responded=True
    ),
]
LATER = event(
    "Response Recorded", "2026-07-01T09:00:00Z", response_id="r2", person_id="p", campaign_id="web", responded=True
)


@pytest.fixture
def simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(document: dict[str, Any], *events: dict[str, Any], records: str = "transition,clock,recycle") -> list[Any]:
        (tmp_path / "settings.json").write_text(json.dumps(document))
        (tmp_path / "history.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))
        given = ["simulate", "--settings", str(tmp_path / "settings.json"), "--records", records]
        outputs = []
        for _ in range(2):
            assert main([*given, str(tmp_path / "history.jsonl")]) == 0
            outputs.append(capsys.readouterr().out)
        assert outputs[0] == outputs[1]
        return [json.loads(line) for line in outputs[0].splitlines()]

    return run


def test_a_handoff_on_friday_evening_is_due_after_the_weekend_and_the_holiday(simulated: Any):
    *transitions, clock = simulated(settings(), *HANDED_OFF)
    assert [(one["from"], one["to"]) for one in transitions] == [("target", "qualified"), ("qualified", "handed_off")]
    assert clock == {
        "record": "clock",
        "person_id": "p",
        "cycle": 1,
        "policy": "all",
        "kind": "accept",
        "started_at": "2026-05-22T15:00:00Z",
        "due_at": "2026-05-26T10:00:00Z",
        "warned_at": None,
        "breached_at": None,
        "met_at": None,
        "paused_seconds": 0,
        "state": "running",
    }


def test_a_pause_over_the_weekend_costs_its_hours_of_business_alone(simulated: Any):
    paused = [
        event("Person Changed", "2026-05-22T15:30:00Z", person_id="p", status="On Hold"),
        event("Person Changed", "2026-05-26T07:30:00Z", person_id="p", status="Open"),
    ]
    (clock,) = simulated(settings(pause_in=["On Hold"]), *HANDED_OFF, *paused, records="clock")
    assert (clock["due_at"], clock["paused_seconds"]) == ("2026-05-26T11:00:00Z", 3600)


def test_a_breach_takes_the_lead_back_and_a_response_brings_it_again(simulated: Any):
    told = simulated(settings(), *HANDED_OFF, LATER)
    (recycling,) = (one for one in told if one["record"] == "recycle")
    assert recycling == {
        "record": "recycle",
        "person_id": "p",
        "cycle": 1,
        "reason": "sla_expired",
        "passive": True,
        "track": "general",
        "at": "2026-05-26T15:00:00Z",
        "returned_at": "2026-07-01T09:00:00Z",
    }
    assert [one["to"] for one in told if one["record"] == "transition"] == [
        *("qualified", "handed_off", "recycled"),
        *("qualified", "handed_off"),
    ]
    clocks = [(one["cycle"], one["state"], one["breached_at"]) for one in told if one["record"] == "clock"]
    assert clocks == [(1, "breached", "2026-05-26T15:00:00Z"), (2, "running", None)]


def test_transitions_stand_among_the_decisions_that_they_follow(simulated: Any):
    told = simulated(settings(), *HANDED_OFF, LATER, records="decision,transition")
    assert [one["record"] for one in told][-4:] == ["transition", "decision", "transition", "transition"]


def test_without_the_section_there_is_nothing_to_write(simulated: Any):
    assert simulated({"person_statuses": STATUSES}, *HANDED_OFF) == []


def test_the_tables_are_for_people(simulated: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    simulated(settings(), *HANDED_OFF, LATER)
    given = ["simulate", "--settings", str(tmp_path / "settings.json"), "--format", "table"]
    assert main([*given, "--records", "transition,clock,recycle", str(tmp_path / "history.jsonl")]) == 0
    written = capsys.readouterr().out
    assert "2026-05-26 15:00 p" in written
    assert "sla_expired, 2026-07-01 09:00" in written
