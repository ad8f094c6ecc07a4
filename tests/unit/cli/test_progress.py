"""The progress bar: one line of a terminal, and nothing of it where there is none."""

import json
import sys
from pathlib import Path

import pytest

from rekindle.cli import progress
from rekindle.cli.main import main

EVENT = {
    "source": "crm",
    "detail-type": "Person Changed",
    "time": "2026-01-01T00:00:00Z",
    "detail": {"person_id": "p1", "score": 70},
}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    settings, history = tmp_path / "settings.yaml", tmp_path / "history.jsonl"
    settings.write_text("person_statuses: {}", encoding="utf-8")
    history.write_text(f"{json.dumps(EVENT)}\n" * 3, encoding="utf-8")
    return ["--settings", str(settings), str(history)]


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *, stdout: bool = False) -> None:
    monkeypatch.setattr(progress, "EVERY", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: stdout)


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("doing", ["reading", "simulating the other settings"])
def test_the_bar_stays_on_its_line(monkeypatch: pytest.MonkeyPatch, columns: int, doing: str) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    drawn = [progress.bar(doing, done, 10**6, seconds) for done in (0, 1, 10**6) for seconds in (0, 0.3, 5000)]
    assert all(doing in bar and len(bar) < max(columns, 78) for bar in drawn)


def test_the_bar_is_gone_when_it_is_over(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_terminal(monkeypatch)
    assert main(["simulate", *files]) == 0
    err = capsys.readouterr().err
    assert "simulating" in err
    assert err.rsplit("\r\x1b[2K", 1)[-1] == "No campaign got credit.\n"


def test_what_is_wrong_stands_on_a_line_of_its_own(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_terminal(monkeypatch)
    with Path(files[-1]).open("ab") as history:
        history.write(json.dumps(EVENT).replace("70", "1e400").encode())
    assert main(["explain", *files, "--person", "p1"]) == 2
    err = capsys.readouterr().err
    assert "reading" in err
    assert err.rsplit("\r\x1b[2K", 1)[-1].startswith("rekindle: line 4: ")


def test_decisions_on_the_terminal_are_not_drawn_over(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for drawn in (True, False):
        on_a_terminal(monkeypatch, stdout=not drawn)
        assert main(["simulate", *files]) == 0
        assert ("simulating" in capsys.readouterr().err) == drawn


def test_without_a_terminal_nothing_is_drawn(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0)
    assert main(["simulate", *files]) == 0
    assert capsys.readouterr().err == "No campaign got credit.\n"
