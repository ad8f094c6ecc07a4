"""Arbitrary domain values: every field of every type, as far as the types allow."""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from rekindle.domain.people.person import Engagement
from rekindle.domain.people.score import Rise
from rekindle.domain.reactivation.batch import Member
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import DEFAULT_CLASSES, ResponseState
from rekindle.domain.settings.settings import Scenario

quickly = settings(
    max_examples=40,
    deadline=None,
    # One set of tables serves all examples of a test: each example has ids of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_characters = st.characters(exclude_categories=["Cs"])
texts = st.text(_characters, max_size=12)
ids = st.text(_characters, min_size=1, max_size=20)
instants = st.integers(0, 10**13).map(lambda millis: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis))
numbers = st.floats(-1e6, 1e6).map(lambda number: round(number, 6)) | st.integers(-1_000_000, 1_000_000)
stamps = st.builds(
    ChangeStamp,
    instants,
    st.none() | st.integers(0, 2**63),
    st.integers(0, 10**9),
    st.lists(st.uuids().map(lambda u: u.hex[:16]), max_size=3).map(tuple),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)
_SIMPLE: Mapping[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(0, 10**9),
    float: numbers,
    bool: st.booleans(),
    datetime: instants,
    date: st.dates(date(1900, 1, 1)),
    ChangeStamp: stamps,
    Rise: st.builds(Rise, instants, numbers, numbers),
    type(None): st.none(),
}


def every_field(kind: type, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a dataclass in which no field is left at its default on purpose."""
    hints = typing.get_type_hints(kind)
    named = {f.name: _of(kind, f.name, hints[f.name]) for f in fields(kind) if f.name not in given}
    return st.builds(kind, **named, **given)


def _of(kind: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    if kind is Engagement and name == "scenario":
        return st.sampled_from(Scenario)
    if kind in (Engagement, Member) and name == "stage":
        return st.sampled_from(["MQL", "SAL", "SQL"])
    if kind is ResponseState and name == "status":
        return statuses
    return _of_hint(hint)


def _of_hint(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.one_of([_of_hint(argument) for argument in arguments])
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(_of_hint(arguments[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(texts, json_values if arguments[1] is Any else _of_hint(arguments[1]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if is_dataclass(hint):
        return every_field(hint)
    raise TypeError(f"no values known for {hint}")


statuses = st.none() | st.sampled_from([*DEFAULT_CLASSES, "Working", "Disqualified"])


def standings(near: datetime) -> st.SearchStrategy[ResponseState]:
    """Standings around an instant, close enough together that dates are often the same."""
    moments = st.integers(-3, 3).map(lambda days: near + timedelta(days=days))
    return st.builds(
        ResponseState,
        responded=st.booleans(),
        responded_at=st.none() | moments,
        received_at=moments,
        status=statuses,
        activated_at=st.none() | moments,
        reactivated_at=st.none() | st.none() | moments,
        deleted=st.sampled_from([False, False, False, True]),
    )


def fresh(name: str = "p") -> str:
    """An id that nobody had before."""
    return f"{name}-{uuid4().hex[:12]}"
