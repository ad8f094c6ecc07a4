"""A flow asks for a reactivation: of a lead, a contact, or whoever a task leads to."""

from typing import Any

import pytest

from rekindle.application.reactivation.answer_requests import AnswerRequests
from rekindle.domain.core.errors import InvalidField, KeyReused, UnknownCampaign
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.domain.reactivation.request import Call, ReactivationRequested
from rekindle.domain.reactivation.search import Excluded
from tests.support.builders import (
    FORMERLY_ENGAGED,
    NEVER_ENGAGED,
    Rekindle,
    campaign_changed,
    campaign_deleted,
    day,
    person_changed,
    person_deleted,
    prompted,
    requested,
    response_recorded,
    task_logged,
    user_changed,
    winner_of,
)


def configured(rekindle: Rekindle, **invocable: Any) -> None:
    rekindle.configure({"reactivation": {"invocable": invocable}})


@pytest.fixture
def rekindle() -> Rekindle:
    """A lead with a response of last week and one of six weeks ago."""
    rekindle = Rekindle()
    configured(rekindle)
    rekindle.tell(
        *(campaign_changed(one) for one in ("webinar", "fair", "calls", "emea-calls", "sdr-outbound")),
        person_changed("p1", 1, status="New", owner_id="owner"),
        response_recorded("r-old", "p1", "fair", 2),
        response_recorded("r-new", "p1", "webinar", 40),
        user_changed("u1", role="SDR", profile="sales", fields={"region": "EMEA"}),
        user_changed("owner", role="AE"),
    )
    return rekindle


def ask(rekindle: Rekindle, **values: Any) -> Decision:
    return rekindle.use.request_reactivation(requested(**{"at": 45, **values}))


def nothing_to_find(rekindle: Rekindle) -> None:
    """Only the fallback is left."""
    rekindle.tell(*(campaign_changed(one, 41, exclude_from_reactivation=True) for one in ("webinar", "fair")))


def test_the_newest_past_response_gets_the_credit(rekindle: Rekindle):
    decision = ask(rekindle)
    assert (decision.scenario, decision.outcome, decision.response_id) == ("invocable", Outcome.REACTIVATED, "r-new")
    assert (rekindle.active(), rekindle.person().status) == ("r-new", "Open - Not Contacted")


def test_a_funnel_that_is_live_is_left_alone(rekindle: Rekindle):
    ask(rekindle)
    assert ask(rekindle, request_id="q2").reason is Reason.ACTIVE_EXISTS


def test_a_contact_can_be_asked_for_by_the_id_of_the_lead_it_was(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 41, converted_contact_id="contact"))
    assert ask(rekindle).person_id == "contact"
    assert rekindle.active("contact") == "r-new"


@pytest.mark.parametrize("gone", [False, True], ids=["never heard of", "deleted"])
def test_a_person_who_is_not_there_is_no_person(rekindle: Rekindle, gone: bool):
    if gone:
        rekindle.tell(person_deleted("nobody", 5))
    assert ask(rekindle, person_id="nobody").reason is Reason.NO_PERSON


def test_a_scenario_that_is_switched_off_does_nothing(rekindle: Rekindle):
    configured(rekindle, enabled=False)
    assert ask(rekindle).reason is Reason.SCENARIO_OFF


# --- tasks ---------------------------------------------------------------------------------------------------------


def test_a_task_leads_to_its_person(rekindle: Rekindle):
    rekindle.tell(task_logged("t1", "p1"))
    assert ask(rekindle, task_id="t1").person_id == "p1"
    assert rekindle.active() == "r-new"


@pytest.mark.parametrize("task", [None, task_logged("t1", None)], ids=["unknown", "names nobody"])
def test_a_task_that_leads_to_nobody_is_no_person(rekindle: Rekindle, task: Any):
    if task is not None:
        rekindle.tell(task)
    decision = ask(rekindle, task_id="t1")
    assert (decision.outcome, decision.reason, decision.person_id) == (Outcome.SKIPPED, Reason.NO_PERSON, "t1")


def test_a_task_of_a_person_who_is_not_known_is_about_that_person(rekindle: Rekindle):
    rekindle.tell(task_logged("t1", "unknown"))
    decision = ask(rekindle, task_id="t1")
    assert (decision.reason, decision.person_id) == (Reason.NO_PERSON, "unknown")


def test_a_task_of_a_converted_lead_leads_to_the_contact(rekindle: Rekindle):
    rekindle.tell(task_logged("t1", "p1"), person_changed("p1", 41, converted_contact_id="contact"))
    assert ask(rekindle, task_id="t1").person_id == "contact"


def test_many_tasks_of_one_person_make_one_active_response(rekindle: Rekindle):
    rekindle.tell(*(task_logged(f"t{n}", "p1") for n in range(5)))
    decisions = [ask(rekindle, task_id=f"t{n}", request_id=f"q{n}") for n in range(5)]
    assert [d.reason for d in decisions] == [None] + 4 * [Reason.ACTIVE_EXISTS]


@pytest.mark.parametrize(
    "meanwhile",
    [
        [task_logged("t1", "p1", 50)],
        [person_changed("p1", 50, converted_contact_id="contact")],
        [person_changed("p1", 50, converted_contact_id="contact"), task_logged("t1", "contact", 51)],
    ],
    ids=["the task was found", "the lead was converted", "the task was moved to the contact"],
)
def test_a_request_for_a_task_that_is_delivered_again_is_decided_once(rekindle: Rekindle, meanwhile: Any):
    if len(meanwhile) > 1 or meanwhile[0] != task_logged("t1", "p1", 50):
        rekindle.tell(task_logged("t1", "p1", 1))
    first = ask(rekindle, task_id="t1")
    rekindle.tell(*meanwhile)
    before = dict(rekindle.memory.decisions)
    assert ask(rekindle, task_id="t1") == first
    assert rekindle.memory.decisions == before


# --- what a caller may ask for instead of the settings --------------------------------------------------------------


def test_another_look_back(rekindle: Rekindle):
    decision = ask(rekindle, lookback_days=4)
    assert decision.reason is Reason.NO_CANDIDATE
    assert {c.excluded for c in rekindle.explanations()[-1].considered} == {Excluded.OUTSIDE_LOOKBACK}
    assert ask(rekindle, lookback_days=5, request_id="q2").response_id == "r-new"


def test_another_priority(rekindle: Rekindle):
    rekindle.tell(
        person_changed("p2", 1, status="New", score=80),
        response_recorded("r-engaged", "p2", "fair", 2),
        person_changed("p2", 3, status="Nurture", score=0),
        response_recorded("r-newer", "p2", "webinar", 40),
    )
    asked = {"person_id": "p2", "lookback_days": 60, "bypass_nurture_timeout": True, "dry_run": True}
    assert ask(rekindle, **asked).response_id == "r-newer"
    assert ask(rekindle, **asked, priority=(FORMERLY_ENGAGED, NEVER_ENGAGED)).response_id == "r-engaged"


def test_a_priority_that_leaves_a_class_out_makes_its_status_not_eligible(rekindle: Rekindle):
    assert ask(rekindle, priority=(FORMERLY_ENGAGED,)).reason is Reason.NO_CANDIDATE
    assert Excluded.STATUS_NOT_ELIGIBLE in {c.excluded for c in rekindle.explanations()[-1].considered}


def test_non_responses_included(rekindle: Rekindle):
    rekindle.tell(
        campaign_changed("calls", 1, default_responded_status="Called"),
        person_changed("p2", 1, status="New"),
        response_recorded("n1", "p2", "calls", 40, responded=False),
    )
    assert ask(rekindle, person_id="p2").reason is Reason.NO_CANDIDATE
    assert [c.excluded for c in rekindle.explanations("p2")[-1].considered] == [Excluded.NON_RESPONSE_OFF]
    found = ask(rekindle, person_id="p2", include_non_responses=True, request_id="q2")
    assert (found.outcome, found.response_id) == (Outcome.ACTIVATED_NON_RESPONSE, "n1")


def test_the_nurture_timeout_bypassed(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 42, status="Nurture"))
    assert ask(rekindle).reason is Reason.NURTURE_TIMEOUT
    assert ask(rekindle, bypass_nurture_timeout=True, request_id="q2").outcome is Outcome.REACTIVATED


def test_another_default_campaign(rekindle: Rekindle):
    configured(rekindle, default_campaign={"single": "sdr-outbound"})
    nothing_to_find(rekindle)
    decision = ask(rekindle, default_campaign_id="calls")
    assert (decision.outcome, decision.campaign_id, decision.default_campaign_source) == (
        Outcome.INSERTED_DEFAULT,
        "calls",
        "single",
    )


def test_no_default_campaign(rekindle: Rekindle):
    configured(rekindle, default_campaign={"single": "sdr-outbound"})
    nothing_to_find(rekindle)
    assert ask(rekindle, fallback="none").reason is Reason.NO_CANDIDATE
    assert ask(rekindle, fallback="default", request_id="q2").campaign_id == "sdr-outbound"


def test_a_default_campaign_that_nobody_told_of_is_refused(rekindle: Rekindle):
    with pytest.raises(UnknownCampaign) as refused:
        ask(rekindle, default_campaign_id="nowhere")
    assert refused.value.field == "default_campaign_id"
    assert rekindle.active() is None


def test_a_default_campaign_at_its_repeat_cap_is_not_inserted_again(rekindle: Rekindle):
    rekindle.configure({"qualification": {"repeat_cap": 1}})
    rekindle.tell(response_recorded("r-calls", "p1", "calls", 3))
    nothing_to_find(rekindle)
    assert ask(rekindle, default_campaign_id="calls").reason is Reason.REPEAT_CAP


def test_a_person_who_is_in_the_default_campaign_gets_a_repeat(rekindle: Rekindle):
    rekindle.tell(response_recorded("r-calls", "p1", "calls", 3))
    nothing_to_find(rekindle)
    assert ask(rekindle, default_campaign_id="calls", lookback_days=10).outcome is Outcome.INSERTED_DEFAULT
    assert sorted(r.campaign_id for r in rekindle.responses().values()) == ["calls", "calls", "fair", "webinar"]


# --- the default campaign by the user --------------------------------------------------------------------------------

BY_ROLE = {"by": "role", "map": {"SDR": "sdr-outbound", "AE": "calls"}, "otherwise": "fair"}


@pytest.mark.parametrize(
    ("default", "campaign", "source"),
    [
        (BY_ROLE, "sdr-outbound", "role"),
        ({"by": "profile", "map": {"sales": "calls"}}, "calls", "profile"),
        ({"by": "field:region", "map": {"EMEA": "emea-calls"}}, "emea-calls", "field:region"),
        ({"by": "field:team", "map": {"A": "calls"}, "otherwise": "emea-calls"}, "emea-calls", "otherwise"),
        ({"by": "role", "map": {"AE": "calls"}, "single": "emea-calls"}, "emea-calls", "single"),
        ({**BY_ROLE, "user_source": "owner"}, "calls", "role"),
    ],
)
def test_a_default_campaign_by_the_user(rekindle: Rekindle, default: dict[str, Any], campaign: str, source: str):
    configured(rekindle, default_campaign=default)
    nothing_to_find(rekindle)
    decision = ask(rekindle)
    assert (decision.campaign_id, decision.default_campaign_source) == (campaign, source)


def test_an_owner_who_is_a_queue_takes_the_other_row(rekindle: Rekindle):
    configured(rekindle, default_campaign={**BY_ROLE, "otherwise": "emea-calls", "user_source": "owner"})
    rekindle.tell(person_changed("p1", 42, owner_id="queue-inbound"))
    nothing_to_find(rekindle)
    decision = ask(rekindle)
    assert (decision.campaign_id, decision.default_campaign_source) == ("emea-calls", "otherwise")


def test_no_row_that_fits_means_no_default_campaign(rekindle: Rekindle):
    configured(rekindle, default_campaign={"by": "role", "map": {"CEO": "calls"}})
    nothing_to_find(rekindle)
    assert ask(rekindle).reason is Reason.NO_CANDIDATE


def test_a_default_campaign_that_has_become_inactive_is_passed_over(rekindle: Rekindle):
    configured(rekindle, default_campaign={**BY_ROLE, "otherwise": "calls"})
    rekindle.tell(campaign_changed("sdr-outbound", 42, name="SDR", is_active=False))
    nothing_to_find(rekindle)
    decision = ask(rekindle)
    assert (decision.default_campaign_source, decision.passed_over) == ("otherwise", ("sdr-outbound",))
    sentence = rekindle.explanations()[-1].sentence
    assert sentence.endswith("The default campaign SDR was passed over: it was inactive.")


def test_where_no_default_campaign_is_left_it_is_told_which_were_passed_over(rekindle: Rekindle):
    configured(rekindle, default_campaign={**BY_ROLE, "otherwise": "calls", "single": "calls"})
    rekindle.tell(campaign_deleted("sdr-outbound", 42), campaign_changed("calls", 42, is_active=False))
    nothing_to_find(rekindle)
    decision = ask(rekindle)
    assert (decision.reason, decision.passed_over) == (Reason.NO_CANDIDATE, ("sdr-outbound", "calls"))
    assert "it was deleted. The default campaign calls was" in rekindle.explanations()[-1].sentence
    assert ask(rekindle, request_id="q2", default_campaign_id="calls").passed_over == ("calls",)


# --- requests of the bus, which their sender may send again at another time -----------------------------------------


def test_a_request_sent_again_at_another_time_is_decided_once_as_of_the_first(rekindle: Rekindle):
    first = rekindle.tell(requested("p1", 45)).decision
    rekindle.tell(person_changed("p1", 46, status="Disqualified"))
    before = stored(rekindle)
    assert rekindle.tell(requested("p1", 400)).decision == first
    assert rekindle.tell(requested("p1", 44)).decision == first
    assert stored(rekindle) == before
    assert first is not None and first.as_of == day(45)


def test_one_request_id_for_two_people_is_two_requests(rekindle: Rekindle):
    rekindle.tell(person_changed("p2", 1, status="New"))
    decisions = [rekindle.tell(requested(person, at)).decision for person, at in (("p1", 45), ("p2", 46))]
    assert [(d.person_id, d.as_of) for d in decisions if d] == [("p1", day(45)), ("p2", day(46))]


def test_a_prompt_sent_again_at_another_time_is_decided_once(rekindle: Rekindle):
    rekindle.tell(campaign_changed("prompt", 1, trigger_reactivation=True))
    first = rekindle.tell(prompted("p1", "prompt", 45)).decision
    assert rekindle.tell(prompted("p1", "prompt", 47)).decision == first
    assert sum(d.scenario == "response_prompt" for d in rekindle.decisions()) == 1


def test_a_request_that_is_refused_or_a_dry_run_is_not_kept(rekindle: Rekindle):
    with pytest.raises(UnknownCampaign):
        rekindle.tell(requested("p1", 45, default_campaign_id="nowhere"))
    with pytest.raises(UnknownCampaign):
        rekindle.tell(prompted("p1", "nowhere", 45))
    rekindle.tell(requested("p1", 45, dry_run=True))
    assert rekindle.memory.calls == {}


# --- dry runs --------------------------------------------------------------------------------------------------------


def stored(rekindle: Rekindle) -> tuple[Any, ...]:
    memory = rekindle.memory
    return dict(memory.people), dict(memory.decisions), {p: dict(r) for p, r in memory.responses.items()}, memory.calls


@pytest.mark.parametrize("classes", [{}, {"Resolved - No Action Required": "formerly_engaged"}], ids=["", "edited map"])
def test_a_dry_run_answers_the_decision_and_stores_nothing(rekindle: Rekindle, classes: dict[str, str]):
    rekindle.configure({"response_statuses": classes})
    before = stored(rekindle)
    dry = ask(rekindle, dry_run=True)
    assert (dry.outcome, dry.response_id, dry.dry_run) == (Outcome.REACTIVATED, "r-new", True)
    assert winner_of(rekindle.use.show_records.explained(dry).considered) == "r-new"
    assert stored(rekindle) == before
    assert rekindle.active() is None


def test_a_dry_run_that_finds_nothing_stores_nothing(rekindle: Rekindle):
    before = stored(rekindle)
    assert ask(rekindle, lookback_days=1, dry_run=True).reason is Reason.NO_CANDIDATE
    assert ask(rekindle, person_id="nobody", dry_run=True).reason is Reason.NO_PERSON
    assert stored(rekindle) == before


# --- calls of many requests ------------------------------------------------------------------------------------------


def answered(rekindle: Rekindle, *requests: Any, call: Call | None = None) -> list[Any]:
    answer: AnswerRequests = rekindle.use.answer_requests
    return [a.decision if isinstance(a, Explanation) else a for a in answer(requests, call)]


def one(n: int, **values: Any) -> ReactivationRequested:
    return requested(**{"at": 45, "request_id": f"call-{n}", **values})


def test_a_bad_request_fails_alone_and_answers_keep_their_order(rekindle: Rekindle):
    bad = InvalidField("there is no such field", "typo")
    first, second, third, fourth = answered(
        rekindle, one(0, person_id="nobody"), bad, one(2, default_campaign_id="nowhere"), one(3)
    )
    assert first.reason is Reason.NO_PERSON
    assert second is bad
    assert isinstance(third, UnknownCampaign)
    assert fourth.outcome is Outcome.REACTIVATED


def test_a_request_that_the_store_fails_is_answered_beside_the_others(rekindle: Rekindle):
    rekindle.tell(person_changed("p2", 1, status="New"))
    next_write = rekindle.faults.writes + 1
    rekindle.faults.fails = lambda write: write == next_write
    failed, decided = answered(rekindle, one(0), one(1, person_id="p2"))
    assert type(failed).__name__ == "Unavailable"
    assert decided.reason is Reason.NO_CANDIDATE


def test_many_requests_for_one_person_make_one_active_response(rekindle: Rekindle):
    rekindle.tell(task_logged("t1", "p1"))
    decisions = answered(rekindle, one(0), one(1), one(2, task_id="t1"), one(3))
    assert [d.reason for d in decisions] == [None] + 3 * [Reason.ACTIVE_EXISTS]
    assert len({d.decision_id for d in decisions}) == 4


def test_a_call_that_is_repeated_is_answered_by_the_same_decisions_and_changes_nothing(rekindle: Rekindle):
    first = answered(rekindle, one(0), one(1), call=Call("k", "same", day(45)))
    rekindle.tell(person_changed("p1", 46, status="Disqualified"))
    before = stored(rekindle)
    assert answered(rekindle, one(0, at=47), one(1, at=47), call=Call("k", "same", day(45.9))) == first
    assert stored(rekindle) == before


def test_a_key_with_another_call_is_refused_and_changes_nothing(rekindle: Rekindle):
    answered(rekindle, one(0, person_id="nobody"), call=Call("k", "same", day(45)))
    before = stored(rekindle)
    with pytest.raises(KeyReused) as refused:
        answered(rekindle, one(0), call=Call("k", "another", day(45.1)))
    assert refused.value.field == "Idempotency-Key"
    assert stored(rekindle) == before


def test_a_key_is_forgotten_after_a_day(rekindle: Rekindle):
    answered(rekindle, one(0, person_id="nobody"), call=Call("k", "same", day(45)))
    (decision,) = answered(rekindle, one(0, at=47), call=Call("k", "another", day(46.1)))
    assert (decision.outcome, decision.as_of) == (Outcome.REACTIVATED, day(46.1))


def test_a_call_that_only_asks_what_would_be_keeps_nothing(rekindle: Rekindle):
    answered(rekindle, one(0, dry_run=True), InvalidField("bad", "field"), call=Call("k", "same", day(45)))
    assert rekindle.memory.calls == {}
