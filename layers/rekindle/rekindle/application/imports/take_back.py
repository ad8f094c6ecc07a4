"""Take back what an import wrote: records that it created are deleted, fields that it changed are as they were before.
What was changed since stays, and is named."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.application.imports.stored_records import StoredRecords
from rekindle.application.ports.people import MemberState, People
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.capture.kinds import KINDS, PERSON, RESPONSE
from rekindle.domain.imports.changes import NewFact, flat, nested
from rekindle.domain.imports.taking_back import OPT_OUT, Left, Written
from rekindle.domain.records.kind import Kind

_KINDS = {kind.event: kind for kind in KINDS}
_REFERENCES = ("person_id", "campaign_id")
"""Of a response: whose and of what it is, which its events always say."""
Record = tuple[str, str]
"""The kind and the id of a record."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """`fact` takes it back; None where it stays, and then `left` says why."""

    record: Record
    fact: NewFact | None = None
    left: Left | None = None
    field: str | None = None


@dataclass(frozen=True)
class TakeBack:
    people: People
    stored: StoredRecords
    now: datetime

    def __call__(self, facts: Iterable[NewFact]) -> Iterator[TakenBack]:
        """`facts`: all that an import said of some records, in its order."""
        written: dict[Record, Written] = {}
        for fact in facts:
            kind = _KINDS.get(fact.event)
            if kind is None:
                yield TakenBack(("person", str(fact.detail["survivor_id"])), left=Left.PEOPLE_UNITED)
                continue
            record = kind.name, str(fact.detail[kind.id])
            values = {name: value for name, value in flat(fact.detail).items() if name != kind.id}
            if record not in written:
                written[record] = Written(None if fact.before is None else {})
            written[record].add(values, fact.before)
        responses = [record for record in written if record[0] == RESPONSE.name]
        deleted: dict[str, int] = {}
        for record in [*responses, *(record for record in written if record[0] != RESPONSE.name)]:
            found = self._taken_back(record, written[record], deleted)
            if found is not None:
                yield found

    def _taken_back(self, record: Record, written: Written, deleted: dict[str, int]) -> TakenBack | None:
        name, record_id = record
        kind = next(one for one in _KINDS.values() if one.name == name)
        stored = self.stored.values(name, record_id)
        if stored is None or written.is_back(stored):
            return None
        changed = written.changed_since(stored)
        if changed is not None:
            return TakenBack(record, left=Left.CHANGED_SINCE, field=changed)
        if kind is PERSON and OPT_OUT in written.values:
            return TakenBack(record, left=Left.OPT_OUT, field=OPT_OUT)
        if written.before is not None:
            return TakenBack(record, self._restored(kind, record_id, written, stored))
        if kind.deleted_event is None:
            return TakenBack(record, left=Left.NOT_DELETABLE)
        if self._is_in_use(kind, record_id, deleted):
            return TakenBack(record, left=Left.IN_USE)
        detail = {kind.id: record_id}
        if kind is RESPONSE:
            detail["person_id"] = stored["person_id"]
            deleted[stored["person_id"]] = deleted.get(stored["person_id"], 0) + 1
        return TakenBack(record, NewFact(kind.deleted_event, self.now, detail))

    def _restored(self, kind: Kind[Any], record_id: str, written: Written, stored: Mapping[str, Any]) -> NewFact:
        before = written.before or {}
        values = {name: before.get(name) for name in written.values if name not in _REFERENCES or kind is not RESPONSE}
        always: dict[str, Any] = {kind.id: record_id}
        if kind is RESPONSE:
            always |= {name: before.get(name, stored.get(name)) for name in (*_REFERENCES, "responded")}
            values["responded"] = bool(always["responded"])
        return NewFact(kind.event, self.now, {**always, **nested(values, stored)})

    def _is_in_use(self, kind: Kind[Any], record_id: str, deleted: Mapping[str, int]) -> bool:
        """Whether something hangs on a record that the import created, and was not created by it."""
        if kind is PERSON:
            person = self.people.get(record_id)
            return person is not None and person.responses > deleted.get(record_id, 0)
        if kind is CAMPAIGN:
            return bool(self.people.members(record_id, MemberState.TARGETED, 1).items)
        return False
