"""A status that the settings do not map is neither active nor inactive, and is never overwritten."""

import pytest

from rekindle.domain.lifecycle.journey import Stage, StageReached
from rekindle.domain.reactivation.decision import Outcome
from tests.support.builders import DOCUMENT, Rekindle, campaign_changed, person_changed, response_recorded


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure(default_campaign={"single": "web"})
    rekindle.tell(*(campaign_changed(c) for c in ("webinar", "web")))
    return rekindle


def test_it_is_reported_when_it_is_recorded(rekindle: Rekindle):
    assert rekindle.tell(person_changed("p1", 1, status="Dreaming")).unmapped_status == "Dreaming"
    assert rekindle.tell(person_changed("p1", 2, phone="1")).unmapped_status is None
    assert rekindle.tell(person_changed("p1", 3, status="New")).unmapped_status is None


def test_an_activation_leaves_it_and_the_decision_names_it(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, status="Dreaming"), person_changed("p1", 2, score=70))
    (decision,) = rekindle.deliver()
    assert decision.outcome is Outcome.INSERTED_DEFAULT
    assert (decision.unmapped_status, decision.status_changed) == ("Dreaming", False)
    assert rekindle.person().status == "Dreaming"
    assert rekindle.explanations()[-1].sentence.endswith(
        'The settings do not map the status "Dreaming", which stays as it is.'
    )


def test_it_triggers_nothing_and_ends_nothing(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, status="New"), person_changed("p1", 2, score=70))
    rekindle.deliver()
    active = rekindle.active()
    rekindle.tell(person_changed("p1", 3, status="Dreaming"))
    assert active is not None and rekindle.active() == active
    rekindle.tell(person_changed("p2", 1, status="New"), person_changed("p2", 2, status="Dreaming"))
    assert rekindle.schedule() == []


def test_a_mapped_status_is_named_by_no_decision(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 1, status="New"), person_changed("p1", 2, score=70))
    assert [decision.unmapped_status for decision in rekindle.deliver()] == [None]


def test_an_active_status_without_a_response_status_is_worked():
    rekindle = Rekindle()
    statuses = {**DOCUMENT["person_statuses"], "On the phone": {"active": True}}
    rekindle.configure({"person_statuses": statuses})
    rekindle.tell(campaign_changed("webinar"), person_changed("p1", 1, status="New"), person_changed("p1", 2, score=70))
    rekindle.deliver()
    rekindle.tell(response_recorded("r1", "p1", "webinar", 3), person_changed("p1", 4, status="On the phone"))
    assert rekindle.status_of("r1") == "Working"
    assignment = rekindle.person().assignment
    assert assignment is not None and assignment.worked_at is not None
    reached = [entry.stage for entry in rekindle.memory.outbox if isinstance(entry, StageReached)]
    assert reached == [Stage.SAL]


def test_the_opening_status_without_a_response_status_is_not_worked():
    rekindle = Rekindle()
    rekindle.configure({"person_statuses": {"New": {"active": False}, "Open": {"active": True}}})
    rekindle.tell(campaign_changed("webinar"), person_changed("p1", 1, status="New", score=70))
    rekindle.deliver()
    rekindle.tell(response_recorded("r1", "p1", "webinar", 3))
    assignment = rekindle.person().assignment
    assert (rekindle.person().status, rekindle.status_of("r1")) == ("Open", "Open - Not Contacted")
    assert assignment is not None and assignment.worked_at is None
