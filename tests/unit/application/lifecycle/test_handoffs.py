"""The handoff of a lead to sales: what is owed, until when, and what happens if it is not done."""

from datetime import datetime
from typing import Any

import pytest

from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.core import times
from rekindle.domain.lifecycle.entries import Action, ClockStep, Transition
from rekindle.domain.people.clock import ClockKind, ClockState, HandoffClock
from rekindle.domain.people.lifecycle import Lifecycle, State
from rekindle.domain.records.interaction import INTERACTION
from tests.support.builders import (
    DAY_0,
    DOCUMENT,
    Rekindle,
    campaign_changed,
    day,
    opportunity_changed,
    people_merged,
    person_changed,
    response_recorded,
    stamp,
    task_logged,
    user_changed,
)

OFFICE = {
    "time_zone": "UTC",
    "hours": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": [{"date": "2026-01-06", "name": "Epiphany"}],
}
POLICY: dict[str, Any] = {
    "name": "all",
    "calendar": "office",
    "accept": "PT8H",
    "touch": "PT4H",
    "pause_in": ["On Hold"],
    "warn_at": [0.5],
    "escalate": [{"at": 1, "notify": "boss"}],
    "breach": {"at": 2, "reassign_to": "second", "then": "recycle", "reason": "sla_expired"},
}
LIFECYCLE: dict[str, Any] = {
    "calendars": {"office": OFFICE},
    "handoff": {"policies": [POLICY]},
    "recycle": {"reasons": {"sla_expired": {"track": "general", "passive": True, "nurture_timeout_days": 10}}},
}
STATUSES = {
    **DOCUMENT["person_statuses"],
    "On Hold": {"active": True, "response_status": "Open - Not Contacted"},
    "Back": {"active": False, "kind": "recycle", "response_status": "Nurture"},
}
MONDAY = 4
"""The fifth of January 2026, a Monday: days are counted from the first."""


def at(written: str) -> float:
    """Days from the first of January: `mon 09:30`, and `mon+ 09:30` a week later."""
    name, clock = written.split()
    hours, minutes = clock.split(":")
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    later = 7 * name.count("+")
    return MONDAY + later + week.index(name.strip("+")) + int(hours) / 24 + int(minutes) / 1440


def moment(written: str) -> datetime:
    return day(at(written))


def lifecycle(**policy: Any) -> dict[str, Any]:
    return {**LIFECYCLE, "handoff": {"policies": [{**POLICY, **policy}]}}


@pytest.fixture
def rekindle() -> Rekindle:
    """A lead of one owner becomes qualified on Monday at ten."""
    return started()


def started(section: dict[str, Any] = LIFECYCLE, handed_over: str = "mon 10:00") -> Rekindle:
    rekindle = Rekindle()
    rekindle.clock.now = DAY_0
    rekindle.configure({"lifecycle": section, "person_statuses": STATUSES})
    rekindle.tell(campaign_changed("web"), user_changed("owner"), user_changed("second"), user_changed("boss"))
    rekindle.tell(person_changed("p1", 1, status="New", owner_id="owner", score=80))
    rekindle.clock.now = moment(handed_over)
    rekindle.tell(response_recorded("r1", "p1", "web", at(handed_over)))
    return rekindle


def pass_time(rekindle: Rekindle, until: str) -> None:
    """Every clock does what it does by then, at its own time."""
    while rekindle.memory.clocks_due and min(rekindle.memory.clocks_due)[0] <= moment(until):
        due, person_id = min(rekindle.memory.clocks_due)
        rekindle.memory.clocks_due.remove((due, person_id))
        rekindle.clock.now = max(rekindle.clock.now, due)
        rekindle.use.process_due_actions(person_id)
    rekindle.clock.now = max(rekindle.clock.now, moment(until))


def lifecycle_of(rekindle: Rekindle, person_id: str = "p1") -> Lifecycle:
    found = rekindle.person(person_id).lifecycle
    assert found is not None
    return found


def clock_of(rekindle: Rekindle, kind: ClockKind, number: int = -1) -> HandoffClock:
    handoff = lifecycle_of(rekindle).handoff
    assert handoff is not None
    return [clock for clock in handoff.clocks if clock.kind is kind][number]


def transitions(rekindle: Rekindle) -> list[tuple[str, str, str | None]]:
    return [(one.before, one.after, one.reason) for one in rekindle.memory.outbox if isinstance(one, Transition)]


def steps(rekindle: Rekindle) -> list[tuple[Action, ClockKind, str | None]]:
    return [(one.action, one.kind, one.notify_id) for one in rekindle.memory.outbox if isinstance(one, ClockStep)]


def test_a_lead_with_an_owner_is_handed_off_and_its_clocks_run(rekindle: Rekindle):
    assert transitions(rekindle) == [("target", "qualified", "response"), ("qualified", "handed_off", None)]
    accept, touch = clock_of(rekindle, ClockKind.ACCEPT), clock_of(rekindle, ClockKind.TOUCH)
    assert accept.due_at == moment("wed 10:00")  # Tuesday is a holiday.
    assert touch.due_at == moment("mon 14:00")
    assert lifecycle_of(rekindle).due_at == moment("mon 12:00")


def test_nothing_is_owed_where_no_policy_matches():
    rekindle = started(lifecycle(where={"score": {"at_least": 90}}))
    assert lifecycle_of(rekindle).state is State.HANDED_OFF
    assert lifecycle_of(rekindle).handoff is not None
    assert lifecycle_of(rekindle).due_at is None


def test_without_a_section_nobodys_way_is_followed():
    rekindle = started({})
    assert rekindle.person().lifecycle is None
    assert transitions(rekindle) == []


def test_what_was_handed_over_before_anybodys_way_was_followed_owes_nothing():
    rekindle = started({})
    rekindle.configure({"lifecycle": LIFECYCLE, "person_statuses": STATUSES})
    rekindle.tell(person_changed("p1", at("mon 11:00"), company="A"))
    assert lifecycle_of(rekindle).state is State.HANDED_OFF
    assert lifecycle_of(rekindle).due_at is None


def test_a_warning_an_escalation_another_owner_and_then_marketing(rekindle: Rekindle):
    pass_time(rekindle, "wed 10:00")
    assert steps(rekindle) == [
        (Action.WARNED, ClockKind.TOUCH, "owner"),  # Monday, 12:00
        (Action.WARNED, ClockKind.ACCEPT, "owner"),  # Monday, 14:00
        (Action.ESCALATED, ClockKind.TOUCH, "boss"),  # The same time.
        (Action.ESCALATED, ClockKind.ACCEPT, "boss"),  # Wednesday, 10:00
        (Action.BREACHED, ClockKind.TOUCH, None),
    ]
    assert rekindle.person().owner_id == "second"
    assert clock_of(rekindle, ClockKind.TOUCH, 0).state is ClockState.BREACHED
    assert clock_of(rekindle, ClockKind.ACCEPT, 0).state is ClockState.VOID
    assert clock_of(rekindle, ClockKind.TOUCH).started_at == moment("wed 10:00")
    pass_time(rekindle, "thu 11:00")
    assert lifecycle_of(rekindle).state is State.RECYCLED
    assert rekindle.active() is None
    person = rekindle.person()
    assert (person.status, person.nurture_until) == ("Back", times.instant("2026-01-18T10:00:00Z"))
    recycling = lifecycle_of(rekindle).recyclings[-1]
    assert (recycling.reason, recycling.passive, recycling.track) == ("sla_expired", True, "general")
    assert all(clock.is_over for clock in lifecycle_of(rekindle).handoff.clocks)  # type: ignore[union-attr]
    assert lifecycle_of(rekindle).due_at is None


def test_a_task_is_the_first_touch_and_no_acceptance(rekindle: Rekindle):
    rekindle.tell(task("t1", "mon 11:00"))
    assert clock_of(rekindle, ClockKind.TOUCH).met_at == moment("mon 11:00")
    assert clock_of(rekindle, ClockKind.ACCEPT).state is ClockState.RUNNING


def task(task_id: str, when: str) -> RecordChanged:
    told = task_logged(task_id, "p1", at(when))
    return RecordChanged(told.kind, task_id, told.stamp, {**told.values, "completed": True})


def interaction(when: str, **values: Any) -> RecordChanged:
    told = {"person_id": "p1", "direction": "outbound", **values}
    return RecordChanged(INTERACTION, "i1", stamp(at(when), None, told), told)


@pytest.mark.parametrize(
    ("values", "is_touch"),
    [
        ({}, True),
        ({"user_id": "owner", "campaign_id": "web"}, True),
        ({"campaign_id": "web"}, False),
        ({"direction": "inbound"}, False),
    ],
)
def test_contact_by_sales_is_the_first_touch(rekindle: Rekindle, values: dict[str, Any], is_touch: bool):
    rekindle.tell(interaction("mon 11:00", **values))
    assert (clock_of(rekindle, ClockKind.TOUCH).met_at is not None) == is_touch


def test_a_status_beyond_open_ends_acceptance_and_touch(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", at("mon 11:00"), status="Working"))
    assert lifecycle_of(rekindle).state is State.WORKED
    for kind in (ClockKind.ACCEPT, ClockKind.TOUCH):
        assert clock_of(rekindle, kind).met_at == moment("mon 11:00")
    assert lifecycle_of(rekindle).due_at is None


def test_a_touch_that_is_told_late_counts_by_its_own_date(rekindle: Rekindle):
    rekindle.tell(task("t1", "mon 13:00"))
    rekindle.tell(task("t2", "mon 11:00"))
    assert clock_of(rekindle, ClockKind.TOUCH).met_at == moment("mon 11:00")


def test_what_comes_after_a_deadline_comes_after_its_breach_also_where_its_timer_was_late(rekindle: Rekindle):
    rekindle.clock.now = moment("wed 12:00")  # No timer was swept since Monday.
    rekindle.tell(person_changed("p1", at("wed 12:00"), status="Working"))
    assert rekindle.person().owner_id == "second"
    assert clock_of(rekindle, ClockKind.TOUCH, 0).breached_at == moment("wed 10:00")
    assert clock_of(rekindle, ClockKind.TOUCH).met_at == moment("wed 12:00")


def test_the_clocks_stand_still_in_a_status_that_pauses(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", at("mon 11:00"), status="On Hold"))
    assert lifecycle_of(rekindle).due_at is None
    assert lifecycle_of(rekindle).state is State.HANDED_OFF
    rekindle.tell(person_changed("p1", at("wed 09:30"), status="Open - Not Contacted"))
    touch = clock_of(rekindle, ClockKind.TOUCH)
    assert (touch.due_at, touch.paused_seconds) == (moment("wed 12:30"), 6.5 * 3600)


def test_a_clock_keeps_the_policy_and_the_calendar_that_it_began_with(rekindle: Rekindle):
    late = {**LIFECYCLE, "calendars": {"office": {**OFFICE, "time_zone": "America/New_York"}}}
    rekindle.configure({"lifecycle": late, "person_statuses": STATUSES})
    rekindle.tell(person_changed("p1", at("mon 11:00"), status="On Hold"))
    rekindle.tell(person_changed("p1", at("mon 12:00"), status="Open - Not Contacted"))
    assert clock_of(rekindle, ClockKind.TOUCH).due_at == moment("mon 15:00")
    rekindle.configure({"lifecycle": {"dormant_after_days": 90}, "person_statuses": STATUSES})
    pass_time(rekindle, "mon 14:00")
    assert clock_of(rekindle, ClockKind.TOUCH).warned_at == moment("mon 13:00")


def test_a_second_delivery_of_a_timer_changes_nothing(rekindle: Rekindle):
    pass_time(rekindle, "mon 13:00")
    version, entries = rekindle.person().version, len(rekindle.memory.outbox)
    assert rekindle.use.process_due_actions("p1") is None
    assert (rekindle.person().version, len(rekindle.memory.outbox)) == (version, entries)


def test_a_lead_that_goes_back_to_open_owes_the_next_step_anew():
    rekindle = started(lifecycle(move={"business_days": 2}))
    rekindle.tell(person_changed("p1", at("mon 11:00"), status="Working"))
    assert clock_of(rekindle, ClockKind.MOVE, 0).state is ClockState.MET
    assert clock_of(rekindle, ClockKind.MOVE).due_at == moment("thu 11:00")
    rekindle.tell(opportunity_changed("o1", "p1", at=at("wed 11:00"), is_closed=False))
    assert lifecycle_of(rekindle).state is State.OPPORTUNITY
    assert clock_of(rekindle, ClockKind.MOVE).met_at == moment("wed 11:00")
    assert lifecycle_of(rekindle).due_at is None


def test_the_way_back_from_marketing(rekindle: Rekindle):
    pass_time(rekindle, "fri 17:00")
    assert lifecycle_of(rekindle).state is State.RECYCLED
    later = at("mon++ 09:00") + 7
    rekindle.tell(response_recorded("r2", "p1", "web", later))
    assert lifecycle_of(rekindle).state is State.HANDED_OFF
    assert lifecycle_of(rekindle).recyclings[-1].returned_at is not None
    assert lifecycle_of(rekindle).handoff is not None


def test_a_recycled_lead_is_a_candidate_of_every_scenario(rekindle: Rekindle):
    pass_time(rekindle, "fri 17:00")
    assert rekindle.status_of("r1") == "Nurture"
    after = at("mon+ 09:00") + 14
    rekindle.tell(person_changed("p1", after - 1, score=10), person_changed("p1", after, score=90))
    rekindle.deliver()
    assert rekindle.active() == "r1"
    assert lifecycle_of(rekindle).state is State.HANDED_OFF


def test_who_was_recycled_too_often_enters_no_track():
    section = {**LIFECYCLE, "recycle": {**LIFECYCLE["recycle"], "cap": 1}}
    rekindle = started(section)
    pass_time(rekindle, "fri 17:00")
    rekindle.tell(response_recorded("r2", "p1", "web", at("mon+ 09:00") + 14))
    pass_time(rekindle, "fri++++++ 17:00")
    first, second = lifecycle_of(rekindle).recyclings
    assert (first.track, second.track) == ("general", None)


def test_a_status_of_nurture_takes_a_lead_back_by_hand(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", at("mon 11:00"), status="Nurture", fields={"recycle_reason": "sla_expired"}))
    assert transitions(rekindle)[-1] == ("handed_off", "recycled", "sla_expired")
    assert not lifecycle_of(rekindle).recyclings[-1].passive
    assert lifecycle_of(rekindle).due_at is None


@pytest.mark.parametrize(("status", "state"), [("Disqualified", "disqualified"), ("New", "inquiry")])
def test_the_status_says_where_an_ended_engagement_leads(rekindle: Rekindle, status: str, state: str):
    rekindle.tell(person_changed("p1", at("mon 11:00"), status=status))
    assert lifecycle_of(rekindle).state == state
    rekindle.tell(response_recorded("r2", "p1", "web", at("mon 12:00") + 100))
    assert lifecycle_of(rekindle).state is State.HANDED_OFF


def test_an_opportunity_that_is_won_and_opened_again(rekindle: Rekindle):
    rekindle.tell(opportunity_changed("o1", "p1", at=at("mon 11:00"), is_closed=False))
    rekindle.tell(opportunity_changed("o1", "p1", at=at("mon 12:00"), is_closed=True, is_won=True))
    assert lifecycle_of(rekindle).state is State.WON
    rekindle.tell(opportunity_changed("o1", "p1", at=at("mon 13:00"), is_closed=False, is_won=False))
    assert [after for _, after, _ in transitions(rekindle)][-3:] == ["opportunity", "won", "opportunity"]


def test_clocks_run_on_for_whoever_the_lead_becomes(rekindle: Rekindle):
    rekindle.tell(person_changed("p2", at("mon 10:30"), owner_id="owner"))
    rekindle.tell(people_merged("p2", "p1", at=at("mon 11:00")))
    assert lifecycle_of(rekindle, "p2").state is State.HANDED_OFF
    pass_time(rekindle, "fri 17:00")
    assert lifecycle_of(rekindle, "p2").state is State.RECYCLED
    assert rekindle.memory.people["p1"].lifecycle is None


def test_a_warning_waits_until_whoever_gets_it_is_at_work():
    rekindle = started()
    rekindle.tell(user_changed("owner", 1.5, time_zone="America/New_York"))
    rekindle.tell(person_changed("p1", at("mon 10:30"), company="A"))
    pass_time(rekindle, "mon 13:59")
    assert steps(rekindle) == []
    pass_time(rekindle, "mon 14:00")
    assert (Action.WARNED, ClockKind.TOUCH, "owner") in steps(rekindle)
    assert clock_of(rekindle, ClockKind.TOUCH).warned_at == moment("mon 14:00")


def test_a_calendar_that_is_gone_stops_nobody():
    closed = {**OFFICE, "hours": {}}
    rekindle = started({**LIFECYCLE, "calendars": {"office": closed}})
    assert lifecycle_of(rekindle).state is State.HANDED_OFF
    assert lifecycle_of(rekindle).due_at is None
    rekindle.tell(person_changed("p1", at("mon 11:00"), status="Working"))
    assert lifecycle_of(rekindle).state is State.WORKED
