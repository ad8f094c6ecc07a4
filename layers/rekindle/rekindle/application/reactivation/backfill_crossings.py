"""Decide the past crossings that nobody noticed, in a batch that can be interrupted, and undone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rekindle.application.ports import Clock
from rekindle.application.ports.people import Scores
from rekindle.application.ports.reactivation import Batches, Ledger
from rekindle.application.ports.records import Reference
from rekindle.application.reactivation.reactivate import Reactivate
from rekindle.application.reactivation.reconsider_responses import ReconsiderResponses
from rekindle.domain.core.errors import Conflict, PreconditionFailed
from rekindle.domain.core.values import replace
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.backfill import trigger_of
from rekindle.domain.reactivation.batch import Batch, added
from rekindle.domain.reactivation.decision import Decision, Reason, Trigger

PAGE = 100
"""Scores read, and decided about, between two notes of how far the batch came."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one page led to, and how far the batch is with it."""

    batch: Batch
    decisions: Sequence[Decision] = ()


@dataclass(frozen=True)
class BackfillCrossings:
    """A batch goes on after the last page that was noted: what was decided in the page after it is not decided again,
    because a decision is named by batch and crossing. So two runs of one batch do no harm either: whoever notes a page
    second goes on from where the first is."""

    scores: Scores
    batches: Batches
    ledger: Ledger
    reference: Reference
    reactivate: Reactivate
    reconsider: ReconsiderResponses
    clock: Clock

    def __call__(self, batch_id: str, *, dry_run: bool = False) -> Iterator[Step]:
        """The steps, the first of which says where the batch stands. Raises PreconditionFailed where the batch can not
        be gone on with, and Unavailable where it can be later."""
        batch = self._begun(batch_id, dry_run)
        yield Step(batch)
        if batch.undone_at is not None:
            self._refuse(batch)
        while not batch.all_read:
            self._refuse(batch)
            page = self.scores.page(PAGE, batch.next)
            decisions, waiting = self._decided(batch, page.items, dry_run)
            after = replace(
                _counted(batch, decisions),
                next=page.next or batch.next,
                read=batch.read + len(page.items),
                waiting=(*batch.waiting, *waiting),
                all_read=page.next is None,
            )
            batch = self._noted(after, batch.version, dry_run)
            yield Step(batch, decisions)
        if batch.waiting:
            self._refuse(batch)
            scores = [score for person_id in batch.waiting if (score := self.scores.get(person_id)) is not None]
            decisions, waiting = self._decided(batch, scores, dry_run)
            after = replace(_counted(batch, decisions), waiting=tuple(waiting))
            yield Step(self._noted(after, batch.version, dry_run), decisions)

    def _begun(self, batch_id: str, dry_run: bool) -> Batch:
        """Noted before anything is decided in it, so that it can be undone wherever it stops."""
        stored = self.batches.get(batch_id)
        if stored is not None:
            return stored
        return self._noted(Batch(batch_id, self.reference.settings().version, self.clock()), 0, dry_run)

    def _refuse(self, batch: Batch) -> None:
        if batch.undone_at is not None:
            raise PreconditionFailed(f"batch {batch.batch_id!r} was undone: begin another one", "batch")
        if batch.settings_version != self.reference.settings().version:
            raise PreconditionFailed(
                f"the settings are no longer version {batch.settings_version}, by which batch {batch.batch_id!r} was "
                "begun: begin another one",
                "batch",
            )

    def _decided(self, batch: Batch, scores: Iterable[Score], dry_run: bool) -> tuple[list[Decision], list[str]]:
        """The decisions, and the people whom nothing could be decided about yet."""
        threshold = self.reference.settings().threshold
        decisions: list[Decision] = []
        waiting: list[str] = []
        for score in scores:
            crossing = score.undecided(threshold)
            if crossing is None:
                continue
            trigger = trigger_of(batch.batch_id, score.person_id, crossing, dry_run=dry_run)
            try:
                decisions += self._decided_on(trigger)
            except Conflict:
                waiting.append(score.person_id)
        return decisions, waiting

    def _decided_on(self, trigger: Trigger) -> list[Decision]:
        """The decision on the crossing; and where it found nobody, that on a response which came after it, was judged
        by the threshold of its day, and becomes active by itself."""
        before = self.ledger.get(trigger.decision_id) if trigger.dry_run else None
        decision = before or self.reactivate(trigger)
        further = None
        if decision.reason is Reason.NO_CANDIDATE:
            further = self.reconsider.in_batch(replace(trigger, person_id=decision.person_id))
        return [decision, further] if further is not None else [decision]

    def _noted(self, batch: Batch, read_version: int, dry_run: bool) -> Batch:
        if dry_run:
            return batch
        after = replace(batch, version=read_version + 1)
        try:
            self.batches.put(after, read_version)
        except Conflict:
            return self.batches.get(batch.batch_id) or batch
        return after


def _counted(batch: Batch, decisions: Iterable[Decision]) -> Batch:
    decided = list(decisions)
    return replace(
        batch,
        outcomes=added(batch.outcomes, [decision.reason or decision.outcome for decision in decided]),
        credit=added(batch.credit, [decision.campaign_id for decision in decided if decision.campaign_id]),
    )
