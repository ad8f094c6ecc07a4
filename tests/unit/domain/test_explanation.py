"""A decision in a sentence that a marketer understands."""

from dataclasses import replace

import pytest

from rekindle.domain.campaign import Campaign
from rekindle.domain.decision import Decision, Outcome, Reason
from rekindle.domain.explanation import explain, why_excluded
from rekindle.domain.response import Response
from rekindle.domain.search import Excluded
from rekindle.domain.settings import Overrides, Scenario
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
R1 = a_response("r1", dated=5).traced("p1", 1)
R2 = a_response("r2", dated=3).traced("p1", 2)


def told(decision: Decision = FOUND, *history: Response) -> str:
    return explain(decision, history or (R1, R2), KNOWN, settings()).sentence


def test_the_winner_is_named_with_what_made_it_win():
    sentence = told()
    assert sentence.startswith("Spring webinar got the credit when the score went from 50 to 65 (threshold 60)")
    assert sentence.endswith("its response is the newest eligible new one within 30 days; 1 other response lost to it.")


def test_a_lone_winner_beat_nobody():
    assert told(FOUND, R1).endswith("within 30 days.")


def test_a_campaign_without_a_name_goes_by_its_id():
    assert told(replace(FOUND, campaign_id="nameless")).startswith("nameless got the credit")


def test_a_default_says_that_nothing_else_was_found():
    inserted = replace(FOUND, outcome=Outcome.INSERTED_DEFAULT, campaign_id="web", response_id="rk-1")
    old = a_response("r1", dated=-90).traced("p1", 1)
    assert "Web Activity got the credit" in told(inserted, old)
    assert "eligible within 30 days" in told(inserted, old)
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
    assert "within 7 days" in told(asked)
    assert "7 days" in why_excluded(Excluded.OUTSIDE_LOOKBACK, asked, settings())


def test_a_prompted_campaign_that_was_kept_says_that_nothing_else_was_found():
    kept = replace(FOUND, scenario=Scenario.RESPONSE_PROMPT, outcome=Outcome.KEPT_PROMPTED, campaign_id="web")
    old = a_response("r1", dated=-90).traced("p1", 1)
    assert "The prompted campaign Web Activity got the credit" in told(kept, old)
    assert "eligible within 30 days" in told(kept, old)


def test_responses_are_taken_as_they_stood_at_the_version_that_was_read():
    later = a_response("r3", dated=9).traced("p1", 6)
    used = replace(R1, standing=replace(R1.standing, reactivated_at=day(10))).traced("p1", 6)
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
    assert told(early).endswith("its own date was still to come.")


def test_an_arrival_is_told_with_the_date_it_had():
    then = a_response("r1", dated=5).traced("p1", 6)
    corrected = a_response("r1", dated=2)
    now = then.traced("p1", 7, corrected.standing)
    arrived = replace(FOUND, scenario=Scenario.RESPONSE, outcome=Outcome.ACTIVATED)
    (considered,) = explain(arrived, (now,), KNOWN, settings()).considered
    assert considered.responded_at == then.standing.responded_at
