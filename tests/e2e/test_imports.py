"""The same files, loaded into a history and into a deployed stack: both decide alike, and count alike."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from urllib3 import encode_multipart_formdata

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

    for bucket in stack.buckets():  # They refuse what comes without TLS, and the local cloud has none.
        cloud.client("s3").delete_bucket_policy(Bucket=bucket)
    more = "person_id,email\n" + "".join(f"more-{n},more{n}@acme.example\n" for n in range(PEOPLE)) + "x,nobody\n"
    shown = uploaded(stack, "people", more)
    assert (shown["state"], shown["counts"]["created"], shown["counts"]["refused"]) == ("finished", PEOPLE, 1)
    assert stack.api.get("people", "more-1").status == 200
    with urllib.request.urlopen(shown["files"]["exceptions"]) as file:
        assert b"INVALID_EMAIL" in file.read()
    assert stack.api.post("imports", shown["import_id"], "undo", body={}).status == 200
    undone = until_state(stack, shown["import_id"], "undone")
    assert undone["undo"] == {"state": "finished", "taken_back": PEOPLE, "left": {}}
    stack.settle()
    assert stack.api.get("people", "more-1").json()["deleted"]
    told = stack.until(lambda: (stack.hear(), [e for e in stack.heard if e["detail-type"] == "Import Finished"])[1])
    assert told[0]["detail"]["import_id"] == shown["import_id"]


def uploaded(stack: Stack, kind: str, content: str) -> dict[str, Any]:
    created = stack.api.post("imports", body={"kind": kind, "filename": "file.csv"})
    assert created.status == 201, created.body
    form = created.json()["upload"]
    body, media = encode_multipart_formdata({**form["fields"], "file": ("file.csv", content)})
    request = urllib.request.Request(form["url"], body, {"Content-Type": media})
    assert urllib.request.urlopen(request).status == 204
    return until_state(stack, created.json()["import_id"], "finished")


def until_state(stack: Stack, import_id: str, state: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        shown: dict[str, Any] = stack.api.get("imports", import_id).json()
        assert shown["state"] == state or shown["problem"] is None, shown
        return shown if shown["state"] == state else None

    return stack.until(reached)
