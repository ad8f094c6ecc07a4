"""The goals of a campaign on the wire."""

from typing import Any

import pytest

from rekindle.adapters.wire.records import values_of
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.measures.metrics import CampaignMetrics, Counts

GOALS: dict[str, Any] = {"responses": 100, "mqls": 20, "won_amount": 50000.5, "by": "2026-06-30"}


def test_goals_are_an_object_of_numbers_and_a_day():
    values = values_of(CAMPAIGN, {"goals": GOALS, "themes": ["security", "cost"]}, str)
    assert values == {"goals": GOALS, "themes": ("security", "cost")}


@pytest.mark.parametrize(
    ("goals", "path"),
    [
        ({"mql": 3}, "goals"),
        ({"mqls": -1}, "goals.mqls"),
        ({"mqls": "many"}, "goals.mqls"),
        ({"by": "June"}, "goals.by"),
        ({"by": 3}, "goals.by"),
        ([], "goals"),
    ],
)
def test_what_is_no_goal_is_named(goals: Any, path: str):
    with pytest.raises(InvalidField) as refused:
        values_of(CAMPAIGN, {"goals": goals}, str)
    assert str(refused.value.field).startswith(path)


def test_goals_stand_beside_what_is_reached():
    counts = Counts(gross=3)
    counts.stages[Stage.MQL] = 2
    counts.won["EUR"] = 1050
    found = CampaignMetrics("c", counts, Counts(), None, GOALS)
    assert found.reached() == {"responses": (100, 3), "mqls": (20, 2), "won_amount": (50000.5, 10.5)}
    counts.won["JPY"] = 7
    assert found.reached()["won_amount"] == (50000.5, None)
    assert CampaignMetrics("c", counts, Counts()).reached() == {}
