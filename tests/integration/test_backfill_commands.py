"""`rekindle backfill` and `rekindle undo`: what they write, where, and with which exit status, over simulated AWS."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from rekindle.application.reactivation import backfill_crossings
from rekindle.cli import backfill
from rekindle.cli.main import main
from rekindle.domain.core.errors import NotFound, Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.change import Change
from rekindle.runtime import deployed
from rekindle.runtime.use_cases import UseCases
from tests.integration.conftest import deployed_stack
from tests.support.builders import DOCUMENT, campaign_changed, person_changed, response_recorded

REGION = "eu-central-1"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE = ("p1", "p2", "p3")
CREDIT = "campaign         credit\nSpring webinar        2\ntotal                 2\n"


@dataclass
class Operator:
    """Somebody at the command line, and the stack behind."""

    capsys: pytest.CaptureFixture[str]
    use: UseCases

    def __call__(self, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        """Exit status, the lines of standard output, and what standard error said."""
        status = main([arguments[0], "--stack", "rekindle-dev", *arguments[1:]])
        out, said = self.capsys.readouterr()
        return status, [json.loads(line) for line in out.splitlines()], said

    def active(self) -> list[str]:
        return [
            one for one in PEOPLE if (held := self.use.ports.people.get(one)) is not None and held.active is not None
        ]


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Operator]:
    """Three people whose scores passed a threshold that came into force later; the third has no response."""
    with deployed_stack(monkeypatch) as use:
        use.ports.versions.put(DOCUMENT, 0, NOW)
        use.record_crm_changes(campaign_changed("webinar", name="Spring webinar"))
        for person_id in PEOPLE:
            use.record_crm_changes(person_changed(person_id, 1, status="New", score=10))
            if person_id != "p3":
                use.record_crm_changes(response_recorded(f"r-{person_id}", person_id, "webinar", 3))
            use.record_crm_changes(person_changed(person_id, 10, score=45))
        use.ports.versions.put({**DOCUMENT, "qualification": {"threshold": 40}}, 1, NOW)
        yield Operator(capsys, use)


def test_a_dry_run_tells_what_a_run_does_and_writes_nothing(operator: Operator) -> None:
    status, predicted, said = operator("backfill", "--batch", "b1", "--dry-run")
    assert status == 0
    assert "Batch b1, a dry run: begins." in said
    assert operator.active() == []

    status, lines, said = operator("backfill", "--batch", "b1")

    assert status == 0
    assert "Batch b1: begins.\n2 activated, 1 skipped (NO_CANDIDATE 1).\n" in said
    assert said.endswith(CREDIT)
    assert operator.active() == ["p1", "p2"]
    untold = {"dry_run": None, "decided_at": None, "explanation": None}
    assert [{**line, **untold} for line in predicted] == [{**line, **untold} for line in lines]
    one = next(line for line in lines if line["person_id"] == "p1")
    assert (one["record"], one["outcome"], one["batch_id"]) == ("decision", "reactivated", "b1")
    assert (one["as_of"], one["activated_at"]) == ("2026-01-11T00:00:00Z", "2026-01-11T00:00:00Z")
    assert [considered["excluded"] for considered in one["considered"]] == [None]


def test_an_undo_tells_each_activation_and_takes_it_back(operator: Operator) -> None:
    _, decided, _ = operator("backfill", "--batch", "b1")
    operator.use.record_crm_changes(person_changed("p2", 5000, status="Working"))

    dry_status, predicted, _ = operator("undo", "--batch", "b1", "--dry-run")
    status, lines, said = operator("undo", "--batch", "b1")

    assert (dry_status, status) == (0, 0)
    assert {line["person_id"]: (line["undone"], line["reason"]) for line in lines} == {
        "p1": (True, None),
        "p2": (False, "STAGE_REACHED"),
    }
    assert [{**line, "dry_run": False} for line in predicted] == lines
    assert {line["decision_id"] for line in lines} < {line["decision_id"] for line in decided}
    assert said.startswith("1 undone, 1 left as they are (STAGE_REACHED 1).\n")
    assert operator.active() == ["p2"]
    assert operator("undo", "--batch", "b1")[1] == [line for line in lines if not line["undone"]]


def test_a_batch_without_a_name_is_named_by_the_time_and_says_so(operator: Operator) -> None:
    status, lines, said = operator("backfill")
    assert status == 0
    (batch_id,) = {line["batch_id"] for line in lines}
    assert datetime.strptime(batch_id, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).year >= 2026
    assert said.startswith(f"Batch {batch_id}: begins.\n")


def test_what_was_interrupted_is_gone_on_with_and_told_as_one(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_crossings, "PAGE", 1)
    with deployed.use_cases_of("rekindle-dev") as use:
        steps = use.backfill_crossings("b1")
        next(steps)
        (first,) = next(steps).decisions
        steps.close()

    status, lines, said = operator("backfill", "--batch", "b1")

    assert status == 0
    assert said.startswith("Batch b1: goes on after 1 score.\n2 activated, 1 skipped")
    assert {line["person_id"] for line in lines} == {*PEOPLE} - {first.person_id}
    status, lines, said = operator("backfill", "--batch", "b1")
    assert (status, lines) == (0, [])
    assert said.startswith("Batch b1 was finished before.\n2 activated, 1 skipped")


def test_what_can_be_tried_again_ends_with_1(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    people = operator.use.ports.people
    held = people.get("p1")
    assert held is not None
    people.commit(Change(replace(held, version=held.version + 1, merging_ids=("p0",)), held.version))
    status, lines, said = operator("backfill", "--batch", "b1")
    assert (status, len(lines)) == (1, 2)
    assert "name the batch again" in said

    def unavailable(session: object, stack: str) -> dict[str, str]:
        raise Unavailable("DynamoDB: ThrottlingException")

    monkeypatch.setattr(deployed, "outputs_of", unavailable)
    assert main(["backfill", "--stack", "rekindle-dev"]) == 1


@pytest.mark.parametrize(("interruption", "expected"), [(KeyboardInterrupt, 130), (BrokenPipeError, 1)])
def test_a_batch_that_is_stopped_says_that_it_is_not_done(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException], expected: int
) -> None:
    def stop(told: object) -> None:
        raise interruption

    with monkeypatch.context() as patched:
        patched.setattr(backfill, "write_line", stop)
        patched.setattr(os, "dup2", lambda *_: None)
        patched.setattr(sys.stdout, "fileno", lambda: 1, raising=False)
        assert operator("backfill", "--batch", "b1")[0] == expected
    assert operator("backfill", "--batch", "b1")[2].endswith(CREDIT)
    assert operator.active() == ["p1", "p2"]


def test_wrong_use_ends_with_2(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    status, lines, said = operator("undo", "--batch", "never")
    assert (status, lines, said) == (2, [], "rekindle: there is no batch 'never'\n")
    operator("backfill", "--batch", "b1")
    operator("undo", "--batch", "b1")
    status, lines, said = operator("backfill", "--batch", "b1")
    assert (status, lines) == (2, [])
    assert "was undone" in said
    for name in ("", "x" * 129, "a\nb"):
        with pytest.raises(SystemExit, match="2"):
            operator("backfill", "--batch", name)

    def unknown(session: object, stack: str) -> dict[str, str]:
        raise NotFound(f"there is no stack {stack!r}", "stack")

    monkeypatch.setattr(deployed, "outputs_of", unknown)
    assert main(["undo", "--stack", "nowhere", "--batch", "b1"]) == 2


@pytest.mark.parametrize("command", [(), ("backfill",), ("undo",)])
def test_help_fits_a_terminal(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match="0"):
        main([*command, "--help"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
