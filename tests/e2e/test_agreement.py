"""The simulator and the deployed functions decide alike: one history, played through both."""

import json
from collections import defaultdict
from typing import Any

import pytest

from rekindle.cli.main import main
from tests.local_cloud.run import HISTORY, SETTINGS
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

COMPARED = ("scenario", "outcome", "reason", "response_id", "campaign_id", "as_of", "considered", "explanation")

ByPerson = dict[str, list[dict[str, Any]]]


def test_the_simulator_and_the_deployed_functions_decide_alike(told: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--settings", str(SETTINGS), str(HISTORY)]) == 0
    simulated = _by_person(json.loads(line) for line in capsys.readouterr().out.splitlines())
    people = {decision.person_id for decision in told.decisions()}
    assert simulated.keys() == people
    ids = [decision.decision_id for decision in told.decisions()]
    deployed = _by_person(told.api.get("decisions", decision_id).json() for decision_id in ids)
    assert deployed == simulated


def _by_person(decisions: Any) -> ByPerson:
    """Each person's decisions by the instant that was decided about."""
    found: ByPerson = defaultdict(list)
    for decision in decisions:
        told = {name: decision[name] for name in COMPARED}
        # The API also says in words why each loser lost.
        told["considered"] = [{k: v for k, v in one.items() if k != "why"} for one in decision["considered"]]
        found[decision["person_id"]].append(told)
    for told_of in found.values():
        told_of.sort(key=lambda told: (told["as_of"], told["scenario"]))
    return found
