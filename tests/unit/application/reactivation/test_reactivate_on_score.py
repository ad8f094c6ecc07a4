"""A crossing that is decided late: what happened after it is not undone, and what came with it is not overlooked."""

import pytest

from rekindle.domain.reactivation.decision import Outcome, Reason
from tests.support.builders import Rekindle, campaign_changed, day, person_changed, response_recorded

HIGH = person_changed("p1", 10, score=70)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(*(campaign_changed(c) for c in ("webinar", "fair", "web")))
    return rekindle


def test_a_response_told_after_the_crossing_but_arriving_before_it_becomes_active_by_itself(rekindle: Rekindle):
    assert rekindle.tell(response_recorded("r1", "p1", "webinar", 11)).decision.reason is Reason.BELOW_THRESHOLD
    rekindle.tell(HIGH)
    rekindle.deliver()

    assert rekindle.active() == "r1"
    by_score, by_itself = sorted(rekindle.decisions(), key=lambda d: (d.as_of, d.activates))[::2]
    assert by_score.reason is Reason.NO_CANDIDATE
    assert (by_itself.outcome, by_itself.activated_at) == (Outcome.ACTIVATED, day(11))


def test_of_several_the_first_that_was_told_becomes_active(rekindle: Rekindle):
    rekindle.tell(*(response_recorded(f"r{at}", "p1", "webinar", at) for at in (13, 11, 12)), HIGH)
    rekindle.deliver()
    assert rekindle.active() == "r11"


def test_a_second_delivery_of_the_crossing_activates_nothing_more(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 11), response_recorded("r2", "p1", "fair", 12), HIGH)
    rekindle.deliver()
    rekindle.tell(
        person_changed("p1", 20, status="Open - Not Contacted"), person_changed("p1", 21, status="Disqualified")
    )
    before = rekindle.decisions()
    crossing = rekindle.use.ports.scores.get("p1").last_crossing
    rekindle.use.reactivate_on_score("p1", crossing)
    assert rekindle.active() is None
    assert rekindle.decisions() == before


def test_where_a_default_was_inserted_the_response_after_it_is_already_engaged():
    rekindle = Rekindle()
    rekindle.configure(default_campaign={"single": "web"})
    rekindle.tell(campaign_changed("webinar"), campaign_changed("web"))
    rekindle.tell(response_recorded("r1", "p1", "webinar", 11), HIGH)
    rekindle.deliver()
    assert rekindle.credited() == "web"


def test_who_was_disqualified_since_the_crossing_is_not_opened_again(rekindle: Rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5), person_changed("p1", 6, status="New"), HIGH)
    rekindle.tell(person_changed("p1", 12, status="Disqualified"))
    assert [decision.reason for decision in rekindle.deliver()] == [Reason.STALE]
    assert rekindle.person().status == "Disqualified"


def test_a_person_score_that_is_blank_counts_as_nothing_beside_the_member_s_own(rekindle: Rekindle):
    assert rekindle.tell(response_recorded("r1", "p1", "webinar", 1, score=60)).decision.outcome is Outcome.ACTIVATED
    assert (
        rekindle.tell(response_recorded("r2", "p2", "webinar", 1, score=59)).decision.reason is Reason.BELOW_THRESHOLD
    )
