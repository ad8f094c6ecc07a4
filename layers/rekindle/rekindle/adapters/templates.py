"""Templates in Jinja, as much of it as a text of names, conditions and one list needs.

What is left out is what could run away with memory or time, or reach into Python: calls, assignments, arithmetic,
macros, loops within loops, and filters that make long texts out of short ones. What is left costs no more than the
template is long, once for each entry of the list; so no clock is needed to stop it.
"""

import traceback
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Template as Compiled
from jinja2 import nodes
from jinja2.environment import Environment
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rekindle.domain.notifications.template import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    BadTemplate,
    Names,
    Template,
    Text,
    Values,
    names_of,
)

Known = Names | list[Names] | None

FILTERS = frozenset(
    {"capitalize", "d", "default", "first", "last", "length", "lower", "title", "trim", "truncate", "upper"}
)
TESTS = frozenset({"defined"})
_LOOP: Names = dict.fromkeys(("index", "index0", "first", "last", "length"))
_UNKNOWN: Names = {"*": None}
"""What a name stands for that is at fault itself: whatever follows it is not."""
_LIMITS = {"subject": LONGEST_SUBJECT, "body": LONGEST_BODY}
_FILE = "<template>"
"""How Jinja calls a template without a name in a traceback."""


class _Environment(ImmutableSandboxedEnvironment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        """The entry of an object, and never an attribute that Python gives it."""
        return self.getitem(obj, attribute) if isinstance(obj, Mapping) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """What is absent, or a blank text, is not defined, and shows as nothing, also through a filter."""
        entry = obj.get(argument) if isinstance(obj, Mapping) else None
        is_blank = isinstance(entry, str) and not entry.strip()
        return Undefined(name=str(argument)) if entry is None or is_blank else entry


def _text_of(value: Any) -> Any:
    """What is shown of a value: nothing of one that is absent, and never an object with all its parts."""
    if isinstance(value, Undefined):
        return ""
    if not isinstance(value, str | int | float):
        raise TypeError("no text by itself")
    return value


def _environment() -> Environment:
    environment = _Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False, finalize=_text_of)
    environment.globals = {}
    environment.filters = {name: function for name, function in environment.filters.items() if name in FILTERS}
    environment.tests = {name: function for name, function in environment.tests.items() if name in TESTS}
    return environment


_ENVIRONMENT = _environment()


class JinjaTemplates:
    def write(self, name: str, template: Template, values: Values) -> Text:
        """What a template makes of what its names stand for. Raises BadTemplate."""
        subject = _written(name, "subject", template.subject, values)
        return Text(" ".join(subject.split()), _written(name, "body", template.body, values).strip())


def faults(name: str, part: str, source: str) -> Sequence[BadTemplate]:
    """All that is wrong with a part of a template, by line."""
    try:
        problems = _Reader(part, names_of(name)).faults(_ENVIRONMENT.parse(source))
        if not problems:
            _ENVIRONMENT.from_string(source)
    except TemplateSyntaxError as error:
        message = (error.message or "it cannot be read").rstrip(".")
        return [BadTemplate(part, error.lineno, message[0].lower() + message[1:])]
    except (SyntaxError, RecursionError, MemoryError):
        # Python's own limits: Jinja makes a program of a template.
        return [BadTemplate(part, 1, "it is nested too deeply")]
    except ValueError:
        # Python reads no whole number of more than 4,300 digits.
        return [BadTemplate(part, 1, "a number in it is too long")]
    return sorted(problems, key=lambda fault: fault.line)


def _written(name: str, part: str, source: str, values: Values) -> str:
    """Cut off where it grows too long: an endless company name is no reason to say nothing."""
    compiled = _compiled(name, part, source)
    written, most = "", _LIMITS[part]
    try:
        for piece in compiled.generate(values):
            written += piece
            if len(written) > most:
                return written[: most - 1] + "…"
    except Exception as error:
        # Whatever a template does with what it is given. The error's own words may repeat what is known of a person.
        raise BadTemplate(part, _line_of(error), f"it fails: {type(error).__name__}") from None
    return written


@lru_cache(maxsize=64)
def _compiled(name: str, part: str, source: str) -> Compiled:
    """Read under the same rules as when it was saved. Raises BadTemplate."""
    for fault in faults(name, part, source):
        raise fault
    return _ENVIRONMENT.from_string(source)


def _line_of(error: Exception) -> int:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _FILE]
    return lines[-1] or 1 if lines else 1


class _Reader:
    """Goes through a template as it was parsed, and knows of each name what it stands for."""

    def __init__(self, part: str, names: Names) -> None:
        self.part = part
        self.names = names
        self.problems: list[BadTemplate] = []

    def faults(self, parsed: nodes.Template) -> list[BadTemplate]:
        self._statements(parsed.body, self.names, in_loop=False)
        return self.problems

    def _fault(self, node: nodes.Node, message: str) -> None:
        self.problems.append(BadTemplate(self.part, node.lineno, message))

    def _statements(self, body: Sequence[nodes.Node], scope: Names, *, in_loop: bool) -> None:
        for node in body:
            match node:
                case nodes.Output():
                    for inner in node.nodes:
                        if not isinstance(inner, nodes.TemplateData):
                            self._shown(inner, scope)
                case nodes.If():
                    self._value(node.test, scope)
                    for inner_body in (node.body, node.elif_, node.else_):
                        self._statements(inner_body, scope, in_loop=in_loop)
                case nodes.For():
                    self._loop(node, scope, in_loop=in_loop)
                case _:
                    self._not_here(node)

    def _loop(self, node: nodes.For, scope: Names, *, in_loop: bool) -> None:
        if in_loop:
            self._fault(node, "a loop cannot stand within a loop")
            return
        entries = self._value(node.iter, scope)
        if not isinstance(entries, list) or not isinstance(node.target, nodes.Name) or node.recursive:
            self._fault(node, "a loop goes through a list, one name for each entry")
            return
        within: Names = {**scope, node.target.name: entries[0], "loop": _LOOP}
        if node.test is not None:
            self._value(node.test, within)
        self._statements(node.body, within, in_loop=True)
        self._statements(node.else_, scope, in_loop=True)

    def _shown(self, node: nodes.Node, scope: Names) -> None:
        before = len(self.problems)
        if self._value(node, scope) is not None and len(self.problems) == before:
            self._fault(node, "this is no text by itself: name one of its parts")

    def _value(self, node: nodes.Node, scope: Names) -> Known:
        """What an expression stands for."""
        match node:
            case nodes.Const():
                return None
            case nodes.Name():
                return self._part(node, scope, node.name)
            case nodes.Getattr():
                return self._part(node, self._value(node.node, scope), node.attr)
            case nodes.Getitem(arg=nodes.Const(value=str(name))):
                return self._part(node, self._value(node.node, scope), name)
            case nodes.Filter() if node.node is not None and not node.dyn_args and not node.dyn_kwargs:
                return self._filtered(node, node.node, scope)
            case nodes.Test(args=[], kwargs=[], dyn_args=None, dyn_kwargs=None) if node.name in TESTS:
                self._value(node.node, scope)
            case nodes.CondExpr():
                self._value(node.test, scope)
                self._shown(node.expr1, scope)
                if node.expr2 is not None:
                    self._shown(node.expr2, scope)
            case (
                nodes.Compare()
                | nodes.Operand()
                | nodes.And()
                | nodes.Or()
                | nodes.Not()
                | nodes.List()
                | nodes.Tuple()
            ):
                for inner in node.iter_child_nodes():
                    self._value(inner, scope)
            case _:
                self._not_here(node)
        return None

    def _part(self, node: nodes.Node, part: Known, name: str) -> Known:
        if not isinstance(part, Mapping):
            self._fault(node, f"there is nothing called {name!r} in it")
        elif name in part:
            return part[name]
        elif "*" not in part:
            self._fault(node, f"there is no {name!r} here: there is {', '.join(sorted(part))}")
            return _UNKNOWN
        return _UNKNOWN if part is _UNKNOWN else None

    def _filtered(self, node: nodes.Filter, filtered: nodes.Node, scope: Names) -> Known:
        for argument in (*node.args, *(pair.value for pair in node.kwargs)):
            self._value(argument, scope)
        known = self._value(filtered, scope)
        if node.name not in FILTERS:
            self._fault(node, f"there is no filter {node.name!r}: there is {', '.join(sorted(FILTERS))}")
        if node.name in ("first", "last") and isinstance(known, list):
            return known[0]
        return None

    def _not_here(self, node: nodes.Node) -> None:
        self._fault(node, f"{_WORDS.get(type(node), type(node).__name__.lower())} cannot be used here")


_WORDS: Mapping[type[nodes.Node], str] = {
    nodes.Call: "calling something",
    nodes.Assign: "setting a name",
    nodes.AssignBlock: "setting a name",
    nodes.Getitem: "a position, or a name that is worked out,",
    nodes.Concat: "joining texts with ~",
    nodes.Test: "this test",
    nodes.Filter: "a filter like this",
    nodes.Extends: "another template",
    nodes.Include: "another template",
    nodes.Import: "another template",
    nodes.FromImport: "another template",
    **dict.fromkeys((nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow), "arithmetic"),
    **dict.fromkeys((nodes.Neg, nodes.Pos), "arithmetic"),
}
