"""A CRM merges two people: it deletes the members of the one, and makes them anew for the other, in one transaction."""

from itertools import permutations

import pytest

from rekindle.domain.capture.facts import Fact, ResponseDeleted, ResponseRecorded
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.measures.cycles import Cycle, cycles
from rekindle.domain.reactivation.decision import Reason
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    opportunity_changed,
    person_changed,
    person_deleted,
    requested,
    response_recorded,
    stamp,
)


@pytest.fixture
def rekindle() -> Rekindle:
    """`old` is active for the lead b since day 3; a is another record of the same person."""
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(*(campaign_changed(c) for c in ("webinar", "fair")))
    rekindle.tell(person_changed("a", 1, status="New", score=10), person_changed("b", 1, status="New", score=70))
    rekindle.tell(response_recorded("old", "b", "webinar", 3))
    assert rekindle.active("b") == "old"
    return rekindle


def deleted(response_id: str = "old", at: float = 9, transaction: str | None = "t") -> ResponseDeleted:
    return ResponseDeleted(response_id, stamp(at, None, ("deleted", response_id)), None, transaction)


def made(
    response_id: str = "new", person_id: str = "a", campaign_id: str = "webinar", at: float = 9, key: str = "t"
) -> ResponseRecorded:
    values = {"responded": True, "responded_at": day(3)}
    return ResponseRecorded(response_id, stamp(at, None, response_id), person_id, campaign_id, values, key)


def counted(rekindle: Rekindle) -> list[Cycle]:
    return cycles(rekindle.memory.outbox, rekindle.use.ports.reference.campaign_at)


MERGE: dict[str, Fact] = {
    "member deleted": deleted(),
    "lead deleted": person_deleted("b", 9),
    "score": person_changed("a", 9, score=70),
    "member made": made(),
}


@pytest.mark.parametrize("order", list(permutations(MERGE)), ids=", ".join)
def test_in_whatever_order_it_is_told_the_credit_goes_on(rekindle: Rekindle, order: tuple[str, ...]):
    for name in order:
        rekindle.tell(MERGE[name])
        rekindle.deliver()
    rekindle.tell(*(MERGE[name] for name in order))
    active = rekindle.person("a").active
    assert active is not None
    assert (active.response_id, active.since, active.campaign_id) == ("new", day(3), "webinar")
    assert (rekindle.active("b"), rekindle.responses("b")) == (None, {})
    assert rekindle.person("a").responses == len(rekindle.responses("a")) == 1
    (cycle,) = counted(rekindle)
    assert (cycle.response_id, cycle.ended, cycle.activated_at) == ("new", None, day(3))


def test_the_cycle_ends_under_its_new_id(rekindle: Rekindle):
    rekindle.tell(deleted(), made(), person_changed("a", 12, status="Nurture"))
    (cycle,) = counted(rekindle)
    assert (cycle.ended, cycle.ended_at) == (Ended.STATUS_INACTIVE, day(12))


def test_the_stage_and_the_status_go_on(rekindle: Rekindle):
    rekindle.tell(person_changed("b", 4, status="Working"), deleted(), made())
    assert rekindle.person("a").active.stage == "SAL"  # type: ignore[union-attr]
    assert rekindle.status_of("new", "a") == "Working"


def test_the_opportunity_goes_on(rekindle: Rekindle):
    rekindle.tell(opportunity_changed("o1", "b", at=5), deleted(), made())
    rekindle.tell(opportunity_changed("o1", "a", at=12, is_closed=True, is_won=True))
    # Nothing tells that b became a but the response: the opportunity belongs to that.
    assert rekindle.active("a") is None
    assert rekindle.status_of("new", "a") == "Resolved - Opportunity Won"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_was_reactivated_is_not_reactivated_again(rekindle: Rekindle, order: tuple[int, ...]):
    rekindle.tell(person_changed("b", 4, status="Nurture"))
    rekindle.use.request_reactivation(requested("b", 5, bypass_nurture_timeout=True))
    rekindle.tell(person_changed("b", 6, status="Nurture"))
    assert rekindle.responses("b")["old"].state.reactivated_at == day(5)
    rekindle.tell(*((deleted(), made())[place] for place in order))
    assert rekindle.use.request_reactivation(requested("a", 10, request_id="q2")).reason is Reason.NO_CANDIDATE


@pytest.mark.parametrize(
    ("gone", "anew"),
    [(deleted(transaction="u"), made()), (deleted(), made(campaign_id="fair")), (deleted(transaction=None), made())],
    ids=["another transaction", "another campaign", "no transaction"],
)
def test_else_a_deletion_is_a_deletion(rekindle: Rekindle, gone: Fact, anew: Fact):
    rekindle.tell(gone, anew)
    assert (rekindle.active("a"), rekindle.active("b")) == (None, None)
    (cycle,) = counted(rekindle)
    assert cycle.ended is Ended.RESPONSE_DELETED


def test_of_two_members_each_goes_on_as_its_own(rekindle: Rekindle):
    rekindle.tell(response_recorded("older", "b", "webinar", 2))
    second = ResponseRecorded("second", stamp(9), "a", "webinar", {"responded": True, "responded_at": day(2)}, "t")
    rekindle.tell(deleted("older"), deleted(), made(), second)
    assert rekindle.active("a") == "new"
    former = {r: one.details.former_response_id for r, one in rekindle.responses("a").items() if one.details}
    assert former == {"new": "old", "second": "older"}


def test_a_member_that_is_made_anew_for_the_same_person_goes_on(rekindle: Rekindle):
    rekindle.tell(deleted(), made(person_id="b"))
    active = rekindle.person("b").active
    assert active is not None
    assert (active.response_id, active.cycle, active.since) == ("new", 1, day(3))
    assert rekindle.person("b").responses == len(rekindle.responses("b")) == 1


def test_the_other_s_own_worked_response_stays(rekindle: Rekindle):
    rekindle.tell(person_changed("a", 4, score=70), response_recorded("ra", "a", "fair", 5))
    rekindle.tell(person_changed("a", 6, status="Working"), deleted(), made())
    assert rekindle.active("a") == "ra"
    assert rekindle.status_of("new", "a") == "Resolved - Already Engaged"


def test_others_hear_of_the_new_id(rekindle: Rekindle):
    rekindle.tell(deleted(), made())
    rekindle.announce()
    last = rekindle.bus.published[-2:]
    assert [event.detail_type for event in last] == ["Response Renamed", "Response Resumed"]
    assert last[0].detail["former_response_id"] == "old"
