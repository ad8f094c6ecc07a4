"""A decision in a sentence that a marketer understands."""

from dataclasses import replace

import pytest

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.reactivation.decision import Decision, DecisionBasis, Outcome, Reason
from rekindle.domain.reactivation.explanation import explain, why_excluded
from rekindle.domain.reactivation.search import Excluded
from rekindle.domain.responses.response import Response
from rekindle.domain.settings.settings import Overrides, Scenario
from tests.support.builders import a_response, campaigns, day, settings, winner_of

KNOWN = campaigns(
    Campaign("webinar", name="Spring webinar"), Campaign("web", name="Web Activity"), Campaign("nameless")
)

FOUND = Decision(
    "d1",
    "p1",
    Scenario.SCORE,
    Outcome.REACTIVATED,
    None,
    "score:1",
    as_of=day(10),
    decided_at=day(10),
    settings_version=1,
    person_version=5,
    response_id="r1",
    campaign_id="webinar",
    score=65,
    previous_score=50,
)
R1 = a_response("r1", effective_at=5).traced("p1", 1)
R2 = a_response("r2", effective_at=3).traced("p1", 2)


def told(decision: Decision = FOUND, *history: Response) -> str:
    return explain(decision, history or (R1, R2), KNOWN, settings()).sentence


def test_the_winner_is_named_with_what_made_it_win():
    sentence = told()
    assert sentence.startswith("Spring webinar got the credit when the score went from 50 to 65 (threshold 60)")
    assert sentence.endswith(
        'its response of 06 Jan 2026 00:00 UTC is the newest eligible "new" one within the look-back of 30 days; '
        "1 other response lost to it."
    )


def test_a_lone_winner_beat_nobody():
    assert told(FOUND, R1).endswith("within the look-back of 30 days.")


def test_a_campaign_without_a_name_goes_by_its_id():
    assert told(replace(FOUND, campaign_id="nameless")).startswith("nameless got the credit")


def test_a_default_says_that_nothing_else_was_found():
    inserted = replace(FOUND, outcome=Outcome.INSERTED_DEFAULT, campaign_id="web", response_id="rk-1")
    old = a_response("r1", effective_at=-90).traced("p1", 1)
    assert "Web Activity got the credit" in told(inserted, old)
    assert "the one past response was not eligible within the look-back of 30 days" in told(inserted, old)
    assert "no past response was found" in explain(inserted, (), KNOWN, settings()).sentence


def test_a_response_s_own_arrival_says_so():
    arrived = replace(FOUND, scenario=Scenario.RESPONSE, outcome=Outcome.ACTIVATED)
    assert "by itself" in told(arrived)
    late = replace(arrived, replaced_response_id="rk-1", replaced_campaign_id="web")
    assert "in place of Web Activity" in told(late)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words(reason: Reason):
    skipped = replace(FOUND, outcome=Outcome.SKIPPED, reason=reason)
    assert told(skipped).startswith("Nothing was done when ")


@pytest.mark.parametrize("excluded", Excluded)
def test_every_exclusion_has_its_words(excluded: Excluded):
    assert why_excluded(excluded, FOUND, settings())


def test_the_look_back_is_told_in_days():
    assert "10 days" in why_excluded(Excluded.OUTSIDE_LOOKBACK, FOUND, settings(lookback_days=10))


def test_a_look_back_that_the_caller_asked_for_is_the_one_that_is_told():
    asked = replace(FOUND, scenario=Scenario.INVOCABLE, overrides=Overrides(lookback_days=7))
    assert "within the look-back of 7 days" in told(asked)
    assert "7 days" in why_excluded(Excluded.OUTSIDE_LOOKBACK, asked, settings())


def test_a_prompted_campaign_that_was_kept_says_that_nothing_else_was_found():
    kept = replace(FOUND, scenario=Scenario.RESPONSE_PROMPT, outcome=Outcome.KEPT_PROMPTED, campaign_id="web")
    old = a_response("r1", effective_at=-90).traced("p1", 1)
    assert told(kept, old) == (
        "The prompted campaign Web Activity got the credit when a user picked it on 11 Jan 2026 00:00 UTC: "
        "the one past response was not eligible within the look-back of 30 days."
    )


def test_responses_are_taken_as_they_stood_at_the_version_that_was_read():
    later = a_response("r3", effective_at=9).traced("p1", 6)
    used = replace(R1, state=replace(R1.state, reactivated_at=day(10))).traced("p1", 6)
    considered = explain(FOUND, [used, R2, later], KNOWN, settings()).considered
    assert [c.response_id for c in considered] == ["r1", "r2"]
    assert winner_of(considered) == "r1"


def test_responses_of_another_record_of_the_person_are_taken_as_they_stood_with_this_one():
    moved = R1.traced("contact", 3)
    assert winner_of(explain(FOUND, [moved], KNOWN, settings()).considered) == "r1"


def test_a_delayed_decision_tells_when_the_status_changed():
    delayed = replace(FOUND, scenario=Scenario.ACTIVE_STATUS, anchored_at=day(8))
    changed = "when the status went from inactive to active on 09 Jan 2026 00:00 UTC"
    assert f"{changed} (decided after the delay, on 11 Jan 2026 00:00 UTC): its response" in told(delayed, R1)
    assert f"{changed}: its response" in told(replace(delayed, as_of=day(8)), R1)


def test_a_response_prompt_is_not_said_to_have_a_score():
    arrived = replace(FOUND, scenario=Scenario.RESPONSE, outcome=Outcome.ACTIVATED, campaign_id="prompt", score=10)
    known = campaigns(Campaign("prompt", response_prompt=True))
    sentence = explain(arrived, (R1,), known, settings()).sentence
    assert sentence.endswith("and a response prompt needs no score.")


def test_a_response_whose_date_is_to_come_is_not_said_to_have_searched():
    early = replace(FOUND, scenario=Scenario.RESPONSE, outcome=Outcome.SKIPPED, reason=Reason.NO_CANDIDATE)
    dated = replace(early, basis=DecisionBasis(dated_at=day(40)))
    assert told(dated).endswith("its own date, 10 Feb 2026 00:00 UTC, was still to come; it is evaluated then.")
    assert told(early).endswith("its own date was still to come; it is evaluated then.")


def test_an_arrival_is_told_with_the_date_it_had():
    then = a_response("r1", effective_at=5).traced("p1", 6)
    corrected = a_response("r1", effective_at=2)
    now = then.traced("p1", 7, corrected.state)
    arrived = replace(FOUND, scenario=Scenario.RESPONSE, outcome=Outcome.ACTIVATED)
    (considered,) = explain(arrived, (now,), KNOWN, settings()).considered
    assert considered.responded_at == then.state.responded_at


# --- in full, for each way to skip ---------------------------------------------------------------------------------

SKIPPED = replace(FOUND, outcome=Outcome.SKIPPED, response_id=None, campaign_id=None)
ARRIVED = replace(SKIPPED, scenario=Scenario.RESPONSE, score=20, previous_score=None)
PROMPTED = replace(SKIPPED, scenario=Scenario.RESPONSE_PROMPT, prompted_campaign_id="web")
DATED = "on 11 Jan 2026 00:00 UTC"
WEBINAR = DecisionBasis(campaign_id="webinar")


@pytest.mark.parametrize(
    ("decision", "told_as"),
    [
        (
            replace(ARRIVED, reason=Reason.BELOW_THRESHOLD, basis=WEBINAR),
            f"the response to Spring webinar arrived {DATED}: the score of 20 was below the threshold of 60",
        ),
        (
            replace(ARRIVED, reason=Reason.BELOW_THRESHOLD, score=None, basis=WEBINAR),
            f"the response to Spring webinar arrived {DATED}: there was no score, and the threshold is 60",
        ),
        (
            replace(ARRIVED, reason=Reason.BELOW_THRESHOLD, basis=DecisionBasis(own_score=-5, campaign_id="webinar")),
            f"the response to Spring webinar arrived {DATED}: "
            "the score of 20 with the response's own -5 was below the threshold of 60",
        ),
        (
            replace(ARRIVED, reason=Reason.BELOW_THRESHOLD, score=59.999999),
            f"the response arrived {DATED}: the score of 59.999999 was below the threshold of 60",
        ),
        (
            replace(ARRIVED, reason=Reason.NOT_RESPONDED, basis=WEBINAR),
            f"a membership in Spring webinar was recorded {DATED}: the member has not responded",
        ),
        (
            replace(ARRIVED, reason=Reason.NURTURE_TIMEOUT, basis=DecisionBasis(nurture_until=day(20))),
            f"the response arrived {DATED}: the person was in nurture, to be left alone until 21 Jan 2026 00:00 UTC",
        ),
        (
            replace(SKIPPED, reason=Reason.COOL_DOWN, basis=DecisionBasis(score_activated_at=day(9))),
            f"the score went from 50 to 65 (threshold 60) {DATED}: the cool-down of 1 day since the last score "
            "reactivation on 10 Jan 2026 00:00 UTC was not over",
        ),
        (
            replace(SKIPPED, reason=Reason.NO_CANDIDATE),
            f"the score went from 50 to 65 (threshold 60) {DATED}: "
            "none of 2 past responses was eligible within the look-back of 1 day, and no default campaign is set",
        ),
        (
            replace(SKIPPED, reason=Reason.REPEAT_CAP, score=1_000_000, previous_score=None),
            f"the score went from none to 1,000,000 (threshold 60) {DATED}: none of 2 past responses was eligible "
            "within the look-back of 1 day, and the campaign to fall back to is at its repeat cap of 25",
        ),
        (
            replace(SKIPPED, reason=Reason.STALE),
            f"the score went from 50 to 65 (threshold 60) {DATED}: "
            "the person was given an inactive status before it was decided",
        ),
        (
            replace(SKIPPED, reason=Reason.STALE, scenario=Scenario.ACTIVE_STATUS),
            f"the status went from inactive to active {DATED}: the status had changed again since",
        ),
        (
            replace(SKIPPED, reason=Reason.MODE_OFF, scenario=Scenario.ACTIVE_STATUS),
            f"the status went from inactive to active {DATED}: "
            "the mode in force was active, in which a change of status reactivates nothing",
        ),
        (
            replace(
                SKIPPED, reason=Reason.NO_CANDIDATE, scenario=Scenario.INVOCABLE, overrides=Overrides(fallback="none")
            ),
            f"a reactivation was asked for {DATED}: none of 2 past responses was eligible within the look-back of "
            "30 days, and no default campaign was wanted",
        ),
        (
            replace(PROMPTED, reason=Reason.NOT_ELIGIBLE_CAMPAIGN),
            f"a user picked the response prompt campaign Web Activity {DATED}: "
            "the campaign does not trigger reactivation",
        ),
        (
            replace(PROMPTED, reason=Reason.NOT_ELIGIBLE_CAMPAIGN, prompted_campaign_id="idle"),
            f"a user picked the response prompt campaign idle {DATED}: the campaign is not active",
        ),
        (
            replace(PROMPTED, reason=Reason.NOT_ELIGIBLE_CAMPAIGN, prompted_campaign_id="gone"),
            f"a user picked the response prompt campaign gone {DATED}: the campaign was deleted",
        ),
    ],
    ids=range(16),
)
def test_what_was_not_done_is_told_with_its_reason(decision: Decision, told_as: str):
    known = campaigns(
        *(KNOWN(one) for one in ("webinar", "web")),
        Campaign("idle", is_active=False, trigger_reactivation=True),
        Campaign("gone", deleted=True, trigger_reactivation=True),
    )
    by = settings(lookback_days=1, cool_down_days=1)
    assert explain(decision, (R1, R2), known, by).sentence == f"Nothing was done when {told_as}."


def test_a_member_who_had_not_responded_is_not_said_to_have():
    member = a_response("r1", received=5, responded=False).traced("p1", 1)
    found = replace(FOUND, outcome=Outcome.ACTIVATED_NON_RESPONSE)
    by = settings(include_non_responses=True)
    known = campaigns(Campaign("webinar", default_responded_status="Attended"))
    sentence = explain(found, (member,), known, by).sentence
    assert sentence.endswith(
        "its membership, without a response so far, is the newest eligible one within the look-back of 30 days."
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [("role", " (by the owner's role)"), ("otherwise", " (nothing is set for the owner's role)"), ("single", "")],
)
def test_a_default_says_by_which_row_it_was_chosen(source: str, said: str):
    inserted = replace(FOUND, outcome=Outcome.INSERTED_DEFAULT, campaign_id="web", default_campaign_source=source)
    default = {"by": "role", "map": {"SDR": "web"}, "otherwise": "web", "single": "web", "user_source": "owner"}
    sentence = explain(inserted, (), KNOWN, settings(default_campaign=default)).sentence
    assert sentence.startswith(f"The default campaign Web Activity got the credit{said} when the score went")


@pytest.mark.parametrize(
    ("score", "own", "said"),
    [
        (70, None, "the score of 70 reached the threshold of 60"),
        (50, 10, "the score of 50 with the response's own +10 reached the threshold of 60"),
        (None, 60.5, "the response's own score of 60.5 reached the threshold of 60"),
    ],
)
def test_a_response_that_qualified_by_itself_says_by_which_score(score: float | None, own: float | None, said: str):
    basis = DecisionBasis(own_score=own, campaign_id="webinar")
    arrived = replace(FOUND, scenario=Scenario.RESPONSE, outcome=Outcome.ACTIVATED, score=score, basis=basis)
    assert told(arrived).endswith(f"its response arrived {DATED}, and {said}.")


def test_a_response_that_was_overlooked_is_not_said_to_have_qualified_by_itself():
    basis = DecisionBasis(unanswered_at=day(12), campaign_id="webinar")
    late = replace(FOUND, scenario=Scenario.RESPONSE, outcome=Outcome.ACTIVATED, activated_at=day(12), basis=basis)
    assert told(late) == (
        "Spring webinar got the credit as of 13 Jan 2026 00:00 UTC, when the score had crossed the threshold and "
        "nothing was found: its response of 11 Jan 2026 00:00 UTC was there by then, but arrived later."
    )


def test_one_day_is_one_day():
    assert why_excluded(Excluded.OUTSIDE_LOOKBACK, FOUND, settings(lookback_days=1)).endswith("look-back of 1 day")
