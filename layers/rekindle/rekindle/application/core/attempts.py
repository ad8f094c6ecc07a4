"""Optimistic concurrency: read, decide, commit on condition; where somebody was faster, read again."""

from rekindle.application.ports import People
from rekindle.domain.core.errors import Conflict
from rekindle.domain.reactivation.change import Change

ATTEMPTS = range(10)
"""The tries; after the last, `contended` is raised, and whoever delivered the trigger sends it again."""


def contended() -> Conflict:
    return Conflict(f"others changed the same record {len(ATTEMPTS)} times in a row")


def committed(people: People, *changes: Change) -> bool:
    """Commit; False where somebody was faster."""
    try:
        people.commit(*changes)
    except Conflict:
        return False
    return True
