"""Stored values stay readable: what an earlier version wrote is read as the same value, and written as the same JSON.

`stored_values.json` holds each value once with all of its fields and once with its defaults. After a change of the
stored form that is meant, write it anew with `python -m tests.unit.adapters.test_encoding`.
"""

import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from rekindle.adapters.dynamodb import batches, encoding, ledger_encoding, lifecycle_encoding, people_encoding
from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.lifecycle.entries import ClockStep, Entered, Left, TouchDue, Transition
from rekindle.domain.lifecycle.journey import Deactivated, Merged, StageReached
from rekindle.domain.people.assignment import AssignmentStep
from rekindle.domain.people.person import Engagement, Person, Profile
from rekindle.domain.people.score import Rise
from rekindle.domain.reactivation.batch import Batch, Member
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.account import Account
from rekindle.domain.records.opportunity import Opportunity
from rekindle.domain.records.queue import Queue
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.task import Task
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Details, ResponseState, Trace

STORED = Path(__file__).with_name("stored_values.json")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

LEDGER = (
    Decision,
    StageReached,
    Deactivated,
    Merged,
    AssignmentStep,
    Routing,
    Transition,
    ClockStep,
    Entered,
    Left,
    TouchDue,
)
"""Records of the ledger."""

KINDS: tuple[type[Any], ...] = (
    *(Campaign, Account, Queue, User, Task, Opportunity),
    *(Person, Profile, ResponseState, Details, Trace),
    *LEDGER,
    *(Batch, Member),
)


def full(kind: type[Any], *, defaults: bool = False) -> Any:
    """A value whose fields differ from each other; with `defaults`, only those that have none are filled."""
    hints = typing.get_type_hints(kind)
    return kind(
        **{
            f.name: _value(hints[f.name], kind, f.name, place)
            for place, f in enumerate(fields(kind))
            if not (defaults and (f.default is not MISSING or f.default_factory is not MISSING))
        }
    )


def _value(hint: Any, kind: type[Any], name: str, place: int) -> Any:
    arguments, origin = typing.get_args(hint), typing.get_origin(hint)
    moment = NOON + timedelta(days=place, milliseconds=place % 2 * 250)
    if name == "scenario":
        return "score" if kind is Engagement else "active_status"
    if name == "stage" and kind is not Opportunity:
        return "SAL"
    if origin in (types.UnionType, typing.Union):
        return _value(next(one for one in arguments if one is not types.NoneType), kind, name, place)
    if origin is typing.Literal:
        return arguments[-1]
    if origin is tuple:
        return (_value(arguments[0], kind, name, place), _value(arguments[0], kind, name, place + 100))
    if origin is Mapping:
        if arguments[1] is Any:
            return {"region": "EMEA", "seats": 12.5, "vip": True}
        return {f"{name}-{n}": _value(arguments[1], kind, name, place + n) for n in range(2)}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return list(hint)[-1]
    if is_dataclass(hint):
        return full(typing.cast("type[Any]", hint))
    return {
        str: f"{name}-{place}",
        int: place + 1,
        float: place + 0.25,
        bool: True,
        datetime: moment,
        date: moment.date(),
        ChangeStamp: ChangeStamp(moment, place, place + 1, ("d1", "d2")),
        Rise: Rise(moment, 10.5, 60.0),
    }[hint]


def encoded(value: Any) -> Any:
    match value:
        case Person():
            return {"core": lifecycle_encoding.core(value), "profile": encoding.encoded(value.profile)}
        case Trace():
            return people_encoding.trace(value, "p-1")
        case _ if isinstance(value, LEDGER):
            return ledger_encoding.body_of(value)
        case Member():
            return batches._encoded_member(value)
        case _:
            return encoding.encoded(value)


DECODE: Mapping[type[Any], Callable[[Any, Any], Any]] = {
    **{
        kind: lambda value, stored: encoding.value_of(type(value), stored)
        for kind in (Campaign, Account, Queue, User, Task, Opportunity)
    },
    Person: lambda value, stored: lifecycle_encoding.person(
        value.person_id, value.version, stored["core"], stored["profile"]
    ),
    Profile: lambda _, stored: people_encoding.profile(stored),
    ResponseState: lambda _, stored: people_encoding.response_state(stored),
    Details: lambda _, stored: people_encoding.details(stored),
    Trace: lambda _, stored: people_encoding.traced(stored, "p-1"),
    Batch: lambda _, stored: batches._batch(stored),
    Member: lambda _, stored: batches._member(stored),
    **{kind: lambda value, stored: ledger_encoding.record(ledger_encoding.kind_of(value), stored) for kind in LEDGER},
}


def values() -> dict[str, Any]:
    told = {kind.__name__: full(kind) for kind in KINDS}
    told |= {f"{kind.__name__}, defaults": full(kind, defaults=True) for kind in KINDS}
    told["Person, defaults"] = replace(told["Person, defaults"], profile=Profile())
    return told


def stored_values() -> Any:
    return json.loads(STORED.read_text())


@pytest.mark.parametrize("name", values())
def test_a_value_is_stored_as_ever(name: str) -> None:
    assert json.loads(json.dumps(encoded(values()[name]))) == stored_values()[name]


@pytest.mark.parametrize("name", values())
def test_a_stored_value_is_read_as_ever(name: str) -> None:
    value = values()[name]

    assert DECODE[type(value)](value, stored_values()[name]) == value


def test_a_person_of_before_letters_stood_for_names_is_read() -> None:
    value = values()["Person"]
    stored = people_encoding.named(lifecycle_encoding.core(value))
    assert "status_mark" in stored and "owner_id" in stored
    assert lifecycle_encoding.person(value.person_id, value.version, stored, encoding.encoded(value.profile)) == value


if __name__ == "__main__":
    text = json.dumps({name: encoded(value) for name, value in values().items()}, indent=1)
    STORED.write_text(f"{text}\n")
