"""While a person has an open opportunity, nothing is reactivated."""

from typing import Any

import pytest

from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    opportunity_changed,
    opportunity_deleted,
    person_changed,
    prompted,
    requested,
    response_recorded,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(
        campaign_changed("webinar"),
        campaign_changed("prompt", trigger_reactivation=True),
        person_changed("p1", 1, status="New", score=0),
        response_recorded("r1", "p1", "webinar", 2),
        opportunity_changed("o1", "p1", "p2", at=5),
    )
    return rekindle


def ask(rekindle: Rekindle, at: float = 10) -> Decision:
    return rekindle.use.request_reactivation(requested(at=at))


def score_crosses(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, score=70))
    return rekindle.deliver()[0]


def status_activates(rekindle: Rekindle) -> Decision:
    rekindle.tell(person_changed("p1", 10, status="Working"))
    return rekindle.schedule()[0]


@pytest.mark.parametrize(
    "trigger",
    [
        ask,
        score_crosses,
        status_activates,
        lambda rekindle: rekindle.use.request_reactivation.prompt(prompted()),
    ],
    ids=["invocable", "score", "active_status", "response_prompt"],
)
def test_an_open_opportunity_stops_every_scenario(rekindle: Rekindle, trigger: Any):
    assert trigger(rekindle).reason is Reason.OPPORTUNITY_OPEN


@pytest.mark.parametrize(
    "end",
    [
        opportunity_changed("o1", "p1", at=6, is_closed=True, is_won=False),
        opportunity_changed("o1", "p2", at=6),
        opportunity_deleted("o1", 6),
    ],
    ids=["closed", "another's now", "deleted"],
)
def test_when_it_is_over_its_people_can_be_reactivated_again(rekindle: Rekindle, end: Any):
    rekindle.tell(end)
    assert ask(rekindle).outcome is Outcome.REACTIVATED


def test_one_of_two_that_is_closed_leaves_the_other_open(rekindle: Rekindle):
    rekindle.tell(opportunity_changed("o2", "p1", at=6), opportunity_changed("o1", "p1", at=7, is_closed=True))
    assert ask(rekindle).reason is Reason.OPPORTUNITY_OPEN


def test_an_older_fact_does_not_open_it_again(rekindle: Rekindle):
    rekindle.tell(opportunity_changed("o1", "p1", at=8, is_closed=True), opportunity_changed("o1", "p1", at=6))
    assert ask(rekindle).outcome is Outcome.REACTIVATED


def test_an_opportunity_follows_its_lead_to_the_contact(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 6, converted_contact_id="contact"))
    assert ask(rekindle).reason is Reason.OPPORTUNITY_OPEN
    rekindle.tell(opportunity_changed("o1", "contact", at=7, is_closed=True))
    assert rekindle.use.request_reactivation(requested("contact", 11, request_id="q2")).outcome is Outcome.REACTIVATED


def test_it_is_told_of_people_who_are_not_known_yet(rekindle: Rekindle):
    rekindle.tell(opportunity_changed("o3", "p9", at=6), person_changed("p9", 7, status="New"))
    assert rekindle.use.request_reactivation(requested("p9")).reason is Reason.OPPORTUNITY_OPEN
