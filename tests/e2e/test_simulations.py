"""Simulations on the deployed stack say what the command line says: over the API, and in parts as a distributed map."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rekindle.adapters.wire.settings import reading
from rekindle.cli.main import main
from tests.local_cloud.run import HISTORY, SETTINGS
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

SHORTER = SETTINGS.read_text(encoding="utf-8").replace("lookback_days: 30", "lookback_days: 1")


@dataclass(frozen=True)
class Said:
    """What the command line says."""

    decisions: list[dict[str, Any]]
    credit: dict[str, list[str]]
    """By the campaign's name: credit, that of the other settings, and the change."""


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    other = tmp_path / "shorter.yaml"
    other.write_text(SHORTER, encoding="utf-8")
    assert main(["simulate", "--settings", str(SETTINGS), str(HISTORY), "--against", str(other)]) == 0
    out, err = capsys.readouterr()
    rows = {line[:-27].strip(): line.split()[-3:] for line in err.splitlines()[1:]}
    del rows["total"]
    assert any(change != "+0" for _, _, change in rows.values()), "the two settings are told apart"
    return Said([json.loads(line) for line in out.splitlines()], rows)


def rows_of(difference: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {row["name"]: [str(row["credit"]), str(row["against"]), f"{row['change']:+}"] for row in difference}


def by_person(decisions: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for decision in decisions:
        found[decision["person_id"]].append(decision)
    return found


def test_the_api_says_what_the_command_line_says(stack: Stack, said: Said) -> None:
    body = {
        "settings": reading.parsed(SETTINGS.read_bytes()),
        "against": reading.parsed(SHORTER.encode()),
        "history": [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()],
    }
    answer = stack.api.post("simulations", body=body)
    assert answer.status == 200, answer.body
    assert answer.json()["decisions"] == said.decisions
    assert rows_of(answer.json()["difference"]) == said.credit


@pytest.mark.usefixtures("without_tls")
def test_the_parts_of_a_history_say_what_the_command_line_says(stack: Stack, said: Said, tmp_path: Path) -> None:
    s3, bucket = stack.cloud.client("s3"), stack.outputs["SimulationsBucketName"]
    assert main(["partition", str(HISTORY), "--into", str(tmp_path / "parts"), "--parts", "3"]) == 0
    for part in (tmp_path / "parts").iterdir():
        s3.put_object(Bucket=bucket, Key=f"parts/demo/{part.name}", Body=part.read_bytes())
    s3.put_object(Bucket=bucket, Key="settings/demo.yaml", Body=SETTINGS.read_bytes())
    s3.put_object(Bucket=bucket, Key="settings/shorter.yaml", Body=SHORTER.encode())
    run = {"parts": "parts/demo/", "settings": "settings/demo.yaml", "against": "settings/shorter.yaml"}
    ended = stack.simulate("demo", run)
    assert ended["status"] == "SUCCEEDED", ended
    total = json.loads(s3.get_object(Bucket=bucket, Key=json.loads(ended["output"])["summary"])["Body"].read())
    assert rows_of(total["difference"]) == said.credit
    names = [f"results/demo/decisions/part-000{n}.jsonl.gz" for n in range(3)]
    packed = [s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names]
    lines = [json.loads(line) for one in packed for line in gzip.decompress(one).splitlines()]
    assert by_person(lines) == by_person(said.decisions)

    s3.put_object(Bucket=bucket, Key="parts/demo/part-0001.jsonl.gz", Body=b"{}")
    failed = stack.simulate("demo-with-a-bad-part", run)
    assert failed["status"] == "FAILED"
    assert "1 of 3 parts failed" in failed["cause"] and "parts/demo/part-0001.jsonl.gz" in failed["cause"]
