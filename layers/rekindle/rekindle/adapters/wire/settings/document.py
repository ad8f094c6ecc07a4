"""A settings document: read from JSON or YAML, and every fault of its shape found, by path and in plain words."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.forms import prefixes_of
from rekindle.adapters.wire.rules import LONGEST_TEMPLATE
from rekindle.adapters.wire.settings.lifecycle_checks import lifecycle_faults
from rekindle.adapters.wire.settings.measures import faults as _faults_of_measures
from rekindle.adapters.wire.settings.schema import DEFAULTS, SCHEMA, TIME_OF_DAY
from rekindle.adapters.wire.settings.terms import LONGER_THAN_ZERO, Fault, Part, Rule
from rekindle.adapters.wire.settings.terms import entries as _entries
from rekindle.adapters.wire.settings.terms import shown as _shown
from rekindle.adapters.wire.standards import is_time_zone
from rekindle.domain.assignment.routing_result import By
from rekindle.domain.capture.kinds import PERSON
from rekindle.domain.core.errors import InvalidSettings, Malformed
from rekindle.domain.notifications.template import PARTS, TEMPLATES
from rekindle.domain.records.kind import LONGEST_TEXT
from rekindle.domain.records.user import USER
from rekindle.domain.settings.settings import (
    ACTIVE_KINDS,
    LONGEST_DURATION,
    AssignmentRule,
    Scenario,
    duration,
    path_of,
)

LARGEST = 200_000
"""Bytes of a document, as it is sent and as it is stored; an item of DynamoDB holds 400 KB."""
DEEPEST = 20
"""Steps to a value; an item of DynamoDB holds 32, and the schema asks for less than ten."""


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
    plain: dict[str, Any] = _plain(found, ())
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
    from rekindle.adapters.wire.settings import yaml_document

    return yaml_document.load(text)


def _plain(value: Any, at: tuple[Part, ...]) -> Any:
    """The same with whole numbers as such and Salesforce's ids in their longer form; refused where JSON has no kind for
    a value, or two values for a name."""
    if len(at) > DEEPEST:
        raise Malformed("the document is nested too deep", path_of(at))
    match value:
        case _Pairs():
            names = [name for name, _ in value]
            if len(set(names)) < len(names):
                double = next(name for name in names if names.count(name) > 1)
                raise Malformed(f"the key {double!r} is there twice", path_of((*at, double)))
            return _plain(dict(value), at)
        case dict():
            plain = {_plain(name, at): _plain(entry, (*at, name)) for name, entry in value.items()}
            return _with_widened_keys(plain, at)
        case list():
            return [_plain(entry, (*at, index)) for index, entry in enumerate(value)]
        case float() if value.is_integer():
            return int(value)
        case str() if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Malformed("a text of the document holds half a character", path_of(at))
        case str():
            return ids.widened_if(_of_records(at), value)
        case None | bool() | int() | float():
            return value
    kind = type(value).__name__
    raise Malformed(f"a value of the document is of a kind that JSON does not have: {kind}", path_of(at))


def _of_records(at: tuple[Part, ...]) -> tuple[str, ...]:
    """With what the ids begin of the records that a place of the document names, where they are Salesforce's."""
    match at:
        case ("reactivation", _, "default_campaign", "single" | "otherwise" | "map", *_):
            return ids.CAMPAIGN
        case ("assignment", "rules", _, "to" | "fallback") | ("assignment", "rules", _, "owners", _):
            return ids.OWNER
        case ("assignment", "intermediate_owners", _) | ("assignment", "router", "queues", _):
            return ids.OWNER
        case ("assignment", "router", "pools", _, "members", _, "user"):
            return ids.USER
        case ("assignment", "rules", _, "where", str(name), *_):
            return prefixes_of(PERSON, name)
        case ("assignment", "router", "steps", _, "where", str(name), *_):
            return prefixes_of(PERSON, name)
        case ("lifecycle", "handoff", "policies", _, "where", str(name), *_):
            return prefixes_of(PERSON, name)
        case ("lifecycle", "handoff", "policies", _, *_, "notify" | "reassign_to"):
            return ids.OWNER
        case ("lifecycle", "tracks" | "customers", *_, "campaign_id"):
            return ids.CAMPAIGN
    return ()


def _with_widened_keys(value: dict[str, Any], at: tuple[Part, ...]) -> dict[str, Any]:
    """The same by the longer form of the ids that stand for a key."""
    match at:
        case ("mode_overrides", "profiles"):
            return _by_widened(value, ids.PROFILE, at)
        case ("mode_overrides", "record_types"):
            return _by_widened(value, ids.RECORD_TYPE, at)
        case ("reactivation", _, "default_campaign") if isinstance(value.get("map"), dict):
            by = value.get("by")
            prefixes = prefixes_of(USER, by) if isinstance(by, str) else ()
            return {**value, "map": _by_widened(value["map"], prefixes, (*at, "map"))}
    return value


def _by_widened(value: dict[str, Any], prefixes: tuple[str, ...], at: tuple[Part, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, entry in value.items():
        widened = ids.widened_if(prefixes, name)
        if widened in found:
            raise Malformed(f"the key {widened!r} is there twice", path_of((*at, widened)))
        found[widened] = entry
    return found


def shown(version: int, document: Mapping[str, Any]) -> dict[str, Any]:
    """A version as the API shows it; before the first are the built-in defaults."""
    return {"version": version, "settings": document if version else DEFAULTS}


Named = Callable[[Mapping[str, Any]], list[tuple[str, str]]]
"""Looks up what a document of the right shape names, and answers what is not there, as (path, message)."""


def checked(document: dict[str, Any], named: Named = lambda _: []) -> dict[str, Any]:
    """The document, if its shape is right. Raises InvalidSettings with every fault, also of what it names."""
    found = faults(document)
    if found:
        raise InvalidSettings(_with_named(document, found, named))
    return document


def all_faults(document: Mapping[str, Any], named: Named) -> list[tuple[str, str]]:
    """Of its shape and of what it names."""
    return _with_named(document, faults(document), named)


def _with_named(document: Mapping[str, Any], found: list[tuple[str, str]], named: Named) -> list[tuple[str, str]]:
    return sorted([*found, *named(_sound(document, found))])


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
        *_not_finite((), document),
        *_bad_durations((), SCHEMA, document),
        *_statuses(document),
        *_scenarios(document),
        *_rules(document),
        *_router(document),
        *_bad_templates(document),
        *_time_zone(document),
        *_faults_of_measures(document),
        *lifecycle_faults(document),
    ):
        found.setdefault(path, message)
    return sorted((path_of(path), message) for path, message in found.items())


def _bad_texts(_: Any, pattern: str, value: Any, __: Rule) -> Iterator[Exception]:
    """As the language of the schema means a pattern: its end is the text's, not that of its last line, and a digit is
    one of ten."""
    from jsonschema import ValidationError

    if isinstance(value, str) and not re.fullmatch(pattern, value, re.ASCII):
        yield ValidationError(f"does not match {pattern}")


def _sound(document: Mapping[str, Any], found: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What of a document names campaigns and owners and is itself without fault: that can be looked up whatever is
    wrong elsewhere, so that all faults are told at once."""
    faulty = [path for path, _ in found]

    def is_sound(*place: Part) -> bool:
        at = path_of(place)
        return not any(at == path or _is_below(at, path) or _is_below(path, at) for path in faulty)

    scenarios = _entries(document.get("reactivation"))
    return {
        "reactivation": {
            name: {"default_campaign": section["default_campaign"]}
            for name, section in scenarios.items()
            if "default_campaign" in _entries(section) and is_sound("reactivation", name, "default_campaign")
        },
        **{name: document[name] for name in ("assignment", "lifecycle") if name in document and is_sound(name)},
    }


def _is_below(path: str, other: str) -> bool:
    return path.startswith((f"{other}.", f"{other}["))


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
            if rule["pattern"] == LONGER_THAN_ZERO:
                kind += " longer than zero"
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


def _not_finite(at: tuple[Part, ...], value: Any) -> Iterator[Fault]:
    """Numbers that YAML has a word for and JSON has none, wherever they stand."""
    if isinstance(value, float) and not math.isfinite(value):
        yield at, f"expected a finite number, got {_shown(value)}"
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in entries:
        yield from _not_finite((*at, part), inner)


def _bad_durations(at: tuple[Part, ...], rule: Rule, value: Any) -> Iterator[Fault]:
    """Durations that are written right, but are longer than any delay can be."""
    if rule.get("format") == "duration" and isinstance(value, str):
        try:
            if duration(value) > LONGEST_DURATION:
                yield at, f"expected at most {LONGEST_DURATION.days} days"
        except (ValueError, OverflowError):
            yield at, f"expected {_expected(rule)}, got {_shown(value)}"
    elif isinstance(value, dict):
        properties, others = rule.get("properties", {}), rule.get("additionalProperties")
        for name, entry in value.items():
            inner = properties.get(name, others)
            if isinstance(inner, dict):
                yield from _bad_durations((*at, name), inner, entry)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _bad_durations((*at, index), rule.get("items", {}), entry)


def _statuses(document: Mapping[str, Any]) -> Iterator[Fault]:
    """What says something of active statuses, or of inactive ones, and stands at one of the others."""
    for name, entry in _entries(document.get("person_statuses")).items():
        status = _entries(entry)
        active, kind = status.get("active"), status.get("kind")
        if not isinstance(active, bool):
            continue
        if isinstance(kind, str) and (kind in ACTIVE_KINDS) is not active:
            message = f"{_shown(kind)} is a kind of {'an inactive' if active else 'an active'} status"
            yield ("person_statuses", name, "kind"), message
        if active and status.get("nurture_timeout_days") is not None:
            yield ("person_statuses", name, "nurture_timeout_days"), "has no effect on an active status"


def _scenarios(document: Mapping[str, Any]) -> Iterator[Fault]:
    for scenario, section in _entries(_entries(document).get("reactivation")).items():
        at = ("reactivation", scenario)
        yield from _overlapping_types((*at, "campaign_types"), _entries(_entries(section).get("campaign_types")))
        default = _entries(_entries(section).get("default_campaign"))
        yield from _unread((*at, "default_campaign"), default, scenario)


def _overlapping_types(at: tuple[Part, ...], types: Mapping[str, Any]) -> Iterator[Fault]:
    """Types of campaigns that are wanted and not wanted."""
    only, excepted = types.get("only"), types.get("except")
    if isinstance(only, list) and isinstance(excepted, list):
        both = [_shown(one) for one in only if one in excepted]
        if both:
            yield at, f"overlapping: {', '.join(both)} in both only and except"


def _unread(at: tuple[Part, ...], default: Mapping[str, Any], scenario: str) -> Iterator[Fault]:
    """A map that is never looked up: there is no field to look it up by, or no user to have one."""
    if "by" in default and default["by"] is None:
        yield from (((*at, "by"), f"is needed where there is {name!r}") for name in _ROWS if default.get(name))
    elif (
        scenario == Scenario.SCORE
        and default.get("map")
        and default.get("user_source", "actor") == "actor"
        # The rows for no match are still of use.
        and not (default.get("otherwise") or default.get("single"))
    ):
        yield (*at, "user_source"), 'expected "owner": nobody acts when a score crosses'


_ROWS = ("map", "otherwise")


def _rules(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Waits that come to nothing: for the one who has the lead already, with a reminder when they are over."""
    rules = _entries(document.get("assignment")).get("rules")
    standard = AssignmentRule("")
    for place, rule in enumerate(map(_entries, rules) if isinstance(rules, list) else ()):
        at = ("assignment", "rules", place)
        fallback = rule.get("fallback")
        if fallback is not None and fallback == rule.get("to"):
            yield (*at, "fallback"), "expected somebody other than to, who has the lead while it waits"
        deadline = _duration(rule["deadline"]) if "deadline" in rule else standard.deadline
        reminder = _duration(rule.get("reminder"))
        if deadline and reminder is not None and reminder >= deadline:
            yield (*at, "reminder"), f"expected a duration shorter than the deadline, got {_shown(rule['reminder'])}"


def _duration(written: Any) -> timedelta | None:
    try:
        return duration(written) if isinstance(written, str) else None
    except (ValueError, OverflowError):
        return None


_NEEDED: Mapping[Any, str] = {By.POOL: "pool", By.ACCOUNT_TEAM: "role"}
"""What a step of the router needs beside where it leads to."""


def _router(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Steps that name no pool or role, or one that is not there; times and zones that do not exist."""
    at: tuple[Part, ...] = ("assignment", "router")
    assignment = _entries(document.get("assignment"))
    router, rules = _entries(assignment.get("router")), assignment.get("rules", [])
    waiting = [_entries(rule).get("to") for rule in rules] if isinstance(rules, list) else [None]
    queues = router.get("queues")
    for place, queue in enumerate(queues if isinstance(queues, list) else ()):
        # A rule that is wrong itself may mean it.
        if isinstance(queue, str) and queue not in waiting and all(map(_is_text, waiting)):
            yield (*at, "queues", place), f"no rule's leads wait with {_shown(queue)}"
    pools = _entries(router.get("pools"))
    steps = router.get("steps")
    for place, step in enumerate(steps if isinstance(steps, list) else ()):
        to, named = _entries(step).get("to"), _entries(step).get("pool")
        needed = _NEEDED.get(to) if isinstance(to, str) else None
        for name in ("pool", "role") if to in list(By) else ():
            if name != needed and name in _entries(step):
                yield (*at, "steps", place, name), f"has no effect where to is {_shown(to)}"
        if needed is not None and needed not in step:
            yield (*at, "steps", place, needed), f"is needed where to is {_shown(to)}"
        elif needed == "pool" and isinstance(named, str) and named not in pools:
            yield (*at, "steps", place, "pool"), f"there is no pool {_shown(named)}"
    for name, pool in pools.items():
        for path, message in _pool(_entries(pool)):
            yield (*at, "pools", name, *path), message


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT


def _pool(pool: Mapping[str, Any]) -> Iterator[Fault]:
    members = pool.get("members")
    users = [_entries(member).get("user") for member in (members if isinstance(members, list) else ())]
    for place, user in enumerate(users):
        if user is not None and user in users[:place]:
            yield ("members", place, "user"), f"names {_shown(user)} twice"
    hours = _entries(pool.get("hours"))
    begins, ends = hours.get("from", "09:00"), hours.get("to", "17:00")
    overnight = "from" in hours and "to" in hours  # Said, and not left to a default.
    if all(re.match(TIME_OF_DAY, str(told)) for told in (begins, ends)):
        if begins == ends:
            yield ("hours", "to"), f"expected another time than {begins}"
        elif begins > ends and not overnight:
            yield ("hours", "to"), f"expected a time after {begins}, or both from and to, for hours that cross midnight"
    named, days = pool.get("time_zone"), pool.get("holidays")
    if isinstance(named, str) and not is_time_zone(named):
        yield ("time_zone",), f"expected a time zone such as Europe/Oslo, got {_shown(named)}"
    for place, day in enumerate(days if isinstance(days, list) else ()):
        if isinstance(day, str) and not _is_date(day):
            yield ("holidays", place), f"expected a date such as 2026-12-25, got {_shown(day)}"


def _time_zone(document: Mapping[str, Any]) -> Iterator[Fault]:
    named = document.get("time_zone")
    if isinstance(named, str) and _is_text(named) and not is_time_zone(named):
        yield ("time_zone",), f"expected a time zone such as Europe/Oslo, got {_shown(named)}"


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
