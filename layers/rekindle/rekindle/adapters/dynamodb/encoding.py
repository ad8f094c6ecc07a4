"""Domain values as the JSON that is stored, and back. What is None, empty or a default is not stored."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from enum import StrEnum
from functools import cache, partial
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from rekindle.domain.core import times
from rekindle.domain.people.person import Engagement, Erasure, IndexRewrite
from rekindle.domain.reactivation.decision import DecisionBasis
from rekindle.domain.records.stamps import ChangeStamp, grouped, ungrouped
from rekindle.domain.responses.response import Conversion, ResponseState
from rekindle.domain.settings.settings import Overrides

Json = dict[str, Any]

_STORED_AS = {
    "stamps": "marks",
    "status_stamp": "status_mark",
    "owner_stamp": "owner_mark",
    "effective_at": "dated",
    "merged_ids": "absorbed",
    "merging_ids": "absorbing",
    "response_state": "standing",
}
"""Fields that are stored under another name than they have."""


def encoded(value: Any, leave_out: frozenset[str] = frozenset()) -> Json:
    """A frozen value as JSON, field by field."""
    stored: Json = {}
    kind: Any = type(value)
    for name, stored_as, default in fields_of(kind):
        if name in leave_out:
            continue
        field_value = getattr(value, name)
        if field_value is None or field_value == default or (name == "fields" and not field_value):
            continue
        written = _WRITTEN.get(type(field_value))
        if written is not None:
            field_value = written(field_value)
        elif name == "stamps":
            field_value = grouped(field_value)
        stored[stored_as] = field_value
    return stored


_BASIS = {
    "status": "s",
    "status_at": "t",
    "status_activated": "w",
    "owner_id": "o",
    "record_type": "y",
    "nurture_until": "n",
    "score_activated_at": "m",
    "opportunity_open": "q",
    "cycles": "c",
    "deleted": "x",
    "active": "a",
    "own_score": "p",
    "campaign_id": "k",
    "unanswered_at": "u",
    "status_is_past": "e",
    "dated_at": "d",
}

_OF_NO_RESPONSE = {"response_id": "", "campaign_id": "", "cycle": 0, "decision_id": ""}


def _basis(value: DecisionBasis) -> Json:
    """A letter for each name, and no empty text: every decision carries it, and is to stay below the kilobyte that a
    write is billed by."""
    stored = {_BASIS[name]: entry for name, entry in encoded(value).items()}
    if "a" in stored:
        stored["a"] = {name: entry for name, entry in stored["a"].items() if entry or name not in _OF_NO_RESPONSE}
    return stored


def basis_of(stored: Mapping[str, Any]) -> DecisionBasis:
    values = decoded(DecisionBasis, {name: stored[letter] for name, letter in _BASIS.items() if letter in stored})
    if "active" in values:
        values["active"] = Engagement(**{**_OF_NO_RESPONSE, **decoded(Engagement, values["active"])})
    return DecisionBasis(**values)


_WRITTEN: Mapping[type, Callable[[Any], Any]] = {
    datetime: times.text,
    date: date.isoformat,
    ChangeStamp: str,
    Overrides: encoded,
    Engagement: encoded,
    Erasure: encoded,
    IndexRewrite: encoded,
    DecisionBasis: _basis,
    ResponseState: encoded,
    Conversion: encoded,
}


@cache
def fields_of(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Names, the names they are stored under, and defaults, which `dataclasses.fields` would put together anew each
    time."""
    return tuple((f.name, _STORED_AS.get(f.name, f.name), f.default) for f in fields(kind))


def value_of[T](kind: type[T], stored: Mapping[str, Any]) -> T:
    """The reverse of `encoded`."""
    form: Any = kind
    return kind(**{**_absent(form), **decoded(form, stored)})


def decoded(kind: Any, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments for a value of this kind, each read by the type of its field."""
    decoders = _decoders(kind)
    values: dict[str, Any] = {}
    for stored_as, entry in stored.items():
        name, decode = decoders[stored_as]
        values[name] = entry if decode is None else decode(entry)
    return values


@cache
def _decoders(kind: Any) -> dict[str, tuple[str, Callable[[Any], Any] | None]]:
    hints = get_type_hints(kind)
    return {stored_as: (name, _decoder(hints[name])) for name, stored_as, _ in fields_of(kind)}


@cache
def _absent(kind: Any) -> dict[str, None]:
    """Fields without a default that may be None, which is not stored."""
    hints = get_type_hints(kind)
    required = [name for name, _, default in fields_of(kind) if default is MISSING]
    return {name: None for name in required if NoneType in get_args(hints[name])}


def _decoder(hint: Any) -> Callable[[Any], Any] | None:
    """Reads a stored value of a type; None where it is kept as it is, or read by what is stored beside it."""
    if NoneType in get_args(hint):
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if hint in _READ:
        return _READ[hint]
    if get_origin(hint) is tuple:
        entry = _decoder(get_args(hint)[0])
        return tuple if entry is None else lambda entries: tuple(map(entry, entries))
    return hint if isinstance(hint, type) and issubclass(hint, StrEnum) else None


_READ: Mapping[Any, Callable[[Any], Any]] = {
    datetime: times.instant,
    date: date.fromisoformat,
    ChangeStamp: ChangeStamp.parse,
    Mapping[str, ChangeStamp]: ungrouped,
    Overrides: partial(value_of, Overrides),
    ResponseState: partial(value_of, ResponseState),
    Conversion: partial(value_of, Conversion),
    IndexRewrite: partial(value_of, IndexRewrite),
}
