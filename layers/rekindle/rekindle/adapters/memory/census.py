"""Everything that measures count, in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rekindle.adapters.memory.state import Memory
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.measures.recycling import is_counted
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.kind import Kind
from rekindle.domain.responses.response import Response


@dataclass(frozen=True)
class MemoryCensus:
    memory: Memory
    kept: Iterable[Decision | Entry] | None = None
    """What was kept of the ledger by somebody who lets the rest go; None where the memory has all of it."""

    def people(self, *, profiles: bool = False) -> Iterable[tuple[Person, Sequence[Response]]]:
        memory = self.memory
        for person_id, person in list(memory.people.items()):
            yield person, list(memory.responses.get(person_id, {}).values())

    def journeys(self) -> Iterable[Decision | Entry]:
        if self.kept is not None:
            return self.kept
        entries = (record for records in self.memory.records.values() for record in records.values())
        return [record for record in entries if is_counted(record)]

    def records(self, *kinds: Kind[Any]) -> Mapping[str, Mapping[str, Sequence[Any]]]:
        stored = self.memory.reference
        return {
            kind.name: {name: list(versions) for name, versions in stored[kind.name].items() if versions}
            for kind in kinds
        }
