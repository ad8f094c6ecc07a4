"""YAML as plain data: nothing but what JSON could say as well."""

from typing import Any

import yaml
from yaml.constructor import ConstructorError

from rekindle.domain.errors import Malformed


class _Loader(yaml.SafeLoader):
    """A safe loader that refuses what YAML understands otherwise than a reader would."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        # A few lines of aliases of aliases make a document of gigabytes.
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            raise ConstructorError(None, None, "anchors and aliases are not understood", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != "tag:yaml.org,2002:str":
                raise ConstructorError(None, None, "a key is not a text: put it in quotes", key_node.start_mark)
            if key_node.value in seen:
                raise ConstructorError(None, None, f"the key {key_node.value!r} is there twice", key_node.start_mark)
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def _refuse_time(_: _Loader, node: yaml.Node) -> Any:
    raise ConstructorError(None, None, "this reads as a date: put it in quotes", node.start_mark)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _refuse_time)


def load(text: str) -> Any:
    """Raises Malformed, with the line."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise Malformed(f"the document is not YAML: {error.problem or error.context}{at}") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Malformed("the document is neither JSON nor YAML") from None
