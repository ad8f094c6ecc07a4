"""Forms for sections of the settings, made from the schema that the API publishes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rekindle.adapters.wire.settings.schema import SCHEMA
from rekindle.adapters.wire.settings.terms import Rule
from rekindle.domain.settings.settings import path_of

MOST_FIELDS = 45
"""Of a section that has a form; a larger one is edited in the document."""
_ABSENT = object()
Path = tuple[str, ...]


class Shown(StrEnum):
    CHOICE = "choice"
    LINE = "line"
    LINES = "lines"
    """A list of texts, each in a line of its own."""
    YAML = "yaml"
    """What has a shape of its own: a map, or a list of objects."""


@dataclass(frozen=True, slots=True)
class Field:
    path: Path
    rule: Rule

    @property
    def name(self) -> str:
        return path_of(self.path)

    @property
    def shown(self) -> Shown:
        kinds = self.rule.get("type")
        kind = next((one for one in kinds if one != "null"), None) if isinstance(kinds, list) else kinds
        if "enum" in self.rule or kind == "boolean":
            return Shown.CHOICE
        if kind in ("integer", "number", "string") and len(str(self.rule.get("default", ""))) < 200:
            return Shown.LINE
        items = self.rule.get("items", {})
        return Shown.LINES if kind == "array" and items.get("type") == "string" else Shown.YAML

    @property
    def choices(self) -> Sequence[str]:
        return [_written(one) for one in self.rule.get("enum", (True, False)) if one is not None]


def sections() -> Sequence[str]:
    """The sections that have a form."""
    return [name for name in SCHEMA["properties"] if len(fields_of(name)) <= MOST_FIELDS]


def fields_of(section: str) -> Sequence[Field]:
    return list(_fields((section,), SCHEMA["properties"][section]))


def _fields(path: Path, rule: Rule) -> Iterator[Field]:
    if rule.get("type") == "object" and rule.get("properties"):
        for name, inner in rule["properties"].items():
            yield from _fields((*path, name), inner)
    else:
        yield Field(path, rule)


def form(section: str, document: Mapping[str, Any], faults: Sequence[tuple[str, str]] = ()) -> list[dict[str, Any]]:
    """The fields of a section with what the document says"""
    return [
        {
            "name": one.name,
            "label": " › ".join(one.path[1:] or one.path).replace("_", " "),
            "description": one.rule.get("description", ""),
            "shown": one.shown.value,
            "choices": list(one.choices) if one.shown is Shown.CHOICE else [],
            "value": _text(_at(document, one.path), one.shown),
            "default": _text(one.rule["default"], one.shown)
            if one.rule.get("default") not in (None, {}, [])
            else "none",
            "faults": [
                (at.removeprefix(one.name).lstrip("."), what) for at, what in faults if _is_within(at, one.name)
            ],
        }
        for one in fields_of(section)
    ]


def elsewhere(section: str, faults: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The faults that are at no field of the section."""
    names = [one.name for one in fields_of(section)]
    return [(at, what) for at, what in faults if not any(_is_within(at, name) for name in names)]


def changed_by(section: str, document: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """The document with what a form says of a section; a field that was left empty is left out, so that its default
    counts. What is no number stays as it was typed: the checks of the document name it."""
    made: dict[str, Any] = json.loads(json.dumps(document))
    for one in fields_of(section):
        text, before = sent.get(one.name, "").strip(), _at(document, one.path)
        value = before if text == _text(before, one.shown).strip() else _read(text, one)
        _put(made, one.path, value)
    return made


def _read(text: str, field: Field) -> Any:
    if not text:
        return _ABSENT
    if field.shown is Shown.LINES:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if field.shown is Shown.YAML:
        import yaml  # Only who sends a form pays for it.

        try:
            return json.loads(json.dumps(yaml.safe_load(text)))
        except (yaml.YAMLError, TypeError, ValueError, RecursionError):
            return text
    kinds = field.rule.get("type")
    if kinds == "string" or (isinstance(kinds, list) and "string" in kinds):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _at(document: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(document, Mapping) or name not in document:
            return _ABSENT
        document = document[name]
    return document


def _put(document: dict[str, Any], path: Path, value: Any) -> None:
    *outer, last = path
    if value is _ABSENT:
        around = _at(document, tuple(outer))
        if isinstance(around, dict):
            around.pop(last, None)
        return
    for name in outer:
        if not isinstance(document.get(name), dict):
            document[name] = {}
        document = document[name]
    document[last] = value


def _text(value: Any, shown: Shown) -> str:
    if value is _ABSENT:
        return ""
    if shown is Shown.LINES and isinstance(value, list):
        return "\n".join(map(str, value))
    if shown is Shown.YAML and not isinstance(value, str):
        import yaml  # Only who shows a form pays for it.

        return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)).rstrip("\n")
    return _written(value)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_within(at: str, name: str) -> bool:
    return at == name or at.startswith((f"{name}.", f"{name}["))
