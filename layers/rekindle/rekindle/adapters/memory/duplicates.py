"""Pairs of records that may be one person, in memory."""

from dataclasses import dataclass

from rekindle.adapters.memory.pages import backward
from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.domain.capture.separating import Union
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict
from rekindle.domain.people.possible_duplicate import DuplicateState, PossibleDuplicate


@dataclass(frozen=True)
class MemoryDuplicates:
    memory: Memory

    def add(self, duplicate: PossibleDuplicate) -> None:
        with self.memory.lock:
            self.memory.duplicates.setdefault(duplicate.duplicate_id, duplicate)

    def get(self, duplicate_id: str) -> PossibleDuplicate | None:
        return self.memory.duplicates.get(duplicate_id)

    def put(self, duplicate: PossibleDuplicate, read_version: int) -> None:
        with self.memory.lock:
            stored = self.memory.duplicates.get(duplicate.duplicate_id)
            if stored is None or stored.version != read_version:
                raise Conflict("the pair was changed since")
            self.memory.duplicates[duplicate.duplicate_id] = duplicate

    def keep_union(self, union: Union) -> None:
        self.memory.unions[union.merged.person_id] = union

    def union_of(self, merged_id: str) -> Union | None:
        return self.memory.unions.get(merged_id)

    def forget_union(self, merged_id: str) -> None:
        self.memory.unions.pop(merged_id, None)

    def page(self, state: DuplicateState, limit: int, start: str | None = None) -> Page[PossibleDuplicate]:
        with self.memory.lock:
            matching = [one for one in self.memory.duplicates.values() if one.state is state]
        return backward({f"{times.sortable(one.found_at)}#{one.duplicate_id}": one for one in matching}, limit, start)
