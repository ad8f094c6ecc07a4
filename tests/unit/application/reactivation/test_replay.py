"""A decision made again from what is stored comes out the same, whatever has changed since."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from rekindle.adapters.dynamodb import ledger_encoding
from rekindle.adapters.wire.views import decisions
from rekindle.domain.core.errors import NotFound
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.reactivation.replay import decided_again, inputs_of
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    campaign_deleted,
    day,
    opportunity_changed,
    person_changed,
    person_deleted,
    prompted,
    requested,
    response_changed,
    response_deleted,
    response_recorded,
    user_changed,
)

BY_ROLE = {"by": "role", "map": {"SDR": "sdr", "AE": "ae"}, "user_source": "owner"}


@pytest.fixture
def rekindle() -> Rekindle:
    """A lead of a passive record type, whose owner has a role, with a response below the threshold."""
    rekindle = Rekindle()
    rekindle.configure(
        {
            "mode_overrides": {"record_types": {"partner": "passive"}},
            "qualification": {"repeat_cap": 1},
            "reactivation": {
                "score": {"cool_down_days": 30, "default_campaign": BY_ROLE},
                "invocable": {"default_campaign": {**BY_ROLE, "user_source": "actor"}},
            },
        }
    )
    rekindle.tell(
        *(campaign_changed(one, name=one.title()) for one in ("webinar", "fair", "sdr", "ae")),
        campaign_changed("prompt", trigger_reactivation=True),
        user_changed("u1", role="SDR"),
        user_changed("owner", role="AE"),
        person_changed("p1", 1, status="New", score=0, owner_id="owner", record_type="partner"),
        response_recorded("r1", "p1", "webinar", 2),
    )
    return rekindle


def crosses(rekindle: Rekindle, at: float = 10) -> Decision:
    rekindle.tell(person_changed("p1", at, score=70))
    (decision,) = rekindle.deliver()
    return decision


def asks(rekindle: Rekindle, at: float = 10, **values: Any) -> Decision:
    return rekindle.use.request_reactivation(requested("p1", at, **values))


def prompts(rekindle: Rekindle) -> Decision:
    return rekindle.use.request_reactivation.prompt(prompted())


def activates(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, status="Working", changed_by="u1"))
    (decision,) = rekindle.schedule()
    return decision


def goes_back(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, status="Working"))
    rekindle.tell(person_changed("p1", 10.5, status="New"))
    (decision,) = rekindle.schedule()
    return decision


def searches_in_vain(rekindle: Rekindle, then: Callable[[Rekindle], Decision]) -> Decision:
    rekindle.tell(campaign_changed("webinar", 9, exclude_from_reactivation=True))
    return then(rekindle)


def arrives(rekindle: Rekindle, at: float = 12, **values: Any) -> Decision:
    decision = rekindle.tell(response_recorded("r2", "p1", "fair", at, **values)).decision
    assert decision is not None
    return decision


def takes_a_place(rekindle: Rekindle) -> Decision:
    asks(rekindle)
    return arrives(rekindle, 9)


def comes_late(rekindle: Rekindle) -> Decision:
    rekindle.tell(campaign_changed("webinar", 5, exclude_from_reactivation=True))
    rekindle.tell(person_changed("p1", 5, owner_id="nobody"))
    assert crosses(rekindle).reason is Reason.NO_CANDIDATE
    return arrives(rekindle, 9)


def cools_down(rekindle: Rekindle) -> Decision:
    crosses(rekindle, 5)
    rekindle.tell(person_changed("p1", 6, status="Disqualified", score=0))
    return crosses(rekindle)


def nurtured(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 9, status="Nurture"))
    return asks(rekindle)


def with_opportunity(rekindle: Rekindle) -> Decision:
    rekindle.tell(opportunity_changed("o1", "p1", at=9))
    return asks(rekindle)


def after_a_deletion(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_deleted("p1", 9))
    return asks(rekindle)


def engaged(rekindle: Rekindle) -> Decision:
    asks(rekindle, 5, request_id="first")
    return asks(rekindle)


def a_second_time(rekindle: Rekindle) -> Decision:
    asks(rekindle, 5, request_id="first")
    rekindle.tell(person_changed("p1", 6, status="Disqualified"), response_recorded("r2", "p1", "fair", 7))
    decision = asks(rekindle)
    assert decision.cycle == 2
    return decision


def put_away_since_the_crossing(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, score=70), person_changed("p1", 11, status="Disqualified"))
    (decision,) = rekindle.deliver()
    return decision


def at_the_cap(rekindle: Rekindle) -> Decision:
    rekindle.tell(response_recorded("r0", "p1", "sdr", -50))
    return searches_in_vain(rekindle, asks)


def passes_a_default_over(rekindle: Rekindle) -> Decision:
    rekindle.tell(campaign_changed("sdr", 9, is_active=False))
    decision = searches_in_vain(rekindle, asks)
    assert decision.passed_over == ("sdr",)
    return decision


CASES: dict[str, tuple[Callable[[Rekindle], Decision], Outcome | Reason]] = {
    "a past response": (crosses, Outcome.REACTIVATED),
    "the default of the owner": (lambda r: searches_in_vain(r, crosses), Outcome.INSERTED_DEFAULT),
    "the default of the actor": (lambda r: searches_in_vain(r, asks), Outcome.INSERTED_DEFAULT),
    "a default that could not take the credit": (passes_a_default_over, Reason.NO_CANDIDATE),
    "the repeat cap": (at_the_cap, Reason.REPEAT_CAP),
    "what the caller asked for": (lambda r: asks(r, lookback_days=1, fallback="none"), Reason.NO_CANDIDATE),
    "a record type's mode": (prompts, Reason.MODE_OFF),
    "a status that became active": (activates, Outcome.REACTIVATED),
    "a status that went back": (goes_back, Reason.STATUS_REVERTED),
    "an active response": (engaged, Reason.ACTIVE_EXISTS),
    "a second cycle": (a_second_time, Outcome.REACTIVATED),
    "an inactive status since the crossing": (put_away_since_the_crossing, Reason.STALE),
    "a cool-down": (cools_down, Reason.COOL_DOWN),
    "a nurture timeout": (nurtured, Reason.NURTURE_TIMEOUT),
    "an open opportunity": (with_opportunity, Reason.OPPORTUNITY_OPEN),
    "a deleted person": (after_a_deletion, Reason.NO_PERSON),
    "an arrival by its own score": (lambda r: arrives(r, score=90), Outcome.ACTIVATED),
    "an arrival below the threshold": (arrives, Reason.BELOW_THRESHOLD),
    "a member who did not respond": (lambda r: arrives(r, responded=False), Reason.NOT_RESPONDED),
    "an arrival that takes a place": (takes_a_place, Outcome.ACTIVATED),
    "an arrival after a crossing that found nobody": (comes_late, Outcome.ACTIVATED),
}


def everything_changes(rekindle: Rekindle) -> None:
    rekindle.clock.now = max(rekindle.clock.now, day(2000))
    rekindle.configure({"mode": "active", "response_statuses": {"Disqualified": "never_engaged"}}, enabled=False)
    rekindle.tell(
        *(campaign_changed(one, 2001, is_active=False, precedence=1) for one in ("fair", "sdr", "prompt")),
        campaign_deleted("webinar", 2001),
        campaign_deleted("ae", 2001),
        user_changed("u1", 2001, role="CEO", mode="active", profile="other"),
        user_changed("owner", 2001, role="CEO"),
        person_changed("p1", 2002, status="Disqualified", score=1, owner_id="q", record_type="direct"),
        opportunity_changed("o1", "p1", at=2003, is_closed=True),
        opportunity_changed("o2", "p1", at=2003),
        response_recorded("late", "p1", "fair", 2004),
        response_deleted("r1", "p1", 2006),
        person_changed("p1", 2007, converted_contact_id="contact"),
        response_recorded("r9", "contact", "fair", 2008),
        person_deleted("contact", 2009),
    )


@pytest.mark.parametrize("case", CASES)
def test_made_again_a_decision_comes_out_byte_for_byte(rekindle: Rekindle, case: str):
    decide, expected = CASES[case]
    decision = decide(rekindle)
    assert expected in (decision.outcome, decision.reason)
    before = as_shown(rekindle, decision)
    everything_changes(rekindle)
    assert as_shown(rekindle, decision) == before
    (again,) = [found for found in made_again(rekindle) if found.decision_id == decision.decision_id]
    assert json.dumps(ledger_encoding.body_of(again)) == json.dumps(ledger_encoding.body_of(decision))


def as_shown(rekindle: Rekindle, decision: Decision) -> str:
    shown = rekindle.use.show_records.decision(decision.decision_id)
    assert shown.same_again is True
    return json.dumps(decisions.decision(shown, rekindle.use.ports.reference.settings_at(decision.settings_version)))


def made_again(rekindle: Rekindle) -> list[Decision]:
    """All decisions of the lead, each by the world of its day."""
    reference, found = rekindle.use.ports.reference, []
    history = list(rekindle.use.ports.people.responses("contact"))
    for decision in rekindle.memory.decisions.values():
        moment = decision.decided_at
        inputs = inputs_of(
            decision,
            history,
            lambda campaign_id, moment=moment: reference.campaign_at(campaign_id, moment),
            lambda user_id, moment=moment: reference.user_at(user_id, moment),
            reference.settings_at(decision.settings_version),
        )
        found.append(inputs)
    return [decided_again(inputs) for inputs in found if inputs is not None]


def test_a_decision_that_is_not_what_its_inputs_lead_to_is_told_as_such(rekindle: Rekindle):
    decision = crosses(rekindle)
    forged = replace(decision, campaign_id="fair")
    rekindle.memory.decisions[decision.decision_id] = forged
    assert rekindle.use.show_records.decision(decision.decision_id).same_again is False


def test_a_decision_from_before_its_basis_was_kept_cannot_be_made_again(rekindle: Rekindle):
    decision = crosses(rekindle)
    rekindle.memory.decisions[decision.decision_id] = replace(decision, basis=None)
    assert rekindle.use.show_records.decision(decision.decision_id).same_again is None


def test_an_arrival_whose_response_is_somebody_else_s_by_now_cannot_be_made_again(rekindle: Rekindle):
    decision = arrives(rekindle)
    rekindle.tell(response_recorded("r2", "p2", "fair", 20))
    assert rekindle.use.show_records.decision(decision.decision_id).same_again is None


def test_the_responses_own_part_of_the_score_is_that_of_the_day(rekindle: Rekindle):
    decision = arrives(rekindle, score=90)
    rekindle.tell(response_changed("r2", 20, score=-50))
    assert rekindle.use.show_records.decision(decision.decision_id).same_again is True


def test_a_response_whose_date_is_to_come_is_decided_the_same_again(rekindle: Rekindle):
    rekindle.tell(response_recorded("r2", "p1", "fair", 3, responded_at=day(9)))
    (decision,) = [
        d for d in rekindle.use.ports.ledger.decisions("p1", 9).items if d.trigger_id == "response:r2:responded"
    ]
    assert (decision.reason, decision.considered_total) == (Reason.NO_CANDIDATE, 0)
    assert rekindle.use.show_records.decision(decision.decision_id).same_again


def test_what_a_call_asked_for_counts_for_a_response_that_comes_late(rekindle: Rekindle):
    rekindle.configure({"reactivation": {"invocable": {"default_campaign": {"single": "sdr"}}}})
    chosen = asks(rekindle, lookback_days=3)
    rekindle.tell(response_recorded("late", "p1", "fair", 5))
    assert (chosen.outcome, rekindle.active("p1")) == (Outcome.INSERTED_DEFAULT, chosen.response_id)


def test_by_what_another_response_would_have_got_the_credit(rekindle: Rekindle):
    rekindle.tell(response_recorded("r0", "p1", "fair", -25))
    decision = crosses(rekindle)
    answer = rekindle.use.show_records.why_not(decision.decision_id, "r0")
    assert answer is not None
    assert answer.sentence == (
        "It would have got the credit if responses.r0.responded_at were 2026-01-03T00:00:00.001Z instead of "
        "2025-12-07T00:00:00Z."
    )


def test_by_what_a_response_would_have_got_the_credit_that_was_skipped_before_the_search(rekindle: Rekindle):
    decision = nurtured(rekindle)
    answer = rekindle.use.show_records.why_not(decision.decision_id, "r1")
    assert answer is not None
    assert [one.name for one in answer.smallest] == ["people.p1.nurture_until"]


def test_a_response_that_a_decision_did_not_consider_is_not_found(rekindle: Rekindle):
    decision = crosses(rekindle)
    rekindle.tell(response_recorded("later", "p1", "fair", 20))
    with pytest.raises(NotFound):
        rekindle.use.show_records.why_not(decision.decision_id, "later")
