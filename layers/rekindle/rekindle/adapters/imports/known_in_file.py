"""The records that a history reports, in a database of SQLite on disk, which is gone when it is closed: memory does not
grow with the number of records."""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from rekindle.application.imports.find_person import keys_of
from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
    UserDeleted,
)
from rekindle.domain.core import times
from rekindle.domain.imports.changes import flat, missing

_RECENT = 2_000
"""Records that are kept in memory."""
_MOST_STEPS = 50
"""Merges that are followed from one person."""
_SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000; PRAGMA temp_store = FILE;
CREATE TABLE records (kind TEXT, id TEXT, of_file INTEGER, content BLOB, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE keys (key TEXT, id TEXT, PRIMARY KEY (key, id)) WITHOUT ROWID;
CREATE TABLE successors (id TEXT PRIMARY KEY, successor TEXT) WITHOUT ROWID;
"""
_JSON = msgspec.json.Encoder()
_FOUND = "SELECT of_file, content FROM records WHERE kind = ? AND id = ?"
_STORED = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)"
_Key = tuple[str, str]


class KnownInFile:
    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.executescript(_SCHEMA)
        self._base.execute("BEGIN")
        self._recent: dict[_Key, tuple[bool, dict[str, Any]] | None] = {}
        self._has_successors = False

    def close(self) -> None:
        self._base.close()

    def values(self, kind: str, record_id: str) -> Mapping[str, Any] | None:
        found = self._found(kind, record_id)
        return None if found is None else found[1]

    def is_of_file(self, kind: str, record_id: str) -> bool:
        found = self._found(kind, record_id)
        return found is not None and found[0]

    def put(self, kind: str, record_id: str, values: Mapping[str, Any], *, is_of_file: bool = True) -> None:
        found = self._found(kind, record_id)
        before = {} if found is None else found[1]
        after = {name: value for name, value in {**before, **values}.items() if value is not None}
        is_of_file = is_of_file or (found is not None and found[0])
        if found == (is_of_file, after):
            return
        self._base.execute(_STORED, (kind, record_id, is_of_file, _JSON.encode(after)))
        self._recent[kind, record_id] = (is_of_file, after)
        if kind == "person":
            self._list(record_id, set(keys_of(before)), set(keys_of(after)))

    def people(self, key: str) -> tuple[str, ...]:
        rows = self._base.execute("SELECT id FROM keys WHERE key = ? ORDER BY id LIMIT 20", (key,))
        return tuple(person_id for (person_id,) in rows)

    def current(self, person_id: str) -> str:
        if not self._has_successors:
            return person_id
        for _ in range(_MOST_STEPS):
            row = self._base.execute("SELECT successor FROM successors WHERE id = ?", (person_id,)).fetchone()
            if row is None:
                break
            (person_id,) = row
        return person_id

    def learn(self, fact: Fact) -> None:
        """What a fact of a history reports."""
        match fact:
            case PersonChanged():
                self._learn_person(fact)
            case PersonDeleted():
                self._delete("person", self.current(fact.person_id))
            case PeopleMerged():
                for merged in fact.merged_ids:
                    self.unite(merged, fact.survivor_id)
            case ResponseRecorded():
                references = {"person_id": fact.person_id, "campaign_id": fact.campaign_id}
                values = {name: value for name, value in references.items() if value is not None}
                self._learn("response", fact.response_id, {**_as_json(fact.values), **values})
            case RecordChanged():
                self._learn(fact.kind.name, fact.record_id, _as_json(fact.values))
            case OpportunityChanged():
                self._learn("opportunity", fact.opportunity_id, _as_json(fact.values))
            case ResponseDeleted() | OpportunityDeleted() | RecordDeleted() | UserDeleted():
                self._delete(*_deleted(fact))

    def _learn(self, kind: str, record_id: str, values: Mapping[str, Any]) -> None:
        self.put(kind, record_id, flat(values), is_of_file=False)

    def _learn_person(self, fact: PersonChanged) -> None:
        values = _as_json(fact.values)
        contact_id = values.pop("converted_contact_id", None)
        self._learn("person", self.current(fact.person_id), values)
        if contact_id is not None:
            self.unite(fact.person_id, contact_id)

    def unite(self, person_id: str, survivor_id: str) -> None:
        old, new = self.current(person_id), self.current(survivor_id)
        if old == new:
            return
        known = self.values("person", old) or {}
        self._delete("person", old)
        self._base.execute("INSERT OR REPLACE INTO successors VALUES (?, ?)", (old, new))
        self._has_successors = True
        self.put("person", new, missing(self.values("person", new) or {}, known), is_of_file=False)

    def _delete(self, kind: str, record_id: str) -> None:
        if kind == "person":
            self._list(record_id, set(keys_of(self.values(kind, record_id) or {})), set())
        self._base.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, record_id))
        self._recent.pop((kind, record_id), None)

    def _list(self, person_id: str, before: set[str], after: set[str]) -> None:
        for key in before - after:
            self._base.execute("DELETE FROM keys WHERE key = ? AND id = ?", (key, person_id))
        for key in after - before:
            self._base.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (key, person_id))

    def _found(self, kind: str, record_id: str) -> tuple[bool, dict[str, Any]] | None:
        key = (kind, record_id)
        if key not in self._recent:
            if len(self._recent) >= _RECENT:
                self._recent.clear()
            row = self._base.execute(_FOUND, key).fetchone()
            self._recent[key] = None if row is None else (bool(row[0]), msgspec.json.decode(row[1]))
        return self._recent[key]


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_written(values))


def _written(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        match value:
            case datetime():
                yield name, times.text(value)
            case date():
                yield name, value.isoformat()
            case tuple():
                yield name, list(value)
            case _:
                yield name, value


def _deleted(fact: ResponseDeleted | OpportunityDeleted | RecordDeleted | UserDeleted) -> _Key:
    match fact:
        case ResponseDeleted():
            return "response", fact.response_id
        case OpportunityDeleted():
            return "opportunity", fact.opportunity_id
        case UserDeleted():
            return "user", fact.user_id
        case RecordDeleted():
            return fact.kind.name, fact.record_id
