"""A status goes from inactive to active: the person is reactivated after a delay, by the world as it is then."""

from datetime import timedelta
from typing import Any

import pytest

from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.reactivation.search import Excluded
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    people_merged,
    person_changed,
    response_recorded,
    user_changed,
    winner_of,
)

OPEN, WORKING, NEW, NURTURE = "Open - Not Contacted", "Working", "New", "Nurture"


def configured(rekindle: Rekindle, delay: str = "P1D", **active_status: Any) -> None:
    rekindle.configure({"reactivation": {"active_status": {"delay": delay, **active_status}}})


@pytest.fixture
def rekindle() -> Rekindle:
    """A delay of a day, and a lead with one response below the threshold."""
    rekindle = Rekindle()
    rekindle.clock.now = day(10)
    configured(rekindle)
    rekindle.tell(
        campaign_changed("webinar"),
        campaign_changed("fair"),
        person_changed("p1", 1, status=NEW),
        response_recorded("r1", "p1", "webinar", 2),
    )
    return rekindle


def activated(rekindle: Rekindle, at: float = 10, status: str = OPEN, **values: Any) -> list[Decision]:
    rekindle.tell(person_changed("p1", at, status=status, **values))
    return rekindle.schedule()


def fired(rekindle: Rekindle) -> Decision:
    (decision,) = rekindle.fire()
    return decision


def test_an_active_status_sets_a_timer_and_decides_nothing_yet(rekindle: Rekindle):
    assert activated(rekindle) == []
    (timer,) = rekindle.timers()
    assert (timer.person_id, timer.due) == ("p1", day(11))
    assert rekindle.active() is None


def test_after_the_delay_the_past_response_gets_the_credit_and_the_status_stays_as_chosen(rekindle: Rekindle):
    activated(rekindle, status=WORKING)
    decision = fired(rekindle)
    assert (decision.outcome, decision.response_id, decision.as_of) == (Outcome.REACTIVATED, "r1", day(11))
    assert rekindle.person().status == WORKING
    assert rekindle.timers() == []


def test_without_a_delay_it_is_decided_at_once(rekindle: Rekindle):
    configured(rekindle, "PT0S")
    (decision,) = activated(rekindle)
    assert (decision.outcome, decision.as_of) == (Outcome.REACTIVATED, day(10))
    assert rekindle.timers() == []


def test_a_change_that_is_told_after_its_delay_is_decided_at_once(rekindle: Rekindle):
    rekindle.clock.now = day(20)
    (decision,) = activated(rekindle)
    assert (decision.outcome, decision.as_of) == (Outcome.REACTIVATED, day(11))


@pytest.mark.parametrize(
    "before",
    [
        [person_changed("p1", 3, status=OPEN)],
        [person_changed("p1", 3, status="Unheard of")],
        [person_changed("p1", 3, status=None)],
    ],
    ids=["active", "unknown", "none"],
)
def test_only_a_change_from_a_status_that_is_known_to_be_inactive_is_a_trigger(rekindle: Rekindle, before: Any):
    rekindle.tell(*before)
    rekindle.memory.activations.clear()
    rekindle.memory.timers.clear()
    assert activated(rekindle, status=WORKING) == []
    assert rekindle.timers() == []


def test_a_person_with_an_active_response_is_not_watched(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 5, score=80))
    rekindle.deliver()
    rekindle.tell(person_changed("p1", 6, status=WORKING))
    assert (rekindle.schedule(), rekindle.timers()) == ([], [])


def test_a_status_that_went_back_is_left_alone(rekindle: Rekindle):
    activated(rekindle)
    rekindle.tell(person_changed("p1", 10.5, status=NURTURE))
    assert fired(rekindle).reason is Reason.STATUS_REVERTED
    assert rekindle.active() is None


def test_a_response_that_became_active_meanwhile_supersedes_the_timer(rekindle: Rekindle):
    activated(rekindle)
    rekindle.tell(person_changed("p1", 10.2, score=80))
    rekindle.deliver()
    decision = fired(rekindle)
    assert decision.reason is Reason.SUPERSEDED
    assert rekindle.decisions()[-2].scenario == "score"


def test_a_second_activation_makes_the_first_timer_stale_and_counts_its_own_delay(rekindle: Rekindle):
    activated(rekindle, 10)
    rekindle.tell(person_changed("p1", 10.2, status=NEW))
    activated(rekindle, 10.4)
    first, second = rekindle.fire()
    assert (first.reason, first.as_of) == (Reason.STALE, day(11))
    assert (second.outcome, second.as_of) == (Outcome.REACTIVATED, day(11.4))


def test_another_active_status_meanwhile_goes_on_with_that_one(rekindle: Rekindle):
    activated(rekindle)
    activated(rekindle, 10.5, status=WORKING)
    assert fired(rekindle).outcome is Outcome.REACTIVATED
    assert rekindle.person().status == WORKING
    assert rekindle.status_of("r1") == WORKING


def test_a_response_that_arrives_meanwhile_is_a_candidate(rekindle: Rekindle):
    activated(rekindle)
    rekindle.tell(response_recorded("r2", "p1", "fair", 10.5))
    assert fired(rekindle).response_id == "r2"


def test_the_look_back_counts_from_the_status_change(rekindle: Rekindle):
    configured(rekindle, "P10D", lookback_days=8)
    activated(rekindle)
    decision = fired(rekindle)
    assert (decision.response_id, decision.anchored_at, decision.as_of) == ("r1", day(10), day(20))
    assert winner_of(rekindle.explanations()[-1].considered) == "r1"


def test_what_is_older_than_the_look_back_before_the_change_is_outside_it(rekindle: Rekindle):
    configured(rekindle, "P10D", lookback_days=7)
    activated(rekindle)
    assert fired(rekindle).reason is Reason.NO_CANDIDATE
    (considered,) = rekindle.explanations()[-1].considered
    assert considered.excluded is Excluded.OUTSIDE_LOOKBACK


@pytest.mark.parametrize("contact_status", [None, WORKING], ids=["inherited", "its own"])
def test_a_lead_that_is_converted_meanwhile_goes_on_as_the_contact(rekindle: Rekindle, contact_status: str | None):
    if contact_status:
        rekindle.tell(person_changed("contact", 5, status=contact_status))
    rekindle.tell(response_recorded("r2", "contact", "fair", 6))
    activated(rekindle)
    rekindle.tell(person_changed("p1", 10.5, converted_contact_id="contact"))
    decision = fired(rekindle)
    assert (decision.person_id, decision.outcome, decision.response_id) == ("contact", Outcome.REACTIVATED, "r2")
    assert rekindle.timers() == []


def test_a_lead_that_becomes_an_inactive_contact_is_left_alone(rekindle: Rekindle):
    rekindle.tell(person_changed("contact", 5, status=NURTURE))
    activated(rekindle)
    rekindle.tell(person_changed("p1", 10.5, converted_contact_id="contact"))
    assert fired(rekindle).reason is Reason.STATUS_REVERTED


def test_two_people_who_wait_and_become_one_are_reactivated_once(rekindle: Rekindle):
    rekindle.tell(person_changed("p2", 1, status=NEW))
    activated(rekindle, 10)
    rekindle.tell(person_changed("p2", 10.1, status=OPEN))
    rekindle.schedule()
    rekindle.tell(people_merged("p1", "p2", at=10.5))
    reasons = [(d.outcome, d.reason) for d in rekindle.fire()]
    assert reasons == [(Outcome.REACTIVATED, None), (Outcome.SKIPPED, Reason.STALE)]


def test_a_timer_that_is_delivered_twice_is_decided_once(rekindle: Rekindle):
    activated(rekindle)
    (timer,) = rekindle.timers()
    first = rekindle.use.reactivate_on_status(timer)
    before = dict(rekindle.memory.decisions), rekindle.person()
    assert rekindle.use.reactivate_on_status(timer) == first
    assert (dict(rekindle.memory.decisions), rekindle.person()) == before


def test_a_timer_that_is_delivered_again_after_a_conversion_is_still_decided_once(rekindle: Rekindle):
    activated(rekindle)
    (timer,) = rekindle.timers()
    first = rekindle.use.reactivate_on_status(timer)
    rekindle.tell(person_changed("p1", 12, converted_contact_id="contact"))
    assert rekindle.use.reactivate_on_status(timer) == first


def test_a_status_change_that_is_delivered_twice_sets_one_timer(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 10, status=OPEN))
    (activation,) = rekindle.memory.activations
    rekindle.memory.activations.append(activation)
    rekindle.schedule()
    assert len(rekindle.timers()) == 1


def swept(rekindle: Rekindle) -> tuple[list[Decision], int]:
    found = rekindle.use.sweep_timers(10)
    return found.decisions, found.failed


def test_the_sweep_finds_a_timer_whose_schedule_was_lost_and_leaves_the_others(rekindle: Rekindle):
    activated(rekindle)
    assert swept(rekindle) == ([], 0)
    rekindle.clock.now = day(11) + timedelta(minutes=4)
    assert swept(rekindle) == ([], 0), "it may still be on its way"
    rekindle.clock.now = day(11) + timedelta(minutes=6)
    (decision,), failed = swept(rekindle)
    assert (decision.outcome, decision.as_of, failed) == (Outcome.REACTIVATED, day(11), 0)
    assert swept(rekindle) == ([], 0)


def test_a_timer_that_fails_in_a_sweep_stays_and_the_others_are_decided(rekindle: Rekindle):
    rekindle.tell(person_changed("p2", 1, status=NEW))
    activated(rekindle)
    rekindle.tell(person_changed("p2", 10.1, status=OPEN))
    rekindle.schedule()
    rekindle.clock.now = day(20)
    next_write = rekindle.faults.writes + 1
    rekindle.faults.fails = lambda write: write == next_write
    decisions, failed = swept(rekindle)
    assert ([d.person_id for d in decisions], failed) == (["p2"], 1)
    (decision,), failed = swept(rekindle)
    assert (decision.person_id, decision.outcome, failed) == ("p1", Outcome.REACTIVATED, 0)


def test_an_active_status_bypasses_the_nurture_timeout_since_a_human_chose_it(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 5, status=NURTURE))
    activated(rekindle, status=WORKING)
    assert fired(rekindle).outcome is Outcome.REACTIVATED


def test_a_scenario_that_is_switched_off_says_so_at_once(rekindle: Rekindle):
    configured(rekindle, enabled=False)
    (decision,) = activated(rekindle)
    assert decision.reason is Reason.SCENARIO_OFF


def test_a_scenario_that_is_switched_off_meanwhile_does_nothing(rekindle: Rekindle):
    activated(rekindle)
    configured(rekindle, enabled=False)
    assert fired(rekindle).reason is Reason.SCENARIO_OFF


def test_a_thousand_changed_statuses_are_as_many_timers_and_each_is_decided_once(rekindle: Rekindle):
    people = [f"lead-{n}" for n in range(1000)]
    rekindle.tell(*(person_changed(person, 1, status=NEW) for person in people))
    rekindle.tell(*(person_changed(person, 10, status=OPEN) for person in people))
    assert rekindle.schedule() == []
    decided = rekindle.fire()
    assert len({d.decision_id for d in decided}) == len(people)
    assert {d.reason for d in decided} == {Reason.NO_CANDIDATE}


def test_who_made_an_earlier_change_is_not_taken_for_who_activated_the_status(rekindle: Rekindle):
    rekindle.tell(user_changed("rep", mode="active"), person_changed("p1", 5, status=NEW, changed_by="rep"))
    activated(rekindle)
    assert fired(rekindle).user_id is None


@pytest.mark.parametrize("delay", ["P1D", "PT0S"])
def test_the_sweep_decides_what_no_record_of_the_stream_scheduled(rekindle: Rekindle, delay: str):
    configured(rekindle, delay)
    rekindle.tell(person_changed("p1", 10, status=OPEN))
    rekindle.memory.activations.clear()
    rekindle.clock.now = day(11.1)
    (decision,) = rekindle.use.sweep_timers(10).decisions
    assert (decision.outcome, decision.response_id) == (Outcome.REACTIVATED, "r1")
    assert rekindle.timers() == []


def test_where_the_scenario_is_off_no_timer_is_kept(rekindle: Rekindle):
    configured(rekindle, enabled=False)
    rekindle.tell(person_changed("p1", 10, status=OPEN))
    assert rekindle.timers() == []
    (decision,) = rekindle.schedule()
    assert decision.reason is Reason.SCENARIO_OFF


def test_delivered_again_after_the_delay_was_changed_it_has_its_first_decision(rekindle: Rekindle):
    """Found by the property test of all scenarios: the delay is that of the settings when the status changed."""
    rekindle.tell(person_changed("p1", 10, status=OPEN))
    (change,) = rekindle.memory.activations
    rekindle.schedule()
    decision = fired(rekindle)
    configured(rekindle, "P5D")
    rekindle.clock.now = day(30)
    again = rekindle.use.schedule_reactivation(change)
    assert again is not None and again.decision_id == decision.decision_id
    assert len(rekindle.decisions()) == 2  # That of the response's arrival, and this one.
