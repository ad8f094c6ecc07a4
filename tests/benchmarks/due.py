"""What a sweep of the clocks asks of DynamoDB: 100 that are due among few, and the same among many that are not.

python -m tests.benchmarks.due      (make bench-due; STORED=1000000 clocks that are not due)
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rekindle.adapters.dynamodb.people import SHARDS
from rekindle.domain.core.digests import digest
from rekindle.domain.people.lifecycle import Lifecycle
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.runtime import aws
from tests.benchmarks.table import Row, printed
from tests.benchmarks.world import NOW, World, world
from tests.support.dynamodb_local import dynamodb_local

DUE, FEW = 100, 900
PAGE = 100
"""As the function that sweeps them reads."""


def rows(here: World, stored: int) -> Iterator[Row]:
    for number in range(DUE):
        _with_clock(f"due-{number}", -1)
    waiting = _one_of_each_partition()
    _add(here, waiting, FEW)
    few = _sweep(here)
    _add(here, waiting, stored - FEW)
    many = _sweep(here)
    for operation in sorted({*few, *many}):
        yield Row(
            26, f"{operation} of 100 due clocks among {stored:,} stored", many[operation], few[operation], ".0f", True
        )


def _with_clock(person_id: str, days: int) -> None:
    lifecycle = Lifecycle(due_at=NOW + timedelta(days=days))
    aws.use_cases().ports.people.commit(Change(Person(person_id, lifecycle=lifecycle, version=1), 0))


def _one_of_each_partition() -> list[str]:
    found: dict[int, str] = {}
    for number in range(1_000):
        name = f"00Q5g{number:04d}waits"
        found.setdefault(int(digest(name), 16) % SHARDS, name)
    for name in found.values():
        _with_clock(name, 30)
    return sorted(found.values())


def _add(here: World, waiting: list[str], number: int) -> None:
    for place, name in enumerate(waiting):
        here.copies(name, number // len(waiting) + (place < number % len(waiting)))


def _sweep(here: World) -> Counter[str]:
    """The requests that find who is due."""
    people: Any = aws.use_cases().ports.people
    asked = Counter[str]()

    def count(model: Any, **_: Any) -> None:
        asked[model.name] += 1

    events = people.connection.client.meta.events
    events.register("before-call.dynamodb", count, unique_id="due")
    try:
        found, start = 0, None
        while True:
            page = people.due(NOW, PAGE, start)
            found, start = found + len(page.items), page.next
            if start is None:
                break
    finally:
        events.unregister("before-call.dynamodb", unique_id="due")
    assert found == DUE, f"{found} are due"
    return asked


def main() -> None:
    with dynamodb_local() as endpoint, world(endpoint) as here:
        print(printed(list(rows(here, int(os.environ.get("STORED", "1000000"))))))


if __name__ == "__main__":
    main()
