"""The simulator and the deployed functions decide alike: one history, played through both."""

import json
from collections import defaultdict
from contextlib import closing
from typing import Any

import pytest

from rekindle.adapters.history import History
from rekindle.cli.main import main
from rekindle.cli.play import decisions_of, settings_of
from rekindle.domain.measures.cycles import cycles
from rekindle.runtime.simulation.simulator import Simulation
from tests.local_cloud.run import HISTORY, SETTINGS
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

COMPARED = ("scenario", "outcome", "reason", "response_id", "campaign_id", "as_of", "considered", "explanation")

ByPerson = dict[str, list[dict[str, Any]]]


def test_the_simulator_and_the_deployed_functions_decide_alike(
    told: Stack, people: frozenset[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "--settings", str(SETTINGS), str(HISTORY)]) == 0
    simulated = _by_person(json.loads(line) for line in capsys.readouterr().out.splitlines())
    ids = [decision.decision_id for decision in told.decisions() if decision.person_id in people]
    deployed = _by_person(told.api.get("decisions", decision_id).json() for decision_id in ids)
    assert deployed == simulated != {}


def test_the_simulated_funnel_is_that_of_the_deployed_ledger(told: Stack, people: frozenset[str]) -> None:
    simulation = Simulation(settings_of(SETTINGS))
    simulation.keep_journeys()
    with closing(History(HISTORY)) as history:
        for _ in decisions_of(simulation, history, "simulating"):
            pass
    campaign = simulation.use_cases.ports.reference.campaign
    records = [record for record in told.ledger() if record.person_id in people]
    deployed = cycles(records, lambda campaign_id, _: campaign(campaign_id))
    assert deployed == simulation.cycles() != []


def _by_person(decisions: Any) -> ByPerson:
    """Each person's decisions by the instant that was decided about."""
    found: ByPerson = defaultdict(list)
    for decision in decisions:
        told = {name: decision[name] for name in COMPARED}
        # The API also says in words why each loser lost.
        told["considered"] = [{k: v for k, v in one.items() if k != "why"} for one in decision["considered"]]
        found[decision["person_id"]].append(told)
    for known_fields in found.values():
        known_fields.sort(key=lambda told: (told["as_of"], told["scenario"]))
    return found
