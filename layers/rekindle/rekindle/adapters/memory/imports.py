"""Files of imports that are nowhere: what would be started, as a list that grows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rekindle.adapters.memory.state import Memory
from rekindle.application.core.attempts import committed_alone
from rekindle.application.ports.imports import Upload
from rekindle.application.ports.people import People
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change
from rekindle.domain.responses.response import Response, ResponseOwner


@dataclass(frozen=True)
class MemoryManyRecords:
    memory: Memory
    people_store: People

    def people(self, person_ids: Collection[str]) -> Iterable[Person]:
        return [self.memory.people[one] for one in person_ids if one in self.memory.people]

    def responses(self, keys: Collection[tuple[str, str]]) -> Iterable[tuple[str, Response]]:
        known = self.memory.responses
        return [(person_id, known[person_id][one]) for person_id, one in keys if one in known.get(person_id, {})]

    def owners(self, response_ids: Collection[str]) -> Iterable[tuple[str, ResponseOwner]]:
        known = self.memory.response_owners
        return [(one, known[one]) for one in response_ids if one in known]

    def scores(self, person_ids: Collection[str]) -> Iterable[Score]:
        return [self.memory.scores[one] for one in person_ids if one in self.memory.scores]

    def commit(self, commits: Sequence[Sequence[Change]]) -> Sequence[bool]:
        return [committed_alone(self.people_store, changes) for changes in commits]


@dataclass
class MemoryImportFiles:
    started: list[tuple[str, str, int]] = field(default_factory=list)
    loaded: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def upload(self, import_id: str, then: str | None = None) -> Upload:
        onward = {"success_action_redirect": then} if then is not None else {}
        return Upload("https://files.example.com/", {"key": import_id, **onward})

    def address(self, import_id: str, file: str) -> str:
        return f"https://files.example.com/{import_id}/{file}"

    def progress(self, import_id: str) -> Sequence[Mapping[str, Any]]:
        return self.loaded.get(import_id, [])

    def start(self, import_id: str, step: str, version: int) -> None:
        if (import_id, step, version) not in self.started:
            self.started.append((import_id, step, version))
