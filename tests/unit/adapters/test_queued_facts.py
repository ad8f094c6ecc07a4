"""Facts of a webhook go to their queue ten at a time; what a request leaves is sent once more."""

from typing import Any

import pytest

from rekindle.adapters.aws.webhooks import LARGEST_REQUEST, QueuedFacts
from rekindle.domain.core.errors import Unavailable


class Queue:
    """Takes what `refuses` lets pass, as SQS answers."""

    def __init__(self, *refused: set[int]) -> None:
        self.refused, self.requests, self.bodies = list(refused), [], []

    requests: list[int]
    bodies: list[str]

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:
        assert len(Entries) <= 10
        assert sum(len(entry["MessageBody"].encode()) for entry in Entries) <= LARGEST_REQUEST
        refused = self.refused.pop(0) if self.refused else set()
        self.requests.append(len(Entries))
        self.bodies += [entry["MessageBody"] for place, entry in enumerate(Entries) if place not in refused]
        failed = [{"Id": Entries[place]["Id"], "SenderFault": False, "Code": "InternalError"} for place in refused]
        return {"Successful": [], **({"Failed": failed} if failed else {})}


def send(queue: Queue, *sizes: int) -> None:
    QueuedFacts(queue, "url").send([{"n": n, "text": "ä" * size} for n, size in enumerate(sizes)])


def test_ten_go_in_one_request_and_all_in_their_order() -> None:
    queue = Queue()
    send(queue, *[1] * 23)
    assert queue.requests == [10, 10, 3]
    assert [body.split(",")[0] for body in queue.bodies] == [f'{{"n":{n}' for n in range(23)]
    send(queue)
    assert queue.requests == [10, 10, 3]


def test_large_ones_go_in_as_many_requests_as_they_need() -> None:
    queue = Queue()
    send(queue, 20_000, 20_000, 20_000, 1)
    assert queue.requests == [2, 2]


def test_what_a_request_leaves_is_sent_once_more() -> None:
    queue = Queue({1, 3})
    send(queue, 1, 1, 1, 1)
    assert queue.requests == [4, 2]
    assert sorted(body.split(",")[0] for body in queue.bodies) == [f'{{"n":{n}' for n in range(4)]


def test_what_is_left_then_fails_the_delivery() -> None:
    queue = Queue({0, 1}, {1})
    with pytest.raises(Unavailable, match="1 facts"):
        send(queue, 1, 1)
