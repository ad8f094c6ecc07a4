"""A settings document: read from JSON or YAML, and every fault of its shape found, by path and in plain words."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.adapters.wire import ids
from rekindle.adapters.wire.rules import LONGEST_TEMPLATE, kind_of
from rekindle.adapters.wire.settings_schema import DEFAULTS, SALESFORCE, SCHEMA, TIME_OF_DAY, Rule
from rekindle.domain.errors import InvalidSettings, Malformed
from rekindle.domain.routed import By
from rekindle.domain.settings import LONGEST_DURATION, duration, path_of
from rekindle.domain.template import PARTS, TEMPLATES

LARGEST = 200_000
"""Bytes of a document, as it is sent and as it is stored; an item of DynamoDB holds 400 KB."""

Part = str | int
Fault = tuple[tuple[Part, ...], str]


def parsed(body: bytes, content_type: str | None = None) -> dict[str, Any]:
    """The document, from YAML where the content type says so or it is not JSON. Raises Malformed."""
    if len(body) > LARGEST:
        raise Malformed(f"the document is larger than {LARGEST:,} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("the document is not UTF-8") from None
    found = _from_yaml(text) if "yaml" in (content_type or "").lower() else _from_either(text)
    if not isinstance(found, dict | _Pairs):
        raise Malformed("the document needs to be an object")
    plain: dict[str, Any] = _widened(_plain(found, ()), SCHEMA)
    if len(json.dumps(plain)) > LARGEST:
        raise Malformed(f"the document as it is stored is larger than {LARGEST:,} bytes")
    return plain


class _Pairs(tuple[tuple[str, Any], ...]):
    """An object as JSON writes it, in which a name may be there twice."""


def _from_either(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        if text.lstrip().startswith("{"):
            raise Malformed(f"the document is not JSON: {error}") from None
        return _from_yaml(text)


def _from_yaml(text: str) -> Any:
    from rekindle.adapters.wire import yaml_document

    return yaml_document.load(text)


def _plain(value: Any, at: tuple[Part, ...]) -> Any:
    """The same with whole numbers as such, and refused where JSON has no word for a value, or two for one name."""
    match value:
        case _Pairs():
            names = [name for name, _ in value]
            if len(set(names)) < len(names):
                double = next(name for name in names if names.count(name) > 1)
                raise Malformed(f"the key {double!r} is there twice", path_of((*at, double)))
            return _plain(dict(value), at)
        case dict():
            return {_plain(name, at): _plain(entry, (*at, name)) for name, entry in value.items()}
        case list():
            return [_plain(entry, (*at, index)) for index, entry in enumerate(value)]
        case float() if not math.isfinite(value):
            raise Malformed("a number of the document is not finite", path_of(at))
        case float() if value.is_integer():
            return int(value)
        case str() if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Malformed("a text of the document holds half a character", path_of(at))
        case None | str() | bool() | int() | float():
            return value
    kind = type(value).__name__
    raise Malformed(f"a value of the document is of a kind that JSON does not have: {kind}", path_of(at))


def _widened(value: Any, rule: Any) -> Any:
    """The same, with the short identifiers of Salesforce in their long form, which is that of the records."""
    if not isinstance(rule, dict):
        return value
    match value:
        case str() if SALESFORCE in rule:
            return ids.widened_if(tuple(rule[SALESFORCE]), value)
        case list():
            return [_widened(entry, rule.get("items")) for entry in value]
        case dict():
            known, others = rule.get("properties", {}), rule.get("additionalProperties")
            return {name: _widened(entry, known.get(name, others)) for name, entry in value.items()}
    return value


def shown(version: int, document: Mapping[str, Any]) -> dict[str, Any]:
    """A version as the API shows it; before the first are the built-in defaults."""
    return {"version": version, "settings": document if version else DEFAULTS}


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document, if its shape is right. Raises InvalidSettings with every fault."""
    found = faults(document)
    if found:
        raise InvalidSettings(found)
    return document


def faults(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """All that is wrong with the document's shape, as (path, message). What it names is not looked up here."""
    # Only a document that is sent in pays for the validator.
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from jsonschema.validators import extend  # type: ignore[import-untyped]

    found: dict[tuple[Part, ...], str] = {}
    for error in extend(Draft202012Validator, {"pattern": _bad_texts})(SCHEMA).iter_errors(document):
        for path, message in _told(tuple(error.absolute_path), error.validator, error.schema, error.instance):
            found.setdefault(path, message)
    for path, message in (
        *_bad_durations((), SCHEMA, document),
        *_overlapping_types(document),
        *_router(document),
        *_bad_templates(document),
    ):
        found.setdefault(path, message)
    return sorted((path_of(path), message) for path, message in found.items())


def _bad_texts(_: Any, pattern: str, value: Any, __: Rule) -> Iterator[Exception]:
    """As the language of the schema means a pattern: its end is the text's, not that of its last line, and a digit is
    one of ten."""
    from jsonschema import ValidationError

    if isinstance(value, str) and not re.fullmatch(pattern, value, re.ASCII):
        yield ValidationError(f"does not match {pattern}")


def _told(at: tuple[Part, ...], keyword: str, rule: Rule, value: Any) -> Iterator[Fault]:
    """One error of the validator as faults: each at the key that is to be mended."""
    match keyword:
        case "additionalProperties":
            yield from (((*at, name), "unknown key") for name in value if name not in rule["properties"])
        case "required":
            yield from (((*at, name), "is needed") for name in rule["required"] if name not in value)
        case "dependentRequired":
            for name, others in rule["dependentRequired"].items():
                for other in others:
                    if name in value and other not in value:
                        yield (*at, other), f"is needed where there is {name!r}"
        case "uniqueItems":
            double = next(entry for entry in value if value.count(entry) > 1)
            yield at, f"names {_shown(double)} twice"
        case "minItems":
            yield at, "must not be empty"
        case "maxItems" | "maxProperties":
            yield at, f"has more than {rule[keyword]} entries"
        case "minLength" | "maxLength" if "type" not in rule:
            yield (*at, value), f"a key needs 1 to {rule['maxLength']} characters"
        case _:
            yield at, f"expected {_expected(rule)}, got {_shown(value)}"


def _expected(rule: Rule) -> str:
    types = rule.get("type", [])
    named = [types] if isinstance(types, str) else list(types)
    if "enum" in rule:
        words = [json.dumps(one) for one in rule["enum"]]
        return f"{', '.join(words[:-1])} or {words[-1]}"
    return " or ".join(_words(name, rule) for name in named)


def _words(name: str, rule: Rule) -> str:
    match name:
        case "integer" | "number":
            kind = "a whole number" if name == "integer" else "a number"
            return f"{kind} from {rule['minimum']} to {rule['maximum']}"
        case "string" if "examples" in rule:
            kind = "a duration" if rule.get("format") == "duration" else "a text"
            return f"{kind} such as {' or '.join(rule['examples'])}"
        case "string":
            return f"a text of {rule['minLength']} to {rule['maxLength']} characters"
        case "boolean":
            return "true or false"
        case "array":
            return "a list"
        case "object":
            return "an object"
    return "null"


def _shown(value: Any) -> str:
    """A short value itself: settings tell of no person."""
    return json.dumps(value, ensure_ascii=False) if len(str(value)) <= 40 and value != "" else kind_of(value)


def _bad_durations(at: tuple[Part, ...], rule: Rule, value: Any) -> Iterator[Fault]:
    """Durations that are written right, but are longer than any delay can be."""
    if rule.get("format") == "duration" and isinstance(value, str):
        try:
            if duration(value) > LONGEST_DURATION:
                yield at, f"expected at most {LONGEST_DURATION.days} days"
        except (ValueError, OverflowError):
            yield at, f"expected {_expected(rule)}, got {_shown(value)}"
    elif isinstance(value, dict):
        for name, inner in rule.get("properties", {}).items():
            if name in value:
                yield from _bad_durations((*at, name), inner, value[name])
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _bad_durations((*at, index), rule.get("items", {}), entry)


def _overlapping_types(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Types of campaigns that are wanted and not wanted."""
    for scenario, section in _entries(_entries(document).get("reactivation")).items():
        types = _entries(_entries(section).get("campaign_types"))
        only, excepted = types.get("only"), types.get("except")
        if isinstance(only, list) and isinstance(excepted, list):
            both = [_shown(one) for one in only if one in excepted]
            if both:
                message = f"overlapping: {', '.join(both)} in both only and except"
                yield ("reactivation", scenario, "campaign_types"), message


_NEEDED: Mapping[Any, str] = {By.POOL: "pool", By.ACCOUNT_TEAM: "role"}
"""What a step of the router needs beside where it leads to."""


def _router(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Steps that name no pool or role, or one that is not there; times and zones that do not exist."""
    at: tuple[Part, ...] = ("assignment", "router")
    router = _entries(_entries(document.get("assignment")).get("router"))
    pools = _entries(router.get("pools"))
    steps = router.get("steps")
    for place, step in enumerate(steps if isinstance(steps, list) else ()):
        to, named = _entries(step).get("to"), _entries(step).get("pool")
        needed = _NEEDED.get(to) if isinstance(to, str) else None
        if needed is not None and needed not in step:
            yield (*at, "steps", place, needed), f"is needed where to is {_shown(to)}"
        elif needed == "pool" and isinstance(named, str) and named not in pools:
            yield (*at, "steps", place, "pool"), f"there is no pool {_shown(named)}"
    for name, pool in pools.items():
        for path, message in _pool(_entries(pool)):
            yield (*at, "pools", name, *path), message


def _pool(pool: Mapping[str, Any]) -> Iterator[Fault]:
    members = pool.get("members")
    users = [_entries(member).get("user") for member in (members if isinstance(members, list) else ())]
    for place, user in enumerate(users):
        if user is not None and user in users[:place]:
            yield ("members", place, "user"), f"names {_shown(user)} twice"
    hours = _entries(pool.get("hours"))
    begins, ends = hours.get("from", "09:00"), hours.get("to", "17:00")
    if all(re.match(TIME_OF_DAY, str(told)) for told in (begins, ends)) and begins >= ends:
        yield ("hours", "to"), f"expected a time after {begins}"
    named, days = pool.get("time_zone"), pool.get("holidays")
    if isinstance(named, str) and not _is_zone(named):
        yield ("time_zone",), f"expected a time zone such as Europe/Oslo, got {_shown(named)}"
    for place, day in enumerate(days if isinstance(days, list) else ()):
        if isinstance(day, str) and not _is_date(day):
            yield ("holidays", place), f"expected a date such as 2026-12-25, got {_shown(day)}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _is_date(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _bad_templates(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Templates that cannot be read, or use a name that there is not; of each part the first fault."""
    told = _entries(_entries(document.get("notifications")).get("templates"))
    sources = [(name, part, source) for name, parts in told.items() for part, source in _entries(parts).items()]
    if not sources:
        return
    # Only a document that has templates pays for their language.
    from rekindle.adapters.templates import faults

    for name, part, source in sources:
        if name in TEMPLATES and part in PARTS and isinstance(source, str) and len(source) <= LONGEST_TEMPLATE:
            for fault in faults(name, part, source):
                yield ("notifications", "templates", name, part), str(fault)


def _entries(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
