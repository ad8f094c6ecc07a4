"""How the local run reads a history, and in which waves it sends it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from rekindle.adapters.history import BadHistory
from tests.local_cloud.history import Line, campaigns_first, read, waves


def line(number: int, kind: str, **detail: Any) -> Line:
    return Line(number, {"source": "crm", "detail-type": kind, "time": "2026-01-01T00:00:00Z", "detail": detail})


def score(number: int, person_id: str, value: int = 1) -> Line:
    return line(number, "Person Changed", person_id=person_id, score=value)


def written(path: Path, *lines: str | dict[str, Any]) -> Path:
    texts = (text if isinstance(text, str) else json.dumps(text) for text in lines)
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


GOOD = dict(score(1, "p1").envelope)


def sent(lines: list[Line]) -> list[list[int]]:
    return [[one.number for one in wave.lines] for wave in waves(lines)]


def test_lines_keep_the_order_of_the_file_and_their_numbers(tmp_path: Path) -> None:
    later = {**GOOD, "time": "2026-02-01T00:00:00Z"}
    path = written(tmp_path / "h.jsonl", later, "", GOOD)
    assert [(one.number, one.envelope["time"][:7]) for one in read(path)] == [(1, "2026-02"), (3, "2026-01")]


def test_a_history_may_be_packed(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(GOOD).encode()))
    assert len(read(path)) == 1


def test_a_mark_of_the_byte_order_is_passed_over(tmp_path: Path) -> None:
    for text in (json.dumps(GOOD), "\n" + json.dumps(GOOD)):
        path = tmp_path / "h.jsonl"
        path.write_text(text, encoding="utf-8-sig")
        assert [one.envelope for one in read(path)] == [GOOD]


def test_what_rekindle_said_itself_is_left_out(tmp_path: Path) -> None:
    own = {**GOOD, "source": "rekindle", "detail-type": "Stage Reached"}
    assert [one.number for one in read(written(tmp_path / "h.jsonl", own, GOOD))] == [2]


@pytest.mark.parametrize(
    "bad",
    ["{", "[]", {**GOOD, "time": "2026-01-01T00:00:00"}, {**GOOD, "detail": "x"}, {"detail": {}, "time": GOOD["time"]}],
)
def test_a_line_that_is_no_event_is_named_by_its_number(tmp_path: Path, bad: Any) -> None:
    with pytest.raises(BadHistory) as raised:
        read(written(tmp_path / "h.jsonl", GOOD, bad))
    assert raised.value.line == 2


def test_two_facts_about_one_person_are_never_under_way_together() -> None:
    lines = [score(1, "a"), score(2, "b"), score(3, "a"), score(4, "c"), score(5, "a")]
    assert sent(lines) == [[1, 2, 4], [3], [5]]


def test_a_merge_waits_for_both_and_both_wait_for_it() -> None:
    merge = line(3, "People Merged", survivor_id="a", merged_ids=["b"])
    assert sent([score(1, "a"), score(2, "b"), merge, score(4, "b")]) == [[1, 2], [3], [4]]


def test_a_changed_campaign_waits_for_what_came_before_and_outdates_what_is_remembered() -> None:
    change = line(2, "Campaign Changed", campaign_id="c", is_active=False)
    found = list(waves([score(1, "a"), change, score(3, "b")]))
    assert [(one.lines[0].number, one.outdates) for one in found] == [(1, False), (2, True), (3, False)]


def test_each_campaign_is_told_of_before_anybody_responds_to_it() -> None:
    campaigns = [line(n, "Campaign Changed", campaign_id=name) for n, name in ((2, "x"), (4, "y"), (5, "x"))]
    first, rest = campaigns_first([score(1, "a"), campaigns[0], score(3, "b"), *campaigns[1:]])
    assert [one.number for one in first] == [2, 4]
    assert [one.number for one in rest] == [1, 3, 5]
