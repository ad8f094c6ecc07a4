"""Expressions of JMESPath, as the mappings of webhooks have them, with two functions more for times."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jmespath  # type: ignore[import-untyped]
from jmespath import functions

from rekindle.domain.core import times
from rekindle.domain.core.errors import Refusal

_EPOCH = datetime.fromtimestamp(0, UTC)


class MappingFailed(Refusal):
    """An expression of a webhook's mapping does not fit what was sent."""

    code = "MAPPING_FAILED"


class _Functions(functions.Functions):  # type: ignore[misc]
    @functions.signature({"types": ["number", "null"]})  # type: ignore[untyped-decorator]
    def _func_from_millis(self, value: float | None) -> str | None:
        """A time as milliseconds since 1970, as a text."""
        return None if value is None else times.text(_EPOCH + timedelta(milliseconds=value))

    @functions.signature({"types": ["number", "null"]})  # type: ignore[untyped-decorator]
    def _func_from_seconds(self, value: float | None) -> str | None:
        return None if value is None else times.text(_EPOCH + timedelta(seconds=value))

    @functions.signature({"types": ["array"]}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_without(self, values: list[Any], value: Any) -> list[Any]:
        """A list without one value."""
        return [one for one in values if one != value]


_OPTIONS = jmespath.Options(custom_functions=_Functions())


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def fault_of(expression: str) -> str | None:
    """What is wrong with the text of an expression, in words; None where nothing is."""
    try:
        _compiled(expression)
    except (jmespath.exceptions.JMESPathError, RecursionError, ValueError) as error:
        return f"is no expression of JMESPath: {str(error).splitlines()[0] or type(error).__name__}"
    return None


def search(expression: str, content: Any, path: str) -> Any:
    """What an expression finds. Raises MappingFailed, which names the expression by its path."""
    try:
        result = _compiled(expression).search(content, options=_OPTIONS)
    except Exception as error:
        # The library's functions raise whatever Python does with the values. Its message may hold such a value.
        raise MappingFailed(f"the expression does not fit what was sent ({type(error).__name__})", path) from None
    if not _is_plain(result):
        raise MappingFailed("the expression finds no value of JSON", path)
    return result


def is_true(result: Any) -> bool:
    """As JMESPath means it: a zero is true."""
    return result is not None and result is not False and result not in ("", [], {})


def _is_plain(value: Any) -> bool:
    match value:
        case None | bool() | int() | str():
            return True
        case float():
            return abs(value) != float("inf") and value == value
        case list():
            return all(map(_is_plain, value))
        case dict():
            return all(isinstance(name, str) and _is_plain(one) for name, one in value.items())
    return False
