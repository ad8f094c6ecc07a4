"""Leads that go back to marketing: by which rule, with which score, and what the CRM hears of it."""

from typing import Any

from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.lifecycle.entries import Transition
from rekindle.domain.notifications.events import events_from
from rekindle.domain.people.lifecycle import State
from rekindle.domain.records.interaction import INTERACTION
from rekindle.domain.records.task import TASK
from tests.support.builders import Rekindle, day, opportunity_changed, person_changed, stamp
from tests.unit.application.lifecycle.test_handoffs import (
    LIFECYCLE,
    POLICY,
    at,
    lifecycle,
    lifecycle_of,
    moment,
    started,
)

DORMANT: dict[str, Any] = {
    **LIFECYCLE,
    "handoff": {"policies": [{**POLICY, "where": {"score": {"at_least": 99}}}]},
    "dormant_after_days": 30,
}


def until(rekindle: Rekindle, when: float) -> None:
    while rekindle.memory.clocks_due and min(rekindle.memory.clocks_due)[0] <= day(when):
        due, person_id = min(rekindle.memory.clocks_due)
        rekindle.memory.clocks_due.remove((due, person_id))
        rekindle.clock.now = max(rekindle.clock.now, due)
        rekindle.use.process_due_actions(person_id)
    rekindle.clock.now = max(rekindle.clock.now, day(when))


def recycled(rekindle: Rekindle) -> list[tuple[str | None, Any]]:
    found = [one for one in rekindle.memory.outbox if isinstance(one, Transition) and one.after is State.RECYCLED]
    return [(one.reason, one.at) for one in found]


def interaction(when: float, **values: Any) -> RecordChanged:
    told = {"person_id": "p1", "direction": "inbound", **values}
    return RecordChanged(INTERACTION, f"i{when}", stamp(when, None, (when, told)), told)


def test_an_active_person_of_whom_nothing_was_heard_goes_back():
    rekindle = started(DORMANT)
    until(rekindle, at("mon 10:00") + 29)
    assert recycled(rekindle) == []
    until(rekindle, at("mon 10:00") + 31)
    assert recycled(rekindle) == [("dormant", day(at("mon 10:00") + 30))]
    assert lifecycle_of(rekindle).recyclings[-1].passive
    assert lifecycle_of(rekindle).due_at is None


def test_every_sign_of_life_counts():
    signs = [
        lambda when: interaction(when),
        lambda when: interaction(when, direction="outbound"),
        lambda when: RecordChanged(TASK, "t1", stamp(when, None, "t1"), {"person_id": "p1", "completed": True}),
        lambda when: person_changed("p1", when, status="Working"),
    ]
    for sign in signs:
        rekindle = started(DORMANT)
        when = at("mon 10:00") + 20
        until(rekindle, when)
        rekindle.tell(sign(when))
        until(rekindle, when + 29.9)
        assert recycled(rekindle) == []
        until(rekindle, when + 31)
        assert recycled(rekindle) == [("dormant", day(when + 30))]


def test_a_bot_is_no_sign_of_life_and_an_open_opportunity_is_none_of_marketing():
    rekindle = started(DORMANT)
    until(rekindle, 20)
    rekindle.tell(interaction(20, suspected_bot=True))
    until(rekindle, 40)
    assert len(recycled(rekindle)) == 1
    rekindle = started(DORMANT)
    rekindle.tell(opportunity_changed("o1", "p1", at=10, stage="Proposal"))
    until(rekindle, 400)
    assert recycled(rekindle) == []


def test_a_reason_may_set_the_score_to_zero():
    reset = {"sla_expired": {"score": "reset", "passive": True}}
    for reasons, expected in ((reset, 0), (LIFECYCLE["recycle"]["reasons"], 80)):
        rekindle = started({**LIFECYCLE, "recycle": {"reasons": reasons}})
        until(rekindle, 60)
        assert len(recycled(rekindle)) == 1
        assert rekindle.memory.scores["p1"].value == expected
        rekindle.tell(person_changed("p1", 70, score=85))
        crossing = rekindle.memory.scores["p1"].last_crossing
        assert crossing is not None
        assert (crossing.score == 85) == (expected == 0)


def test_a_cool_down_holds_also_where_a_reason_sets_no_timeout():
    reasons = {"sla_expired": {"passive": True}}
    rekindle = started({**LIFECYCLE, "recycle": {"reasons": reasons, "cool_down_days": 14}})
    until(rekindle, 60)
    ((_, when),) = recycled(rekindle)
    assert (rekindle.person().nurture_until - when).days == 14  # type: ignore[operator]


def test_the_event_names_the_status_that_the_crm_is_to_hear():
    by_rule = started()
    until(by_rule, 60)
    by_crm = started(lifecycle())
    by_crm.clock.now = moment("mon 11:00")
    by_crm.tell(person_changed("p1", at("mon 11:00"), status="Back"))
    for rekindle, changed in ((by_rule, True), (by_crm, False)):
        events = [event for one in rekindle.memory.outbox for event in events_from(one)]
        (told,) = [event.detail for event in events if event.detail_type == "Lead Recycled"]
        assert (told["status_changed"], told["status"] is not None) == (changed, changed)
