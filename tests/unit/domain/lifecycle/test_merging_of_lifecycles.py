"""The ways of two records of one person, and what a status and a section of the settings mean."""

from datetime import UTC, datetime, timedelta

import pytest

from rekindle.domain.lifecycle.merging import merged_lifecycle, transferred_lifecycle
from rekindle.domain.lifecycle.policies import Customers, Touch, lifecycle_of
from rekindle.domain.people.lifecycle import Handoff, Lifecycle, Recycling, State
from rekindle.domain.reactivation.recycling import recycle_status
from tests.support.builders import day, settings

HANDED = Lifecycle(State.HANDED_OFF, day(3), 1, Handoff(1, 4, day(3), "fast"))


def test_what_is_owed_is_of_the_survivors_cycle():
    mine = Lifecycle(State.RECYCLED, day(1), 2, recyclings=(Recycling(2, day(1)),))
    taken = transferred_lifecycle(mine, HANDED, 5)
    assert taken == Lifecycle(State.HANDED_OFF, day(3), 5, Handoff(5, 4, day(3), "fast"), recyclings=mine.recyclings)


@pytest.mark.parametrize("theirs", [None, Lifecycle(State.INQUIRY, day(3))])
def test_where_nothing_is_engaged_nothing_is_taken_over(theirs: Lifecycle | None):
    assert transferred_lifecycle(HANDED, theirs, 5) is HANDED


def test_what_went_back_to_marketing_counts_for_both_in_its_order():
    mine = Lifecycle(State.RECYCLED, day(5), 2, inquired_at=day(2), recyclings=(Recycling(2, day(5)),))
    theirs = Lifecycle(State.RECYCLED, day(3), 1, inquired_at=day(1), recyclings=(Recycling(1, day(3)),))
    both = merged_lifecycle(mine, theirs, 2)
    assert both is not None
    assert (both.state, both.since, both.inquired_at) == (State.RECYCLED, day(5), day(1))
    assert both.recyclings == (Recycling(3, day(3)), Recycling(2, day(5)))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"A": "nurture", "B": "recycle"}, "B"),
        ({"A": "nurture", "B": "nurture"}, "A"),
        ({"A": "disqualified"}, None),
    ],
)
def test_who_goes_back_to_marketing_takes_the_first_status_for_it(kinds: dict[str, str], expected: str | None):
    statuses = {name: {"active": False, "kind": kind} for name, kind in kinds.items()}
    assert recycle_status(settings({"person_statuses": statuses})) == expected


def test_the_programme_for_customers_is_read_with_its_touches():
    section = {
        "campaign_id": "c1",
        "touches": [{"name": "welcome", "after": "P1D"}, {"name": "fair", "date": "2026-05-01"}],
    }
    rules = lifecycle_of(settings({"lifecycle": {"customers": section}}))
    assert rules is not None
    touches = (Touch("welcome", timedelta(days=1)), Touch("fair", begins_at=datetime(2026, 5, 1, tzinfo=UTC)))
    assert rules.customers == Customers("product", "c1", touches)
