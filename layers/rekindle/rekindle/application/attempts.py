"""Optimistic concurrency: read, decide, commit on condition; where somebody was faster, read again."""

from collections.abc import Iterator
from itertools import chain

from rekindle.application.ports import People
from rekindle.domain.change import Change
from rekindle.domain.errors import Conflict

ATTEMPTS = 10


def attempts() -> Iterator[int]:
    """Count the tries; after the last the conflict is raised, and whoever delivered the trigger sends it again."""
    return chain(range(ATTEMPTS), _GIVEN_UP)


class _GivenUp:
    """What comes after the last try, asked for then only."""

    def __iter__(self) -> Iterator[int]:
        raise Conflict(f"others changed the same record {ATTEMPTS} times in a row")


_GIVEN_UP = _GivenUp()


def committed(people: People, *changes: Change) -> bool:
    """Commit; False where somebody was faster."""
    try:
        people.commit(*changes)
    except Conflict:
        return False
    return True
