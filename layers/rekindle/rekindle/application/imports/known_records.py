"""What an import needs to know of the records that exist already, as the import sees it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from rekindle.domain.records.kind import Field


class KnownRecords(Protocol):
    """Records by kind, with the values that are known of each, in one level."""

    def values(self, kind: str, record_id: str) -> Mapping[str, Any] | None: ...

    def put(self, kind: str, record_id: str, values: Mapping[str, Any], *, is_of_file: bool = True) -> None:
        """Add values to a record. `is_of_file`: whether a row of the file that is being read says so."""
        ...

    def is_of_file(self, kind: str, record_id: str) -> bool:
        """Whether an earlier row of the file speaks of the record."""
        ...

    def people(self, key: str) -> tuple[str, ...]:
        """The people under a key of `find_person`."""
        ...

    def unite(self, person_id: str, survivor_id: str) -> None:
        """From now on the one id stands for the other person."""
        ...

    def current(self, person_id: str) -> str:
        """The id of whom a person was merged into, or became by conversion; the same id where there is none."""
        ...


PhoneNumber = Callable[[str, str | None], str | None]
"""A number as it is written, and the country of those that do not begin with one -> the number with its country, None
where it is no valid one."""
RuleOf = Callable[[str, Field], Callable[[Any], Any]]
"""The rule that the value of a field has to keep. The rule answers the value as records have it, None for none, and
raises InvalidField."""
