"""Merge and index of people with long histories on DynamoDB Local: how long the longest run takes.

python -m tests.benchmarks.long_histories [responses of each of the two, by default 100,000]
"""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rekindle.adapters.dynamodb.people_writes import key_of_home, response_image
from rekindle.domain.capture.facts import PeopleMerged
from rekindle.domain.core.errors import IndexInProgress
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.reactivation.change import Change
from rekindle.domain.responses.response import DEFAULT_CLASSES, NO_ACTION_REQUIRED, Details, Response, ResponseState
from rekindle.domain.settings.settings import Settings
from rekindle.runtime.use_cases import UseCases
from tests.contract.stores import NOW, Tables, dynamodb_local_at
from tests.support.builders import DOCUMENT, campaign_changed, requested, stamp
from tests.support.dynamodb_local import dynamodb_local

CAMPAIGNS = 100
"""Campaigns of each person. With 1, each run reads the survivor's whole history."""


@dataclass
class Runs:
    waiting: list[Callable[[UseCases], object]] = field(default_factory=list)

    def merge(self, survivor_id: str, merged_id: str, at: datetime, *, converted: bool) -> None:
        fact = PeopleMerged(survivor_id, (merged_id,), stamp(at))
        self.waiting.append(lambda use: use.record_crm_changes(fact))

    def index(self, person_id: str) -> None:
        self.waiting.append(lambda use: use.rewrite_index.go_on(person_id))


def a_history(tables: Tables, person_id: str, count: int, seconds: int) -> None:
    """Put where it is to be, 25 items at a time. `seconds`: what its dates differ by from full minutes."""
    person = Person(person_id, 1, responses=count, classes=Settings().class_map, profile=Profile())
    tables.people.commit(Change(person, 0))
    items: list[dict[str, Any]] = []
    for n in range(count):
        at = NOW - timedelta(minutes=n + 1, seconds=seconds)
        state = ResponseState(True, at, at, NO_ACTION_REQUIRED)
        response = Response(f"{person_id}-{n:06}", f"c{n % CAMPAIGNS}", state, Details(channel="web"))
        items.append(response_image(person, response.traced(person_id, 1), DEFAULT_CLASSES))
        items.append({**key_of_home(response.response_id), "lives_with": {"S": person_id}})
        if len(items) >= 24 or n == count - 1:
            tables.client.batch_write_item(
                RequestItems={tables.names.people: [{"PutRequest": {"Item": item}} for item in items]}
            )
            items = []


def to_the_end(use: UseCases, runs: Runs, first: Callable[[UseCases], object]) -> list[float]:
    """The seconds of each run."""
    took = []
    runs.waiting.append(first)
    while runs.waiting:
        run = runs.waiting.pop()
        began = time.perf_counter()
        with suppress(IndexInProgress):
            run(use)
        took.append(time.perf_counter() - began)
    return took


def told(what: str, took: list[float]) -> None:
    print(f"{what}: {len(took)} runs, the longest {max(took):.1f} s, together {sum(took):.0f} s", flush=True)


def main(count: int) -> None:
    with dynamodb_local() as endpoint, dynamodb_local_at(endpoint) as tables:
        runs, ports = Runs(), tables
        ports.continuations = runs  # type: ignore[assignment]
        ports.versions.put(dict(DOCUMENT), 0, NOW)
        use = UseCases(ports)
        for n in range(CAMPAIGNS):
            use.record_crm_changes(campaign_changed(f"c{n}"))
        a_history(tables, "survivor", count, 0)
        a_history(tables, "merged", count, 30)
        fact = PeopleMerged("survivor", ("merged",), stamp(40))
        told(f"merge of {count:,} into {count:,}", to_the_end(use, runs, lambda use: use.record_crm_changes(fact)))
        person = tables.people.get("survivor")
        assert person is not None and person.merging_ids == ()
        print(f"responses of the survivor: {person.responses:,}")
        ports.versions.put({**DOCUMENT, "response_statuses": {NO_ACTION_REQUIRED: "formerly_engaged"}}, 1, NOW)
        request = requested("survivor", 100, lookback_days=3650)
        told("index written anew", to_the_end(use, runs, lambda use: use.request_reactivation(request)))
        began = time.perf_counter()
        decision = use.request_reactivation(request)
        print(f"decision: {decision.outcome}, {time.perf_counter() - began:.2f} s")
        began = time.perf_counter()
        explained = use.show_records.decision(decision.decision_id)
        print(f"explanation: {len(explained.considered):,} responses of it, {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
