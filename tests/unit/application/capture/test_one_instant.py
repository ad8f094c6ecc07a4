"""Changes of one record and one instant: the order of arrival counts, and a second delivery changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.capture.facts import Fact, PersonChanged, PersonDeleted, ResponseDeleted, ResponseRecorded
from rekindle.domain.records.stamps import ChangeStamp, event_digest
from tests.support.builders import Rekindle, campaign_changed, day, person_changed, person_deleted, response_recorded


def event(number: int) -> ChangeStamp:
    """The stamp of an event with an id, all of one instant."""
    return ChangeStamp(day(1), digests=(event_digest(f"event {number}"),))


def changes(*statuses: str) -> list[Fact]:
    return [PersonChanged("p1", event(number), {"status": status}) for number, status in enumerate(statuses)]


def told(*facts: Fact) -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(*facts)
    return rekindle


def test_a_second_value_of_one_instant_is_a_change_also_back_to_the_first():
    assert told(*changes("New", "Working", "New")).person().status == "New"


def test_the_same_holds_for_events_without_an_id():
    facts = [person_changed("p1", 1, status=status) for status in ("New", "Working", "New")]
    assert told(*facts).person().status == "New"


def test_the_same_holds_for_a_score():
    facts = [PersonChanged("p1", event(number), {"score": score}) for number, score in enumerate((10.0, 70.0, 10.0))]
    shown = told(*facts).use.show_records.person("p1")
    assert shown.score is not None and shown.score.value == 10


@given(
    st.lists(st.sampled_from(["New", "Working", "Nurture"]), min_size=1, max_size=6),
    st.lists(st.integers(0, 5), max_size=12),
)
def test_redeliveries_change_nothing(statuses: list[str], again: list[int]):
    facts = changes(*statuses)
    rekindle = told(*facts)
    version = rekindle.person().version
    for place in again:
        recorded = rekindle.tell(facts[place % len(facts)])
        assert (recorded.applied, recorded.duplicate) == (0, 1)
    assert (rekindle.person().status, rekindle.person().version) == (statuses[-1], version)


def test_a_person_that_is_changed_and_deleted_in_one_instant_is_deleted():
    changed, deleted = PersonChanged("p1", event(1), {"email": "a@acme.example"}), PersonDeleted("p1", event(2))
    rekindle = told(changed, deleted)
    assert rekindle.person().deleted
    rekindle.tell(changed)
    assert rekindle.person().deleted


def test_a_person_that_is_deleted_and_restored_in_one_instant_is_there():
    deleted, restored = PersonDeleted("p1", event(1)), PersonChanged("p1", event(2), {"email": "a@acme.example"})
    rekindle = told(PersonChanged("p1", event(0), {"status": "New"}), deleted, restored)
    assert not rekindle.person().deleted
    rekindle.tell(deleted)
    assert not rekindle.person().deleted


@pytest.mark.parametrize("restored", [False, True])
def test_the_same_holds_for_events_of_people_without_an_id(restored: bool):
    restoring = [person_changed("p1", 1, status="Working")] if restored else []
    rekindle = told(person_changed("p1", 1, status="New"), person_deleted("p1", 1), *restoring)
    assert rekindle.person().deleted is not restored


def test_a_response_that_is_recorded_and_deleted_in_one_instant_is_deleted():
    recorded = ResponseRecorded("r1", event(1), "p1", "webinar", {"responded": True})
    rekindle = told(campaign_changed("webinar"), recorded, ResponseDeleted("r1", event(2), "p1"))
    assert rekindle.person().responses == 0
    rekindle.tell(recorded)
    assert rekindle.person().responses == 0


def test_a_late_event_of_an_earlier_instant_is_dropped():
    rekindle = told(campaign_changed("webinar"), response_recorded("r1", "p1", "webinar", 2, member_status="Attended"))
    assert rekindle.tell(response_recorded("r1", "p1", "webinar", 1, member_status="Sent")).older > 0
