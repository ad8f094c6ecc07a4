"""What others hear of what was saved."""

import pytest

from rekindle.application.notifications.announce_changes import TRIES
from tests.support.builders import Rekindle, campaign_changed, person_changed, requested, response_recorded


@pytest.fixture
def rekindle() -> Rekindle:
    """`r1` was reactivated, went to Working and ended."""
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"), response_recorded("r1", "p1", "webinar", 1))
    rekindle.tell(person_changed("p1", 2, score=0), person_changed("p1", 3, score=70))
    rekindle.deliver()
    rekindle.tell(person_changed("p1", 4, status="Working"), person_changed("p1", 5, status="Nurture"))
    return rekindle


def ids(rekindle: Rekindle) -> list[str]:
    return [event.event_id for event in rekindle.bus.published]


def test_activations_stages_and_ends_are_told_in_the_order_they_happened(rekindle: Rekindle):
    assert rekindle.announce() == []
    assert rekindle.told() == ["Response Activated", "Stage Reached", "Stage Reached", "Response Deactivated"]


def test_what_was_skipped_is_not_told(rekindle: Rekindle):
    rekindle.memory.outbox = type(rekindle.memory.outbox)(d for d in rekindle.decisions() if not d.activates)
    rekindle.announce()
    assert rekindle.told() == []


def test_what_was_skipped_is_told_of_the_scenarios_that_are_to_tell_it():
    rekindle = Rekindle()
    rekindle.configure({"reactivation": {"invocable": {"announce_skipped": True}}})
    rekindle.tell(campaign_changed("webinar"), person_changed("p1", 2, score=70))
    rekindle.tell(response_recorded("r1", "p2", "webinar", 3))
    rekindle.deliver()
    decision = rekindle.use.request_reactivation(requested(at=4))
    rekindle.use.request_reactivation(requested(at=5, dry_run=True))
    rekindle.announce()
    (event,) = rekindle.bus.published
    assert event.body() == {
        "event_id": f"{decision.decision_id}-skipped",
        "occurred_at": "2026-01-05T00:00:00Z",
        "person_id": "p1",
        "settings_version": 1,
        "schema_version": 1,
        "scenario": "invocable",
        "reason": "NO_CANDIDATE",
        "decision_id": decision.decision_id,
    }
    assert event.detail_type == "Reactivation Skipped"


def test_an_event_says_what_the_contract_says_it_does(rekindle: Rekindle):
    rekindle.announce()
    activated = rekindle.bus.published[0].body()
    (decision,) = [d for d in rekindle.decisions() if d.activates]
    assert activated == {
        "event_id": f"{decision.decision_id}-activated",
        "occurred_at": "2026-01-04T00:00:00Z",
        "person_id": "p1",
        "settings_version": 1,
        "schema_version": 1,
        "scenario": "score",
        "outcome": "reactivated",
        "response_id": "r1",
        "campaign_id": "webinar",
        "decision_id": decision.decision_id,
        "cycle": 1,
        "score": 70,
        "status": "Open - Not Contacted",
        "status_changed": True,
    }
    assert rekindle.bus.published[1].body()["stage"] == "MQL"
    assert rekindle.bus.published[3].body()["reason"] == "STATUS_INACTIVE"


def test_a_second_delivery_has_the_same_ids(rekindle: Rekindle):
    records = list(rekindle.memory.outbox)
    rekindle.announce()
    first = ids(rekindle)
    rekindle.memory.outbox.extend(records)
    rekindle.announce()
    assert ids(rekindle) == first * 2
    assert len(set(first)) == len(first)


def test_only_events_that_were_not_taken_are_sent_again(rekindle: Rekindle):
    rekindle.bus.refusals.extend([{1, 3}, {0}])
    assert rekindle.announce() == []
    assert sorted(ids(rekindle)) == sorted(set(ids(rekindle)))
    assert len(ids(rekindle)) == 4


def test_records_whose_events_are_never_taken_are_answered_to_be_delivered_again(rekindle: Rekindle):
    """Two events of the second record's, of which one is never taken, and the only one of the last record."""
    last = len(rekindle.memory.outbox) - 1
    rekindle.bus.refusals.extend([{1, 3}, *[{0, 1}] * (TRIES - 1)])
    assert rekindle.announce() == [1, last]
    assert rekindle.told() == ["Response Activated", "Stage Reached"]


def test_a_place_that_was_taken_is_told_as_an_end_and_an_activation():
    rekindle = Rekindle()
    rekindle.configure(default_campaign={"single": "web"})
    rekindle.tell(campaign_changed("webinar"), campaign_changed("web"))
    rekindle.tell(person_changed("p1", 2, score=0), person_changed("p1", 3, score=70))
    rekindle.deliver()
    rekindle.announce()
    rekindle.bus.published.clear()
    rekindle.tell(response_recorded("r1", "p1", "webinar", 1))
    rekindle.announce()
    assert rekindle.told() == ["Response Deactivated", "Response Activated"]
    assert rekindle.bus.published[0].body()["reason"] == "REPLACED"
    assert rekindle.bus.published[0].body()["campaign_id"] == "web"
