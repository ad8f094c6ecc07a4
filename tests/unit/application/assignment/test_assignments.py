"""Every row of the table of edge cases (spec (c)), by its words; then rules, completion, metrics, notifications."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.core.errors import InvalidField, NotFound, NotPending
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.people.assignment import Assignment, AssignmentReason, AssignmentState, AssignmentStep, Step
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.account import ACCOUNT, Account
from rekindle.domain.records.queue import QUEUE, Queue
from rekindle.domain.records.task import TASK
from tests.support.builders import (
    DOCUMENT,
    Rekindle,
    campaign_changed,
    day,
    people_merged,
    person_changed,
    person_deleted,
    response_deleted,
    response_recorded,
    stamp,
    user_changed,
)

RULE: dict[str, Any] = {
    "owners": ["q-inbound"],
    "to": "q-routing",
    "deadline": "PT1H",
    "reminder": "PT15M",
    "fallback": "u-manager",
}
COMPLETED, TIMED_OUT = "Assignment Completed", "Assignment Timed Out"


def at(minutes: float) -> float:
    """The day, by its minutes since the lead became active."""
    return 10 + minutes / 1440


def a_rekindle(*rules: dict[str, Any], intermediate: Sequence[str] = (), **first: Any) -> Rekindle:
    """With one rule, or others; users u1 and u2 and a manager who work here, and one who left."""
    rekindle = Rekindle()
    rekindle.clock.now = day(9)
    section = {"rules": list(rules) or [{**RULE, **first}], "intermediate_owners": list(intermediate)}
    rekindle.configure({"assignment": section})
    rekindle.tell(campaign_changed("webinar"), *(user_changed(user) for user in ("u1", "u2", "u-manager")))
    rekindle.tell(user_changed("u-gone", is_active=False))
    for queue_id, members in {"q-inbound": (), "q-routing": (), "q-sales": ("u1",), "q-other": ("u2",)}.items():
        rekindle.use.ports.records(QUEUE).put(Queue(queue_id, member_ids=members, version=1), 0)
    return rekindle


def a_lead(rekindle: Rekindle, person: str = "p1", owner: str | None = "q-inbound", **told: Any) -> None:
    """Whose past response is about to become active by a score."""
    rekindle.tell(
        person_changed(person, 1, status="New", score=50, owner_id=owner, **told),
        response_recorded(f"r-{person}", person, "webinar", 9),
    )


def crosses(rekindle: Rekindle, person: str = "p1", minutes: float = 0) -> None:
    rekindle.tell(person_changed(person, at(minutes), score=70))


def activated(rekindle: Rekindle, minutes: float = 0) -> None:
    rekindle.clock.now = max(rekindle.clock.now, day(at(minutes)))
    rekindle.deliver()
    rekindle.begin()


def waiting(*rules: dict[str, Any], person: str = "p1", intermediate: Sequence[str] = (), **first: Any) -> Rekindle:
    """A lead that waits for an owner since minute 0."""
    rekindle = a_rekindle(*rules, intermediate=intermediate, **first)
    a_lead(rekindle, person)
    crosses(rekindle, person)
    activated(rekindle)
    assert the(rekindle, person).state is AssignmentState.PENDING
    return rekindle


def owned(rekindle: Rekindle, owner: str | None, minutes: float, person: str = "p1") -> None:
    """The CRM tells of an owner."""
    rekindle.clock.now = max(rekindle.clock.now, day(at(minutes)))
    rekindle.tell(person_changed(person, at(minutes), owner_id=owner))


def the(rekindle: Rekindle, person: str = "p1") -> Assignment:
    found = rekindle.person(person).assignment
    assert found is not None
    return found


def told(rekindle: Rekindle) -> list[str]:
    """What others heard of assignments, in short."""
    rekindle.announce()
    return [name for name in rekindle.told() if name.startswith("Assignment")]


def notified(rekindle: Rekindle) -> list[tuple[str, str]]:
    """Who was notified of what; an event that is told again under its id is one."""
    rekindle.announce()
    found = {e.event_id: e.detail for e in rekindle.bus.published if e.detail_type == "Notification Requested"}
    return [(detail["kind"], detail["notify_id"]) for detail in found.values()]


def minutes_of(delay: Any) -> float | None:
    return None if delay is None else round(delay.total_seconds() / 60, 1)


# --- start ---------------------------------------------------------------------------------------------------------


def test_a_lead_goes_to_the_temporary_owner_in_the_decision_itself() -> None:
    rekindle = waiting()
    person, found = rekindle.person(), the(rekindle)
    assert (person.owner_id, person.previous_owner_id) == ("q-routing", "q-inbound")
    assert (found.temporary_owner_id, found.released_owner_id, found.reason) == (
        "q-routing",
        "q-inbound",
        AssignmentReason.WAITS_FOR_OWNER,
    )
    assert (found.first_owner_id, found.assigned_at, found.system_delay) == (None, None, None)
    assert told(rekindle) == ["Assignment Started"]
    assert notified(rekindle) == []


def test_an_owner_who_is_not_reassignable_stays_and_is_the_first_at_once() -> None:
    rekindle = a_rekindle()
    a_lead(rekindle, owner="u1")
    crosses(rekindle)
    activated(rekindle)
    found = the(rekindle)
    assert (found.state, found.reason, found.first_owner_id) == (
        AssignmentState.NOT_REQUIRED,
        AssignmentReason.NO_RULE,
        "u1",
    )
    assert minutes_of(found.system_delay) == 0
    assert told(rekindle) == [COMPLETED]
    assert notified(rekindle) == [("assigned", "u1")]
    assert rekindle.waits() == []


def test_an_owner_who_stays_but_left_is_no_first_owner_and_the_next_one_is() -> None:
    rekindle = a_rekindle()
    a_lead(rekindle, owner="u-gone")
    crosses(rekindle)
    activated(rekindle)
    assert (the(rekindle).owner_id, the(rekindle).first_owner_id) == ("u-gone", None)
    assert (told(rekindle), notified(rekindle)) == ([], [])
    owned(rekindle, "u1", 5)
    assert (the(rekindle).first_owner_id, minutes_of(the(rekindle).system_delay)) == ("u1", 5)
    assert (told(rekindle), notified(rekindle)) == ([COMPLETED], [("assigned", "u1")])


def test_no_owner_at_all_and_no_rule_is_complete_with_the_first_owner() -> None:
    rekindle = a_rekindle()
    a_lead(rekindle, owner=None)
    crosses(rekindle)
    activated(rekindle)
    assert the(rekindle).state is AssignmentState.NOT_REQUIRED
    assert told(rekindle) == []
    owned(rekindle, "u1", 5)
    owned(rekindle, "u2", 6)
    assert the(rekindle).first_owner_id == "u1"
    assert (told(rekindle), notified(rekindle)) == ([COMPLETED], [("assigned", "u1"), ("reassigned", "u2")])


def test_no_owner_at_all_and_a_rule_for_all_waits() -> None:
    rekindle = a_rekindle(owners=[])
    a_lead(rekindle, owner=None)
    crosses(rekindle)
    activated(rekindle)
    assert (the(rekindle).state, rekindle.person().owner_id) == (AssignmentState.PENDING, "q-routing")
    owned(rekindle, "u1", 5)
    assert (the(rekindle).state, the(rekindle).first_owner_id) == (AssignmentState.ASSIGNED, "u1")


def test_any_scenario_starts_an_assignment_also_a_responses_own_arrival() -> None:
    rekindle = a_rekindle()
    rekindle.tell(person_changed("p1", 1, status="New", score=80, owner_id="q-inbound"))
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10))
    rekindle.begin()
    assert (the(rekindle).state, the(rekindle).response_id) == (AssignmentState.PENDING, "r1")
    assert len(rekindle.waits()) == 1


# --- engine never answers ------------------------------------------------------------------------------------------


def test_engine_never_answers_a_reminder_then_the_deadline_then_the_fallback() -> None:
    rekindle = waiting()
    (reminded,) = rekindle.wait(at(20))
    assert (reminded.state, reminded.remind_at) == (AssignmentState.PENDING, None)
    assert notified(rekindle) == [("reminder", "u-manager")]
    (ended,) = rekindle.wait(at(70))
    assert (ended.state, ended.reason, ended.owner_id) == (
        AssignmentState.TIMED_OUT,
        AssignmentReason.DEADLINE,
        "u-manager",
    )
    assert (ended.first_owner_id, ended.late_owner_id) == ("u-manager", None)
    assert minutes_of(ended.system_delay) == 60
    assert rekindle.person().owner_id == "u-manager"
    assert told(rekindle) == ["Assignment Started", TIMED_OUT]
    assert notified(rekindle) == [("reminder", "u-manager"), ("timed_out", "u-manager")]
    assert rekindle.waits() == []


def test_engine_never_answers_and_the_deadline_is_an_hour_with_a_reminder_at_a_quarter_where_nothing_is_said() -> None:
    rekindle = waiting({"to": "q-routing"})
    found = the(rekindle)
    assert found.remind_at is not None and found.deadline is not None
    assert minutes_of(found.remind_at - day(10)) == 15
    assert minutes_of(found.deadline - day(10)) == 60


@pytest.mark.parametrize(("reminder", "dues"), [(None, [60]), ("PT1H", [60]), ("PT2H", [60]), ("PT1M", [1, 60])])
def test_engine_never_answers_and_a_reminder_is_only_one_before_the_deadline(
    reminder: str | None, dues: list[float]
) -> None:
    rekindle = waiting(reminder=reminder)
    found = []
    while rekindle.waits():
        found.append(minutes_of(rekindle.waits()[0].due - day(10)))
        rekindle.wait((rekindle.waits()[0].due - day(0)).total_seconds() / 86400 + 1e-6)
    assert found == dues
    assert the(rekindle).state is AssignmentState.TIMED_OUT


@pytest.mark.parametrize("fallback", ["u-gone", None])
def test_engine_never_answers_and_there_is_no_fallback_who_is_active(fallback: str | None) -> None:
    rekindle = waiting(fallback=fallback)
    rekindle.wait(at(70))
    found = the(rekindle)
    assert (found.state, found.reason) == (AssignmentState.TIMED_OUT, AssignmentReason.NO_ACTIVE_FALLBACK)
    assert (found.owner_id, found.first_owner_id, found.first_queue_id) == ("q-routing", None, None)
    assert rekindle.person().owner_id == "q-routing"
    assert told(rekindle).count(TIMED_OUT) == 1
    assert ("timed_out", "q-routing") in notified(rekindle)


def test_engine_never_answers_and_the_fallback_is_a_queue() -> None:
    rekindle = waiting(fallback="q-sales")
    rekindle.wait(at(70))
    assert (the(rekindle).first_queue_id, the(rekindle).first_owner_id) == ("q-sales", None)
    owned(rekindle, "u1", 80)
    found = the(rekindle)
    assert (found.state, found.first_owner_id, found.late_owner_id) == (AssignmentState.TIMED_OUT, "u1", "u1")
    assert (found.outside_queue, minutes_of(found.system_delay)) == (False, 60)


def test_engine_never_answers_and_the_timer_comes_twice_or_early() -> None:
    rekindle = waiting()
    (reminder,) = rekindle.waits()
    assert rekindle.use.time_out_assignments(reminder) is None
    for _ in range(2):
        rekindle.wait(at(70))
        rekindle.use.time_out_assignments(reminder)
    assert told(rekindle) == ["Assignment Started", TIMED_OUT]


def test_engine_never_answers_and_the_schedule_was_lost_so_the_sweep_ends_the_wait() -> None:
    rekindle = waiting()
    rekindle.memory.waits.clear()
    rekindle.clock.now = day(at(66))
    swept = rekindle.use.sweep_timers(10)
    assert [one.state for one in swept.assignments] == [AssignmentState.TIMED_OUT]
    assert rekindle.use.sweep_timers(10).assignments == []


# --- late answer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("timer_first", [True, False])
def test_late_answer_is_a_reassignment_and_the_first_owner_stays(timer_first: bool) -> None:
    rekindle = waiting()
    if timer_first:
        rekindle.wait(at(61))
    owned(rekindle, "u1", 70)
    rekindle.wait(at(80))
    found = the(rekindle)
    assert (found.state, found.reason) == (AssignmentState.TIMED_OUT, AssignmentReason.DEADLINE)
    assert (found.first_owner_id, found.late_owner_id, found.owner_id) == ("u-manager", "u1", "u1")
    assert rekindle.person().owner_id == "u1"
    assert minutes_of(found.system_delay) == 60
    assert told(rekindle) == ["Assignment Started", TIMED_OUT]
    assert notified(rekindle)[-2:] == [("timed_out", "u-manager"), ("reassigned", "u1")]


def test_late_answer_is_the_first_who_was_late_and_a_later_change_is_none() -> None:
    rekindle = waiting()
    rekindle.wait(at(61))
    for minutes, owner in ((70, "u1"), (80, "u2")):
        owned(rekindle, owner, minutes)
    assert (the(rekindle).late_owner_id, the(rekindle).owner_id) == ("u1", "u2")


def test_late_answer_where_nobody_was_the_first_owner() -> None:
    rekindle = waiting(fallback=None)
    rekindle.wait(at(61))
    owned(rekindle, "u1", 70)
    found = the(rekindle)
    assert (found.state, found.first_owner_id, found.late_owner_id) == (AssignmentState.TIMED_OUT, "u1", "u1")
    assert (minutes_of(found.system_delay), notified(rekindle)[-1]) == (70, ("assigned", "u1"))


@pytest.mark.parametrize("owner", ["u-gone", "q-mid", None])
def test_late_answer_that_names_nobody_who_could_work_is_none(owner: str | None) -> None:
    rekindle = waiting(fallback=None, intermediate=["q-mid"])
    rekindle.wait(at(61))
    owned(rekindle, owner, 70)
    found = the(rekindle)
    assert (found.owner_id, found.first_owner_id, found.first_queue_id, found.late_owner_id) == (
        owner,
        None,
        None,
        None,
    )
    owned(rekindle, "u1", 80)
    assert (the(rekindle).first_owner_id, the(rekindle).late_owner_id) == ("u1", "u1")


# --- same owner, unassign before assign, engine answered before ------------------------------------------------------


def test_same_owner_to_same_owner_is_not_a_change() -> None:
    rekindle = waiting()
    for minutes in (1, 2):
        owned(rekindle, "q-routing", minutes)
        assert the(rekindle).state is AssignmentState.PENDING
    owned(rekindle, "u1", 3)
    owned(rekindle, "u1", 4)
    assert the(rekindle).first_owner_id == "u1"
    assert told(rekindle) == ["Assignment Started", COMPLETED]
    assert notified(rekindle) == [("assigned", "u1")]


def test_same_owner_as_before_the_wait_is_an_answer_only_once_the_crm_told_of_the_temporary_one() -> None:
    rekindle = a_rekindle(owners=["u1"])
    a_lead(rekindle, owner="u1")
    crosses(rekindle)
    activated(rekindle)
    owned(rekindle, "u1", 1)
    assert (the(rekindle).state, the(rekindle).confirmed) == (AssignmentState.PENDING, False)
    owned(rekindle, "q-routing", 2)
    assert the(rekindle).confirmed
    owned(rekindle, "u1", 3)
    assert (the(rekindle).state, the(rekindle).first_owner_id) == (AssignmentState.ASSIGNED, "u1")


def test_same_owner_again_right_after_the_change_that_moved_the_lead_in_the_crm() -> None:
    """The CRM echoes what was written back: the owner is as Rekindle has it, and still that is news."""
    rekindle = waiting()
    owned(rekindle, "q-routing", 1)
    assert the(rekindle).confirmed


def test_unassign_before_assign_ends_no_wait() -> None:
    rekindle = waiting()
    owned(rekindle, None, 5)
    assert (the(rekindle).state, rekindle.person().owner_id) == (AssignmentState.PENDING, None)
    owned(rekindle, "u1", 6)
    assert (the(rekindle).state, the(rekindle).first_owner_id) == (AssignmentState.ASSIGNED, "u1")
    assert told(rekindle) == ["Assignment Started", COMPLETED]


def test_unassign_and_nobody_after_it_ends_with_the_fallback() -> None:
    rekindle = waiting()
    owned(rekindle, None, 5)
    rekindle.wait(at(61))
    assert (the(rekindle).state, rekindle.person().owner_id) == (AssignmentState.TIMED_OUT, "u-manager")


def test_engine_answered_before_waiting_began() -> None:
    rekindle = a_rekindle()
    a_lead(rekindle)
    crosses(rekindle)
    owned(rekindle, "u1", 2)
    activated(rekindle, 3)
    found = the(rekindle)
    assert (found.state, found.reason, found.first_owner_id) == (
        AssignmentState.ASSIGNED,
        AssignmentReason.ENGINE_WAS_FASTER,
        "u1",
    )
    assert (found.temporary_owner_id, minutes_of(found.system_delay)) == ("q-routing", 2)
    assert (rekindle.person().owner_id, rekindle.waits()) == ("u1", [])
    assert (told(rekindle), notified(rekindle)) == ([COMPLETED], [("assigned", "u1")])


@pytest.mark.parametrize("owners", [["q-inbound"], []])
def test_same_owner_told_again_before_waiting_began_is_no_answer(owners: list[str]) -> None:
    rekindle = a_rekindle(owners=owners)
    a_lead(rekindle)
    crosses(rekindle)
    owned(rekindle, "q-inbound", 2)
    activated(rekindle, 3)
    assert (the(rekindle).state, rekindle.person().owner_id) == (AssignmentState.PENDING, "q-routing")


@pytest.mark.parametrize("holder", ["q-routing", "q-triage"])
def test_moved_to_wait_elsewhere_before_waiting_began_is_no_answer(holder: str) -> None:
    rekindle = a_rekindle(intermediate=["q-triage"])
    a_lead(rekindle)
    crosses(rekindle)
    owned(rekindle, holder, 2)
    activated(rekindle, 3)
    assert (the(rekindle).state, the(rekindle).first_queue_id) == (AssignmentState.PENDING, None)
    assert (the(rekindle).confirmed, rekindle.person().owner_id) == (True, holder)
    owned(rekindle, "u1", 4)
    assert (the(rekindle).state, the(rekindle).first_owner_id) == (AssignmentState.ASSIGNED, "u1")
    assert told(rekindle) == ["Assignment Started", COMPLETED]


def test_engine_answered_before_waiting_began_with_one_who_left_is_no_answer() -> None:
    rekindle = a_rekindle(owners=[])
    a_lead(rekindle)
    crosses(rekindle)
    owned(rekindle, "u-gone", 2)
    activated(rekindle, 3)
    assert (the(rekindle).state, the(rekindle).first_owner_id) == (AssignmentState.PENDING, None)


# --- changed twice, queues -----------------------------------------------------------------------------------------


def test_changed_twice_the_first_completes_and_later_ones_are_reassignments() -> None:
    rekindle = waiting()
    for minutes, owner in ((5, "u1"), (6, "u2"), (7, "u1"), (8, "u2")):
        owned(rekindle, owner, minutes)
    found = the(rekindle)
    assert (found.first_owner_id, found.owner_id, found.late_owner_id) == ("u1", "u2", None)
    assert minutes_of(found.system_delay) == 5
    assert told(rekindle) == ["Assignment Started", COMPLETED]
    assert sorted(notified(rekindle)) == [("assigned", "u1"), ("reassigned", "u1"), ("reassigned", "u2")]


def test_another_listed_intermediate_queue_keeps_waiting() -> None:
    rekindle = waiting(intermediate=["q-mid"])
    owned(rekindle, "q-mid", 5)
    assert (the(rekindle).state, the(rekindle).first_queue_id) == (AssignmentState.PENDING, None)
    owned(rekindle, "u1", 6)
    assert (the(rekindle).state, the(rekindle).first_owner_id, the(rekindle).first_queue_id) == (
        AssignmentState.ASSIGNED,
        "u1",
        None,
    )


def test_the_temporary_owner_of_another_rule_keeps_waiting() -> None:
    rekindle = waiting(RULE, {"to": "q-other", "owners": ["u2"]})
    owned(rekindle, "q-other", 5)
    assert the(rekindle).state is AssignmentState.PENDING


@pytest.mark.parametrize(("claims", "outside"), [("u1", False), ("u2", True)])
def test_new_owner_is_a_queue_then_a_user_claims(claims: str, outside: bool) -> None:
    """A claimer outside the queue is accepted, and flagged."""
    rekindle = waiting()
    owned(rekindle, "q-sales", 5)
    found = the(rekindle)
    assert (found.state, found.first_queue_id, found.first_owner_id) == (AssignmentState.ASSIGNED, "q-sales", None)
    assert found.first_owner_type == "queue"
    owned(rekindle, claims, 20)
    found = the(rekindle)
    assert (found.first_queue_id, found.first_owner_id, found.outside_queue) == ("q-sales", claims, outside)
    assert minutes_of(found.system_delay) == 5
    assert told(rekindle) == ["Assignment Started", COMPLETED]
    assert notified(rekindle) == [("assigned", "q-sales"), ("assigned", claims)]


def test_new_owner_is_a_queue_then_another_and_its_member_claims() -> None:
    rekindle = waiting()
    for minutes, owner in ((5, "q-sales"), (6, "q-other"), (7, "u2")):
        owned(rekindle, owner, minutes)
    found = the(rekindle)
    assert (found.first_queue_id, found.first_owner_id, found.outside_queue) == ("q-sales", "u2", False)


def test_new_owner_is_a_queue_and_one_who_left_claims() -> None:
    rekindle = waiting()
    owned(rekindle, "q-sales", 5)
    owned(rekindle, "u-gone", 6)
    assert (the(rekindle).first_owner_id, the(rekindle).owner_id) == (None, "u-gone")
    owned(rekindle, "u1", 7)
    assert the(rekindle).first_owner_id == "u1"


def test_a_queue_that_is_known_by_its_kind_of_id_alone() -> None:
    rekindle = waiting()
    owned(rekindle, "00G5e000001A1b2EAC", 5)
    assert the(rekindle).first_queue_id == "00G5e000001A1b2EAC"


def test_inactive_user_is_no_owner_and_the_wait_goes_on() -> None:
    rekindle = waiting()
    owned(rekindle, "u-gone", 5)
    assert (the(rekindle).state, the(rekindle).first_owner_id) == (AssignmentState.PENDING, None)
    rekindle.wait(at(61))
    assert the(rekindle).first_owner_id == "u-manager"


# --- converted while waiting ---------------------------------------------------------------------------------------


def converted(rekindle: Rekindle, minutes: float = 5) -> None:
    rekindle.clock.now = day(at(minutes))
    rekindle.tell(person_changed("p1", at(minutes), converted_contact_id="c1"))


def test_converted_while_waiting_the_contact_inherits_the_wait_and_its_owner_ends_it() -> None:
    rekindle = waiting()
    converted(rekindle)
    contact = rekindle.person("c1")
    assert (contact.owner_id, the(rekindle, "c1").state) == ("q-routing", AssignmentState.PENDING)
    assert rekindle.memory.people["p1"].assignment is None
    owned(rekindle, "u1", 6, "c1")
    assert (the(rekindle, "c1").state, the(rekindle, "c1").first_owner_id) == (AssignmentState.ASSIGNED, "u1")
    assert told(rekindle) == ["Assignment Started", COMPLETED]


def test_converted_while_waiting_the_timers_of_the_lead_are_the_contacts() -> None:
    rekindle = waiting()
    converted(rekindle)
    rekindle.wait(at(61))
    assert (the(rekindle, "c1").state, rekindle.person("c1").owner_id) == (AssignmentState.TIMED_OUT, "u-manager")
    assert notified(rekindle) == [("reminder", "u-manager"), ("timed_out", "u-manager")]


def test_converted_while_waiting_and_the_contact_was_known_with_an_owner_of_its_own() -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("c1", 2, kind="contact", owner_id="u2"))
    converted(rekindle)
    found = the(rekindle, "c1")
    assert (found.state, found.first_owner_id, minutes_of(found.system_delay)) == (AssignmentState.ASSIGNED, "u2", 5)
    assert told(rekindle) == ["Assignment Started", COMPLETED]


@pytest.mark.parametrize("owner", ["q-routing", "u-gone"])
def test_converted_while_waiting_and_the_contacts_owner_is_temporary_or_left(owner: str) -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("c1", 2, kind="contact", owner_id=owner))
    converted(rekindle)
    assert the(rekindle, "c1").state is AssignmentState.PENDING


def test_converted_while_waiting_and_the_crm_still_tells_of_the_owner_before() -> None:
    """The contact has the owner of the lead, of whom nobody told the CRM that the wait began."""
    rekindle = a_rekindle(owners=["u1"])
    a_lead(rekindle, owner="u1")
    crosses(rekindle)
    activated(rekindle)
    converted(rekindle)
    owned(rekindle, "u1", 6, "c1")
    assert the(rekindle, "c1").state is AssignmentState.PENDING


# --- merged, deleted, set inactive while waiting -------------------------------------------------------------------


def test_merged_while_waiting_the_survivor_goes_on_waiting() -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("p2", 2, status="New"), people_merged("p1", "p2", at=at(5)))
    owned(rekindle, "u1", 6)
    assert the(rekindle).first_owner_id == "u1"
    assert told(rekindle) == ["Assignment Started", COMPLETED]


def test_merged_while_waiting_the_wait_moves_to_the_survivor() -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("p2", 2, status="New"), people_merged("p2", "p1", at=at(5)))
    assert the(rekindle, "p2").state is AssignmentState.PENDING
    assert rekindle.memory.people["p1"].assignment is None
    owned(rekindle, "u1", 6, "p2")
    assert the(rekindle, "p2").first_owner_id == "u1"
    assert told(rekindle) == ["Assignment Started", COMPLETED]


@pytest.mark.parametrize("survivor", ["p1", "p2"])
def test_merged_while_both_wait_the_earlier_wait_stays_and_the_other_is_cancelled(survivor: str) -> None:
    rekindle = waiting()
    a_lead(rekindle, "p2")
    crosses(rekindle, "p2", 1)
    activated(rekindle, 1)
    earlier, later = the(rekindle, "p1").assignment_id, the(rekindle, "p2").assignment_id
    merged = "p2" if survivor == "p1" else "p1"
    rekindle.tell(people_merged(survivor, merged, at=at(5)))
    assert (the(rekindle, survivor).assignment_id, the(rekindle, survivor).state) == (earlier, AssignmentState.PENDING)
    held = [p.assignment for p in rekindle.memory.people.values() if p.assignment is not None]
    assert [one.assignment_id for one in held if one.waits] == [earlier]
    assert [one.state for one in held if one.assignment_id == later] in ([AssignmentState.CANCELLED], [])
    rekindle.wait(at(61))
    assert Counter(told(rekindle)) == {"Assignment Started": 2, TIMED_OUT: 1}
    assert notified(rekindle) == [("reminder", "u-manager"), ("timed_out", "u-manager")]


def test_a_wait_that_is_taken_over_is_a_cycle_of_its_own() -> None:
    """The survivor's own cycle was completed under its number already."""
    rekindle = waiting()
    a_lead(rekindle, "p2")
    crosses(rekindle, "p2", 1)
    activated(rekindle, 1)
    owned(rekindle, "u2", 3, "p2")
    rekindle.tell(people_merged("p2", "p1", at=at(5)))
    assert told(rekindle).count(COMPLETED) == 2
    rekindle.announce()
    completed = [event for event in rekindle.bus.published if event.detail_type == COMPLETED]
    assert sorted((event.person_id, event.detail["cycle"]) for event in completed) == [("p2", 1), ("p2", 2)]
    assert (rekindle.person("p2").cycles, the(rekindle, "p2").cycle) == (2, 2)


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (person_deleted("p1", at(5)), Ended.PERSON_DELETED),
        (person_changed("p1", at(5), status="Disqualified"), Ended.STATUS_INACTIVE),
        (person_changed("p1", at(5), status="Nurture", owner_id="u1"), Ended.STATUS_INACTIVE),
        (response_deleted("r-p1", "p1", at(5)), Ended.RESPONSE_DELETED),
    ],
    ids=["deleted", "set inactive", "set inactive with an owner", "response deleted"],
)
def test_set_inactive_or_deleted_while_waiting_is_cancelled_without_a_notification(fact: Any, why: Ended) -> None:
    rekindle = waiting()
    rekindle.tell(fact)
    rekindle.wait(at(70))
    found = rekindle.memory.people["p1"].assignment
    assert found is not None
    assert (found.state, found.reason, found.first_owner_id) == (AssignmentState.CANCELLED, why, None)
    assert (told(rekindle), notified(rekindle)) == (["Assignment Started"], [])
    steps = [r for r in rekindle.memory.records["p1"].values() if getattr(r, "step", None) == "cancelled"]
    assert len(steps) == 1


def test_an_owner_after_the_cancellation_is_of_no_concern() -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("p1", at(5), status="Disqualified"))
    owned(rekindle, "u1", 6)
    assert (the(rekindle).state, the(rekindle).first_owner_id) == (AssignmentState.CANCELLED, None)
    assert notified(rekindle) == []


# --- further responses while waiting -------------------------------------------------------------------------------


def test_second_response_while_waiting_is_already_engaged_and_no_second_assignment() -> None:
    rekindle = waiting()
    before = the(rekindle)
    rekindle.tell(response_recorded("r2", "p1", "webinar", at(5), score=99))
    rekindle.begin()
    assert rekindle.status_of("r2") == "Resolved - Already Engaged"
    assert the(rekindle) == before
    assert told(rekindle) == ["Assignment Started"]
    assert notified(rekindle) == []


def test_a_response_given_to_another_person_while_waiting_takes_the_wait_along() -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("p2", 2, status="New"))
    rekindle.tell(response_recorded("r-p1", "p2", "webinar", at(5)))
    assert rekindle.person("p1").assignment is None
    assert (the(rekindle, "p2").state, rekindle.person("p2").owner_id) == (AssignmentState.PENDING, "q-routing")
    owned(rekindle, "u1", 6, "p2")
    assert the(rekindle, "p2").first_owner_id == "u1"
    assert told(rekindle) == ["Assignment Started", COMPLETED]


def test_a_response_given_to_a_person_with_an_owner_of_its_own_ends_the_wait() -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("p2", 2, status="New", owner_id="u2"))
    rekindle.tell(response_recorded("r-p1", "p2", "webinar", at(5)))
    assert (the(rekindle, "p2").state, the(rekindle, "p2").first_owner_id) == (AssignmentState.ASSIGNED, "u2")


def test_a_response_given_to_another_person_has_its_deadline_there() -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("p2", 2, status="New"))
    rekindle.tell(response_recorded("r-p1", "p2", "webinar", at(5)))
    rekindle.wait(at(61))
    assert the(rekindle, "p2").state is AssignmentState.TIMED_OUT


def test_a_late_arriving_response_that_takes_the_place_of_the_active_one_leaves_the_wait() -> None:
    rekindle = a_rekindle()
    rekindle.configure({"assignment": {"rules": [RULE]}}, default_campaign={"single": "webinar"})
    rekindle.tell(person_changed("p1", 1, status="New", score=50, owner_id="q-inbound"))
    crosses(rekindle)
    activated(rekindle)
    before = the(rekindle)
    assert before.state is AssignmentState.PENDING
    rekindle.tell(response_recorded("r-late", "p1", "webinar", 9.5, responded_at=day(9.5)))
    rekindle.deliver()
    assert rekindle.active() == "r-late"
    assert the(rekindle) == replace(before, response_id="r-late")
    assert told(rekindle) == ["Assignment Started"]


def test_a_second_cycle_has_an_assignment_of_its_own() -> None:
    rekindle = waiting()
    owned(rekindle, "u1", 5)
    rekindle.tell(person_changed("p1", 11, status="Disqualified", score=50, owner_id="q-inbound"))
    rekindle.tell(response_recorded("r2", "p1", "webinar", 12))
    rekindle.tell(person_changed("p1", 13, score=70))
    activated(rekindle, 3 * 1440)
    assert (the(rekindle).cycle, the(rekindle).state, the(rekindle).first_owner_id) == (
        2,
        AssignmentState.PENDING,
        None,
    )
    owned(rekindle, "u1", 3 * 1440 + 5)
    assert told(rekindle) == ["Assignment Started", COMPLETED] * 2
    assert notified(rekindle) == [("assigned", "u1")] * 2


# --- contacts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "account_owner", "first"),
    [("q-inbound", None, None), ("u1", "u2", "u1"), (None, "u2", "u2"), (None, None, None), (None, "u-gone", None)],
)
def test_contacts_keep_their_owner_else_the_owner_of_the_account(
    owner: str | None, account_owner: str | None, first: str | None
) -> None:
    rekindle = a_rekindle(owners=[])
    rekindle.use.ports.records(ACCOUNT).put(Account("a1", owner_id=account_owner, version=1), 0)
    a_lead(rekindle, owner=owner, kind="contact", account_id="a1")
    crosses(rekindle)
    activated(rekindle)
    found = the(rekindle)
    assert (found.state, found.reason, found.first_owner_id) == (
        AssignmentState.NOT_REQUIRED,
        AssignmentReason.CONTACT,
        first,
    )
    assert found.first_queue_id == (owner if owner == "q-inbound" else None)
    assert told(rekindle) == ([COMPLETED] if first or found.first_queue_id else [])
    assert rekindle.waits() == []


# --- rules ---------------------------------------------------------------------------------------------------------


def rule(to: str, **values: Any) -> dict[str, Any]:
    return {"to": to, **values}


@pytest.mark.parametrize(
    ("where", "waits"),
    [
        ({}, True),
        ({"record_type": "Business"}, True),
        ({"record_type": "Private"}, False),
        ({"record_type": ["Private", "Business"]}, True),
        ({"region": "EMEA"}, True),
        ({"fields.region": "EMEA"}, True),
        ({"region": ["APAC", "AMER"]}, False),
        ({"company": "Acme"}, True),
        ({"company": "Acme", "region": "APAC"}, False),
        ({"size": 7}, True),
        ({"nothing": None}, True),
        ({"nothing": "x"}, False),
    ],
    ids=str,
)
def test_a_rule_asks_for_fields_of_the_contract_and_for_named_values(where: dict[str, Any], waits: bool) -> None:
    rekindle = a_rekindle(rule("q-routing", where=where))
    a_lead(rekindle, record_type="Business", company="Acme", fields={"region": "EMEA", "size": 7})
    crosses(rekindle)
    activated(rekindle)
    assert the(rekindle).waits is waits


@pytest.mark.parametrize("by_arrival", [True, False])
def test_the_first_rule_that_matches_wins(by_arrival: bool) -> None:
    rekindle = a_rekindle(
        rule("q-1", owners=["u1"]),
        rule("q-2", where={"region": "APAC"}),
        rule("q-3", owners=["q-inbound", "u2"], where={"region": "EMEA"}),
        rule("q-4"),
    )
    a_lead(rekindle, fields={"region": "EMEA"})
    crosses(rekindle)
    if by_arrival:
        rekindle.memory.crossings.clear()
        rekindle.tell(response_recorded("r2", "p1", "webinar", at(1)))
    activated(rekindle, 1)
    assert the(rekindle).temporary_owner_id == "q-3"


def test_a_rule_is_refused_when_saved_for_each_owner_who_is_unknown_or_inactive_by_path() -> None:
    rekindle = a_rekindle()
    section = {
        "rules": [
            RULE,
            {"owners": ["q-inbound", "nobody", "u-gone"], "to": "u-gone", "fallback": "u-gone"},
            {"to": "q-none", "fallback": "u-none"},
        ],
        "intermediate_owners": ["q-sales", "q-none"],
    }
    assert rekindle.use.change_settings.faults({**DOCUMENT, "assignment": section}) == [
        ("assignment.rules[1].owners[1]", "'nobody' is no user or queue that is known"),
        ("assignment.rules[1].to", "user 'u-gone' is not active"),
        ("assignment.rules[1].fallback", "user 'u-gone' is not active"),
        ("assignment.rules[2].to", "'q-none' is no user or queue that is known"),
        ("assignment.rules[2].fallback", "'u-none' is no user or queue that is known"),
        ("assignment.intermediate_owners[1]", "'q-none' is no user or queue that is known"),
    ]


def test_rules_that_are_changed_while_one_waits_change_nothing_of_that_wait() -> None:
    rekindle = waiting()
    rekindle.configure({"assignment": {"rules": [rule("q-other", deadline="PT1M", fallback="u2")]}})
    rekindle.wait(at(61))
    assert (the(rekindle).first_owner_id, minutes_of(the(rekindle).system_delay)) == ("u-manager", 60)


# --- completion by an engine's word --------------------------------------------------------------------------------


def test_an_engine_confirms_the_current_owner() -> None:
    rekindle = waiting()
    rekindle.clock.now = day(at(5))
    person_id, found = rekindle.use.complete_assignments("p1", None)
    assert (person_id, found.reason, found.first_queue_id) == ("p1", AssignmentReason.OWNER_CONFIRMED, "q-routing")
    assert told(rekindle) == ["Assignment Started", COMPLETED]


def test_an_engine_confirms_another_owner() -> None:
    rekindle = waiting()
    rekindle.clock.now = day(at(5))
    _, found = rekindle.use.complete_assignments("p1", "u1")
    assert (found.first_owner_id, rekindle.person().owner_id) == ("u1", "u1")
    assert minutes_of(found.system_delay) == 5
    rekindle.wait(at(70))
    assert told(rekindle) == ["Assignment Started", COMPLETED]


def test_an_engine_confirms_three_times_and_it_is_one() -> None:
    rekindle = waiting()
    answers = [rekindle.use.complete_assignments("p1", "u1") for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert (told(rekindle), notified(rekindle)) == (["Assignment Started", COMPLETED], [("assigned", "u1")])


def test_an_engine_confirms_one_who_left() -> None:
    rekindle = waiting()
    with pytest.raises(InvalidField) as refused:
        rekindle.use.complete_assignments("p1", "u-gone")
    assert refused.value.field == "owner_id"
    owned(rekindle, "u-gone", 5)
    with pytest.raises(InvalidField):
        rekindle.use.complete_assignments("p1", None)
    owned(rekindle, None, 6)
    with pytest.raises(InvalidField):
        rekindle.use.complete_assignments("p1", None)
    assert the(rekindle).state is AssignmentState.PENDING


@pytest.mark.parametrize("timer_first", [True, False])
def test_an_engine_confirms_after_the_deadline(timer_first: bool) -> None:
    """Whether the timer was punctual makes no difference."""
    rekindle = waiting()
    if timer_first:
        rekindle.wait(at(61))
    rekindle.clock.now = day(at(61))
    with pytest.raises(NotPending):
        rekindle.use.complete_assignments("p1", "u1")
    rekindle.wait(at(62))
    assert (the(rekindle).state, the(rekindle).first_owner_id) == (AssignmentState.TIMED_OUT, "u-manager")
    assert rekindle.use.complete_assignments("p1", "u-manager")[1] == the(rekindle)


def test_an_engine_confirms_for_nobody() -> None:
    rekindle = a_rekindle()
    with pytest.raises(NotFound):
        rekindle.use.complete_assignments("p1", "u1")
    a_lead(rekindle)
    with pytest.raises(NotFound):
        rekindle.use.complete_assignments("p1", "u1")


def test_an_engine_confirms_by_the_id_of_the_lead_that_was_converted() -> None:
    rekindle = waiting()
    converted(rekindle)
    person_id, found = rekindle.use.complete_assignments("p1", "u1")
    assert (person_id, found.first_owner_id) == ("c1", "u1")


# --- metrics -------------------------------------------------------------------------------------------------------


def task_done(task_id: str, minutes: float, completed: bool = True, told_at: float | None = None) -> RecordChanged:
    values = {"person_id": "p1", "completed": completed, "occurred_at": day(at(minutes))}
    told = stamp(at(minutes if told_at is None else told_at), None, (task_id, values))
    return RecordChanged(TASK, task_id, told, values)


def test_the_systems_delay_and_the_persons_are_kept_apart() -> None:
    rekindle = waiting()
    owned(rekindle, "u1", 12)
    rekindle.tell(person_changed("p1", at(42), status="Working"))
    found = the(rekindle)
    assert (minutes_of(found.system_delay), minutes_of(found.human_delay)) == (12, 30)


def test_the_first_completed_activity_is_work_too() -> None:
    rekindle = waiting()
    owned(rekindle, "u1", 12)
    rekindle.tell(task_done("t0", 13, completed=False), task_done("t1", 20), task_done("t2", 25))
    rekindle.tell(person_changed("p1", at(42), status="Working"))
    assert minutes_of(the(rekindle).human_delay) == 8


def test_work_that_is_told_of_late_is_still_the_first() -> None:
    rekindle = waiting()
    owned(rekindle, "u1", 12)
    rekindle.tell(person_changed("p1", at(42), status="Working"), task_done("t1", 20, told_at=50))
    assert minutes_of(the(rekindle).human_delay) == 8


def test_the_first_work_stands_in_the_timeline() -> None:
    """The person tells it of the newest cycle alone; and nobody else hears of it."""
    rekindle = waiting()
    owned(rekindle, "u1", 12)
    rekindle.announce()
    heard = len(rekindle.bus.published)
    rekindle.tell(person_changed("p1", at(42), status="Working"), task_done("t1", 20, told_at=50))
    rekindle.announce()
    told = rekindle.use.show_records.timeline("p1", 10, None).items
    steps = [step for step in told if isinstance(step, AssignmentStep) and step.step is Step.WORKED]
    assert [(step.at, step.assignment.worked_at) for step in steps] == [(day(at(m)), day(at(m))) for m in (42, 20)]
    assert [event.detail_type for event in rekindle.bus.published[heard:]] == ["Stage Reached"]


def test_work_before_the_activation_is_none_of_this_cycle() -> None:
    rekindle = waiting()
    rekindle.tell(task_done("t1", -5))
    assert the(rekindle).worked_at is None


def test_worked_while_waiting_is_no_negative_delay() -> None:
    rekindle = waiting()
    rekindle.tell(task_done("t1", 5))
    owned(rekindle, "u1", 12)
    assert (minutes_of(the(rekindle).system_delay), minutes_of(the(rekindle).human_delay)) == (12, 0)


def test_an_open_status_is_no_work() -> None:
    rekindle = waiting()
    rekindle.tell(person_changed("p1", at(5), status="Open - Not Contacted"))
    assert the(rekindle).worked_at is None


def test_a_task_that_is_told_twice_is_written_once() -> None:
    rekindle = waiting()
    rekindle.tell(task_done("t1", 5))
    before = rekindle.person()
    rekindle.tell(task_done("t1", 5))
    assert rekindle.person() == before


# --- notifications -------------------------------------------------------------------------------------------------


def test_a_notification_has_one_id_for_each_cycle_owner_and_kind() -> None:
    rekindle = waiting()
    for minutes, owner in enumerate(["u1", "u2", "u1", "u2", "u1"], start=5):
        owned(rekindle, owner, minutes)
    rekindle.announce()
    asked = [e for e in rekindle.bus.published if e.detail_type == "Notification Requested"]
    kinds = Counter((e.event_id, e.detail["kind"], e.detail["notify_id"]) for e in asked)
    assert len(kinds) == len({event_id for event_id, _, _ in kinds}) == 3


def test_what_is_told_is_the_contracts() -> None:
    rekindle = waiting()
    owned(rekindle, "u1", 12)
    rekindle.announce()
    (event,) = [e for e in rekindle.bus.published if e.detail_type == COMPLETED]
    detail = event.body()
    assert {name: detail[name] for name in ("person_id", "owner_id", "first_owner_id", "system_delay_seconds")} == {
        "person_id": "p1",
        "owner_id": "u1",
        "first_owner_id": "u1",
        "system_delay_seconds": 720,
    }
    decisions = [r for r in rekindle.memory.records["p1"].values() if isinstance(r, Decision) and r.activates]
    assert detail["assignment_id"] == decisions[0].decision_id
