"""What of a function's log passes Lambda's own filter, at every level that the template allows."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from tests.support.template import template

LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
ALLOWED = template()["Parameters"]["LogLevel"]["AllowedValues"]
FUNCTION = """
from rekindle.runtime.observability import count, logger, metrics

@metrics.log_metrics
def handler(event, context):
    logger.info("decided")
    logger.warning("refused")
    logger.error("failed")
    count({"Failed": 1})

handler({}, None)
"""


def written(level: str) -> list[dict[str, Any]]:
    """What a function writes in Lambda's environment, a line each."""
    filtered = template()["Globals"]["Function"]["LoggingConfig"]["ApplicationLogLevel"]
    variables = {"AWS_LAMBDA_LOG_LEVEL": filtered, "POWERTOOLS_LOG_LEVEL": level, "AWS_LAMBDA_FUNCTION_NAME": "f"}
    done = subprocess.run(
        [sys.executable, "-c", FUNCTION], capture_output=True, text=True, env={**variables, "TZ": "UTC"}, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def level_of(line: Mapping[str, Any]) -> str:
    """As Lambda documents it: INFO where there is no level, or no timestamp in the form of RFC 3339."""
    found = {"WARNING": "WARN", "CRITICAL": "FATAL"}.get(line.get("level", ""), line.get("level", ""))
    try:
        dated = datetime.fromisoformat(str(line.get("timestamp"))).tzinfo is not None
    except ValueError:
        dated = False
    offset = str(line.get("timestamp"))[-3:-2]
    return found if found in LEVELS and dated and offset == ":" else "INFO"


def passes(line: Mapping[str, Any]) -> bool:
    filtered = template()["Globals"]["Function"]["LoggingConfig"]["ApplicationLogLevel"]
    return LEVELS.index(level_of(line)) >= LEVELS.index(filtered)


@pytest.mark.parametrize("level", ALLOWED)
def test_lambda_keeps_every_line_that_the_level_lets_through(level: str) -> None:
    lines = written(level)
    expected = [name for name, of in (("decided", "INFO"), ("refused", "WARN"), ("failed", "ERROR"))
                if LEVELS.index(of) >= LEVELS.index(level)]  # fmt: skip
    assert [line["message"] for line in lines if "message" in line] == expected
    assert all(passes(line) for line in lines)


@pytest.mark.parametrize("level", ALLOWED)
def test_metrics_are_written_at_every_level(level: str) -> None:
    (line,) = (line for line in written(level) if "_aws" in line)
    assert line["Failed"] == [1.0]
    assert passes(line)


def test_an_error_has_its_own_level_for_lambda() -> None:
    assert level_of(next(line for line in written("WARN") if line.get("message") == "failed")) == "ERROR"
