"""make clicks: what clicks on tracked links cost, at 1,000 a second.

Requests and units follow from the code, prices and durations are assumptions (tests/benchmarks/bill.py, money.py).
Every click is taken for a person's first one on its link, which costs the most: it becomes a response that is decided
on. The output is Markdown, and docs/performance.md contains it.
"""

import sys
from collections.abc import Iterator

from tests.benchmarks.bill import API_REQUEST, CPU_SECONDS, LOG_BYTES, LOGGED_GB, QUEUE_REQUEST, RESPONSE_UNITS
from tests.benchmarks.money import (
    BATCH,
    GB_SECOND,
    INVOCATION,
    MEMORY_MB,
    READ_SECONDS,
    READ_UNIT,
    TRANSACTION_SECONDS,
    WHOLE_CPU_MB,
    WRITE_UNIT,
)

A_SECOND, HOUR = 1_000, 3_600
SEND_SECONDS = 0.01
"""Of one message to a queue."""
CLICK_UNITS = (1, 2)
"""Reads: the interaction, and the clicks of its instant. Writes: the interaction, and its entry in the timeline. They
are counted by DynamoDB Local (tests/integration/test_costs.py)."""
MESSAGES = 3
"""To be stored, to be judged, and the response. Each is sent by itself, and received and deleted ten at a time."""


def running(seconds: float, invocations: float) -> float:
    """Dollars for a function that waits so long and uses the CPU of one operation."""
    duration = seconds + CPU_SECONDS * WHOLE_CPU_MB / MEMORY_MB
    return duration * MEMORY_MB / 1024 * GB_SECOND + invocations * (INVOCATION + LOG_BYTES / 1e9 * LOGGED_GB)


def parts() -> Iterator[tuple[str, str, float]]:
    """What, how it is counted, and dollars for one click."""
    redirect = running(SEND_SECONDS, 1)
    judging = running((READ_SECONDS + 2 * TRANSACTION_SECONDS + SEND_SECONDS) / BATCH, 2 / BATCH)
    recording = running((3 * READ_SECONDS + TRANSACTION_SECONDS) / BATCH, 1 / BATCH)
    (read, write), (response_read, response_write) = CLICK_UNITS, RESPONSE_UNITS
    yield "API Gateway", "1 request", API_REQUEST
    yield "redirect", "1 invocation, with its log", redirect
    yield "SQS", f"{MESSAGES} messages", MESSAGES * (1 + 2 / BATCH) * QUEUE_REQUEST
    yield "storing and judging", f"2 messages, batches of {BATCH}", judging
    yield "interaction in DynamoDB", f"{read} read and {write} write units", read * READ_UNIT + write * WRITE_UNIT
    yield "recording the response", f"1 message, batches of {BATCH}", recording
    units = f"{response_read} read and {response_write} write units"
    yield "response in DynamoDB", units, response_read * READ_UNIT + response_write * WRITE_UNIT


def table() -> Iterator[str]:
    yield f"| part | for each click | $ for a million | $ for an hour of {A_SECOND:,} a second |"
    yield "|---|---|---:|---:|"
    found = list(parts())
    for what, how, dollars in found:
        yield f"| {what} | {how} | {dollars * 1e6:,.2f} | {dollars * A_SECOND * HOUR:,.2f} |"
    total = sum(dollars for _, _, dollars in found)
    yield f"| **total** | | {total * 1e6:,.2f} | {total * A_SECOND * HOUR:,.2f} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join((*table(), "")))
