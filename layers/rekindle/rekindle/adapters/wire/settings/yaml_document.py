"""YAML as plain data: nothing but what JSON could say as well."""

import re
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from rekindle.domain.core.errors import Malformed
from rekindle.domain.settings.settings import path_of


class _Refused(ConstructorError):
    """What YAML understands otherwise than a reader would, and its place in the document."""

    def __init__(self, path: str, problem: str, stamp: yaml.Mark) -> None:
        super().__init__(None, None, problem, stamp)
        self.path = path


_STR, _INT, _FLOAT, _TIME, _MERGE = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "timestamp", "merge")
)
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.(inf|nan)", re.ASCII | re.IGNORECASE)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class _Loader(yaml.SafeLoader):
    """A safe loader that refuses what YAML understands otherwise than a reader would."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._at: list[str | int] = []

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        # A value is composed under its position in a list, or under the node of its key.
        step = [] if index is None else [str(index.value) if isinstance(index, yaml.Node) else index]
        self._at += step
        # A few lines of aliases of aliases make a document of gigabytes.
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            raise _Refused(path_of(self._at), "anchors and aliases are not understood", event.start_mark)
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.MappingNode):
            self._check_keys(node)
        elif step and isinstance(node, yaml.ScalarNode):
            self._check_value(node)
        del self._at[len(self._at) - len(step) :]
        return node

    def _check_keys(self, node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != _STR:
                merges = isinstance(key, yaml.ScalarNode) and key.tag == _MERGE
                problem = "merge keys are not understood" if merges else "a key is not a text: put it in quotes"
                raise _Refused(path_of(self._at), problem, key.start_mark)
            if key.value in seen:
                path = path_of((*self._at, key.value))
                raise _Refused(path, f"the key {key.value!r} is there twice", key.start_mark)
            seen.add(key.value)

    def _check_value(self, node: yaml.ScalarNode) -> None:
        """YAML reads 060 as 48, and 1:30 as 90."""
        if node.tag == _TIME and self._at[0] == "lifecycle" and self._at[-1] == "date" and _DAY.fullmatch(node.value):
            node.tag = _STR  # Here a date is what is asked for, and it reads as it is written.
        elif node.tag == _TIME:
            raise _Refused(path_of(self._at), "this reads as a date: put it in quotes", node.start_mark)
        if node.tag in (_INT, _FLOAT) and not _DECIMAL.fullmatch(node.value):
            problem = f"the number {node.value} is not written in plain digits"
            raise _Refused(path_of(self._at), problem, node.start_mark)


def load(text: str) -> Any:
    """Raises Malformed, with the line."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        stamp = error.problem_mark or error.context_mark
        at = f" (line {stamp.line + 1}, column {stamp.column + 1})" if stamp else ""
        path = error.path if isinstance(error, _Refused) else None
        raise Malformed(f"the document is not YAML: {error.problem or error.context}{at}", path or None) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Malformed("the document is neither JSON nor YAML") from None
