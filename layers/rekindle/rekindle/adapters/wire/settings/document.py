"""The checks of a settings document: every fault of its shape, by path and in plain words."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rekindle.adapters.wire.settings.meaning import contradictions
from rekindle.adapters.wire.settings.schema import DEFAULTS, SCHEMA
from rekindle.adapters.wire.settings.terms import LONGER_THAN_ZERO, Fault, Part, Rule, entries, quoted
from rekindle.domain.core.errors import InvalidSettings
from rekindle.domain.settings.settings import LONGEST_DURATION, duration, path_of


def shown(version: int, document: Mapping[str, Any]) -> dict[str, Any]:
    """A version as the API shows it; before the first are the built-in defaults."""
    return {"version": version, "settings": document if version else DEFAULTS}


LookUp = Callable[[Mapping[str, Any]], list[tuple[str, str]]]
"""Looks up what a document of the right shape names, and answers what is not there, as (path, message)."""


def checked(document: dict[str, Any], look_up: LookUp = lambda _: []) -> dict[str, Any]:
    """The document, if its shape is right. Raises InvalidSettings with every fault, also of what it names."""
    shape_faults = faults(document)
    if shape_faults:
        raise InvalidSettings(_with_unknown(document, shape_faults, look_up))
    return document


def all_faults(document: Mapping[str, Any], look_up: LookUp) -> list[tuple[str, str]]:
    """Of its shape and of what it names."""
    return _with_unknown(document, faults(document), look_up)


def _with_unknown(
    document: Mapping[str, Any], shape_faults: list[tuple[str, str]], look_up: LookUp
) -> list[tuple[str, str]]:
    return sorted([*shape_faults, *look_up(_sound(document, shape_faults))])


def faults(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """All that is wrong with the document's shape, as (path, message). What it names is not looked up here."""
    # Only a document that is sent in pays for the validator.
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from jsonschema.validators import extend  # type: ignore[import-untyped]

    by_path: dict[tuple[Part, ...], str] = {}
    for error in extend(Draft202012Validator, {"pattern": _bad_texts})(SCHEMA).iter_errors(document):
        for path, message in _faults_of(tuple(error.absolute_path), error.validator, error.schema, error.instance):
            by_path.setdefault(path, message)
    for path, message in (
        *_not_finite((), document),
        *_bad_durations((), SCHEMA, document),
        *contradictions(document),
    ):
        by_path.setdefault(path, message)
    return sorted((path_of(path), message) for path, message in by_path.items())


def _bad_texts(_: Any, pattern: str, value: Any, __: Rule) -> Iterator[Exception]:
    """As the language of the schema means a pattern: its end is the text's, not that of its last line, and a digit is
    one of ten."""
    from jsonschema import ValidationError

    if isinstance(value, str) and not re.fullmatch(pattern, value, re.ASCII):
        yield ValidationError(f"does not match {pattern}")


def _sound(document: Mapping[str, Any], shape_faults: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What of a document names campaigns and owners and is itself without fault: that can be looked up whatever is
    wrong elsewhere, so that all faults are reported at once."""
    faulty = [path for path, _ in shape_faults]

    def is_sound(*place: Part) -> bool:
        at = path_of(place)
        return not any(at == path or _is_below(at, path) or _is_below(path, at) for path in faulty)

    scenarios = entries(document.get("reactivation"))
    return {
        "reactivation": {
            name: {"default_campaign": section["default_campaign"]}
            for name, section in scenarios.items()
            if "default_campaign" in entries(section) and is_sound("reactivation", name, "default_campaign")
        },
        **{name: document[name] for name in ("assignment", "lifecycle") if name in document and is_sound(name)},
    }


def _is_below(path: str, other: str) -> bool:
    return path.startswith((f"{other}.", f"{other}["))


def _faults_of(at: tuple[Part, ...], keyword: str, rule: Rule, value: Any) -> Iterator[Fault]:
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
            yield at, f"names {quoted(double)} twice"
        case "minItems":
            yield at, "must not be empty"
        case "maxItems" | "maxProperties":
            yield at, f"has more than {rule[keyword]} entries"
        case "minLength" | "maxLength" if "type" not in rule:
            yield (*at, value), f"a key needs 1 to {rule['maxLength']} characters"
        case _:
            yield at, f"expected {expected(rule)}, got {quoted(value)}"


def expected(rule: Rule) -> str:
    """What a value must be, as messages and the reference say it."""
    types = rule.get("type", [])
    names = [types] if isinstance(types, str) else list(types)
    if "enum" in rule:
        words = [json.dumps(one) for one in rule["enum"]]
        return f"{', '.join(words[:-1])} or {words[-1]}"
    return " or ".join(_words(name, rule) for name in names)


def _words(name: str, rule: Rule) -> str:
    match name:
        case "integer" | "number":
            kind = "a whole number" if name == "integer" else "a number"
            return f"{kind} from {rule['minimum']} to {rule['maximum']}"
        case "string" if "examples" in rule:
            kind = "a duration" if rule.get("format") == "duration" else "a text"
            if rule.get("pattern") == LONGER_THAN_ZERO:
                kind += " longer than zero"
            return f"{kind} such as {' or '.join(rule['examples'])}"
        case "string":
            return f"a text of {rule.get('minLength', 0)} to {rule['maxLength']} characters"
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
        yield at, f"expected a finite number, got {quoted(value)}"
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
            yield at, f"expected {expected(rule)}, got {quoted(value)}"
    elif isinstance(value, dict):
        properties, others = rule.get("properties", {}), rule.get("additionalProperties")
        for name, entry in value.items():
            inner = properties.get(name, others)
            if isinstance(inner, dict):
                yield from _bad_durations((*at, name), inner, entry)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _bad_durations((*at, index), rule.get("items", {}), entry)
