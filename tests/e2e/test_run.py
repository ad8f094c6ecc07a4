"""make run, as a person runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.local_cloud.cloud import ROOT, running

pytestmark = pytest.mark.e2e

FACT = {"source": "crm", "detail-type": "Person Changed", "time": "2025-11-01T00:00:00Z"}


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def started() -> Iterator[Start]:
    """Starts the program; what a test leaves running is ended as "kill" ends it, with its local cloud."""
    with ExitStack() as stack:

        def start(history: Path, **variables: str) -> subprocess.Popen[str]:
            run = subprocess.Popen(
                [sys.executable, "-m", "tests.local_cloud.run"],
                cwd=ROOT,
                env={**os.environ, "HISTORY": str(history), **variables},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            stack.callback(run.communicate)
            stack.callback(run.terminate)
            return run

        yield start


def written(path: Path, *details: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps({**FACT, "detail": detail}) + "\n" for detail in details), encoding="utf-8")
    return path


def test_it_tells_what_was_refused_and_ends_with_1(built: None, started: Start, tmp_path: Path) -> None:
    history = written(tmp_path / "h.jsonl", {"person_id": "p1", "score": 70}, {"person_id": "p2", "score": "high"})
    run = started(history, ONCE="1")
    said, complaints = run.communicate()
    assert run.returncode == 1, complaints
    assert "line 2, Person Changed: expected a number" in said
    assert "The default campaign Web activity got the credit" in " ".join(said.split())
    assert "1 refused" in said


@pytest.mark.parametrize(("text", "why"), [("{", "line 2: this is not JSON"), (None, "No such file")])
def test_a_file_that_cannot_be_used_ends_with_2_before_anything_starts(
    started: Start, tmp_path: Path, text: str | None, why: str
) -> None:
    history = tmp_path / "h.jsonl"
    if text is not None:
        history.write_text(f"{json.dumps({**FACT, 'detail': {}})}\n{text}\n", encoding="utf-8")
    run = started(history, ONCE="1")
    said, complaints = run.communicate()
    assert (run.returncode, said, len(complaints.splitlines())) == (2, "", 1)
    assert why in complaints


def test_ctrl_c_leaves_nothing_running(built: None, started: Start, tmp_path: Path) -> None:
    run = started(written(tmp_path / "h.jsonl", {"person_id": "p1", "score": 70}))
    # The program itself gives up on a cloud that does not start, or does not go on.
    while (state := running(owner=run.pid)) is None:
        assert run.poll() is None, run.communicate()
        time.sleep(0.1)
    os.kill(run.pid, signal.SIGINT)
    _, complaints = run.communicate()
    assert "Stopped." in complaints
    assert "Traceback" not in complaints
    with pytest.raises(ProcessLookupError):
        os.killpg(state["pid"], 0)
    assert not Path(state["temporary"]).exists()
