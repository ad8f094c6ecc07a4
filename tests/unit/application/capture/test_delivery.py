"""Bounces and opt-outs: no response of anybody, and what they say of the person."""

from typing import Any

import pytest

from rekindle.application.capture.note_delivery import LOOKED_AT
from rekindle.domain.capture.facts import ResponseRecorded
from rekindle.domain.reactivation.decision import Reason
from rekindle.domain.responses.response_type import Meaning, meaning_of
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    people_merged,
    person_changed,
    person_deleted,
    response_recorded,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("mailing"), person_changed("p1", 0, status="New", score=90))
    return rekindle


def told(response_type: str, response_id: str = "r1", at: float = 5, **values: Any) -> ResponseRecorded:
    return response_recorded(response_id, "p1", "mailing", at, response_type=response_type, **values)


def standing(rekindle: Rekindle) -> tuple[bool | None, bool | None]:
    """Whether the person opted out, and whether nothing arrives."""
    profile = rekindle.person().profile
    return (profile.do_not_contact, profile.undeliverable) if profile else (None, None)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Hard Bounce", Meaning.HARD_BOUNCE),
        ("hard-bounced", Meaning.HARD_BOUNCE),
        ("Soft Bounce", Meaning.SOFT_BOUNCE),
        ("Global Opt-out", Meaning.OPT_OUT),
        ("Unsubscribed", Meaning.OPT_OUT),
        ("Unknown Bounce", Meaning.DELIVERY),
        ("Pending", Meaning.DELIVERY),
        ("Opt Out From List", None),
        ("Message Opened", None),
        ("Click-thru", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_type_means(text: str | None, meaning: Meaning | None) -> None:
    assert meaning_of(text) is meaning


@pytest.mark.parametrize("response_type", ["Sent", "Hard Bounce", "Soft Bounce", "Unsubscribed"])
def test_what_became_of_a_message_gets_no_credit(rekindle: Rekindle, response_type: str) -> None:
    decision = rekindle.tell(told(response_type)).decision
    assert decision is not None and decision.reason is Reason.NOT_RESPONDED
    assert rekindle.active() is None
    rekindle.tell(told("Click-thru", at=6))
    assert rekindle.active() == "r1", "a later click on the same message does"


def test_a_hard_bounce_stops_sending_for_good(rekindle: Rekindle) -> None:
    rekindle.tell(told("Hard Bounce"), told("Click-thru", "r2", 9))
    assert standing(rekindle) == (None, True)


def test_a_soft_bounce_is_counted_to_three(rekindle: Rekindle) -> None:
    rekindle.tell(told("Soft Bounce", "r1"), told("Soft Bounce", "r2", 6), told("Soft Bounce", "r2", 6))
    assert standing(rekindle) == (None, None)
    rekindle.tell(told("Soft Bounce", "r3", 7))
    assert standing(rekindle) == (None, True)


def test_soft_bounces_are_counted_with_whoever_has_the_responses_now(rekindle: Rekindle) -> None:
    rekindle.tell(person_changed("p2", 0, status="New"), told("Soft Bounce", "r1"), told("Soft Bounce", "r2", 6))
    rekindle.tell(people_merged("p2", "p1", at=7), told("Soft Bounce", "r3", 8))
    profile = rekindle.person("p2").profile
    assert profile is not None and profile.undeliverable is True


def test_soft_bounces_of_long_ago_do_not_count(rekindle: Rekindle) -> None:
    rekindle.tell(told("Soft Bounce", "r1", 1), told("Soft Bounce", "r2", 1))
    rekindle.tell(*(told("Message Opened", f"s{n:03}", 2) for n in range(LOOKED_AT)))
    rekindle.tell(told("Soft Bounce", "r3", 7))
    assert standing(rekindle) == (None, None)


def test_an_opt_out_is_lifted_by_a_later_word_alone(rekindle: Rekindle) -> None:
    rekindle.tell(response_recorded("r1", "p1", "mailing", 5, member_status="Unsubscribed"))
    rekindle.tell(person_changed("p1", 4, do_not_contact=False))
    assert standing(rekindle) == (True, None)
    rekindle.tell(person_changed("p1", 6, do_not_contact=False), told("Unsubscribed", at=5))
    assert standing(rekindle) == (False, None)


def test_the_survivor_of_a_merge_hears_of_it(rekindle: Rekindle) -> None:
    rekindle.tell(person_changed("p2", 0, status="New"), people_merged("p2", "p1", at=3), told("Unsubscribed"))
    profile = rekindle.person("p2").profile
    assert profile is not None and profile.do_not_contact is True


def test_a_bounce_restores_nobody_who_was_deleted(rekindle: Rekindle) -> None:
    rekindle.tell(person_deleted("p1", 3), told("Hard Bounce"))
    assert rekindle.person().deleted
