"""A settings document, read from JSON or YAML."""

import json
from typing import Any

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.forms import prefixes_of
from rekindle.adapters.wire.settings.terms import Part
from rekindle.domain.capture.kinds import PERSON
from rekindle.domain.core.errors import Malformed
from rekindle.domain.records.user import USER
from rekindle.domain.settings.settings import path_of

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
    document = _from_yaml(text) if "yaml" in (content_type or "").lower() else _from_either(text)
    if not isinstance(document, dict | _Pairs):
        raise Malformed("the document needs to be an object")
    plain: dict[str, Any] = _plain(document, ())
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
    widened_map: dict[str, Any] = {}
    for name, entry in value.items():
        widened = ids.widened_if(prefixes, name)
        if widened in widened_map:
            raise Malformed(f"the key {widened!r} is there twice", path_of((*at, widened)))
        widened_map[widened] = entry
    return widened_map
