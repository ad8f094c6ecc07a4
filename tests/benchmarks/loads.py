"""A file loaded into a stack, beside bare BatchWriteItem of the items that it comes to, on DynamoDB Local.

python -m tests.benchmarks.loads      (part of make bench)
"""

import time
from collections.abc import Iterator
from datetime import UTC
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rekindle.domain.imports.kinds import KINDS
from rekindle.domain.imports.mapping import FileMapping
from rekindle.runtime import aws
from rekindle.runtime.imports.loading import Loading
from rekindle.runtime.imports.on_stack import StackImport
from tests.benchmarks.sampling import in_turn, ratios
from tests.benchmarks.table import Row, printed
from tests.benchmarks.world import NOW, Item, World, campaign, world
from tests.support.dynamodb_local import dynamodb_local

ROWS, WARM_UP = 200, 1
TARGET = 3.33
"""A share of 0.3 of the rows a second."""
HEADERS = {
    "people": "contact_id,email,first_name,last_name,company,contact_status\n",
    "members": "member_id,contact_id,email,first_name,last_name,company,campaign_id,member_status,response_date\n",
}


def rows(here: World, rounds: int) -> Iterator[Row]:
    for kind in HEADERS:
        items = _items_of(here, kind)
        sent = [_renamed_all(items, f"bare{number}") for number in range(rounds + WARM_UP)]
        loaded, bare = in_turn(
            rounds + WARM_UP,
            lambda number, kind=kind: _load(kind, f"load{number}"),
            lambda number, sent=sent: _write(here, sent[number]),
        )
        loaded, bare = loaded[WARM_UP:], bare[WARM_UP:]
        yield Row(25, f"time of a load of new {kind} ÷ BatchWriteItem of its items", ratios(loaded, bare), TARGET)
        rate = sorted(ROWS / seconds for seconds in loaded)[len(loaded) // 2]
        yield Row(25, "  rows loaded a second", rate, 0, ",.0f", stated=True)


def _items_of(here: World, kind: str) -> dict[str, list[Item]]:
    """The items that a load adds, by table."""
    before = {table: {_key(item) for item in _all(here, table)} for table in _tables(here)}
    _load(kind, "sample")
    return {table: [i for i in _all(here, table) if _key(i) not in before[table]] for table in before}


def _tables(here: World) -> list[str]:
    return [here.variables[name] for name in ("PEOPLE_TABLE", "SCORES_TABLE", "REFERENCE_TABLE", "LEDGER_TABLE")]


def _all(here: World, table: str) -> list[Item]:
    pages = here.client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def _key(item: Item) -> str:
    return repr(sorted(item.items()))


def _renamed_all(items: dict[str, list[Item]], name: str) -> dict[str, list[Item]]:
    def texts(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: texts(held) for key, held in value.items()}
        if isinstance(value, list):
            return [texts(held) for held in value]
        return value.replace("sample", name) if isinstance(value, str) else value

    return {table: [texts(item) for item in some] for table, some in items.items()}


def _write(here: World, items: dict[str, list[Item]]) -> float:
    began = time.perf_counter()
    for table, some in items.items():
        here.write(some, table)
    return time.perf_counter() - began


def _load(kind: str, name: str) -> float:
    lines = [HEADERS[kind]]
    for n in range(ROWS):
        person = f"{name}-{kind}{n},{name}.{kind}{n}@acme{n % 97}.example,Mia,Berg{n},Acme {n % 97}"
        member = f"{name}-m{n},{person},{campaign(n % 5)},Downloaded,2026-05-01\n"
        lines.append(f"{person},New\n" if kind == "people" else member)
    file = BytesIO("".join(lines).encode())
    loading = Loading(KINDS[kind], FileMapping(), UTC, NOW)
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        done = StackImport(loading, aws.use_cases())(file, Path(folder) / "exceptions.csv")
        took = time.perf_counter() - began
    assert done.report.outcomes["created"] == ROWS, done.report.shown()
    return took


def main() -> None:
    with dynamodb_local() as endpoint, world(endpoint) as here:
        print(printed(list(rows(here, 5))))


if __name__ == "__main__":
    main()
