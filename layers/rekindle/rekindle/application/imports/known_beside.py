"""What the rows of a file say, before what is stored: a row that was taken is known to the rows after it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.application.imports.known_records import KnownRecords


@dataclass(frozen=True)
class KnownBeside:
    of_file: KnownRecords
    stored: KnownRecords

    def values(self, kind: str, record_id: str) -> Mapping[str, Any] | None:
        known = self.of_file.values(kind, record_id)
        if known is not None:
            return known
        stored = self.stored.values(kind, record_id)
        if stored is not None:
            self.of_file.put(kind, record_id, stored, is_of_file=False)
        return stored

    def put(self, kind: str, record_id: str, values: Mapping[str, Any], *, is_of_file: bool = True) -> None:
        self.of_file.put(kind, record_id, values, is_of_file=is_of_file)

    def is_of_file(self, kind: str, record_id: str) -> bool:
        return self.of_file.is_of_file(kind, record_id)

    def people(self, key: str) -> tuple[str, ...]:
        stored = (self.current(person_id) for person_id in self.stored.people(key))
        return tuple(sorted({*self.of_file.people(key), *stored}))

    def unite(self, person_id: str, survivor_id: str) -> None:
        self.of_file.unite(person_id, survivor_id)

    def current(self, person_id: str) -> str:
        return self.stored.current(self.of_file.current(person_id))
