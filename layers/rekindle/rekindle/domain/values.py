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

_twins: dict[type[Any], type[Any]] = {}
_replacing: dict[type[Any], Callable[..., Any]] = {}


def quicken(*kinds: type[Any]) -> None:
    """Let values of these kinds be made at a third to a half of the cost, for a process that makes millions of them.

    A frozen dataclass has to write each of its fields past the guard that keeps it frozen, and that is most of the
    cost of a decision. Here a value is filled as one of a twin class, which has the same slots and no guard, and takes
    its own class, and so the guard, when it is complete. To compile this costs more than it saves in a function that
    serves a few records: the simulator asks for it.
    """
    for kind in kinds:
        if kind not in _twins:
            _twins[kind] = type(kind.__name__, (), {"__slots__": tuple(field.name for field in fields(kind))})
            _replacing[kind] = _replacer(kind)
            setattr(kind, "__init__", _initialising(kind))  # noqa: B010 - a type checker holds it for fixed


def _initialising(kind: type[Any]) -> Callable[..., None]:
    # No field's name begins with an underscore.
    known: dict[str, Any] = {"_own": kind, "_twin": _twins[kind], "_take_class": object.__dict__["__class__"].__set__}
    told, filled = [], []
    for field in fields(kind):
        name = field.name
        told.append(name)
        if field.default is not MISSING:
            known[f"_default_{name}"] = field.default
            told[-1] = f"{name}=_default_{name}"
        elif field.default_factory is not MISSING:
            known |= {f"_default_{name}": MISSING, f"_make_{name}": field.default_factory}
            told[-1] = f"{name}=_default_{name}"
            filled.append(f"_self.{name} = _make_{name}() if {name} is _default_{name} else {name}")
            continue
        filled.append(f"_self.{name} = {name}")
    lines = ["_take_class(_self, _twin)", *filled, "_self.__class__ = _own"]
    return _compiled(f"__init__(_self, {', '.join(told)})", lines, known)


def _replacer(kind: type[Any]) -> Callable[..., Any]:
    """Makes another value out of one and what is new for some of its fields."""
    filled = [f"_new.{field.name} = _old.{field.name}" for field in fields(kind)]
    changed = "try:\n        for _name, _value in _changes.items(): _set(_new, _name, _value)"
    refused = "except AttributeError: raise TypeError(f'{_own.__name__} has no field {_name}') from None"
    lines = ["_new = _blank(_twin)", *filled, changed, refused, "_new.__class__ = _own", "return _new"]
    known = {"_own": kind, "_twin": _twins[kind], "_blank": object.__new__, "_set": setattr}
    return _compiled("replaced(_old, _changes)", lines, known)


def _compiled(head: str, lines: Iterable[str], known: dict[str, Any]) -> Callable[..., Any]:
    source = "\n    ".join((f"def {head}:", *lines))
    exec(source, known)  # noqa: S102 - as `dataclasses` does: the names of fields, nothing from outside
    made: Callable[..., Any] = known[head.partition("(")[0]]
    return made
