"""What is asked of DynamoDB, and what it costs, by the client's own events and by AWS's rules for counting units."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any

Image = Mapping[str, Mapping[str, Any]]


@dataclass
class Asked:
    """The requests, in their order."""

    operations: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    read_units: float = 0
    """As the service counted them."""
    write_units: float = 0
    """Of single items, as the service counted them."""


@contextmanager
def watched(client: Any, look: Callable[[dict[str, Any]], None] = lambda _: None) -> Iterator[Asked]:
    """`look` sees each request before it is sent."""
    asked = Asked()

    def request(params: dict[str, Any], **_: object) -> None:
        look(params)
        asked.requests.append(params)

    def answer(model: Any, parsed: dict[str, Any], **_: object) -> None:
        asked.operations.append(model.name)
        if model.name in ("Query", "GetItem", "BatchGetItem"):
            told = parsed["ConsumedCapacity"]
            asked.read_units += sum(one["CapacityUnits"] for one in (told if isinstance(told, list) else [told]))
        elif model.name in ("PutItem", "UpdateItem", "DeleteItem"):
            asked.write_units += parsed["ConsumedCapacity"]["CapacityUnits"]

    client.meta.events.register("provide-client-params.dynamodb", request)
    client.meta.events.register("after-call.dynamodb", answer)
    try:
        yield asked
    finally:
        client.meta.events.unregister("provide-client-params.dynamodb", request)
        client.meta.events.unregister("after-call.dynamodb", answer)


def size(item: Image) -> int:
    """Bytes of an item as DynamoDB counts them: names and values, in UTF-8."""
    return sum(len(name.encode()) + _size_of(value) for name, value in item.items())


def _size_of(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        return (len(held.strip("-0.")) + 1) // 2 + 1
    if kind == "L":
        return 3 + sum(1 + _size_of(one) for one in held)
    raise ValueError(f"no size is known for an attribute of kind {kind}")


def units(item: Image) -> int:
    """A write unit for each kilobyte begun."""
    return max(1, ceil(size(item) / 1024))


def index_units(before: Image | None, after: Image | None, table: Mapping[str, Any]) -> int:
    """Write units of a table's indexes for one changed item, by the properties that the template gives the table: one
    for each entry that is put, changed or deleted."""
    indexes = [*table.get("LocalSecondaryIndexes", ()), *table.get("GlobalSecondaryIndexes", ())]
    keys = [key["AttributeName"] for key in table["KeySchema"]]
    return sum(_entry_units(_entry(before, index, keys), _entry(after, index, keys), index) for index in indexes)


def _entry(item: Image | None, index: Mapping[str, Any], keys: list[str]) -> dict[str, Any] | None:
    own = [key["AttributeName"] for key in index["KeySchema"]]
    if item is None or not all(name in item for name in own):
        return None
    projected = {*keys, *own, *index["Projection"].get("NonKeyAttributes", ())}
    return {name: value for name, value in item.items() if name in projected}


def _entry_units(before: dict[str, Any] | None, after: dict[str, Any] | None, index: Mapping[str, Any]) -> int:
    if before == after:
        return 0
    own = [key["AttributeName"] for key in index["KeySchema"]]
    if before and after and all(before[name] == after[name] for name in own):
        return max(units(before), units(after))
    return sum(units(entry) for entry in (before, after) if entry)
