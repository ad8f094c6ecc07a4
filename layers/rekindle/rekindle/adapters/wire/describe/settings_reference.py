"""The reference of the settings, docs/settings.md: each key with its values, default and meaning, from the schema that
checks them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rekindle.adapters.wire.settings.document import expected
from rekindle.adapters.wire.settings.schema import SCHEMA
from rekindle.adapters.wire.settings.terms import Rule

BEGIN = "<!-- Written by make describe, from the schema of the settings. -->\n"
END = "<!-- End of what make describe writes. -->\n"
LONGEST_DEFAULT = 60
"""Characters of a default in the table. A longer one, such as the text of a template, is in the schema."""
_EACH = "<name>"
"""The place of a key that the document chooses, such as a status or a pool."""

Row = tuple[str, str, str, str]


def in_document(text: str) -> str:
    """The document with the reference written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{reference()}{END}{after}"


def reference() -> str:
    """A section for each key of the document, in its order."""
    return "\n".join(_section(name, rule) for name, rule in SCHEMA["properties"].items())


def _section(name: str, rule: Rule) -> str:
    heading = ("key", "value", "default", "meaning"), ("---",) * 4
    rows = (*heading, (f"`{name}`", *_value(name, rule, SCHEMA)), *_rows(name, rule))
    return f"## {name}\n\n{''.join(f'| {" | ".join(row)} |\n' for row in rows)}"


def _rows(at: str, rule: Rule) -> Iterator[Row]:
    """The keys below one. Of a sibling with the keys of an earlier one, only what differs."""
    properties: Mapping[str, Rule] = rule.get("properties", {})
    first: dict[tuple[str, ...], str] = {}
    for name, inner in properties.items():
        place = f"{at}.{name}"
        alike = _alike(first, name, inner)
        if alike is None:
            yield f"`{place}`", *_value(name, inner, rule)
            yield from _rows(place, inner)
        else:
            known = {
                row[0].removeprefix(f"`{at}.{alike}"): row[1:] for row in _rows(f"{at}.{alike}", properties[alike])
            }
            yield f"`{place}`", f"as `{at}.{alike}`, but for the rows that follow", "", _meaning(inner)
            for row in _rows(place, inner):
                if known.get(row[0].removeprefix(f"`{place}")) != row[1:]:
                    yield row
    for place, many in ((f"{at}.{_EACH}", "additionalProperties"), (f"{at}[]", "items")):
        entry = rule.get(many)
        if isinstance(entry, dict) and entry.get("type") == "object":
            yield f"`{place}`", *_value("", entry, {})
            yield from _rows(place, entry)


def _alike(first: dict[tuple[str, ...], str], name: str, rule: Rule) -> str | None:
    """An earlier sibling of which this one has all keys; else it is remembered itself."""
    keys = tuple(rule.get("properties", ()))
    if not keys:
        return None
    for known, sibling in first.items():
        if set(known) <= set(keys):
            return sibling
    first[keys] = name
    return None


def _value(name: str, rule: Rule, parent: Rule) -> tuple[str, str, str]:
    """The columns of one key."""
    words = expected(rule)
    for kind, many in (("an object", "additionalProperties"), ("a list", "items")):
        inner = rule.get(many)
        if isinstance(inner, dict) and inner.get("type") != "object":
            words = words.replace(kind, f"{kind} of which each is {expected(inner)}" if "type" in inner else kind)
    return _cell(words), _default(name, rule, parent), _meaning(rule)


def _default(name: str, rule: Rule, parent: Rule) -> str:
    if name in parent.get("required", ()):
        return "(needed)"
    if "default" not in rule or ("properties" in rule and rule["default"] == {}):
        return ""
    written = json.dumps(rule["default"], ensure_ascii=False)
    return f"`{_cell(written)}`" if len(written) <= LONGEST_DEFAULT else "(in the schema)"


def _meaning(rule: Mapping[str, Any]) -> str:
    return _cell(rule.get("description", ""))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
