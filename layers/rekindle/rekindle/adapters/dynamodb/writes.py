"""Writes in DynamoDB's own words, for the path that every decision takes.

A decision is a transaction of three. Built through pynamodb's models and expressions, they would cost as much CPU as
the request that carries them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Image = dict[str, dict[str, Any]]
"""An item, or a part of one, as it is sent and stored."""
Write = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true of the stored item, in DynamoDB's own words."""

    expression: str
    values: Image


def texts(values: Mapping[str, str | None]) -> Image:
    """Texts as attributes; what is None is no attribute."""
    return {name: {"S": value} for name, value in values.items() if value is not None}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def missing(key: str) -> Condition:
    """That there is no such item; `key` names an attribute that every item has."""
    return Condition(f"attribute_not_exists({key})", {})


def unchanged(key: str, read_version: int) -> Condition:
    """That the item is still of the version that was read; 0: that there is none."""
    return Condition("version = :read", {":read": number(read_version)}) if read_version else missing(key)


def put(table: str, item: Image, condition: Condition | None = None) -> Write:
    return {"Put": {"TableName": table, "Item": item, **_on(condition)}}


def update(
    table: str,
    key: Image,
    attributes: Image,
    remove: Iterable[str] = (),
    extend: Image | None = None,
    condition: Condition | None = None,
) -> Write:
    """Set attributes, remove others, and put more at the end of lists that are there."""
    extended = extend or {}
    actions = [f"#{name} = :{name}" for name in attributes]
    actions += [f"#{name} = list_append(#{name}, :{name})" for name in extended]
    removals = [f"#{name}" for name in remove]
    request: dict[str, Any] = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": f"SET {', '.join(actions)}" + (f" REMOVE {', '.join(removals)}" if removals else ""),
        "ExpressionAttributeNames": {f"#{name}": name for name in (*attributes, *extended, *remove)},
        "ExpressionAttributeValues": {f":{name}": value for name, value in (attributes | extended).items()},
    }
    if condition is not None:
        request["ConditionExpression"] = condition.expression
        request["ExpressionAttributeValues"] |= condition.values
    return {"Update": request}


def delete(table: str, key: Image) -> Write:
    return {"Delete": {"TableName": table, "Key": key}}


def check(table: str, key: Image, condition: Condition) -> Write:
    return {"ConditionCheck": {"TableName": table, "Key": key, **_on(condition)}}


def _on(condition: Condition | None) -> dict[str, Any]:
    if condition is None:
        return {}
    if not condition.values:
        return {"ConditionExpression": condition.expression}
    return {"ConditionExpression": condition.expression, "ExpressionAttributeValues": condition.values}
