"""Undo the activations of a batch: restore what was there, and leave alone where life went on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from rekindle.application.core.attempts import until_committed
from rekindle.application.core.paging import all_items
from rekindle.application.ports import Clock
from rekindle.application.ports.people import People
from rekindle.application.ports.reactivation import Batches
from rekindle.application.ports.records import Reference
from rekindle.domain.core.errors import Conflict, MergeInProgress, NotFound
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.backfill import Left, left, undone
from rekindle.domain.reactivation.batch import Member

PAGE = 100


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of one activation."""

    member: Member
    left: Left | None = None
    """Why it is left as it is; None where it is undone."""
    waits: bool = False
    """Whether somebody else was changing the person all the time: to be tried again."""


@dataclass(frozen=True)
class UndoBackfill:
    """Each activation is undone in a transaction of its own, which also notes that it is: an undo that was interrupted
    is gone on with by calling it again."""

    people: People
    batches: Batches
    reference: Reference
    clock: Clock

    def __call__(self, batch_id: str, *, dry_run: bool = False) -> Iterator[Undone]:
        """What becomes of each activation that was not undone before. Raises NotFound."""
        self._closed(batch_id, dry_run)
        for member in all_items(partial(self.batches.members, batch_id), PAGE):
            if member.undone_at is None:
                yield self._undone(member, dry_run)

    def _closed(self, batch_id: str, dry_run: bool) -> None:
        """See to it that nothing more is decided in the batch."""

        def attempt() -> None:
            batch = self.batches.get(batch_id)
            if batch is None:
                raise NotFound(f"there is no batch {batch_id!r}", "batch")
            if dry_run or batch.undone_at is not None:
                return
            after = replace(batch, undone_at=self.clock(), version=batch.version + 1)
            self.batches.put(after, batch.version)

        until_committed(attempt)

    def _undone(self, member: Member, dry_run: bool) -> Undone:
        try:
            return self._tried(member, dry_run)
        except Conflict:
            return Undone(member, waits=True)

    def _tried(self, member: Member, dry_run: bool) -> Undone:

        def attempt() -> Undone:
            person, response = self.people.load(member.person_id, member.response_id)
            if person is None:
                return Undone(member, Left.DEACTIVATED)
            reason = left(member, person, response)
            if reason is not None:
                return Undone(member, reason)
            if response is None or person.merging_ids:
                raise MergeInProgress("the person is being merged with another")
            settings = self.reference.settings()
            change = undone(member, person, response, self.clock(), settings)
            if not dry_run:
                self.people.commit(change.indexed_by(settings))
            return Undone(member)

        return until_committed(attempt)
