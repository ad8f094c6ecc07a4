"""Tracks of nurture: who enters, what is due when, and what takes somebody off."""

from datetime import timedelta
from typing import Any

import pytest

from rekindle.domain.lifecycle.entries import Entered, Left, TouchDue
from rekindle.domain.notifications.events import events_from
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    people_merged,
    person_changed,
    person_deleted,
    response_recorded,
)
from tests.unit.application.lifecycle.test_handoffs import (
    LIFECYCLE,
    STATUSES,
    at,
    lifecycle_of,
    moment,
    pass_time,
    started,
)

BUDGET: dict[str, Any] = {
    "campaign_id": "drip",
    "touches": [{"after": "P1D", "name": "guide"}, {"date": "2026-01-20", "name": "fair"}],
}
REASONS = {
    **LIFECYCLE["recycle"]["reasons"],
    "no_budget": {"track": "budget", "nurture_timeout_days": 90},
    "no_need": {"track": "other"},
}


def section(**more: Any) -> dict[str, Any]:
    return {**LIFECYCLE, "recycle": {"reasons": REASONS}, "tracks": {"budget": BUDGET, "other": {}}, **more}


def on_track(lifecycle: dict[str, Any] | None = None, reason: str = "no_budget") -> Rekindle:
    """A lead that sales took back to marketing on Monday at eleven."""
    rekindle = started(lifecycle or section())
    rekindle.tell(campaign_changed("drip"), campaign_changed("webinar"))
    rekindle.clock.now = moment("mon 11:00")
    change(rekindle, 4 + 11 / 24, status="Back", fields={"recycle_reason": reason})
    return rekindle


def change(rekindle: Rekindle, when: float, **values: Any) -> None:
    rekindle.tell(person_changed("p1", when, **values))


def entries(rekindle: Rekindle) -> list[tuple[str, str | None]]:
    found = []
    for one in rekindle.memory.outbox:
        if isinstance(one, Entered):
            found.append(("entered", one.track))
        elif isinstance(one, Left):
            found.append((f"left: {one.reason}", one.track))
        elif isinstance(one, TouchDue):
            found.append((one.name, one.track))
    return found


def test_a_recycled_lead_gets_the_touches_of_its_track_at_their_times():
    rekindle = on_track()
    assert lifecycle_of(rekindle).due_at == moment("tue 11:00")
    pass_time(rekindle, "tue 11:01")
    assert lifecycle_of(rekindle).due_at == day(19)
    pass_time(rekindle, "mon++ 00:00")
    pass_time(rekindle, "tue++ 00:00")
    assert entries(rekindle) == [
        ("entered", "budget"), ("guide", "budget"), ("fair", "budget"), ("left: completed", "budget"),
    ]  # fmt: skip
    assert lifecycle_of(rekindle).enrollments == ()
    assert lifecycle_of(rekindle).due_at is None


def test_the_lead_becomes_a_target_of_the_tracks_campaign_once():
    rekindle = on_track()
    members = [one for one in rekindle.memory.responses["p1"].values() if one.campaign_id == "drip"]
    assert [one.state.responded for one in members] == [False]
    assert rekindle.person().responses == 2


def test_the_events_name_the_track_and_what_was_exchanged():
    rekindle = on_track()
    pass_time(rekindle, "tue 11:01")
    events = [event for one in rekindle.memory.outbox for event in events_from(one)]
    (entered,) = [event for event in events if event.detail_type == "Nurture Entered"]
    assert entered.detail == {
        "cycle": 1, "track": "budget", "campaign_id": "drip", "reason": "no_budget",
        "responses": 1, "cycles": 1, "recycled": 1,
    }  # fmt: skip
    (touch,) = [event for event in events if event.detail_type == "Nurture Touch Due"]
    assert touch.detail["name"] == "guide"
    assert touch.detail["due_at"] == "2026-01-06T11:00:00Z"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (lambda when: response_recorded("r2", "p1", "webinar", when), "response"),
        (lambda when: person_changed("p1", when, status="Open - Not Contacted"), "active"),
        (lambda when: person_changed("p1", when, do_not_contact=True), "opted_out"),
        (lambda when: person_changed("p1", when, status="Disqualified"), "disqualified"),
        (lambda when: person_deleted("p1", when), "deleted"),
    ],
)
def test_what_takes_somebody_off_a_track(told: Any, reason: str):
    rekindle = on_track()
    rekindle.clock.now = moment("mon 15:00")
    rekindle.tell(told(at("mon 15:00")))
    pass_time(rekindle, "mon+++ 00:00")
    assert entries(rekindle) == [("entered", "budget"), (f"left: {reason}", "budget")]


def test_the_reason_of_a_status_sets_the_nurture_timeout_too():
    assert on_track().person().nurture_until == moment("mon 11:00") + timedelta(days=90)


def test_the_settings_say_what_takes_somebody_off():
    rekindle = on_track(section(tracks={"budget": {**BUDGET, "leave_on": ["opted_out"]}}))
    rekindle.clock.now = moment("mon 15:00")
    rekindle.tell(response_recorded("r2", "p1", "webinar", at("mon 15:00")))
    pass_time(rekindle, "tue 12:00")
    assert entries(rekindle) == [("entered", "budget"), ("guide", "budget")]


def test_nothing_is_due_to_whom_nobody_may_write_or_reaches():
    stays = section(tracks={"budget": {**BUDGET, "leave_on": []}})
    for field in ("do_not_contact", "undeliverable"):
        rekindle = on_track(stays)
        rekindle.clock.now = moment("mon 15:00")
        change(rekindle, at("mon 15:00"), **{field: True})
        pass_time(rekindle, "tue 12:00")
        change(rekindle, at("tue 12:00"), **{field: False})
        pass_time(rekindle, "tue++ 00:00")
        assert entries(rekindle) == [("entered", "budget"), ("fair", "budget"), ("left: completed", "budget")]


def test_whoever_opted_out_enters_no_track():
    rekindle = started(section())
    change(rekindle, at("mon 10:30"), do_not_contact=True)
    change(rekindle, at("mon 11:00"), status="Back", fields={"recycle_reason": "no_budget"})
    assert entries(rekindle) == []


def test_a_response_of_before_the_entry_takes_nobody_off():
    rekindle = on_track()
    rekindle.tell(response_recorded("r0", "p1", "webinar", at("mon 08:00")))
    assert [enrollment.track for enrollment in lifecycle_of(rekindle).enrollments] == ["budget"]


def test_a_touch_that_was_due_before_what_took_somebody_off_comes_first():
    rekindle = on_track()
    rekindle.clock.now = moment("tue 11:05")  # Nobody looked since eleven.
    rekindle.tell(response_recorded("r2", "p1", "webinar", at("tue 11:05")))
    assert entries(rekindle) == [("entered", "budget"), ("guide", "budget"), ("left: response", "budget")]


def test_nothing_more_is_sent_once_somebody_opted_out_even_if_it_was_due_before():
    rekindle = on_track()
    rekindle.clock.now = moment("tue 11:05")
    change(rekindle, at("tue 11:05"), do_not_contact=True)
    assert entries(rekindle) == [("entered", "budget"), ("left: opted_out", "budget")]


@pytest.mark.parametrize(("at_once", "stays"), [(1, ["other"]), (2, ["budget", "other"])])
def test_one_track_at_a_time_unless_the_settings_allow_more(at_once: int, stays: list[str]):
    keeps = {**BUDGET, "leave_on": ["opted_out"]}
    rekindle = on_track(section(tracks={"budget": keeps, "other": {}}, tracks_at_once=at_once))
    rekindle.tell(campaign_changed("others", track="other"))
    rekindle.clock.now = moment("mon 12:00")
    rekindle.tell(response_recorded("m1", "p1", "others", at("mon 12:00"), responded=False))
    assert [enrollment.track for enrollment in lifecycle_of(rekindle).enrollments] == stays
    assert (("left: recycled", "budget") in entries(rekindle)) == (at_once == 1)


def test_who_is_inside_finishes_the_version_it_entered():
    rekindle = on_track()
    edited = {**BUDGET, "touches": [{"after": "PT1H", "name": "news"}]}
    rekindle.configure({"lifecycle": section(tracks={"budget": edited}), "person_statuses": STATUSES})
    pass_time(rekindle, "tue 12:00")
    assert entries(rekindle) == [("entered", "budget"), ("guide", "budget")]


def test_a_member_of_a_campaign_of_the_track_enters_it():
    rekindle = started(section())
    rekindle.tell(campaign_changed("drip"), campaign_changed("mine", track="budget"))
    rekindle.tell(person_changed("p2", at("mon 10:00"), status="New"))
    rekindle.tell(response_recorded("m1", "p2", "mine", at("mon 10:00"), responded=False))
    assert [enrollment.track for enrollment in lifecycle_of(rekindle, "p2").enrollments] == ["budget"]


def test_members_of_long_ago_get_the_touches_from_now_on():
    rekindle = started(section())
    rekindle.tell(campaign_changed("drip"), person_changed("p2", 1, status="New"))
    rekindle.tell(response_recorded("m1", "p2", "drip", 1, responded=False))
    due = lifecycle_of(rekindle, "p2").due_at
    assert due is not None
    assert moment("tue 10:00") <= due < moment("tue 10:01")


def test_the_stay_goes_on_as_the_one_that_two_records_became():
    rekindle = on_track()
    rekindle.tell(person_changed("p2", at("mon 12:00"), status="New"), people_merged("p2", "p1", at=at("mon 12:00")))
    pass_time(rekindle, "tue 12:00")
    assert [one.person_id for one in rekindle.memory.outbox if isinstance(one, TouchDue)] == ["p2"]
