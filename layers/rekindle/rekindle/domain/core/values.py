"""Frozen values: how one is changed, and how millions of them are made."""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(value, /, **changes):
        """As `dataclasses.replace`, at half of its cost: that one asks every field anew what kind of field it is,
        and no decision is made without a dozen changes."""
        kind = type(value)
        replaced = _replacing.get(kind)
        if replaced is not None:
            return replaced(value, changes)
        read, place_of = _fields_of(kind)
        values = [*read(value)]
        for name, changed in changes.items():
            values[place_of[name]] = changed
        return kind(*values)


@cache
def _fields_of(kind: type[Any]) -> tuple[Callable[[Any], Iterable[Any]], dict[str, int]]:
    names = [field.name for field in fields(kind)]
    return attrgetter(*names), {name: place for place, name in enumerate(names)}


# --- many values ---------------------------------------------------------------------------------------------------

_replacing: dict[type[Any], Callable[..., Any]] = {}


def unfreeze(*kinds: type[Any]) -> None:
    """Let values of these kinds be made at a fifth of the cost, for a process that makes millions of them.

    A frozen dataclass has to write each of its fields past the guard that keeps it frozen, and that is most of the
    cost of a decision. Here the guard is taken off, and fields are written as any object's are. Nothing relies on the
    guard at run time: the type checker refuses what it would refuse. To compile this costs more than it saves in a
    function that serves a few records: the simulator asks for it.
    """
    for kind in kinds:
        if kind not in _replacing:
            _replacing[kind] = _replacer(kind)
            for guard in ("__setattr__", "__delattr__"):
                delattr(kind, guard)
            setattr(kind, "__init__", _initialising(kind))  # noqa: B010 - a type checker holds it for fixed


def _initialising(kind: type[Any]) -> Callable[..., None]:
    known: dict[str, Any] = {}  # No field's name begins with an underscore.
    parameters, filled = [], []
    for field in fields(kind):
        name = field.name
        parameters.append(name)
        if field.default is not MISSING:
            known[f"_default_{name}"] = field.default
            parameters[-1] = f"{name}=_default_{name}"
        elif field.default_factory is not MISSING:
            known |= {f"_default_{name}": MISSING, f"_make_{name}": field.default_factory}
            parameters[-1] = f"{name}=_default_{name}"
            filled.append(f"_self.{name} = _make_{name}() if {name} is _default_{name} else {name}")
            continue
        filled.append(f"_self.{name} = {name}")
    return _compiled(f"__init__(_self, {', '.join(parameters)})", filled, known)


def _replacer(kind: type[Any]) -> Callable[..., Any]:
    """Makes another value out of one and what is new for some of its fields."""
    filled = [f"_new.{field.name} = _old.{field.name}" for field in fields(kind)]
    changed = "try:\n        for _name in _changes: _set(_new, _name, _changes[_name])"
    refused = "except AttributeError: raise TypeError(f'{_own.__name__} has no field {_name}') from None"
    lines = ["_new = _blank(_own)", *filled, changed, refused, "return _new"]
    return _compiled("replaced(_old, _changes)", lines, {"_own": kind, "_blank": object.__new__, "_set": setattr})


def _compiled(head: str, lines: Iterable[str], known: dict[str, Any]) -> Callable[..., Any]:
    source = "\n    ".join((f"def {head}:", *lines))
    exec(source, known)  # noqa: S102 - as `dataclasses` does: the names of fields, nothing from outside
    made: Callable[..., Any] = known[head.partition("(")[0]]
    return made
