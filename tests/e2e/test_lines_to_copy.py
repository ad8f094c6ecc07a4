"""The lines that make run prints to copy, as a shell runs them."""

import os
import subprocess

import pytest

from tests.local_cloud import story
from tests.local_cloud.cloud import ROOT, LocalCloud
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e


def shell(*lines: str) -> str:
    """What the lines print, in an environment without anything of AWS."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], capture_output=True, text=True, check=True, env=plain, cwd=ROOT
    )
    return done.stdout + done.stderr


def test_the_lines_to_copy_work(built: None, cloud: LocalCloud) -> None:
    stack = Stack(cloud, "lines")
    assert '"status": "ok"' in shell(*story.requested(stack, ("health",)))
    assert '"FailedEntryCount": 0' in shell(*story.sent(stack))
    stack.settle()
    assert stack.api.get("people", "lead-new").json()["first_name"] == "Ida"
    assert "failure" in shell(story.redriven(stack))
