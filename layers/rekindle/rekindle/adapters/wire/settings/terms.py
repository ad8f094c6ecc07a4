"""The words that the schema of the settings is written in: what an object, a list, a text, a duration may be."""

import json
from collections.abc import Mapping
from typing import Any

from rekindle.adapters.wire.rules import kind_of
from rekindle.domain.settings.settings import DURATION

Rule = dict[str, Any]
Part = str | int
Fault = tuple[tuple[Part, ...], str]
"""A place of a document, and what is wrong there."""

LONGEST = 255
"""Characters of a text."""
MOST_DAYS = 3650
MOST = 500
"""Entries of a map or a list."""
LONGER_THAN_ZERO = f"^(?=.*[1-9]){DURATION.pattern.removeprefix('^')}"


def object_of(description: str, properties: Mapping[str, Rule], **more: Any) -> Rule:
    return {
        "type": "object",
        "description": description,
        "properties": dict(properties),
        "additionalProperties": False,
        **more,
    }


def map_of(description: str, entry: Rule) -> Rule:
    return {
        "type": "object",
        "description": description,
        "maxProperties": MOST,
        "propertyNames": {"maxLength": LONGEST, "minLength": 1},
        "additionalProperties": entry,
    }


def list_of(description: str, entry: Rule, **more: Any) -> Rule:
    return {
        "type": "array",
        "description": description,
        "items": entry,
        "maxItems": MOST,
        "uniqueItems": True,
        **more,
    }


def text(description: str, **more: Any) -> Rule:
    return {"type": "string", "description": description, "minLength": 1, "maxLength": LONGEST, **more}


def optional(rule: Rule) -> Rule:
    return {**rule, "type": [rule["type"], "null"], "default": None}


def flag(description: str, default: bool) -> Rule:
    return {"type": "boolean", "description": description, "default": default}


def days(description: str, **more: Any) -> Rule:
    return {"type": "integer", "description": description, "minimum": 0, "maximum": MOST_DAYS, **more}


def duration_of(description: str, **more: Any) -> Rule:
    return {
        "type": "string",
        "description": description,
        "format": "duration",
        "pattern": DURATION.pattern,
        "examples": ["PT30M", "P1D"],
        **more,
    }


def quoted(value: Any) -> str:
    """A short value itself: settings hold no person."""
    return json.dumps(value, ensure_ascii=False) if len(str(value)) <= 40 and value != "" else kind_of(value)


def entries(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
