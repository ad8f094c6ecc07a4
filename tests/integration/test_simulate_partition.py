"""A large history simulated part by part on S3: each part through the handler, and their credit added up."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from functions.simulate_partition.app import handler
from rekindle.cli.main import main
from rekindle.domain.core.errors import Unavailable
from rekindle.runtime.simulation.parts import NotSimulated
from tests.integration.conftest import BUCKET, CONTEXT, EVENTS, Aws, client, event

STARTED = event("simulate_partition")
RUN, NAME = STARTED["run"], STARTED["name"]
DEMO, SETTINGS = EVENTS / "history.jsonl", EVENTS / "settings.yaml"
SHORTER = SETTINGS.read_text(encoding="utf-8").replace("lookback_days: 30", "lookback_days: 1")


def put(key: str, body: bytes | str) -> None:
    client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def got(key: str) -> bytes:
    body: bytes = client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body


def keys() -> list[str]:
    return [entry["Key"] for entry in client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def mapped(run: dict[str, str] = RUN) -> dict[str, Any]:
    """What the state machine does: a call for each key, and one without."""
    for key in keys():
        if key.startswith(run["parts"]):
            handler({**STARTED, "run": run, "part": key}, CONTEXT)
    return added_up(run)


def added_up(run: dict[str, str] = RUN) -> dict[str, Any]:
    found: dict[str, Any] = handler({"run": run, "name": NAME}, CONTEXT)
    return found


@pytest.fixture
def cut(aws: Aws, tmp_path: Path) -> Path:
    """The demo history in three parts on S3, with two settings; and the same on the disk."""
    assert main(["partition", str(DEMO), "--into", str(tmp_path / "parts"), "--parts", "3"]) == 0
    for part in (tmp_path / "parts").iterdir():
        put(f"{RUN['parts']}{part.name}", part.read_bytes())
    put(RUN["settings"], SETTINGS.read_bytes())
    put(RUN["against"], SHORTER)
    (tmp_path / "shorter.yaml").write_text(SHORTER, encoding="utf-8")
    return tmp_path


def by_person(lines: Iterable[bytes | str]) -> dict[str, list[Any]]:
    found = defaultdict(list)
    for decision in map(json.loads, lines):
        found[decision["person_id"]].append(decision)
    return found


def test_the_parts_together_say_what_the_whole_says(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert SETTINGS.read_text(encoding="utf-8") != SHORTER
    told = mapped()
    capsys.readouterr()
    main(["simulate", "--settings", str(SETTINGS), str(DEMO), "--against", str(cut / "shorter.yaml")])
    out, err = capsys.readouterr()
    written = [key for key in keys() if key.startswith(f"results/{NAME}/decisions/")]
    assert written == [f"results/{NAME}/decisions/part-000{n}.jsonl.gz" for n in range(3)]
    lines = [line for key in written for line in gzip.decompress(got(key)).splitlines()]
    assert by_person(lines) == by_person(out.splitlines())
    assert len(lines) == len(out.splitlines()) == told["decisions"]

    total = json.loads(got(told["summary"]))
    rows = {row["name"]: [str(row["credit"]), str(row["against"]), f"{row['change']:+}"] for row in total["difference"]}
    table = {line[:-27].strip(): line.split()[-3:] for line in err.splitlines()[1:]}
    del table["total"]
    assert rows == table
    assert any(row["change"] for row in total["difference"]), "the two settings are told apart"
    assert total["credit"] == {row["campaign_id"]: row["credit"] for row in total["difference"]}
    assert (total["parts"], told["parts"], told["refused"]) == (3, 3, 0)


def test_without_other_settings_there_is_no_difference(cut: Path) -> None:
    alone = {name: key for name, key in RUN.items() if name != "against"}
    total = json.loads(got(mapped(alone)["summary"]))
    assert sum(total["credit"].values()) > 0 and "difference" not in total


def test_the_summary_of_a_part_names_it_and_what_it_refused(cut: Path) -> None:
    key = f"{RUN['parts']}part-0001.jsonl.gz"
    put(key, gzip.compress(b'{"detail-type": "Person Deleted", "time": "2026-01-01T00:00:00Z", "detail": {}}'))
    assert handler({**STARTED, "part": key}, CONTEXT)["refused"] == 1
    summary = json.loads(got(f"results/{NAME}/summaries/part-0001.jsonl.json"))
    assert summary["part"] == key
    assert [(r["line"], r["code"], r["field"]) for r in summary["refused"]] == [
        (1, "INVALID_FIELD", "detail.person_id")
    ]


def test_a_part_that_cannot_be_read_fails_by_its_name_and_so_does_the_sum(cut: Path) -> None:
    key = f"{RUN['parts']}part-0001.jsonl.gz"
    good = got(key)
    for bad, why in (
        (b"\n{\n", "line 2: this is not JSON"),
        (b"{}\n", "line 1: this is no event"),
        (good[:-20], "the packed file is damaged"),
    ):
        put(key, bad)
        with pytest.raises(NotSimulated, match=f"{key}.*{why}"):
            handler({**STARTED, "part": key}, CONTEXT)
    for n in (0, 2):
        handler({**STARTED, "part": f"{RUN['parts']}part-000{n}.jsonl.gz"}, CONTEXT)
    with pytest.raises(NotSimulated, match=f"1 of 3 parts failed, the map run says why: {key}"):
        added_up()
    put(key, good)
    handler({**STARTED, "part": key}, CONTEXT)
    assert added_up()["parts"] == 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"settings": None}, "settings: this field is required"),
        ({"setings": "x"}, "setings: there is no such field"),
        ({"settings": "settings/none.yaml"}, "settings/none.yaml: there is no such file in the bucket"),
        ({"against": "settings/faulty.yaml"}, "settings/faulty.yaml: mode: .*; person_statuses: is needed"),
        ({"settings": "settings/broken.yaml"}, "settings/broken.yaml: the document is not JSON"),
    ],
)
def test_a_run_that_is_wrong_says_what_is(cut: Path, change: dict[str, str | None], why: str) -> None:
    put("settings/faulty.yaml", "mode: x")
    put("settings/broken.yaml", "{")
    run = {name: key for name, key in {**RUN, **change}.items() if key is not None}
    with pytest.raises(NotSimulated, match=why):
        handler({**STARTED, "run": run, "part": f"{RUN['parts']}part-0000.jsonl.gz"}, CONTEXT)


def test_a_run_over_nothing_says_so(cut: Path) -> None:
    with pytest.raises(NotSimulated, match="no file's key begins with 'part/2026/'"):
        mapped({**RUN, "parts": "part/2026/"})


def test_a_part_that_is_not_there_is_named(cut: Path) -> None:
    with pytest.raises(NotSimulated, match=r"parts/2026/none\.jsonl: there is no such file"):
        handler({**STARTED, "part": "parts/2026/none.jsonl"}, CONTEXT)


def test_what_may_succeed_later_fails_under_the_name_that_is_tried_again(
    cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATIONS_BUCKET", "somebody-elses")
    from rekindle.runtime import aws as root

    root.environment.cache_clear()
    root.simulations.cache_clear()
    with pytest.raises(Unavailable, match="NoSuchBucket"):
        handler(STARTED, CONTEXT)


def test_more_parts_than_a_page_of_keys_are_all_added_up(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "4")
    put(RUN["settings"], SETTINGS.read_bytes())
    summary = json.dumps({"credit": {"fair": 1}, "counts": {"events": 2}})
    for n in range(9):
        put(f"{RUN['parts']}{n}.jsonl", b"")
        put(f"results/{NAME}/summaries/{n}.jsonl.json", summary)
    assert added_up() == {"summary": f"results/{NAME}/summary.json", "parts": 9, "events": 18}
    assert json.loads(got(f"results/{NAME}/summary.json"))["credit"] == {"fair": 9}
