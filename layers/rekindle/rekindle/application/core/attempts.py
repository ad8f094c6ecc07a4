"""Optimistic concurrency: read, decide, commit on condition; where somebody was faster, read again."""

from collections.abc import Callable, Sequence

from rekindle.application.ports.people import People
from rekindle.domain.core.errors import Conflict, InProgress, Refusal
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change

ATTEMPTS = range(10)
"""The tries; after the last, `contended` is raised, and whoever delivered the trigger sends it again."""


def until_committed[T](step: Callable[[], T]) -> T:
    """What a step answers that reads, decides and commits. A step that raises Conflict is taken again: somebody was
    faster. Raises Conflict after the last try, and InProgress at once: a merge takes longer than a few tries."""
    for _ in ATTEMPTS:
        try:
            return step()
        except InProgress:
            raise
        except Conflict:
            continue
    raise contended()


def contended() -> Conflict:
    return Conflict(f"others changed the same record {len(ATTEMPTS)} times in a row")


def committed(people: People, *changes: Change) -> bool:
    """Commit; False where somebody was faster."""
    try:
        people.commit(*changes)
    except Conflict:
        return False
    return True


def committed_alone(people: People, changes: Sequence[Change]) -> bool:
    """Commit; False where somebody was faster, or the store refuses it."""
    try:
        return committed(people, *changes)
    except Refusal:
        return False


def current_person(people: People, person_id: str) -> Person | None:
    """The person, or whoever the person was merged into."""
    person = people.get(person_id)
    while person is not None and person.merged_into is not None:
        person = people.get(person.merged_into)
    return person
