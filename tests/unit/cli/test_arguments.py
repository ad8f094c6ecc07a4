"""What a person types that cannot be used is answered in that person's own words; a dash is standard input anywhere."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from rekindle.cli.main import main

EVENTS = Path(__file__).parents[3] / "events"
SETTINGS, HISTORY = str(EVENTS / "settings.yaml"), str(EVENTS / "history.jsonl")
PLAYED = ["--settings", SETTINGS, HISTORY]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["explain", *PLAYED, "--person", "lead-eva", "--at", "2025-13-01"],
            "--at: expected a day such as 2025-03-31, or a time with an offset such as 2025-03-31T09:30:00Z, got "
            "'2025-13-01'",
        ),
        (["explain", *PLAYED, "--person", "lead-eva", "--at", "2025-10-12 9:00"], "--at: expected a day"),
        (["simulate", "--settings", "-", "-"], "only one file can be standard input"),
        (["close", "--settings", SETTINGS, "-", "--period", "2025-10", "--previous", "-"], "only one file"),
    ],
)
def test_what_cannot_be_used_is_said_as_it_was_typed(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "choices"),
    [("--by", "person", "campaign, type, owner, month"), ("--basis", "all", "cohort, period")],
)
def test_a_choice_that_is_none_is_answered_by_those_that_are(
    option: str, value: str, choices: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["funnel", *PLAYED, option, value])
    assert f"argument {option}: expected {choices}, got '{value}'" in capsys.readouterr().err


def test_a_statement_may_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(body: bytes, *arguments: str) -> str:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(body)))
        assert main(list(arguments)) == 0
        return capsys.readouterr().out

    september = said(b"", "close", *PLAYED, "--period", "2025-09").encode()
    assert said(september, "verify", "-", *PLAYED).startswith("2025-09: the same")
    october = said(september, "close", *PLAYED, "--period", "2025-10", "--previous", "-")
    assert '"period": "2025-09"' in october
