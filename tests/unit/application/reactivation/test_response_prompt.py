"""A rep picks a response prompt campaign: a past response in lieu of it, or the prompted campaign itself."""

from typing import Any

import pytest

from rekindle.domain.core.errors import KeyReused, UnknownCampaign
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.reactivation.request import Call
from rekindle.domain.reactivation.search import Excluded
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    campaign_deleted,
    day,
    person_changed,
    prompted,
    response_recorded,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(
        campaign_changed("webinar"),
        campaign_changed("plain"),
        campaign_changed("prompt", trigger_reactivation=True, default_responded_status="Called"),
        person_changed("p1", 1, status="New"),
    )
    return rekindle


def prompt(rekindle: Rekindle, **values: Any) -> Decision:
    return rekindle.use.request_reactivation.prompt(prompted(**values))


def test_a_past_response_gets_the_credit_in_lieu_of_the_prompted_campaign(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5))
    decision = prompt(rekindle)
    assert (decision.scenario, decision.outcome, decision.response_id) == (
        "response_prompt",
        Outcome.REACTIVATED,
        "r1",
    )


def test_without_a_past_response_the_prompted_campaign_is_kept(rekindle: Rekindle):
    decision = prompt(rekindle)
    assert (decision.outcome, decision.campaign_id, decision.default_campaign_source) == (
        Outcome.KEPT_PROMPTED,
        "prompt",
        None,
    )
    (response,) = rekindle.responses().values()
    assert response.details is not None
    assert (response.details.member_status, response.details.inserted_by) == ("Called", decision.decision_id)
    assert response.state.reactivated_at is None
    assert rekindle.active() == response.response_id


def test_the_prompted_campaign_is_not_its_own_candidate(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "prompt", 5))
    assert prompt(rekindle).outcome is Outcome.KEPT_PROMPTED
    (considered,) = rekindle.explanations()[-1].considered
    assert (considered.response_id, considered.excluded) == ("r1", Excluded.PROMPTED_CAMPAIGN)


@pytest.mark.parametrize("asked", ["by the call", "by the settings"])
def test_a_prompt_without_a_fallback_does_nothing_where_the_search_fails(rekindle: Rekindle, asked: str):
    if asked == "by the settings":
        rekindle.configure({"reactivation": {"response_prompt": {"fallback": "none"}}})
        decision = prompt(rekindle)
    else:
        decision = prompt(rekindle, fallback="none")
    assert decision.reason is Reason.NO_CANDIDATE
    assert rekindle.responses() == {}


def test_a_call_may_keep_the_prompted_campaign_where_the_settings_do_not(rekindle: Rekindle):
    rekindle.configure({"reactivation": {"response_prompt": {"fallback": "none"}}})
    assert prompt(rekindle, fallback="keep_prompted").outcome is Outcome.KEPT_PROMPTED


@pytest.mark.parametrize(
    "change",
    [
        campaign_changed("prompt", 2, trigger_reactivation=False),
        campaign_changed("prompt", 2, is_active=False),
        campaign_deleted("prompt", 2),
    ],
    ids=["triggers nothing", "inactive", "deleted"],
)
def test_a_campaign_that_triggers_no_reactivation_is_not_eligible(rekindle: Rekindle, change: Any):
    rekindle.tell(change, response_recorded("r1", "p1", "webinar", 5))
    assert prompt(rekindle).reason is Reason.NOT_ELIGIBLE_CAMPAIGN
    assert rekindle.active() is None


def test_a_campaign_that_nobody_told_of_is_refused(rekindle: Rekindle):
    with pytest.raises(UnknownCampaign) as refused:
        prompt(rekindle, campaign_id="nowhere")
    assert refused.value.field == "campaign_id"


def test_a_prompt_bypasses_the_nurture_timeout(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 5, status="Nurture"))
    assert prompt(rekindle).outcome is Outcome.KEPT_PROMPTED


def test_a_prompt_does_nothing_where_a_response_is_active(rekindle: Rekindle):
    prompt(rekindle)
    again = rekindle.use.answer_requests.prompt(prompted(at=11), None)
    assert again.decision.reason is Reason.ACTIVE_EXISTS


def test_a_prompted_campaign_at_its_repeat_cap_is_not_kept(rekindle: Rekindle):
    rekindle.configure({"qualification": {"repeat_cap": 2}})
    rekindle.tell(*(response_recorded(f"r{n}", "p1", "prompt", n) for n in (2, 3)))
    assert prompt(rekindle).reason is Reason.REPEAT_CAP


def test_a_prior_mql_can_be_required(rekindle: Rekindle):
    rekindle.configure({"reactivation": {"response_prompt": {"require_prior_mql": True}}})
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5))
    assert prompt(rekindle).outcome is Outcome.KEPT_PROMPTED
    assert Excluded.PRIOR_MQL_REQUIRED in {c.excluded for c in rekindle.explanations()[-1].considered}


def test_a_person_who_is_not_there_is_no_person(rekindle: Rekindle):
    assert prompt(rekindle, person_id="nobody").reason is Reason.NO_PERSON


def test_a_prompt_that_is_repeated_is_answered_by_the_same_decision(rekindle: Rekindle):
    answer = rekindle.use.answer_requests
    first = answer.prompt(prompted(at=10), Call("k", "same", day(10)))
    again = answer.prompt(prompted(at=10.5), Call("k", "same", day(10.5)))
    assert (again.decision, again.sentence) == (first.decision, first.sentence)
    assert len(rekindle.responses()) == 1
    with pytest.raises(KeyReused):
        answer.prompt(prompted(at=10.6), Call("k", "another", day(10.6)))


def test_an_unknown_campaign_keeps_nothing_of_the_call(rekindle: Rekindle):
    with pytest.raises(UnknownCampaign):
        rekindle.use.answer_requests.prompt(prompted(campaign_id="nowhere"), Call("k", "same", day(10)))
    assert rekindle.memory.calls == {}
