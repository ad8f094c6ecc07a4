"""Scores in memory."""

from dataclasses import dataclass

from rekindle.adapters.memory.pages import forward
from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.domain.core.errors import Conflict
from rekindle.domain.people.score import Score


@dataclass(frozen=True)
class MemoryScores:
    memory: Memory

    def get(self, person_id: str) -> Score | None:
        return self.memory.scores.get(person_id)

    def put(self, score: Score, read_version: int) -> None:
        memory, person_id = self.memory, score.person_id
        with memory.lock:
            stored = memory.scores.get(person_id)
            if (stored.version if stored is not None else 0) != read_version:
                raise Conflict("the score was changed since")
            memory.scores[person_id] = score
            if score.crosses and score.last_crossing is not None:
                memory.crossings.append((person_id, score.last_crossing))

    def page(self, limit: int, start: str | None = None) -> Page[Score]:
        with self.memory.lock:
            return forward(self.memory.scores, limit, start)
