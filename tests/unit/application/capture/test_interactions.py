"""Interactions stand in the timeline of their person, whatever the order and the number of deliveries."""

from itertools import permutations
from typing import Any

import pytest

from rekindle.adapters.wire.views.timeline import timeline_entry
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.records.interaction import INTERACTION
from tests.support.builders import Rekindle, campaign_changed, day, people_merged, person_changed, stamp


def logged(at: float, sequence: int | None = None, interaction_id: str = "i1", **values: Any) -> RecordChanged:
    told = {"person_id": "p1", **values}
    return RecordChanged(INTERACTION, interaction_id, stamp(at, sequence, (interaction_id, told)), told)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"), person_changed("p1", 0, status="New"))
    return rekindle


def timeline(rekindle: Rekindle, person_id: str = "p1") -> list[dict[str, Any]]:
    page = rekindle.use.show_records.timeline(person_id, 50, None)
    return [entry for entry in map(timeline_entry, page.items) if entry["kind"] == "interaction"]


def test_an_interaction_is_shown_and_triggers_nothing(rekindle: Rekindle) -> None:
    rekindle.tell(logged(3, direction="outbound", channel="phone", kind="call", user_id="u1", campaign_id="webinar"))
    assert timeline(rekindle) == [
        {
            "kind": "interaction",
            "at": "2026-01-04T00:00:00Z",
            "interaction_id": "i1",
            "direction": "outbound",
            "channel": "phone",
            "campaign_id": "webinar",
            "user_id": "u1",
            "interaction_kind": "call",
            "link_id": None,
            "suspected_bot": False,
        }
    ]
    assert not rekindle.decisions() and not rekindle.memory.outbox


@pytest.mark.parametrize(
    "order",
    list(
        permutations(
            [
                logged(3, 1, occurred_at=day(3), channel="phone"),
                logged(4, 2, occurred_at=day(2)),
                logged(5, 3, channel="web"),
            ]
        )
    ),
)
def test_in_any_order_one_entry_with_the_last_values(rekindle: Rekindle, order: tuple[RecordChanged, ...]) -> None:
    rekindle.tell(*order, *order)
    (entry,) = timeline(rekindle)
    assert (entry["at"], entry["channel"]) == ("2026-01-03T00:00:00Z", "web")


def test_an_interaction_goes_with_the_person_it_is_said_to_be_of(rekindle: Rekindle) -> None:
    rekindle.tell(person_changed("p2", 0, status="New"), logged(3), logged(4, person_id="p2", occurred_at=day(3)))
    assert timeline(rekindle) == []
    assert [entry["interaction_id"] for entry in timeline(rekindle, "p2")] == ["i1"]


def test_the_survivor_of_a_merge_shows_those_of_both(rekindle: Rekindle) -> None:
    rekindle.tell(person_changed("p2", 0, status="New"), logged(3), logged(4, interaction_id="i2", person_id="p2"))
    rekindle.tell(people_merged("p2", "p1", at=5))
    assert {entry["interaction_id"] for entry in timeline(rekindle, "p1")} == {"i1", "i2"}


def test_a_delivery_that_ended_between_record_and_timeline_is_made_good_by_the_next(rekindle: Rekindle) -> None:
    fact = logged(3, channel="web")
    rekindle.tell(fact)
    rekindle.memory.records.clear()
    recorded = rekindle.tell(fact)
    assert (recorded.applied, len(timeline(rekindle))) == (0, 1)
