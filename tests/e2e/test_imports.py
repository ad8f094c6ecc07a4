"""The same files, loaded into a history and into a deployed stack: both decide alike, and count alike."""

import json
from pathlib import Path
from typing import Any

import pytest

from rekindle.cli.main import main
from tests.e2e.test_scenarios import as_operator
from tests.local_cloud.cloud import LocalCloud
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

PEOPLE = 12
SETTINGS = {
    "qualification": {"threshold": 60},
    "person_statuses": {"New": {"active": False}, "Open - Not Contacted": {"active": True}},
    "reactivation": {"score": {"default_campaign": {"single": "web"}}},
}
COMPARED = ("person_id", "scenario", "outcome", "reason", "response_id", "campaign_id", "as_of")
COUNTED = ("read", "created", "updated", "unchanged", "refused", "ignored", "people")
FILES = {
    "campaigns": "campaign_id,name\nspring,Spring webinar\nweb,Web activity\n",
    "people": "person_id,email,status,score,created date\n"
    + "".join(f"lead-{n},lead{n}@acme.example,New,{50 + n * 2},2026-03-05\n" for n in range(PEOPLE)),
    "members": "email,campaign,responded_at\n"
    + "".join(f"LEAD{n}@acme.example,spring,2026-03-{8 if n % 3 else 1:02}\n" for n in range(PEOPLE) if n % 4)
    + "nobody,spring,2026-03-01\n",
}


def decided(decisions: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(one[name]) for name in COMPARED) for one in decisions)


def test_a_stack_and_a_simulation_decide_alike_about_files(
    built: None, cloud: LocalCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack(cloud, "imports")
    as_operator(stack, monkeypatch)
    campaigns = tmp_path / "campaigns.csv"
    history, document = tmp_path / "history.jsonl", tmp_path / "settings.json"
    document.write_text(json.dumps(SETTINGS))

    def loaded(kind: str, *to: str) -> dict[str, Any]:
        path = tmp_path / f"{kind}.csv"
        path.write_text(FILES[kind])
        assert main(["import", str(path), "--kind", kind, *to]) == 0
        counts = json.loads(capsys.readouterr().err)
        return {name: counts[name] for name in COUNTED}

    stack.api.put("settings", body={"person_statuses": SETTINGS["person_statuses"]})
    expected = {kind: loaded(kind, "--history", str(history)) for kind in FILES}
    found = {}
    for kind in FILES:
        found[kind] = loaded(kind, "--stack", stack.name)
        if kind == "campaigns":
            assert stack.api.put("settings", body=SETTINGS).status == 200
        stack.settle()
    assert found == expected and campaigns.exists()
    assert found["members"]["refused"] == 1

    assert main(["simulate", "--settings", str(document), str(history)]) == 0
    simulated = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ids = [one.decision_id for one in stack.decisions()]
    deployed = [stack.api.get("decisions", decision_id).json() for decision_id in ids]
    assert decided(deployed) == decided(simulated)
    assert {one["outcome"] for one in deployed} >= {"reactivated", "activated", "skipped"}

    for kind in FILES:
        again = loaded(kind, "--stack", stack.name)
        assert again["unchanged"] == found[kind]["created"] and not again["created"] + again["updated"]
