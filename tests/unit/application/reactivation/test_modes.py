"""Active, passive and hybrid: which scenarios run for whom."""

from typing import Any

import pytest

from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    person_changed,
    prompted,
    requested,
    response_recorded,
    user_changed,
)

RUNS = {
    "active": {"score", "invocable", "response_prompt"},
    "passive": {"score", "invocable", "active_status"},
    "hybrid": {"score", "invocable", "response_prompt", "active_status"},
}
"""Spec (b): the modes in which each scenario runs."""


def with_mode(mode: str, **overrides: Any) -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure({"mode": mode, "mode_overrides": overrides})
    rekindle.tell(
        campaign_changed("webinar"),
        campaign_changed("prompt", trigger_reactivation=True),
        person_changed("p1", 1, status="New", score=0, record_type="partner"),
        response_recorded("r1", "p1", "webinar", 5),
    )
    return rekindle


def score_crosses(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, score=70))
    return rekindle.deliver()[0]


def status_activates(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, status="Working", changed_by="u1"))
    return rekindle.schedule()[0]


TRIGGERS = {
    "score": score_crosses,
    "active_status": status_activates,
    "invocable": lambda rekindle: rekindle.use.request_reactivation(requested()),
    "response_prompt": lambda rekindle: rekindle.use.request_reactivation.prompt(prompted()),
}


@pytest.mark.parametrize("scenario", TRIGGERS)
@pytest.mark.parametrize("mode", RUNS)
def test_a_mode_runs_its_scenarios_and_no_others(mode: str, scenario: str):
    decision = TRIGGERS[scenario](with_mode(mode))
    expected = (Outcome.REACTIVATED, None) if scenario in RUNS[mode] else (Outcome.SKIPPED, Reason.MODE_OFF)
    assert (decision.scenario, decision.outcome, decision.reason) == (scenario, *expected)


def prompt_runs(rekindle: Rekindle) -> bool:
    """A prompt, which a passive mode switches off."""
    return rekindle.use.request_reactivation.prompt(prompted()).reason is not Reason.MODE_OFF


def test_a_record_type_s_mode_goes_before_the_organisation_s():
    assert not prompt_runs(with_mode("active", record_types={"partner": "passive"}))
    assert prompt_runs(with_mode("active", record_types={"another": "passive"}))


def test_a_profile_s_mode_goes_before_the_record_type_s():
    rekindle = with_mode("passive", record_types={"partner": "passive"}, profiles={"sales": "active"})
    rekindle.tell(user_changed("u1", profile="sales"))
    assert prompt_runs(rekindle)


def test_the_user_s_own_mode_goes_before_the_profile_s():
    rekindle = with_mode("active", record_types={"partner": "active"}, profiles={"sales": "active"})
    rekindle.tell(user_changed("u1", profile="sales", mode="passive"))
    assert not prompt_runs(rekindle)


def test_a_user_whom_nobody_told_of_has_the_mode_of_the_record_type():
    assert not prompt_runs(with_mode("active", record_types={"partner": "passive"}))


def test_the_mode_is_that_of_the_user_who_changed_the_status():
    rekindle = with_mode("hybrid")
    rekindle.tell(user_changed("u1", mode="active"))
    assert status_activates(rekindle).reason is Reason.MODE_OFF


def test_a_mode_that_is_switched_over_during_a_delay_counts_when_the_delay_is_over():
    rekindle = with_mode("hybrid")
    rekindle.clock.now = day(10)
    rekindle.configure({"mode": "hybrid", "reactivation": {"active_status": {"delay": "P1D"}}})
    rekindle.tell(person_changed("p1", 10, status="Working"))
    assert rekindle.schedule() == []
    rekindle.configure({"mode": "active"})
    assert [d.reason for d in rekindle.fire()] == [Reason.MODE_OFF]
