"""A response's own arrival, in the order of evaluation of spec (a); and one that arrives late."""

from dataclasses import replace
from typing import Any

import pytest

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.arrival import (
    Arrival,
    _would_have_won,
    evaluate,
    may_take_over,
    qualifies,
    trigger_of,
)
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.responses.response import (
    ALREADY_ENGAGED,
    EXISTING_OPPORTUNITY,
    NO_ACTION_REQUIRED,
    NOT_A_RESPONSE,
    OPEN,
    Details,
    Response,
    ResponseClass,
)
from rekindle.domain.settings.settings import Scenario
from tests.support.builders import FORMERLY_ENGAGED, NEVER_ENGAGED, a_response, campaigns, day, settings, stamp

WEBINAR = Campaign("webinar")
ENGAGED = Engagement("r0", "fair", 1, day(1), "d0", Scenario.RESPONSE)
QUIET = Person("p1", version=2, status="New", responses=1)


def arrived(
    response: Response,
    person: Person = QUIET,
    *,
    at: float = 10,
    score: float | None = 70,
    campaign: Campaign = WEBINAR,
    **arrival: Any,
) -> tuple[Decision, Change]:
    held = Score("p1", score, stamp(1)) if score is not None else None
    world = DecisionContext(settings(), campaigns(campaign), lambda _: (), lambda _: 0, day(500))
    trigger = trigger_of("p1", response, day(at), held)
    return evaluate(Arrival(trigger, person, response, held, **arrival), world)


def reason(*args: Any, **given: Any) -> tuple[Reason | None, str | None]:
    """Why it was not activated, and the status that it took."""
    decision, change = arrived(*args, **given)
    assert change.decision == decision and change.person.active == (given.get("person") or QUIET).active
    return decision.reason, change.responses[0].state.status


def test_a_response_above_the_threshold_becomes_active_by_itself():
    decision, change = arrived(a_response(effective_at=9))
    assert (decision.outcome, decision.scenario, decision.response_id) == (Outcome.ACTIVATED, Scenario.RESPONSE, "r1")
    assert change.person.active is not None and change.person.active.since == day(10)
    assert change.responses[0].state.status == OPEN


def test_a_response_s_own_arrival_is_no_reactivation():
    _, change = arrived(a_response(effective_at=9))
    assert change.responses[0].state.reactivated_at is None
    assert change.person.score_activated_at is None


def test_nobody_is_activated_for_a_deleted_person():
    assert reason(a_response(), replace(QUIET, deleted=True)) == (Reason.NO_PERSON, None)


def test_a_member_who_did_not_respond_is_no_response():
    assert reason(a_response(responded=False)) == (Reason.NOT_RESPONDED, NOT_A_RESPONSE)


def test_a_response_dated_in_the_future_stays_new():
    assert reason(a_response(effective_at=11)) == (Reason.NO_CANDIDATE, None)


def test_a_response_beside_an_active_one_is_already_engaged():
    decision, change = arrived(a_response(), replace(QUIET, active=ENGAGED))
    assert decision.reason is Reason.ACTIVE_EXISTS
    assert change.person.active == ENGAGED
    assert change.responses[0].state.status == ALREADY_ENGAGED


def test_a_response_beside_an_open_opportunity_belongs_to_it():
    person = replace(QUIET, opportunities={"o1": day(1)})
    assert reason(a_response(), person) == (Reason.OPPORTUNITY_OPEN, EXISTING_OPPORTUNITY)


def test_a_response_inside_the_nurture_timeout_needs_no_action():
    person = replace(QUIET, nurture_until=day(11))
    assert reason(a_response(), person) == (Reason.NURTURE_TIMEOUT, NO_ACTION_REQUIRED)


@pytest.mark.parametrize("flag", ["bypass_nurture_timeout", "response_prompt"])
def test_a_campaign_may_bypass_the_nurture_timeout(flag: str):
    campaign = Campaign("webinar", **{flag: True})
    decision, _ = arrived(a_response(), replace(QUIET, nurture_until=day(11)), campaign=campaign)
    assert decision.outcome is Outcome.ACTIVATED


@pytest.mark.parametrize("score", [None, 59])
def test_a_response_below_the_threshold_needs_no_action(score: float | None):
    assert reason(a_response(), score=score) == (Reason.BELOW_THRESHOLD, NO_ACTION_REQUIRED)


def test_the_order_of_evaluation_is_that_of_the_spec():
    person = replace(QUIET, opportunities={"o1": day(1)}, nurture_until=day(11))
    assert arrived(a_response(responded=False), replace(person, active=ENGAGED))[0].reason is Reason.NOT_RESPONDED
    assert arrived(a_response(), replace(person, active=ENGAGED))[0].reason is Reason.ACTIVE_EXISTS
    assert arrived(a_response(), person)[0].reason is Reason.OPPORTUNITY_OPEN
    assert arrived(a_response(), replace(QUIET, nurture_until=day(11)), score=0)[0].reason is Reason.NURTURE_TIMEOUT


def test_every_arrival_is_stored_also_when_it_is_not_activated():
    _, change = arrived(a_response(), score=0)
    assert (change.read_version, change.person.version) == (2, 3)
    assert [t.version for t in change.responses[0].trail] == [3]


def test_the_member_s_own_part_is_added_to_the_score():
    own = replace(a_response(), details=Details(score=15))
    assert qualifies(45, own, WEBINAR, settings())
    assert not qualifies(44, own, WEBINAR, settings())


def test_a_negative_part_may_block_qualification():
    assert not qualifies(70, replace(a_response(), details=Details(score=-20)), WEBINAR, settings())


def test_a_response_prompt_qualifies_whatever_the_score():
    assert qualifies(None, a_response(), Campaign("webinar", response_prompt=True), settings())


def test_a_member_that_responds_later_is_another_trigger():
    member = trigger_of("p1", a_response(responded=False), day(1), None)
    response = trigger_of("p1", a_response(), day(1), None)
    assert member.decision_id != response.decision_id


# --- a response that arrives after a search it would have won -------------------------------------------------------

CHOSEN = replace(ENGAGED, scenario=Scenario.SCORE, since=day(10))
FOUND = replace(CHOSEN, response_class=NEVER_ENGAGED, effective_at=day(5), received_at=day(5))


def test_only_what_a_search_chose_can_be_replaced():
    told = trigger_of("p1", a_response(), day(9), None)
    assert may_take_over(told, CHOSEN)
    assert not may_take_over(told, ENGAGED)
    assert not may_take_over(told, None)


def test_a_response_told_up_to_the_instant_of_the_search_may_replace_its_choice():
    assert may_take_over(trigger_of("p1", a_response(), day(10), None), CHOSEN)
    assert not may_take_over(trigger_of("p1", a_response(), day(10.1), None), CHOSEN)


def late(response: Response, engagement: Engagement = FOUND, held: Response | None = None, **given: Any):
    held = held or a_response("r0", effective_at=5, status=OPEN, activated=10, reactivated=10)
    person = replace(QUIET, status="Open - Not Contacted", active=engagement, responses=2)
    return arrived(response, person, at=9, active_response=held, **given)


def test_a_late_newer_response_takes_the_place_of_the_one_that_was_chosen():
    decision, change = late(a_response("r1", effective_at=6))
    assert (decision.outcome, decision.replaced_response_id) == (Outcome.ACTIVATED, "r0")
    assert decision.activated_at == day(10) and decision.cycle == 1
    winner, loser = change.responses
    assert change.person.active is not None and change.person.active.response_id == winner.response_id == "r1"
    assert winner.state.reactivated_at == day(10)
    assert (loser.state.reactivated_at, loser.state.activated_at) == (None, None)


def test_a_late_older_response_is_already_engaged():
    decision, _ = late(a_response("r1", effective_at=4))
    assert decision.reason is Reason.ACTIVE_EXISTS


def test_a_late_response_outside_the_lookback_is_already_engaged():
    assert (
        late(a_response("r1", effective_at=-30), replace(CHOSEN, effective_at=None))[0].reason is Reason.ACTIVE_EXISTS
    )


def test_a_late_response_of_a_tie_is_judged_by_the_tie_break():
    assert late(a_response("q9", effective_at=5))[0].replaced_response_id == "r0"
    assert late(a_response("r1", effective_at=5))[0].reason is Reason.ACTIVE_EXISTS


def test_a_default_gives_way_to_any_response_that_was_there_and_is_withdrawn():
    default = replace(
        a_response("rk-1", "web", effective_at=10, activated=10, status=OPEN), details=Details(inserted_by="d0")
    ).traced("p1", 1)
    decision, change = late(a_response("r1", effective_at=-10), replace(CHOSEN, response_id="rk-1"), default)
    assert decision.replaced_response_id == "rk-1"
    assert change.responses[1].state.deleted
    assert change.person.responses == 1


def test_a_stage_that_was_reached_is_kept_when_the_credit_moves():
    _, change = late(a_response("r1", effective_at=6), replace(FOUND, stage="SAL"))
    assert change.person.active is not None and change.person.active.stage == "SAL"


def a_crossing_that_found_nobody(why: Reason = Reason.NO_CANDIDATE) -> Decision:
    return Decision(
        "d9", "p1", Scenario.SCORE, Outcome.SKIPPED, why, "score:10", as_of=day(10), decided_at=day(10),
        settings_version=1, person_version=1,
    )  # fmt: skip


@pytest.mark.parametrize("why", [Reason.NO_CANDIDATE, Reason.REPEAT_CAP])
def test_a_late_response_is_activated_as_of_the_crossing_that_found_nobody(why: Reason):
    decision, change = arrived(
        a_response(effective_at=6), at=9, score=None, crossing_decision=a_crossing_that_found_nobody(why)
    )
    assert (decision.outcome, decision.activated_at) == (Outcome.ACTIVATED, day(10))
    assert change.person.active is not None and change.person.active.scenario == Scenario.SCORE


@pytest.mark.parametrize("why", [Reason.NURTURE_TIMEOUT, Reason.COOL_DOWN, Reason.OPPORTUNITY_OPEN])
def test_a_crossing_that_was_not_let_search_is_not_made_up_for(why: Reason):
    decision, _ = arrived(
        a_response(effective_at=6), at=9, score=None, crossing_decision=a_crossing_that_found_nobody(why)
    )
    assert decision.reason is Reason.BELOW_THRESHOLD


def test_a_response_told_after_the_crossing_does_not_go_back_to_it():
    decision, _ = arrived(
        a_response(effective_at=6), at=11, score=None, crossing_decision=a_crossing_that_found_nobody()
    )
    assert decision.reason is Reason.BELOW_THRESHOLD


def test_a_late_response_does_not_wake_a_person_who_was_sent_to_nurture_since():
    nurtured = replace(QUIET, status="Nurture", nurture_until=day(100))
    decision, change = arrived(
        a_response(effective_at=6), nurtured, at=9, crossing_decision=a_crossing_that_found_nobody()
    )
    assert (decision.reason, change.person.active) == (Reason.NURTURE_TIMEOUT, None)


def test_a_late_response_does_not_wake_a_person_who_was_disqualified_since():
    person = replace(QUIET, status="Disqualified", status_stamp=stamp(11))
    decision, change = arrived(
        a_response(effective_at=6), person, at=9, score=None, crossing_decision=a_crossing_that_found_nobody()
    )
    assert (decision.reason, change.person.active) == (Reason.BELOW_THRESHOLD, None)


def test_an_inactive_status_from_before_the_crossing_does_not_stop_a_late_response():
    person = replace(QUIET, status="Disqualified", status_stamp=stamp(8))
    decision, _ = arrived(
        a_response(effective_at=6), person, at=9, score=None, crossing_decision=a_crossing_that_found_nobody()
    )
    assert decision.outcome is Outcome.ACTIVATED


@pytest.mark.parametrize(
    ("chosen", "order", "replaces"),
    [
        (FORMERLY_ENGAGED, ["never_engaged", "formerly_engaged"], True),
        (FORMERLY_ENGAGED, ["formerly_engaged", "never_engaged"], False),
        (FORMERLY_ENGAGED, ["never_engaged"], False),
        (FORMERLY_ENGAGED, ["formerly_engaged"], False),
        (None, ["formerly_engaged", "never_engaged"], True),
    ],
)
def test_a_late_response_is_preferred_by_the_order_of_classes(
    chosen: ResponseClass | None, order: list[str], replaces: bool
):
    engaged = replace(FOUND, response_class=chosen)
    late = a_response("late", effective_at=4, received=3)
    by = settings(priority=order)
    context = DecisionContext(by, campaigns(WEBINAR), lambda _: (), lambda _: 0, day(500))
    arrival = Arrival(trigger_of("p1", late, day(3), None), replace(QUIET, active=engaged), late, None)
    assert _would_have_won(arrival, engaged, context) is replaces
