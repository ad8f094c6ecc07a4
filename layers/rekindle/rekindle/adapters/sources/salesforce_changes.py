"""A Change Data Capture event: its header, and which of the fields it holds count as changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from rekindle.adapters.sources.salesforce_ids import widened
from rekindle.adapters.sources.salesforce_mapping import Mapped
from rekindle.adapters.sources.salesforce_values import EPOCH, LAST_MILLISECOND, read_as
from rekindle.adapters.wire.rules import FieldName, FieldValue, Identifier, fits, no_blank, required
from rekindle.domain.records.stamps import ChangeStamp

HEADER = "ChangeEventHeader"
_COMMITS_APART = 1000
UNCHANGED = object()

CLIENT = "rekindle"
"""How the write-back calls itself in the header `Sforce-Call-Options` of its calls (template.yaml)."""

_Number = Annotated[int, Meta(ge=0, description="a whole number, 0 or more")]
_Names = Annotated[list[str], Meta(description="a list of names")]


class Header(msgspec.Struct):
    """Of the header what we read, by Salesforce's own names."""

    recordIds: Annotated[list[Identifier], Meta(min_length=1, description="a list of identifiers")]
    commitTimestamp: Annotated[int, Meta(ge=0, le=LAST_MILLISECOND, description="milliseconds since 1970")]
    commitNumber: _Number | None = None
    sequenceNumber: _Number | None = None
    changedFields: _Names | None = None
    nulledFields: _Names | None = None
    diffFields: _Names | None = None
    commitUser: Identifier | None = None
    transactionKey: Annotated[str, Meta(description="a text")] | None = None
    changeOrigin: Annotated[str, Meta(description="a text")] | None = None

    @property
    def transaction(self) -> str:
        """Names the transaction. Its key alone is not enough: a replay of events may use one again."""
        return f"{self.commitTimestamp}:{self.transactionKey or self.commitNumber or ''}"

    @property
    def from_write_back(self) -> bool:
        """Whether the change was made by our own write-back, which sends its name with each call."""
        client = (self.changeOrigin or "").partition(";client=")[2]
        return client.partition("/")[0] == CLIENT

    def stamp(self, content: str) -> ChangeStamp:
        """Commits of one millisecond are ordered by their number, changes of one commit by their place in it."""
        place = (self.commitNumber or 0) * _COMMITS_APART + (self.sequenceNumber or 0)
        return ChangeStamp(EPOCH + timedelta(milliseconds=self.commitTimestamp), None, place, (content,))


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one or several records of one object: the fields it holds, and which of them count."""

    payload: Mapping[str, Any]
    path: str
    begins: bool
    """Whether the record was created or undeleted, so that every field with a value counts."""
    changed: Collection[str]
    nulled: Collection[str]
    diffs: Collection[str]
    """Fields that hold a difference to the value before, which is no value."""

    def value(self, name: str) -> Any:
        """The field's new value; `UNCHANGED` where the field does not count as changed."""
        compound, _, part = name.partition(".")
        if self.diffs and (name in self.diffs or compound in self.diffs):
            return UNCHANGED
        value = self._part_of(compound, part)
        if name in self.nulled or compound in self.nulled:
            return None
        if name in self.changed:
            return value
        return value if value is not None and (self.begins or compound in self.changed) else UNCHANGED

    def _part_of(self, compound: str, part: str) -> Any:
        parts = self.payload.get(compound, UNCHANGED)
        if not part:
            return parts
        return parts.get(part, UNCHANGED) if isinstance(parts, dict) else self.payload.get(part, UNCHANGED)

    def mapped(self, mapped: Mapped) -> tuple[dict[str, Any], dict[str, str]]:
        """The values of our fields, and the path of the Salesforce field that each was read from."""
        values, paths = {}, {}
        for field, names in mapped.items():
            for name in names:
                value = self.value(name)
                if value is not UNCHANGED:
                    values[field] = read_as(field, value)
                    paths[field] = f"{self.path}.{name}"
                    break
        return values, paths

    def reference(self, names: tuple[str, ...]) -> str | None:
        """The first record that the change names in one of these fields, changed or not; None without any."""
        for name in names:
            record_id = self.payload.get(name)
            if record_id is not None and name not in self.nulled:
                return widened(required(Identifier, self.payload, name, lambda field: f"{self.path}.{field}"))
        return None

    def custom(self, mapped: Mapped) -> dict[str, Any]:
        """The other custom fields of the change, without long texts and values of several parts."""
        known = {name for names in mapped.values() for name in names}
        names = [name for name in {**self.payload, **dict.fromkeys(self.nulled)} if name.endswith("__c")]
        values = {name: self.value(name) for name in names if name not in known}
        usable = {name: value for name, value in values.items() if fits(FieldName, name) and fits(FieldValue, value)}
        return {name: no_blank(value) for name, value in usable.items()}
