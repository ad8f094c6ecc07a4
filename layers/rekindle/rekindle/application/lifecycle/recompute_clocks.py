"""Move running clocks and stays on tracks to the settings in force. Asked for, or nothing moves them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from rekindle.application.core.attempts import until_committed
from rekindle.application.core.paging import all_items
from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.application.ports.people import People
from rekindle.domain.core import times
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.recomputing import recomputed
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change

PAGE = 100


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What is due next of a person, before and after."""

    person_id: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class RecomputeClocks:
    people: People
    rules: LifecycleRules

    def __call__(self, *, dry_run: bool) -> Iterator[Recomputed]:
        """Everybody whose clocks or touches move. Broken off and called again, it goes on with the others."""
        for person_id in self._everybody():
            moved = until_committed(lambda person_id=person_id: self._move(person_id, dry_run=dry_run))  # type: ignore[misc]
            if moved is not None:
                yield moved

    def _everybody(self) -> Iterator[str]:
        for person in all_items(self.people.owed, PAGE):
            yield person.person_id
        for person in all_items(partial(self.people.due, times.LAST), PAGE):
            if person.lifecycle is not None and not person.lifecycle.is_owed:
                yield person.person_id

    def _move(self, person_id: str, *, dry_run: bool) -> Recomputed | None:
        person = self.people.get(person_id)
        rules = self.rules(person) if person is not None else None
        if person is None or rules is None:
            return None
        after = recomputed(person, rules)
        if after is person:
            return None
        if not dry_run:
            self.people.commit(Change(replace(after, version=person.version + 1), person.version))
        return Recomputed(person_id, _due(person), _due(after))


def _due(person: Person) -> datetime | None:
    return person.lifecycle.due_at if person.lifecycle is not None else None
