"""Settings documents as people read and compare them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rekindle.domain.settings.settings import path_of

_ABSENT = object()


def in_yaml(document: Mapping[str, Any]) -> str:
    import yaml  # Only who shows a document pays for it.

    text: str = yaml.safe_dump(_plain(document), sort_keys=False, allow_unicode=True, width=110)
    return text


def _plain(document: Any) -> Any:
    """The same of JSON's own kinds: the built-in defaults hold members of enumerations."""
    return json.loads(json.dumps(document))


def changes(before: Any, after: Any) -> list[dict[str, Any]]:
    """What differs, by path, in the order of the paths: each with the value before and after, None for none."""
    return [
        {"path": path_of(path), "before": _written(old), "after": _written(new)}
        for path, old, new in _changes((), _plain(before), _plain(after))
    ]


def _changes(at: tuple[str | int, ...], before: Any, after: Any) -> Iterator[tuple[tuple[str | int, ...], Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from _changes((*at, name), before.get(name, _ABSENT), after.get(name, _ABSENT))
    elif before != after:
        yield at, before, after


def _written(value: Any) -> str | None:
    """A value on one line."""
    if value is _ABSENT:
        return None
    import yaml  # Only who shows a document pays for it.

    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")
