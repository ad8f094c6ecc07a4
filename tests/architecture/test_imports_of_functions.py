"""A function imports only what its use case asks for: its start is waited for."""

import subprocess
import sys

ON_A_CROSSING = """
import sys
from rekindle.runtime.aws import AwsPorts, now
from rekindle.adapters.dynamodb.retention import DEFAULT
from rekindle.runtime.environment import FailureHandling, Scheduling
from rekindle.runtime.use_cases import UseCases

use_cases = UseCases(AwsPorts(None, 5, Scheduling("", "", "", "", ""), now, DEFAULT, FailureHandling()))
use_cases.reactivate_on_score
print(*sorted(name for name in sys.modules if name.startswith("rekindle.")))
"""


def test_the_path_of_a_crossing_imports_no_port_that_it_does_not_ask_for():
    ran = subprocess.run([sys.executable, "-c", ON_A_CROSSING], capture_output=True, text=True, check=True)
    imported = set(ran.stdout.split())
    assert "rekindle.adapters.dynamodb.people" in imported
    rare = ("accounts", "contacts", "pools", "batches", "timers", "sent_notifications", "failures")
    assert imported.isdisjoint({f"rekindle.adapters.dynamodb.{name}" for name in rare})
    assert imported.isdisjoint({"rekindle.adapters.aws.scheduler", "rekindle.domain.assignment.matching"})
