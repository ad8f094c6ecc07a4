"""JSON Schema made from types: of the answers, and of the kinds of record."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from rekindle.adapters.wire.answers.books import ClosedMonth, Closing, Statement
from rekindle.adapters.wire.answers.decisions import Decision, Results
from rekindle.adapters.wire.answers.duplicates import Duplicate
from rekindle.adapters.wire.answers.exports import Export
from rekindle.adapters.wire.answers.failures import Failure, HandledFailure, HandledFailures
from rekindle.adapters.wire.answers.handoffs import Clocks, HandoffState
from rekindle.adapters.wire.answers.imports import ColumnMapping, Import, ImportCreated, ImportSummary
from rekindle.adapters.wire.answers.links import Link, LinkTokens
from rekindle.adapters.wire.answers.measures import (
    Attribution,
    Funnel,
    FunnelCounts,
    FunnelPeriod,
    Metrics,
    Profile,
    Recycling,
)
from rekindle.adapters.wire.answers.people import Assignment, Conversion, Erasure, Person, Response
from rekindle.adapters.wire.answers.service import Health, NotificationText, Problem
from rekindle.adapters.wire.answers.settings import SettingsVersion, StoredVersion, Validation
from rekindle.adapters.wire.answers.simulations import Simulation
from rekindle.adapters.wire.answers.targets import TargetList
from rekindle.adapters.wire.answers.timeline import TimelineEntry
from rekindle.adapters.wire.answers.webhooks import WebhookPreview, WebhookReceived
from rekindle.domain.records.kind import Kind

Json = dict[str, Any]

_PLAIN: Mapping[Any, Json] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Any: {},
}
COMPONENTS: Mapping[Any, str] = {
    # A union, the entries of the timeline, has no name of its own.
    answer: getattr(answer, "__name__", "TimelineEntry")
    for answer in (
        *(Results, Simulation, Person, Response, Assignment, NotificationText, Decision),
        *(TimelineEntry, SettingsVersion, StoredVersion, Validation, Health, Problem),
        *(WebhookReceived, WebhookPreview, Metrics, Attribution, Recycling),
        *(Statement, ClosedMonth, Closing, TargetList, Profile),
        *(Funnel, FunnelPeriod, FunnelCounts),
        *(Link, LinkTokens),
        *(Import, ImportCreated, ImportSummary, ColumnMapping),
        *(Conversion, Erasure, Export, Failure, HandledFailure, HandledFailures),
        *(HandoffState, Clocks, Duplicate),
    )
}
"""Answers that have a schema of their own, to which others refer."""


def schema_of(hint: Any) -> Json:
    """The schema of a type; a reference where it has one of its own."""
    return ref(COMPONENTS[hint]) if hint in COMPONENTS else inline(hint)


def inline(hint: Any) -> Json:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        plain, *keywords = arguments
        return {**schema_of(plain), **dict(keywords)}
    if origin is Literal:
        (only, *others) = arguments
        return {"type": "string", **({"enum": [only, *others]} if others else {"const": only})}
    if origin in (Union, UnionType):
        return _any_of(arguments)
    if origin in (list, tuple):
        return array(schema_of(arguments[0]))
    if origin in (dict, Mapping):
        values = {} if arguments[1] is Any else {"additionalProperties": schema_of(arguments[1])}
        return {"type": "object", **values}
    if is_typeddict(hint):
        described = {"description": hint.__doc__} if hint.__doc__ else {}
        return {**_of_fields(get_type_hints(hint, include_extras=True), hint.__required_keys__), **described}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [one.value for one in hint]}
    return _PLAIN[hint]


def record(kind: Kind[Any]) -> Json:
    """An answer that shows a record as it is stored."""
    hints = get_type_hints(kind.record)
    shown = (kind.id, *kind.fields, *kind.read_only, *(["deleted"] if kind.deletable else []))
    return _of_fields({name: hints[name] for name in shown}, frozenset(shown))


def _of_fields(hints: Mapping[str, Any], required: frozenset[str]) -> Json:
    plain = {name: get_args(hint)[0] if get_origin(hint) is NotRequired else hint for name, hint in hints.items()}
    return {
        "type": "object",
        "properties": {name: schema_of(hint) for name, hint in plain.items()},
        "required": [name for name in hints if name in required],
        "additionalProperties": False,
    }


def _any_of(hints: tuple[Any, ...]) -> Json:
    others = [schema_of(hint) for hint in hints if hint is not NoneType]
    if len(others) > 1:
        return {"oneOf": others}
    return nullable(others[0]) if NoneType in hints else others[0]


def nullable(rule: Json) -> Json:
    if "$ref" in rule or "properties" in rule:
        return {"anyOf": [rule, {"type": "null"}]}
    values = {"enum": [*rule["enum"], None]} if "enum" in rule else {}
    return {**rule, "type": [rule["type"], "null"], **values}


def not_null(rule: Json) -> Json:
    values = {"enum": [value for value in rule["enum"] if value is not None]} if "enum" in rule else {}
    (kind,) = (kind for kind in rule["type"] if kind != "null")
    return {**rule, "type": kind, **values}


def array(of: Json) -> Json:
    return {"type": "array", "items": of}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def page(of: str) -> Json:
    return {
        "type": "object",
        "properties": {"items": array(ref(of)), "next": {"type": ["string", "null"]}},
        "required": ["items", "next"],
        "additionalProperties": False,
    }


def readable(schema: Any) -> Any:
    """A schema of msgspec's without defaults, which an absent field does not get, and without the words of refusals,
    which say what the rule says; with patterns as JSON Schema has them."""
    if isinstance(schema, list):
        return [readable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: readable(value) for key, value in schema.items() if key not in ("default", "description")}
    match kept:
        case {"anyOf": [{"type": str()} | {"enum": _} as rule, {"type": "null"}]}:
            return nullable({"type": "string", **rule})
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = kept["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    return kept
