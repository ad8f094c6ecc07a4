"""What a CRM tells of a response: it is stored and judged in one step, in whatever order things arrive."""

import pytest

from rekindle.domain.capture.facts import PassedOver, PassedOverReason
from rekindle.domain.core.errors import UnknownCampaign, UnknownResponse
from rekindle.domain.lifecycle.journey import Deactivated, Ended
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    campaign_deleted,
    day,
    person_changed,
    response_changed,
    response_deleted,
    response_recorded,
    stamp,
)

LOW, HIGH = person_changed("p1", 0, score=20), person_changed("p1", 10, score=70)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(*(campaign_changed(c) for c in ("webinar", "fair", "web")))
    return rekindle


@pytest.fixture
def with_default() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure(default_campaign={"single": "web"})
    rekindle.tell(*(campaign_changed(c) for c in ("webinar", "fair", "web")))
    return rekindle


# --- arrival -------------------------------------------------------------------------------------------------------


def test_a_response_above_the_threshold_becomes_active_by_itself(rekindle: Rekindle):
    rekindle.tell(HIGH)
    rekindle.deliver()
    decision = rekindle.tell(response_recorded("r1", "p1", "webinar", 11)).decision
    assert decision is not None and decision.outcome is Outcome.ACTIVATED
    assert rekindle.active() == "r1"


def test_a_response_below_the_threshold_waits_for_the_score(rekindle: Rekindle):
    rekindle.tell(LOW)
    decision = rekindle.tell(response_recorded("r1", "p1", "webinar", 5)).decision
    assert decision is not None and decision.reason is Reason.BELOW_THRESHOLD
    rekindle.tell(HIGH)
    assert [d.outcome for d in rekindle.deliver()] == [Outcome.REACTIVATED]


def test_a_response_makes_its_person_known(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5))
    assert rekindle.person().responses == 1


def test_a_second_delivery_changes_nothing(rekindle: Rekindle):
    fact = response_recorded("r1", "p1", "webinar", 5)
    rekindle.tell(fact)
    before, decided = rekindle.person(), rekindle.decisions()
    recorded = rekindle.tell(fact)
    assert (recorded.applied, recorded.decision) == (0, None)
    assert (rekindle.person(), rekindle.decisions()) == (before, decided)


def test_a_response_of_an_unknown_campaign_is_refused_and_nothing_is_stored(rekindle: Rekindle):
    with pytest.raises(UnknownCampaign, match="'unknown'") as refused:
        rekindle.tell(response_recorded("r1", "p1", "unknown", 5))
    assert refused.value.field == "detail.campaign_id"
    assert not rekindle.memory.people and not rekindle.memory.decisions


def test_a_response_that_is_refused_is_not_given_to_another_person(rekindle: Rekindle):
    """However often it is delivered: the campaign's own fact may still be on its way."""
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5))
    before = rekindle.person()
    with pytest.raises(UnknownCampaign):
        rekindle.tell(response_recorded("r1", "p2", "unknown", 6))
    assert rekindle.memory.people == {"p1": before} and rekindle.responses().keys() == {"r1"}


def test_a_response_of_a_deleted_campaign_is_stored(rekindle: Rekindle):
    rekindle.tell(campaign_deleted("fair", 3), response_recorded("r1", "p1", "fair", 5))
    assert rekindle.person().responses == 1


def test_a_change_of_an_unknown_response_is_refused(rekindle: Rekindle):
    with pytest.raises(UnknownResponse, match="'r1'"):
        rekindle.tell(response_changed("r1", 5, channel="web"))


@pytest.mark.parametrize(("at", "is_stored"), [(4, False), (6, True)])
def test_a_member_that_was_passed_over_stays_so_until_a_later_fact_says_whose_it_is(
    rekindle: Rekindle, at: float, is_stored: bool
):
    rekindle.use.record_crm_changes.response.pass_over(
        PassedOver(PassedOverReason.NO_PERSON, "detail.LeadId", "r1", stamp(5))
    )
    rekindle.tell(response_recorded("r1", "p1", "webinar", at))
    assert bool(rekindle.memory.responses.get("p1")) is is_stored


def test_a_member_who_responds_later_is_judged_when_it_responds(rekindle: Rekindle):
    rekindle.tell(HIGH)
    rekindle.deliver()
    member = rekindle.tell(response_recorded("r1", "p1", "webinar", 11, responded=False)).decision
    response = rekindle.tell(response_changed("r1", 12, responded=True)).decision
    assert member is not None and member.reason is Reason.NOT_RESPONDED
    assert response is not None and response.outcome is Outcome.ACTIVATED
    assert rekindle.responses()["r1"].state.responded_at == day(12)


def test_a_response_stays_one_when_its_member_is_edited_back(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5), response_changed("r1", 6, responded=False))
    assert rekindle.responses()["r1"].state.responded


def test_a_response_stays_one_also_when_the_edit_arrives_first(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 6, responded=False))
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5))
    state = rekindle.responses()["r1"].state
    assert (state.responded, state.responded_at) == (True, day(5))


@pytest.mark.parametrize("order", [(5, 6), (6, 5)])
def test_a_date_that_nobody_told_is_that_of_the_first_fact(rekindle: Rekindle, order: tuple[float, float]):
    rekindle.tell(*(response_recorded("r1", "p1", "webinar", at) for at in order))
    state = rekindle.responses()["r1"].state
    assert (state.responded_at, state.received_at) == (day(5), day(5))


def test_a_date_that_was_told_is_kept(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5, responded_at=day(3), received_at=day(4)))
    rekindle.tell(response_recorded("r1", "p1", "webinar", 2))
    state = rekindle.responses()["r1"].state
    assert (state.responded_at, state.received_at) == (day(3), day(4))


def test_a_change_that_names_no_campaign_does_not_hide_one_that_does(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5), response_changed("r1", 7, channel="web"))
    rekindle.tell(response_recorded("r1", "p1", "fair", 6))
    assert rekindle.responses()["r1"].campaign_id == "fair"


def test_the_credit_of_an_active_response_follows_its_campaign(rekindle: Rekindle):
    rekindle.tell(HIGH)
    rekindle.deliver()
    rekindle.tell(response_recorded("r1", "p1", "webinar", 11), response_recorded("r1", "p1", "fair", 12))
    assert rekindle.credited() == "fair"


# --- response and score race ---------------------------------------------------------------------------------------


def test_a_crossing_chooses_before_a_response_that_was_told_after_it(with_default: Rekindle):
    with_default.tell(LOW, response_recorded("r1", "p1", "webinar", 5), HIGH)
    decision = with_default.tell(response_recorded("r2", "p1", "fair", 11)).decision
    assert decision is not None and decision.reason is Reason.ACTIVE_EXISTS
    assert with_default.active() == "r1"
    assert [d.response_id for d in with_default.deliver()] == ["r1"]


def test_of_one_instant_the_response_comes_before_the_score(rekindle: Rekindle):
    old = {"responded_at": day(9)}
    rekindle.tell(LOW, HIGH, response_recorded("r1", "p1", "webinar", 10, **old))
    assert [d.outcome for d in rekindle.deliver()] == [Outcome.REACTIVATED]


def test_a_score_that_changes_meanwhile_makes_the_response_be_judged_again(rekindle: Rekindle):
    rekindle.tell(LOW)
    rekindle.faults.meanwhile.append(lambda: rekindle.tell(HIGH))
    decision = rekindle.tell(response_recorded("r1", "p1", "webinar", 11)).decision
    assert decision is not None and decision.outcome is Outcome.ACTIVATED
    assert [d.reason for d in rekindle.decisions()] == [Reason.NO_CANDIDATE, None]


def test_a_response_that_arrives_meanwhile_makes_the_crossing_be_decided_again(rekindle: Rekindle):
    rekindle.tell(LOW, response_recorded("r1", "p1", "webinar", 5), HIGH)
    rekindle.faults.meanwhile.append(lambda: rekindle.tell(response_recorded("r2", "p1", "fair", 6)))
    assert [d.response_id for d in rekindle.deliver()] == ["r2"]


def test_of_two_deliveries_of_one_crossing_at_once_one_decides_and_both_answer_the_same(rekindle: Rekindle):
    rekindle.tell(LOW, response_recorded("r1", "p1", "webinar", 5), HIGH)
    ((person_id, crossing),) = rekindle.memory.crossings
    first = []
    rekindle.faults.meanwhile.append(lambda: first.append(rekindle.use.reactivate_on_score(person_id, crossing)))
    assert rekindle.use.reactivate_on_score(person_id, crossing) == first[0]
    assert rekindle.active() == "r1"


# --- late arrivals -------------------------------------------------------------------------------------------------


def test_a_late_response_takes_the_place_of_the_default_which_is_withdrawn(with_default: Rekindle):
    with_default.tell(LOW, HIGH)
    with_default.deliver()
    assert with_default.credited() == "web"
    decision = with_default.tell(response_recorded("r1", "p1", "webinar", 9)).decision
    assert decision is not None and (decision.outcome, decision.replaced_campaign_id) == (Outcome.ACTIVATED, "web")
    assert with_default.active() == "r1"
    assert list(with_default.responses()) == ["r1"]
    assert with_default.person().responses == 1


def test_a_late_response_takes_the_place_of_an_older_one(rekindle: Rekindle):
    rekindle.tell(LOW, response_recorded("r1", "p1", "webinar", 5), HIGH)
    rekindle.deliver()
    rekindle.tell(response_recorded("r2", "p1", "fair", 9))
    assert rekindle.active() == "r2"
    replaced = rekindle.responses()["r1"].state
    assert (replaced.reactivated_at, replaced.activated_at) == (None, None)


def test_what_was_replaced_can_be_reactivated_later(rekindle: Rekindle):
    rekindle.tell(LOW, response_recorded("r1", "p1", "webinar", 5), HIGH)
    rekindle.deliver()
    rekindle.tell(response_recorded("r2", "p1", "fair", 9), person_changed("p1", 11, status="Disqualified"))
    rekindle.tell(person_changed("p1", 12, score=0), person_changed("p1", 13, score=70))
    assert [d.response_id for d in rekindle.deliver()] == ["r1"]


def test_a_third_late_response_takes_the_place_of_the_second(rekindle: Rekindle):
    rekindle.tell(LOW, response_recorded("r1", "p1", "webinar", 5), HIGH)
    rekindle.deliver()
    rekindle.tell(response_recorded("r2", "p1", "fair", 7), response_recorded("r3", "p1", "webinar", 9))
    assert rekindle.active() == "r3"
    standings = [rekindle.responses()[r].state for r in ("r1", "r2")]
    assert [(s.reactivated_at, s.activated_at) for s in standings] == [(None, None), (None, None)]


def test_a_late_response_that_would_have_lost_changes_nothing(rekindle: Rekindle):
    rekindle.tell(LOW, response_recorded("r1", "p1", "webinar", 5), HIGH)
    rekindle.deliver()
    decision = rekindle.tell(response_recorded("r2", "p1", "fair", 3)).decision
    assert decision is not None and decision.reason is Reason.ACTIVE_EXISTS
    assert rekindle.active() == "r1"


def test_a_response_told_after_the_crossing_takes_nobody_s_place(with_default: Rekindle):
    with_default.tell(LOW, HIGH)
    with_default.deliver()
    with_default.tell(response_recorded("r1", "p1", "webinar", 11, responded_at=day(9)))
    assert with_default.credited() == "web"


def test_a_late_response_is_activated_where_the_crossing_had_found_nobody(rekindle: Rekindle):
    rekindle.tell(LOW, HIGH)
    assert [d.reason for d in rekindle.deliver()] == [Reason.NO_CANDIDATE]
    decision = rekindle.tell(response_recorded("r1", "p1", "webinar", 9)).decision
    assert decision is not None and (decision.outcome, decision.activated_at) == (Outcome.ACTIVATED, day(10))


def test_of_responses_that_activate_by_themselves_the_first_served_stays(rekindle: Rekindle):
    rekindle.tell(LOW, HIGH)
    rekindle.deliver()
    rekindle.tell(response_recorded("r2", "p1", "fair", 12), response_recorded("r1", "p1", "webinar", 11))
    assert rekindle.active() == "r2"


# --- the default's repeat cap --------------------------------------------------------------------------------------


def crossed_again(rekindle: Rekindle, at: float) -> Decision:
    rekindle.tell(
        person_changed("p1", at, status="New"),
        person_changed("p1", at, score=0),
        person_changed("p1", at + 1, score=70),
    )
    return rekindle.deliver()[-1]


def test_a_default_is_inserted_again_for_another_crossing_outside_the_lookback(with_default: Rekindle):
    outcomes = [crossed_again(with_default, at).outcome for at in (0, 100, 200)]
    assert outcomes == [Outcome.INSERTED_DEFAULT] * 3
    assert with_default.person().responses == 3


def test_at_the_repeat_cap_no_further_default_is_inserted(with_default: Rekindle):
    with_default.configure({"qualification": {"repeat_cap": 2}}, default_campaign={"single": "web"})
    assert [crossed_again(with_default, at).reason for at in (0, 100, 200)] == [None, None, Reason.REPEAT_CAP]


def test_responses_that_the_crm_recorded_count_for_the_cap(with_default: Rekindle):
    with_default.configure({"qualification": {"repeat_cap": 1}}, default_campaign={"single": "web"})
    with_default.tell(response_recorded("r1", "p1", "web", 1))
    assert crossed_again(with_default, 100).reason is Reason.REPEAT_CAP


def test_deleted_responses_do_not_count_for_the_cap(with_default: Rekindle):
    with_default.configure({"qualification": {"repeat_cap": 1}}, default_campaign={"single": "web"})
    with_default.tell(response_recorded("r1", "p1", "web", 1), response_deleted("r1", "p1", 2))
    assert crossed_again(with_default, 100).outcome is Outcome.INSERTED_DEFAULT


# --- deletion ------------------------------------------------------------------------------------------------------


def test_a_deleted_response_is_no_candidate(rekindle: Rekindle):
    rekindle.tell(LOW, response_recorded("r1", "p1", "webinar", 5), response_deleted("r1", "p1", 6), HIGH)
    assert [d.reason for d in rekindle.deliver()] == [Reason.NO_CANDIDATE]
    assert (rekindle.responses(), rekindle.person().responses) == ({}, 0)


def test_deleting_the_active_response_ends_it(rekindle: Rekindle):
    rekindle.tell(LOW, response_recorded("r1", "p1", "webinar", 5), HIGH)
    rekindle.deliver()
    rekindle.tell(response_deleted("r1", "p1", 11))
    assert (rekindle.active(), rekindle.responses(), rekindle.person().responses) == (None, {}, 0)
    ends = [e.reason for e in rekindle.memory.outbox if isinstance(e, Deactivated)]
    assert ends == [Ended.RESPONSE_DELETED]


def test_a_response_may_be_deleted_before_it_was_recorded(rekindle: Rekindle):
    rekindle.tell(response_deleted("r1", "p1", 6))
    assert rekindle.tell(response_recorded("r1", "p1", "webinar", 5)).older > 0
    assert rekindle.responses() == {}


def test_a_later_fact_restores_a_deleted_response(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5), response_deleted("r1", "p1", 6))
    rekindle.tell(response_recorded("r1", "p1", "webinar", 7))
    assert list(rekindle.responses()) == ["r1"]
    assert rekindle.person().responses == 1


def test_a_deletion_that_arrives_after_the_restoring_fact_is_dropped(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 7))
    assert rekindle.tell(response_deleted("r1", "p1", 6)).older == 1
    assert list(rekindle.responses()) == ["r1"]


@pytest.mark.parametrize("person_id", [None, "p1"])
def test_a_deletion_that_names_nobody_may_come_before_the_response(rekindle: Rekindle, person_id: str | None):
    rekindle.tell(response_deleted("r1", None, 6))
    assert not rekindle.memory.people
    assert rekindle.tell(response_deleted("r1", person_id, 6)).older == 1
    assert rekindle.tell(response_recorded("r1", "p1", "webinar", 5)).older > 0
    rekindle.tell(HIGH)
    assert [d.reason for d in rekindle.deliver()] == [Reason.NO_CANDIDATE]
    assert (rekindle.responses(), rekindle.person().responses) == ({}, 0)


def test_of_two_deletions_that_name_nobody_the_later_counts(rekindle: Rekindle):
    rekindle.tell(response_deleted("r1", None, 8), response_deleted("r1", None, 6))
    assert rekindle.tell(response_recorded("r1", "p1", "webinar", 7)).older > 0
    assert not any(rekindle.memory.responses.values())


def test_a_later_fact_restores_what_was_deleted_before_it_was_known(rekindle: Rekindle):
    rekindle.tell(HIGH)
    rekindle.deliver()
    rekindle.tell(response_deleted("r1", None, 11), response_recorded("r1", "p1", "webinar", 12))
    assert (rekindle.active(), rekindle.person().responses) == ("r1", 1)


def test_a_later_deletion_that_names_the_person_follows_one_that_did_not(rekindle: Rekindle):
    rekindle.tell(response_deleted("r1", None, 6), response_deleted("r1", "p1", 8))
    assert rekindle.tell(response_recorded("r1", "p1", "webinar", 7)).older > 0
    assert rekindle.responses() == {}


def test_a_deletion_that_names_nobody_and_the_response_may_race(rekindle: Rekindle):
    rekindle.faults.meanwhile.append(lambda: rekindle.tell(response_deleted("r1", None, 6)))
    assert rekindle.tell(response_recorded("r1", "p1", "webinar", 5)).older > 0
    assert not any(rekindle.memory.responses.values())


def test_a_response_that_two_people_are_told_to_have_at_once_is_the_later_one_s(rekindle: Rekindle):
    rekindle.faults.meanwhile.append(lambda: rekindle.tell(response_recorded("r1", "p2", "webinar", 5)))
    rekindle.tell(response_recorded("r1", "p1", "webinar", 6))
    assert [list(rekindle.responses(p)) for p in ("p1", "p2")] == [["r1"], []]
