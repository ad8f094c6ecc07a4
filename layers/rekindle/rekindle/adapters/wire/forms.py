"""The rules that the fields of a kind of record keep on the wire, derived from what the kind declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, get_origin

import msgspec
from msgspec import Meta

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.rules import (
    LARGEST,
    Date,
    FieldName,
    Fields,
    Flag,
    Identifier,
    Time,
    fitting,
    moment,
    no_blank,
    text_of,
)
from rekindle.domain.campaigns.campaign import BY, GOALS
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.records.kind import Field, Kind

_DECIMALS = 6
"""Digits kept behind the point: DynamoDB stores no number as small as JSON can write."""


@dataclass(frozen=True, slots=True)
class Form:
    struct: type[msgspec.Struct]
    """The fields with their rules, none of which is required."""
    names: frozenset[str]
    readers: tuple[tuple[str, Callable[[Any, str], Any]], ...]
    """What is made of a value that keeps its rule, by the name of its field. Takes the value and its path."""


@cache
def form_of(kind: Kind[Any]) -> Form:
    rules = [
        (name, rule if declared.required else rule | None, None)
        for name, declared in kind.fields.items()
        for rule in [rule_of(declared)]
    ]
    readers = ((name, _reader_of(declared)) for name, declared in kind.fields.items())
    return Form(
        msgspec.defstruct(f"{kind.name.capitalize()}Values", rules, gc=False),
        frozenset(kind.fields),
        tuple((name, read) for name, read in readers if read is not None),
    )


def rule_of(declared: Field) -> Any:
    """The description of a rule says, in a refusal, what was expected."""
    if declared.type is str:
        return _rule_of_text(declared)
    if declared.type in (int, float):
        return _rule_of_number(declared)
    if declared.type == Mapping[str, float | str]:
        return _GOALS
    if get_origin(declared.type) is tuple:
        entries = "identifiers" if declared.refers_to else "names"
        limit = Meta(max_length=declared.most, description=f"a list of at most {declared.most:,} {entries}")
        return Annotated[list[Identifier], limit]
    if declared.type == Mapping[str, str]:
        limit = Meta(
            max_length=declared.most,
            description=f"an object of at most {declared.most} roles, each with a user's identifier",
        )
        return Annotated[dict[FieldName, Identifier], limit]
    return _RULES[declared.type]


_NAMES_OF_GOALS = ", ".join(f'"{name}"' for name in GOALS) + f' and "{BY}"'
_GOALS = Annotated[
    dict[Literal["responses", "mqls", "won_amount", "by"], float | str],
    Meta(
        description=f"an object of {_NAMES_OF_GOALS}",
        extra_json_schema={
            "properties": {
                **{name: {"type": "number", "minimum": 0} for name in GOALS},
                BY: {"type": "string", "format": "date"},
            },
            "additionalProperties": False,
        },
    ),
]

_RULES: Mapping[Any, Any] = {bool: Flag, date: Date, datetime: Time, Mapping[str, Any]: Fields}


def _rule_of_text(declared: Field) -> Any:
    if declared.one_of:
        *others, last = [f'"{one}"' for one in declared.one_of]
        return Annotated[Literal[*declared.one_of], Meta(description=f"{', '.join(others)} or {last}")]
    return Identifier if declared.refers_to else text_of(declared.longest)


def _rule_of_number(declared: Field) -> Any:
    lowest, highest = declared.limits or (-LARGEST, LARGEST)
    expected = "a whole number" if declared.type is int else "a number"
    if declared.limits:
        expected = f"{expected} from {lowest:,} to {highest:,}"
    return Annotated[declared.type, Meta(ge=lowest, le=highest, description=expected)]


def prefixes_of(kind: Kind[Any], name: str) -> tuple[str, ...]:
    """How Salesforce's identifiers begin that a field may hold; nothing where the field holds none."""
    declared = kind.fields.get(name)
    return prefixes_of_field(declared) if declared else ()


def prefixes_of_field(declared: Field) -> tuple[str, ...]:
    return ids.prefixes_of(*declared.refers_to, *([declared.names] if declared.names else []))


def _reader_of(declared: Field) -> Callable[[Any, str], Any] | None:
    prefixes = prefixes_of_field(declared)
    if declared.type is float:
        return _cut
    if declared.type is datetime:
        return moment
    if get_origin(declared.type) is tuple:
        return lambda listed, _: tuple(dict.fromkeys(ids.widened_if(prefixes, one) for one in listed))
    if declared.type == Mapping[str, float | str]:
        return _goals
    if declared.type == Mapping[str, str]:
        return lambda ids_by_name, _: {name: ids.widened_if(prefixes, one) for name, one in ids_by_name.items()}
    if declared.type == Mapping[str, Any]:
        return _fitting
    if declared.type is not str or declared.one_of:
        return None
    return (lambda one, _: no_blank(ids.widened_if(prefixes, one))) if prefixes else _no_blank


def _goals(goals: Mapping[str, float | str], path: str) -> Mapping[str, float | str]:
    """Raises InvalidField."""
    for name, goal in goals.items():
        if name == BY:
            try:
                date.fromisoformat(str(goal))
            except ValueError:
                raise InvalidField("expected a date, as 2025-03-31", f"{path}.{name}") from None
        elif isinstance(goal, str) or goal < 0:
            raise InvalidField("expected a number, 0 or more", f"{path}.{name}")
    return {name: goal if isinstance(goal, str) else cut(goal) for name, goal in goals.items()}


def cut(number: float) -> float:
    """Rounded downwards: 59.9999999 is not to reach a threshold of 60."""
    if number.is_integer():
        return number
    near = round(number, _DECIMALS)
    return near if near <= number else round(near - 10**-_DECIMALS, _DECIMALS)


def _cut(number: float, _: str) -> float:
    return cut(number)


def _no_blank(text: str, _: str) -> str | None:
    return None if not text or text.isspace() else text


def _fitting(values: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    fitting(values, path)
    return {name: no_blank(value) for name, value in values.items()}
