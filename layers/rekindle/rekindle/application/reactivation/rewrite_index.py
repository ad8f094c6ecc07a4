"""Write the index of a person's search anew, under the present map from status to class."""

from dataclasses import dataclass
from datetime import timedelta

from rekindle.application.ports import Clock
from rekindle.application.ports.continuations import Continuations
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Reference
from rekindle.domain.core.errors import IndexInProgress
from rekindle.domain.people.person import Person
from rekindle.domain.settings.settings import Settings

MOST = 1_000
"""Responses that one run looks at: far fewer than a function has time for."""
STALLED = timedelta(minutes=10)
"""Without a run for so long, nobody goes on: a new one begins."""


@dataclass(frozen=True)
class RewriteIndex:
    """An edited map is rare, and costs each person one reading of the whole history, the next time it matters."""

    people: People
    reference: Reference
    clock: Clock
    continuations: Continuations | None
    """None where one run has all the time it needs."""

    def is_outdated(self, person: Person) -> bool:
        return person.responses > 0 and person.classes != self.reference.settings().class_map

    def is_long(self, person: Person) -> bool:
        """Whether one run is not enough."""
        return self.continuations is not None and person.responses > MOST

    def __call__(self, person: Person) -> None:
        """Raises IndexInProgress where it takes more than this run, which then goes on by itself; and Conflict."""
        rewrite = person.index_rewrite
        if (
            rewrite is None
            or rewrite.class_map != self.reference.settings().class_map
            or self.clock() - rewrite.at >= STALLED
        ):
            self._run(person, self.reference.settings())
        else:
            raise _in_progress()

    def go_on(self, person_id: str) -> None:
        """The next run. Nothing is left to be done where others were faster."""
        person = self.people.get(person_id)
        if person is not None and person.index_rewrite is not None and self.is_outdated(person):
            try:
                self._run(person, self.reference.settings())
            except IndexInProgress:
                return

    def _run(self, person: Person, settings: Settings) -> None:
        most = MOST if self.continuations is not None else None
        if not self.people.reindex(person, settings.classes, settings.class_map, self.clock(), most):
            if self.continuations is not None:
                self.continuations.index(person.person_id)
            raise _in_progress()


def _in_progress() -> IndexInProgress:
    return IndexInProgress("the index of the person's search is being written anew")
