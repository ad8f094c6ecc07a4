"""Metrics, funnel and shares of real data sets are those of an independent count, to the person and to the cent."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.measures.attribution import shares
from rekindle.domain.measures.funnel import By, funnel
from rekindle.domain.measures.points import PRESETS
from rekindle.runtime.simulation.measured import measured
from rekindle.runtime.simulation.requests import played
from rekindle.runtime.simulation.simulator import Simulation
from tests.olist import convert, maven


def simulated(document: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> Simulation:
    simulation = Simulation(document)
    simulation.keep_journeys()
    for _ in played(simulation, enumerate(events, 1)):
        pass
    assert not simulation.refused
    return simulation


@pytest.mark.skipif(not maven.is_there(), reason=f"the sales opportunities are not at {maven.DATA}")
@pytest.mark.parametrize("column", maven.COLUMNS)
def test_won_amounts_by_campaign_are_those_of_sqlite(column: str):
    simulation = simulated(maven.SETTINGS, maven.history(column))
    cycles = simulation.cycles()
    expected = maven.counted_in_sql(column)
    metrics = {one.campaign_id: one.counts for one in measured(simulation).metrics}
    assert {
        name: (counts.targeted, counts.stages[Stage.WON], counts.won["USD"]) for name, counts in metrics.items()
    } == {name: (many, won, round(brought * 100)) for name, (many, won, brought) in expected.items()}
    assert all(counts.unique == counts.gross == counts.stages[Stage.SQL] for counts in metrics.values())
    groups = funnel(cycles, datetime(2016, 1, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC), By.CAMPAIGN).groups
    assert {group.key: group.volumes[Stage.WON] for group in groups} == {
        name: won for name, (_, won, _) in expected.items()
    }
    # Everybody has one response, so every model gives it all.
    for model, points in PRESETS.items():
        brought = Counter[str]()
        for share in shares(measured(simulation).deals, {model: points}):
            brought[share.touchpoint.campaign_id if share.touchpoint else ""] += share.units
        assert +brought == +Counter({name: counts.won["USD"] for name, counts in metrics.items()})


@pytest.mark.skipif(not convert.is_there(), reason=f"Olist's marketing funnel is not at {convert.DATA}")
@pytest.mark.parametrize("days", convert.LOOKBACKS)
def test_olist_targets_responses_and_engagements(days: int):
    simulation = simulated(convert.settings(days), convert.history())
    cycles = simulation.cycles()
    metrics = {one.campaign_id: one for one in measured(simulation).metrics}
    leads = convert.leads()
    origins = Counter(lead.origin for lead in leads)
    own = {name: one.counts for name, one in metrics.items() if name != convert.DEFAULT_CAMPAIGN}
    assert {name: counts.targeted for name, counts in own.items()} == dict(origins)
    assert {name: counts.unique for name, counts in own.items()} == dict(origins)
    default = metrics[convert.DEFAULT_CAMPAIGN]
    assert (default.counts.targeted, default.rate(default.counts.unique)) == (0, None)
    engaged = sum(counts.stages[Stage.MQL] for counts in own.values())
    assert engaged + default.inserted.stages[Stage.MQL] == len(cycles) == len(convert.deals()) == 842
