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
    "campaigns": ("campaigns", "campaign_id,name\nspring,Spring webinar\nweb,Web activity\n"),
    "leads": (
        "people",
        "person_id,email,status,score,created date\n"
        + "".join(f"lead-{n},lead{n}@acme.example,New,{50 + n},2026-03-05\n" for n in range(PEOPLE)),
    ),
    "members": (
        "members",
        "email,campaign,responded_at\n"
        + "".join(f"LEAD{n}@acme.example,spring,2026-03-08\n" for n in range(PEOPLE) if n % 4)
        + "nobody,spring,2026-03-01\n",
    ),
    "scores": (
        "people",
        "person_id,score,last modified\n" + "".join(f"lead-{n},{50 + n * 2},2026-03-12\n" for n in range(PEOPLE)),
    ),
}
"""In the order of their dates: a store decides when it hears of something, a simulation when that happened."""


def decided(decisions: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(one[name]) for name in COMPARED) for one in decisions)


def test_a_stack_and_a_simulation_decide_alike_about_files(
    built: None, cloud: LocalCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack(cloud, "imports")
    as_operator(stack, monkeypatch)
    history, document = tmp_path / "history.jsonl", tmp_path / "settings.json"
    document.write_text(json.dumps(SETTINGS))

    def loaded(name: str, *to: str) -> dict[str, Any]:
        kind, content = FILES[name]
        path = tmp_path / f"{name}.csv"
        path.write_text(content)
        assert main(["import", str(path), "--kind", kind, *to]) == 0
        counts = json.loads(capsys.readouterr().err.splitlines()[-1])
        return {one: counts[one] for one in COUNTED}

    stack.api.put("settings", body={"person_statuses": SETTINGS["person_statuses"]})
    expected = {name: loaded(name, "--history", str(history)) for name in FILES}
    found = {}
    for name in FILES:
        found[name] = loaded(name, "--stack", stack.name)
        if name == "campaigns":
            assert stack.api.put("settings", body=SETTINGS).status == 200
        stack.settle()
    assert found == expected
    assert found["members"]["refused"] == 1

    assert main(["simulate", "--settings", str(document), str(history)]) == 0
    simulated = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ids = [one.decision_id for one in stack.decisions()]
    deployed = [stack.api.get("decisions", decision_id).json() for decision_id in ids]
    assert decided(deployed) == decided(simulated)
    assert {one["outcome"] for one in deployed} >= {"reactivated", "inserted_default", "skipped"}

    again = loaded("members", "--stack", stack.name)
    assert again["unchanged"] == found["members"]["created"] and not again["created"] + again["updated"]
