"""Batches of a queue: unrelated messages at the same time, related ones in their order, failures one by one."""

import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.capture.facts import Fact
from rekindle.domain.capture.related import related_records
from rekindle.domain.core.errors import Malformed, Refusal, Unavailable
from rekindle.runtime import queues
from tests.support.builders import (
    campaign_changed,
    opportunity_changed,
    people_merged,
    person_changed,
    response_recorded,
)


def batch(*values: Any) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": f"receipt-{number}",
                "body": json.dumps(value),
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSourceARN": "arn:aws:sqs:eu-central-1:111122223333:changes",
            }
            for number, value in enumerate(values)
        ]
    }


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What became of the messages that failed, and that it did in the main thread."""
    found: list[tuple[str, str]] = []

    def again(message: Any, receives: int, why: str) -> bool:
        assert threading.current_thread() is threading.main_thread()
        found.append((message["messageId"], "again"))
        return False

    def refuse(message: Any, refusal: Refusal) -> None:
        assert threading.current_thread() is threading.main_thread()
        found.append((message["messageId"], refusal.code))

    monkeypatch.setattr(queues, "_again", again)
    monkeypatch.setattr(queues, "_refuse", refuse)
    return found


def number_of(message: dict[str, Any]) -> dict[str, Any]:
    return message


def records_of(message: dict[str, Any]) -> list[str] | None:
    records: list[str] | None = message["records"]
    return records


records = st.none() | st.lists(st.sampled_from("abcdef"), max_size=2)


@given(st.lists(records, max_size=10))
def test_messages_about_a_record_keep_their_order_and_one_that_concerns_all_is_alone(each: list[list[str] | None]):
    begun: list[int] = []
    running: set[int] = set()
    lock = threading.Lock()
    beside: list[tuple[int, int]] = []

    def handle(message: dict[str, Any]) -> None:
        number = message["number"]
        with lock:
            begun.append(number)
            beside.extend((other, number) for other in running)
            running.add(number)
        with lock:
            running.remove(number)

    messages = [{"number": number, "records": of_it} for number, of_it in enumerate(each)]
    answer = queues.each_read(batch(*messages), number_of, handle, records_of)
    assert answer == {"batchItemFailures": []}
    assert sorted(begun) == list(range(len(each)))
    for earlier, of_earlier in enumerate(each):
        for later in range(earlier + 1, len(each)):
            of_later = each[later]
            if of_earlier is None or of_later is None or set(of_earlier) & set(of_later):
                assert begun.index(earlier) < begun.index(later)
                assert {(earlier, later), (later, earlier)}.isdisjoint(beside)


def test_unrelated_messages_are_handled_at_the_same_time():
    together = threading.Barrier(10, timeout=30)
    messages = [{"records": [f"person {number}"]} for number in range(10)]
    # The barrier opens when all ten wait at it; one after the other, the first would wait in vain.
    answer = queues.each_read(batch(*messages), number_of, lambda message: void(together.wait()), records_of)
    assert answer == {"batchItemFailures": []}


def void(_: object) -> None:
    """What was answered is of no interest."""


def test_failures_are_of_their_message_alone(settled: list[tuple[str, str]]):
    handled: list[int] = []
    errors = {1: Unavailable("throttled"), 2: Malformed("no"), 3: RuntimeError("a mistake of ours")}

    def handle(message: dict[str, Any]) -> None:
        if message["number"] in errors:
            raise errors[message["number"]]
        handled.append(message["number"])

    messages: list[Any] = [{"number": number, "records": [f"person {number % 3}"]} for number in range(8)]
    event = batch(*messages, "no object")
    answer = queues.each_read(event, number_of, handle, records_of)
    assert [failed["itemIdentifier"] for failed in answer["batchItemFailures"]] == ["1", "3"]
    assert sorted(handled) == [0, 4, 5, 6, 7]
    assert settled == [("1", "again"), ("2", "MALFORMED"), ("8", "MALFORMED")]


def test_what_cannot_be_read_is_settled_like_what_cannot_be_handled(settled: list[tuple[str, str]]):
    def read(message: dict[str, Any]) -> dict[str, Any]:
        if message["number"] == 1:
            raise Unavailable("no settings")
        return message

    handled: list[int] = []
    messages = [{"number": number, "records": [f"person {number}"]} for number in range(3)]
    answer = queues.each_read(batch(*messages), read, lambda m: handled.append(m["number"]), records_of)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert sorted(handled) == [0, 2] and settled == [("1", "again")]


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (person_changed("p1", 0, status="New"), ("person p1",)),
        (person_changed("p1", 0, converted_contact_id="c1"), ("person p1", "person c1")),
        (people_merged("p1", "p2", at=1), ("person p1", "person p2")),
        (response_recorded("r1", "p1", "c", 1), ("response r1", "person p1")),
        (response_recorded("r1", None, None, 1), None),
        (campaign_changed("c"), None),
        (opportunity_changed("o1", "p1", at=1), None),
    ],
)
def test_a_fact_is_concurrent_with_others_where_it_names_all_whom_it_concerns(
    fact: Fact, expected: tuple[str, ...] | None
):
    assert related_records([fact]) == expected
