"""Batches of a stream: records whose order is of no consequence are handled at the same time."""

import threading
from typing import Any

from rekindle.runtime.streams import all_records


def batch(count: int) -> dict[str, Any]:
    return {"Records": [{"dynamodb": {"SequenceNumber": str(number)}} for number in range(count)]}


def test_records_are_handled_at_the_same_time():
    # The barrier opens when all ten wait at it; one after the other, the first would wait in vain.
    together = threading.Barrier(10, timeout=30)

    def handle(record: Any) -> None:
        together.wait()

    assert all_records(batch(10), handle) == {"batchItemFailures": []}


def test_a_record_that_fails_is_delivered_again_alone():
    handled: list[str] = []

    def handle(record: Any) -> None:
        if record["SequenceNumber"] == "3":
            raise RuntimeError
        handled.append(record["SequenceNumber"])

    assert all_records(batch(12), handle) == {"batchItemFailures": [{"itemIdentifier": "3"}]}
    assert sorted(handled, key=int) == [str(number) for number in range(12) if number != 3]
