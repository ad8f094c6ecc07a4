"""Every minute: the clocks of handoffs do what they do by now."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.process_due_actions.app import handler
from functions.record_crm_changes.app import handler as record
from functions.show_records.app import handler as show
from rekindle.adapters.dynamodb import people as people_adapter
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.domain.core.errors import Unavailable
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, failed

STATUSES = {
    "New": {"active": False},
    "Open": {"active": True, "response_status": "Open - Not Contacted"},
    "Back": {"active": False, "kind": "recycle", "response_status": "Nurture"},
}
LIFECYCLE: dict[str, Any] = {
    "calendars": {"always": {"time_zone": "UTC", "hours": {"sun": ["00:00-24:00"], "mon": ["00:00-24:00"]}}},
    "handoff": {
        "policies": [
            {
                "name": "hot",
                "where": {"score": {"at_least": 60}, "company": "Acme"},
                "calendar": "always",
                "accept": "PT2H",
                "warn_at": [0.5],
                "breach": {"at": 2, "reassign_to": "second", "then": "recycle", "reason": "sla_expired"},
            }
        ]
    },
    "recycle": {"reasons": {"sla_expired": {"passive": True, "nurture_timeout_days": 10}}},
}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the clock to a time of that day, a Sunday."""

    def moves(time: str) -> None:
        now = datetime.fromisoformat(f"2026-03-01T{time}+00:00")
        monkeypatch.setattr(root, "now", lambda: now)
        root.use_cases.cache_clear()

    moves("09:00:00")
    return moves


def told(time: str, detail_type: str, **detail: Any) -> None:
    assert failed(record(batch(envelope(detail_type, f"2026-03-01T{time}Z", **detail)), CONTEXT)) == []


def handed_over(*people: str) -> None:
    """Leads that are handed over at ten o'clock."""
    told("08:00:00", "Campaign Changed", campaign_id="spring")
    for user in ("owner", "second"):
        told("08:00:00", "User Changed", user_id=user, name=user)
    document = {"person_statuses": STATUSES, "lifecycle": LIFECYCLE}
    assert call(change, "PUT", "settings", body=document).status == 200
    for person_id in people or ("p",):
        told(
            "09:00:00", "Person Changed", person_id=person_id, status="New", score=70, owner_id="owner", company="Acme"
        )
        told("10:00:00", "Response Recorded", response_id=f"r-{person_id}", person_id=person_id, campaign_id="spring",
             responded=True)  # fmt: skip


def shown(person_id: str = "p") -> Any:
    return call(show, "GET", "people", person_id).body


def kinds(person_id: str = "p") -> list[str]:
    """What the timeline says of clocks and of the way, the newest first."""
    items = call(show, "GET", "people", person_id, "timeline", query={"limit": "100"}).body["items"]
    return [f"to_{one['to']}" if one["kind"] == "transition" else one["kind"] for one in items
            if one["kind"] == "transition" or one["kind"].startswith("clock_")]  # fmt: skip


def test_the_event_warns_reassigns_and_takes_the_lead_back(aws: Aws, at: Callable[[str], None]) -> None:
    at("10:00:01")
    handed_over()
    at("11:00:30")
    handler(event("process_due_actions"), CONTEXT)
    assert kinds() == ["clock_warned", "to_handed_off", "to_qualified"]
    at("14:00:10")
    handler(event("process_due_actions"), CONTEXT)
    assert shown()["owner_id"] == "second"
    at("18:00:59")
    handler(event("process_due_actions"), CONTEXT)
    assert (shown()["status"], shown()["active_response"]) == ("Back", None)
    assert set(kinds()[:2]) == {"to_recycled", "clock_breached"}


def on_a_track(at: Callable[[str], None]) -> None:
    """A lead that sales did not accept goes back, and enters a track whose touch is due at 20:00."""
    at("10:00:01")
    handed_over()
    told("10:00:00", "Campaign Changed", campaign_id="drip")
    reasons = {"sla_expired": {"passive": True, "track": "general", "score": "reset"}}
    tracks = {"general": {"campaign_id": "drip", "touches": [{"after": "PT2H", "name": "news"}]}}
    section = {**LIFECYCLE, "recycle": {"reasons": reasons}, "tracks": tracks}
    assert call(change, "PUT", "settings", body={"person_statuses": STATUSES, "lifecycle": section}).status == 200
    for time in ("14:00:10", "18:00:59"):
        at(time)
        handler(event("process_due_actions"), CONTEXT)


def test_whoever_is_taken_back_enters_the_track_and_gets_its_touches(aws: Aws, at: Callable[[str], None]) -> None:
    on_a_track(at)
    at("20:00:30")
    handler(event("process_due_actions"), CONTEXT)
    items = call(show, "GET", "people", "p", "timeline", query={"limit": "100"}).body["items"]
    stays = {one["kind"]: one for one in items if one["kind"].startswith(("track_", "touch_"))}
    assert {kind: one["at"][11:19] for kind, one in stays.items()} == {
        "track_entered": "18:00:00", "touch_due": "20:00:00", "track_left": "20:00:00",
    }  # fmt: skip
    assert (stays["touch_due"]["name"], stays["touch_due"]["track"]) == ("news", "general")
    assert shown()["score"] == 0
    responses = call(show, "GET", "people", "p", "responses").body["items"]
    assert {one["campaign_id"]: one["responded"] for one in responses} == {"spring": True, "drip": False}


def test_a_member_who_does_not_respond_goes_dark_and_is_a_target_again(
    aws: Aws, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at("10:00:01")
    monkeypatch.setattr(people_adapter, "_BY_THEMSELVES", 1)  # More memberships than that are read otherwise.
    for campaign_id in ("mail", "again"):
        told("08:00:00", "Campaign Changed", campaign_id=campaign_id)
    responses = {"dark_after_days": 14, "refinement_campaign": "again"}
    assert call(change, "PUT", "settings", body={"person_statuses": STATUSES, "responses": responses}).status == 200
    told("09:00:00", "Person Changed", person_id="p", status="New")
    for number in ("1", "2"):
        told("09:00:00", "Response Recorded", response_id=f"m{number}", person_id="p", campaign_id="mail",
             responded=False, received_at=f"2026-02-0{number}T09:00:00Z")  # fmt: skip
    handler(event("process_due_actions"), CONTEXT)
    items = call(show, "GET", "people", "p", "timeline", query={"limit": "100"}).body["items"]
    gone = sorted((one["at"], one["refinement_campaign_id"]) for one in items if one["kind"] == "went_dark")
    assert gone == [("2026-02-15T09:00:00Z", "again"), ("2026-02-16T09:00:00Z", "again")]
    members = call(show, "GET", "people", "p", "responses").body["items"]
    assert sorted((one["campaign_id"], one["dark_at"]) for one in members) == [
        ("again", None), ("mail", "2026-02-15T09:00:00Z"), ("mail", "2026-02-16T09:00:00Z"),
    ]  # fmt: skip


def test_the_event_again_changes_nothing(aws: Aws, at: Callable[[str], None]) -> None:
    at("10:00:01")
    handed_over()
    at("11:00:30")
    handler(event("process_due_actions"), CONTEXT)
    before = aws.items()
    handler(event("process_due_actions"), CONTEXT)
    assert aws.items() == before


def test_a_lead_that_fails_stops_nobody_elses_clock(
    aws: Aws, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at("10:00:01")
    handed_over("p", "q")
    at("14:00:10")
    get = DynamoDBPeople.get

    def fails_for_one(people: DynamoDBPeople, person_id: str) -> Any:
        if person_id == "p":
            raise ValueError("broken")
        return get(people, person_id)

    root.use_cases.cache_clear()
    with monkeypatch.context() as broken:
        broken.setattr(DynamoDBPeople, "get", fails_for_one)
        with pytest.raises(Unavailable, match="1 leads"):
            handler(event("process_due_actions"), CONTEXT)
    assert (shown("q")["owner_id"], shown("p")["owner_id"]) == ("second", "owner")
    root.use_cases.cache_clear()
    handler(event("process_due_actions"), CONTEXT)
    assert shown("p")["owner_id"] == "second"


def test_without_a_lifecycle_nothing_is_read(aws: Aws, at: Callable[[str], None]) -> None:
    assert call(change, "PUT", "settings", body={"person_statuses": STATUSES}).status == 200
    before = aws.items()
    handler(event("process_due_actions"), CONTEXT)
    assert aws.items() == before
