"""A batch of ten facts about ten people, beside the same batch one message after the other.

On AWS, a request to DynamoDB takes some milliseconds, most of which are spent waiting. DynamoDB Local is nearer than
that, so each request waits 5 ms before it is sent.

    python -m tests.benchmarks.batches      (make bench-batches)
"""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from functions.record_crm_changes.app import read, record
from rekindle.domain.capture.related import related_records
from rekindle.runtime import aws
from rekindle.runtime.observability import metrics
from rekindle.runtime.queues import each_read
from tests.benchmarks.sampling import in_turn, ratios
from tests.benchmarks.table import Row, printed
from tests.benchmarks.world import NOW, World, apply_response_change, campaign, world
from tests.support.dynamodb_local import dynamodb_local

LATENCY = 0.005
FACTS = 10
"""As many as Lambda takes from the queue at a time."""
WARM_UP = 3


@dataclass
class Distant:
    """A connection to a service that is some milliseconds away."""

    session: Any
    in_flight: int = 0
    most: int = 0
    _lock: Lock = field(default_factory=Lock)

    def send(self, request: Any) -> Any:
        with self._lock:
            self.in_flight += 1
            self.most = max(self.most, self.in_flight)
        try:
            time.sleep(LATENCY)
            return self.session.send(request)
        finally:
            with self._lock:
                self.in_flight -= 1


@contextmanager
def distant() -> Iterator[Distant]:
    people: Any = aws.use_cases().ports.people
    endpoint = people.connection.client._endpoint
    near = endpoint.http_session
    endpoint.http_session = Distant(near)
    try:
        yield endpoint.http_session
    finally:
        endpoint.http_session = near


def rows(here: World, rounds: int) -> Iterator[Row]:
    rounds += WARM_UP
    people = iter(here.copies(here.a_person(), 2 * FACTS * rounds))
    with distant() as network:

        def at_the_same_time(_: int) -> float:
            return seconds(people, alone=False)

        def one_after_the_other(_: int) -> float:
            return seconds(people, alone=True)

        together, alone = (each[WARM_UP:] for each in in_turn(rounds, at_the_same_time, one_after_the_other))
    yield Row(20, "time of a batch of ten ÷ one after the other, 5 ms from DynamoDB", ratios(together, alone), 0.60)
    yield Row(20, "  requests in flight, the most", network.most, 0, ".0f", stated=True)


def seconds(people: Iterator[str], *, alone: bool) -> float:
    event = batch_of(list(itertools.islice(people, FACTS)))
    before = time.perf_counter()
    answer = each_read(event, read, record, (lambda facts: None) if alone else related_records)
    took = time.perf_counter() - before
    assert answer == {"batchItemFailures": []}, "a fact was not recorded"
    metrics.clear_metrics()
    return took


def batch_of(people: list[str]) -> dict[str, Any]:
    """A response of each: read, recorded and decided on in four requests."""
    told = [apply_response_change(person_id, f"{person_id}-new", campaign(0), NOW) for person_id in people]
    return {"Records": [{"messageId": str(n), "body": json.dumps(envelope)} for n, envelope in enumerate(told)]}


def main() -> None:
    with dynamodb_local() as endpoint, world(endpoint) as here:
        print(printed(list(rows(here, 15))))


if __name__ == "__main__":
    main()
