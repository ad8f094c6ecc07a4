"""The edge cases of reactivation, each by name, and which tests show what becomes of it.

`ROWS` lists every case; an architecture test sees that the tests it names are there. Those that no other module holds
are below.
"""

from collections.abc import Mapping, Sequence

import pytest

from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.reactivation.search import Excluded
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    campaign_deleted,
    day,
    person_changed,
    prompted,
    requested,
    response_recorded,
    user_changed,
)

HERE = "application/reactivation/test_edge_cases_of_reactivation.py"
SCORE, STATUS = "domain/people/test_score.py", "application/reactivation/test_active_status.py"
INVOCABLE, PROMPT = "application/reactivation/test_invocable.py", "application/reactivation/test_response_prompt.py"
PERSON, RESPONSE = "application/capture/test_record_person.py", "application/capture/test_record_response.py"
UNITE, SETTINGS = "application/capture/test_merge_people.py", "application/settings/test_change_settings.py"
SEARCH, RULES = "domain/reactivation/test_search.py", "domain/reactivation/test_engine.py"
MODES = "application/reactivation/test_modes.py"

ROWS: Mapping[str, Sequence[str]] = {
    "active response already exists": [
        f"{HERE}::test_an_active_response_is_left_alone_by_every_scenario",
        f"{RESPONSE}::test_of_responses_that_activate_by_themselves_the_first_served_stays",
    ],
    "score crosses while another is active": [f"{HERE}::test_a_crossing_beside_an_active_response_is_not_made_up_for"],
    "score dips and re-crosses": [f"{HERE}::test_a_score_that_dips_and_crosses_again_is_a_new_trigger"],
    "duplicate score event": [f"{PERSON}::test_a_crossing_is_on_the_stream_once_however_often_it_is_told"],
    "out-of-order score events": [
        f"{PERSON}::test_a_late_score_makes_no_crossing",
        f"{SCORE}::test_a_sequence_orders_scores_of_one_instant",
    ],
    "no previous score": [f"{HERE}::test_no_previous_score_is_below"],
    "threshold edited": [f"{PERSON}::test_a_changed_threshold_makes_no_crossing_in_retrospect"],
    "response and score race": [
        f"{RESPONSE}::test_a_score_that_changes_meanwhile_makes_the_response_be_judged_again",
        f"{RESPONSE}::test_a_response_that_arrives_meanwhile_makes_the_crossing_be_decided_again",
    ],
    "converted lead": [
        f"{UNITE}::test_a_converted_lead_s_history_is_the_contact_s",
        f"{UNITE}::test_duplicates_by_campaign_and_date_are_dropped",
        f"{INVOCABLE}::test_a_contact_can_be_asked_for_by_the_id_of_the_lead_it_was",
    ],
    "two persons merged, both active": [
        f"{UNITE}::test_of_two_active_responses_the_earlier_stays",
        f"{UNITE}::test_of_two_active_responses_the_one_with_an_opportunity_stays",
    ],
    "task WhoId": [
        f"{INVOCABLE}::test_a_task_leads_to_its_person",
        f"{INVOCABLE}::test_a_task_that_leads_to_nobody_is_no_person",
        f"{INVOCABLE}::test_a_task_of_a_converted_lead_leads_to_the_contact",
        f"{INVOCABLE}::test_many_tasks_of_one_person_make_one_active_response",
    ],
    "campaign deleted or archived": [
        f"{HERE}::test_a_deleted_campaign_keeps_its_credit_and_its_name_and_takes_no_more",
        f"{SEARCH}::test_an_inactive_campaign_takes_no_credit",
    ],
    "campaign without responses, or only non-responses": [
        f"{INVOCABLE}::test_non_responses_included",
        f"{SEARCH}::test_a_non_response_needs_a_responded_status_of_its_campaign",
    ],
    "person already member of the default campaign": [
        f"{INVOCABLE}::test_a_person_who_is_in_the_default_campaign_gets_a_repeat",
        f"{INVOCABLE}::test_a_default_campaign_at_its_repeat_cap_is_not_inserted_again",
    ],
    "role, profile or field missing, or the owner is a queue": [
        f"{RULES}::test_a_missing_field_or_user_takes_the_other_row",
        f"{INVOCABLE}::test_an_owner_who_is_a_queue_takes_the_other_row",
        f"{INVOCABLE}::test_no_row_that_fits_means_no_default_campaign",
    ],
    "default campaign missing or inactive": [
        f"{SETTINGS}::test_a_default_campaign_that_cannot_take_credit_is_refused_by_its_path",
        f"{INVOCABLE}::test_a_default_campaign_that_has_become_inactive_is_passed_over",
    ],
    "delay: status goes back inactive": [f"{STATUS}::test_a_status_that_went_back_is_left_alone"],
    "delay: a response arrives and activates": [
        f"{STATUS}::test_a_response_that_became_active_meanwhile_supersedes_the_timer"
    ],
    "delay: a response arrives but does not activate": [
        f"{STATUS}::test_a_response_that_arrives_meanwhile_is_a_candidate",
        f"{STATUS}::test_the_look_back_counts_from_the_status_change",
    ],
    "delay: active, inactive, active": [
        f"{STATUS}::test_a_second_activation_makes_the_first_timer_stale_and_counts_its_own_delay"
    ],
    "delay: another active status, or conversion": [
        f"{STATUS}::test_another_active_status_meanwhile_goes_on_with_that_one",
        f"{STATUS}::test_a_lead_that_is_converted_meanwhile_goes_on_as_the_contact",
    ],
    "response date in the future": [f"{HERE}::test_a_response_dated_in_the_future_waits_for_its_date"],
    # --- what each scenario does by itself ---
    "trigger of a prompt": [f"{PROMPT}::test_a_campaign_that_triggers_no_reactivation_is_not_eligible"],
    "trigger of a score": [f"{SCORE}::test_a_crossing_passes_from_below_the_threshold_to_at_or_above_it"],
    "trigger of an invocation": [f"{INVOCABLE}::test_the_newest_past_response_gets_the_credit"],
    "trigger of an active status": [
        f"{STATUS}::test_only_a_change_from_a_status_that_is_known_to_be_inactive_is_a_trigger",
        f"{STATUS}::test_a_person_with_an_active_response_is_not_watched",
    ],
    "mode of each scenario": [f"{MODES}::test_a_mode_runs_its_scenarios_and_no_others"],
    "search of a prompt": [f"{PROMPT}::test_the_prompted_campaign_is_not_its_own_candidate"],
    "search of a score": [f"{SEARCH}::test_the_most_recent_response_wins"],
    "search of an active status": [
        f"{STATUS}::test_after_the_delay_the_past_response_gets_the_credit_and_the_status_stays_as_chosen"
    ],
    "fallback of a prompt": [
        f"{PROMPT}::test_without_a_past_response_the_prompted_campaign_is_kept",
        f"{PROMPT}::test_a_prompt_without_a_fallback_does_nothing_where_the_search_fails",
    ],
    "fallback of a score": [f"{RESPONSE}::test_a_default_is_inserted_again_for_another_crossing_outside_the_lookback"],
    "fallback of an invocation": [f"{INVOCABLE}::test_a_default_campaign_by_the_user"],
    "fallback of an active status": [f"{HERE}::test_an_active_status_falls_back_to_the_default_of_who_changed_it"],
    "nurture timeout of a prompt": [f"{PROMPT}::test_a_prompt_bypasses_the_nurture_timeout"],
    "nurture timeout of a score": [f"{PERSON}::test_a_score_that_crosses_inside_the_nurture_timeout_does_nothing"],
    "nurture timeout of an invocation": [f"{INVOCABLE}::test_the_nurture_timeout_bypassed"],
    "nurture timeout of an active status": [
        f"{STATUS}::test_an_active_status_bypasses_the_nurture_timeout_since_a_human_chose_it"
    ],
}


@pytest.fixture
def rekindle() -> Rekindle:
    """A lead with one response below the threshold."""
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(
        campaign_changed("webinar", name="The Webinar"),
        campaign_changed("prompt", trigger_reactivation=True),
        person_changed("p1", 1, status="New", score=0),
        response_recorded("r1", "p1", "webinar", 2),
    )
    return rekindle


def crosses(rekindle: Rekindle, at: float, score: float = 70) -> Decision:
    rekindle.tell(person_changed("p1", at, score=score))
    (decision,) = rekindle.deliver()
    return decision


def test_an_active_response_is_left_alone_by_every_scenario(rekindle: Rekindle):
    rekindle.configure({"reactivation": {"active_status": {"delay": "P1D"}}})
    rekindle.tell(person_changed("p1", 3, status="Working"))
    rekindle.clock.now = day(3)
    assert rekindle.schedule() == []
    assert rekindle.use.request_reactivation(requested(at=3.5, request_id="first")).response_id == "r1"
    decisions = [
        crosses(rekindle, 10),
        *rekindle.fire(),
        rekindle.use.request_reactivation(requested(at=11)),
        rekindle.use.request_reactivation.prompt(prompted(at=11)),
    ]
    assert [(d.scenario.value, d.reason) for d in decisions] == [
        ("score", Reason.ACTIVE_EXISTS),
        ("active_status", Reason.SUPERSEDED),
        ("invocable", Reason.ACTIVE_EXISTS),
        ("response_prompt", Reason.ACTIVE_EXISTS),
    ]
    assert rekindle.active() == "r1"


def test_a_crossing_beside_an_active_response_is_not_made_up_for(rekindle: Rekindle):
    rekindle.use.request_reactivation(requested(at=3))
    assert crosses(rekindle, 4).reason is Reason.ACTIVE_EXISTS
    rekindle.tell(response_recorded("r2", "p1", "webinar", 5), person_changed("p1", 6, status="Disqualified"))
    # The score is known to be above: only when it has dipped does it cross again.
    rekindle.tell(person_changed("p1", 7, score=80))
    assert (rekindle.deliver(), rekindle.active()) == ([], None)
    rekindle.tell(person_changed("p1", 8, score=10))
    assert crosses(rekindle, 9).response_id == "r2"


@pytest.mark.parametrize(("cool_down", "reason"), [(0, None), (30, Reason.COOL_DOWN)])
def test_a_score_that_dips_and_crosses_again_is_a_new_trigger(
    rekindle: Rekindle, cool_down: int, reason: Reason | None
):
    rekindle.configure(cool_down_days=cool_down)
    first = crosses(rekindle, 4)
    rekindle.tell(response_recorded("r2", "p1", "webinar", 5), person_changed("p1", 6, status="Disqualified"))
    rekindle.tell(person_changed("p1", 7, score=10))
    second = crosses(rekindle, 9)
    assert (first.response_id, second.reason) == ("r1", reason)
    assert first.decision_id != second.decision_id


def test_no_previous_score_is_below(rekindle: Rekindle):
    rekindle.tell(response_recorded("r2", "p2", "webinar", 2), person_changed("p2", 4, score=60))
    (decision,) = rekindle.deliver()
    assert (decision.response_id, decision.previous_score) == ("r2", None)


def test_a_deleted_campaign_keeps_its_credit_and_its_name_and_takes_no_more(rekindle: Rekindle):
    rekindle.tell(response_recorded("r2", "p1", "webinar", 3))
    decision = crosses(rekindle, 4)
    rekindle.tell(campaign_deleted("webinar", 5))
    assert (rekindle.active(), rekindle.credited()) == (decision.response_id, "webinar")
    assert "The Webinar got the credit" in rekindle.use.show_records.decision(decision.decision_id).sentence
    rekindle.tell(person_changed("p1", 6, status="Disqualified", score=0))
    assert crosses(rekindle, 7).reason is Reason.NO_CANDIDATE
    verdicts = {c.response_id: c.excluded for c in rekindle.explanations()[-1].considered}
    assert verdicts == {"r1": Excluded.CAMPAIGN_DELETED, "r2": Excluded.ALREADY_REACTIVATED}


def test_a_response_dated_in_the_future_waits_for_its_date(rekindle: Rekindle):
    rekindle.tell(campaign_changed("webinar", 3, exclude_from_reactivation=True), campaign_changed("fair", 3))
    rekindle.tell(response_recorded("r2", "p1", "fair", 4, responded_at=day(20)))
    assert rekindle.status_of("r2") is None
    assert crosses(rekindle, 10).reason is Reason.NO_CANDIDATE
    verdicts = {c.response_id: c.excluded for c in rekindle.explanations()[-1].considered}
    assert verdicts == {"r1": Excluded.CAMPAIGN_EXCLUDED, "r2": Excluded.IN_FUTURE}
    rekindle.tell(person_changed("p1", 19, score=0))
    assert crosses(rekindle, 20).response_id == "r2"


def test_an_active_status_falls_back_to_the_default_of_who_changed_it(rekindle: Rekindle):
    default = {"by": "role", "map": {"SDR": "sdr"}, "otherwise": "other"}
    rekindle.configure({"reactivation": {"active_status": {"lookback_days": 1, "default_campaign": default}}})
    rekindle.tell(campaign_changed("sdr"), campaign_changed("other"), user_changed("u1", role="SDR"))
    rekindle.tell(person_changed("p1", 10, status="Working", changed_by="u1"))
    (decision,) = rekindle.schedule()
    assert (decision.outcome, decision.campaign_id, decision.default_campaign_source) == (
        Outcome.INSERTED_DEFAULT,
        "sdr",
        "role",
    )
