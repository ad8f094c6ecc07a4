"""When a response counts: at its own date, at its event's time where a clock is ahead, or when its date is reached."""

from datetime import timedelta

import pytest

from rekindle.domain.core.times import AHEAD
from rekindle.domain.reactivation.decision import Outcome, Reason
from rekindle.domain.reactivation.timer import ResponseTimer
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    people_merged,
    person_changed,
    response_changed,
    response_deleted,
    response_recorded,
)

LATER = day(17)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure(default_campaign={"single": "web"})
    rekindle.tell(*(campaign_changed(c) for c in ("webinar", "web")), person_changed("p1", 0, score=10, status="New"))
    return rekindle


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=20), timedelta(seconds=30), AHEAD], ids=str)
def test_a_clock_that_is_a_little_ahead_costs_no_credit(rekindle: Rekindle, ahead: timedelta):
    decision = rekindle.tell(
        response_recorded("r1", "p1", "webinar", 10, responded_at=day(10) + ahead, score=60)
    ).decision
    assert decision is not None and decision.outcome is Outcome.ACTIVATED
    assert rekindle.responses()["r1"].state.responded_at == day(10)
    assert rekindle.timers() == []


def test_a_response_of_the_same_second_is_found_by_the_score_of_that_second(rekindle: Rekindle):
    within = day(10) + timedelta(milliseconds=400)
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=within, received_at=within))
    rekindle.tell(person_changed("p1", 10, score=75))
    assert [(d.outcome, d.response_id) for d in rekindle.deliver()] == [(Outcome.REACTIVATED, "r1")]


def test_a_response_dated_later_is_evaluated_when_its_date_is_reached(rekindle: Rekindle):
    arrival = rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60)).decision
    assert arrival is not None and arrival.reason is Reason.NO_CANDIDATE
    assert rekindle.explanations()[-1].sentence.endswith(
        "its own date, 18 Jan 2026 00:00 UTC, was still to come; it is evaluated then."
    )
    assert rekindle.timers() == [ResponseTimer("p1", "r1", LATER)]
    (decision,) = rekindle.fire()
    assert (decision.outcome, decision.response_id, decision.as_of) == (Outcome.ACTIVATED, "r1", LATER)
    assert rekindle.explanations()[-1].sentence.startswith(
        "webinar got the credit by itself: the date of its response was 18 Jan 2026 00:00 UTC"
    )
    assert rekindle.timers() == []


def test_no_search_before_its_date_finds_it(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER))
    rekindle.tell(person_changed("p1", 12, score=75))
    assert [d.outcome for d in rekindle.deliver()] == [Outcome.INSERTED_DEFAULT]
    (decision,) = rekindle.fire()
    assert decision.reason is Reason.ACTIVE_EXISTS


def test_a_response_that_a_search_found_on_its_date_is_not_evaluated_again(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER))
    rekindle.tell(person_changed("p1", 18, score=75))
    assert [d.response_id for d in rekindle.deliver()] == ["r1"]
    assert rekindle.fire() == [] and rekindle.timers() == []


def test_the_timer_is_set_once_however_often_the_response_is_reported(rekindle: Rekindle):
    fact = response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60)
    assert rekindle.tell(fact, fact).duplicate > 0
    assert rekindle.timers() == [ResponseTimer("p1", "r1", LATER)]
    assert len(rekindle.fire()) == 1
    rekindle.tell(fact)
    assert rekindle.fire() == []


def test_a_timer_that_fires_twice_decides_once(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60))
    (timer,) = rekindle.timers()
    assert rekindle.use.end_timer(timer) is not None
    assert rekindle.use.end_timer(timer) is None


def test_the_timer_is_set_though_the_function_dies_after_it_stored_the_response(rekindle: Rekindle):
    rekindle.faults.fails = lambda _: True
    with pytest.raises(Exception, match="the function died"):
        rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60))
    assert rekindle.timers() == [ResponseTimer("p1", "r1", LATER)]


def test_a_date_that_is_moved_on_moves_the_evaluation(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60))
    rekindle.tell(response_changed("r1", 11, responded_at=day(20)))
    first, second = rekindle.timers()
    assert rekindle.use.end_timer(first) is None
    decision = rekindle.use.end_timer(second)
    assert decision is not None and decision.as_of == day(20)


def test_a_date_that_is_corrected_to_the_past_is_evaluated_at_once(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60))
    decision = rekindle.tell(response_changed("r1", 11, responded_at=day(9))).decision
    assert decision is not None and (decision.outcome, decision.as_of) == (Outcome.ACTIVATED, day(11))
    assert rekindle.fire() == []


def test_a_response_that_is_deleted_meanwhile_is_not_evaluated(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60))
    rekindle.tell(response_deleted("r1", "p1", 11))
    assert rekindle.fire() == []


def test_a_response_that_another_person_has_by_then_is_evaluated_for_that_one(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60))
    rekindle.tell(people_merged("p2", "p1", at=11))
    (decision,) = rekindle.fire()
    assert (decision.person_id, decision.outcome) == ("p2", Outcome.ACTIVATED)


def test_a_sweep_evaluates_a_response_whose_schedule_was_lost(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 10, responded_at=LATER, score=60))
    rekindle.clock.now = day(18)
    swept = rekindle.use.sweep_timers(10)
    assert [(d.outcome, d.response_id) for d in swept.decisions] == [(Outcome.ACTIVATED, "r1")]
