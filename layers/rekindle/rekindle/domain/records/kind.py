"""A kind of record, declared once: what it is called, and what each of its fields is.

The class of a record is the list of its fields: an annotation `Annotated[type, Field(...)]` says what a caller may set.
The readers of events and requests, the stores, the API's answers and documents are derived from that list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, ClassVar, Protocol, get_args, get_origin

from rekindle.domain.records.stamps import Stamps

LONGEST_TEXT = 255
NESTED = "fields"
"""The field of further named values, each of which changes by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a caller may set: limits, and what the value stands for. The type is that of the annotation."""

    sentence: str = ""
    """For the documents, where the name does not say it all."""
    refers_to: tuple[str, ...] = ()
    """The kinds of record whose identifier it is; of a list, the identifiers; of an object, its values."""
    names: str | None = None
    """What of the CRM it names, in the CRM's own way: a role, a profile or a record type."""
    one_of: tuple[str, ...] = ()
    longest: int = LONGEST_TEXT
    """Characters of a text."""
    most: int | None = None
    """Entries of a list or an object."""
    limits: tuple[int, int] | None = None
    """The lowest and the highest number; None for any."""
    required: bool = False
    """Whether every event has to have it. It cannot be cleared then."""
    type: Any = None
    """The type of a value, as the annotation has it without None."""

    @property
    def from_one_value(self) -> bool:
        """Whether the settings may choose the CRM's field that feeds it. What ties a record to a person is not among
        them: a large history is cut by it, without looking at any settings."""
        return get_origin(self.type) is not Mapping and "person" not in self.refers_to


class Record(Protocol):
    """What the records of every kind have besides the fields that a caller may set."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def version(self) -> int: ...

    @property
    def stamps(self) -> Stamps: ...


@dataclass(frozen=True, eq=False)
class Kind[R]:
    name: str
    """As in stored keys and messages."""
    record: type[R]
    """The class that declares the fields."""
    event: str
    """The detail-type of the event that says what changed."""
    id: str
    """The name of its identifier, which is the first field."""
    deleted_event: str | None = None
    path: str | None = None
    """Of `PUT /{path}/{id}`; None where the API has no such route."""
    summary: str = ""
    """What that route is for."""
    example: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = False
    """Whether all records are listed, the newest first."""
    read_only: tuple[str, ...] = ()
    """Fields that answers show and that no caller sets."""

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields that a caller may set, by name."""
        declared: dict[str, Field] = {}
        for name, hint in self.record.__annotations__.items():
            if isinstance(hint, _ANNOTATED):
                plain, field_of_it = get_args(hint)
                declared[name] = replace(field_of_it, type=_without_none(plain))
        return declared

    @cached_property
    def versioned(self) -> bool:
        """Whether each version keeps when it was stored, so that past decisions are explained by it."""
        return "changed_at" in self.record.__annotations__

    @cached_property
    def deletable(self) -> bool:
        return "deleted" in self.record.__annotations__


_ANNOTATED: Any = type(Annotated[str, ""])


def _without_none(hint: Any) -> Any:
    """The type of a value that is there."""
    if NoneType not in get_args(hint):
        return hint
    (plain,) = (one for one in get_args(hint) if one is not NoneType)
    return plain
