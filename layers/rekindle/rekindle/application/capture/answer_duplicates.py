"""Unite two records that may be one person, or keep them apart: what somebody says of a pair that was found."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.application.capture.commit_people import CommitPeople
from rekindle.application.capture.merge_people import MergePeople
from rekindle.application.core.attempts import ATTEMPTS, contended, current_person, until_committed
from rekindle.application.ports import Clock, Page
from rekindle.application.ports.people import Duplicates, People, Scores
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import Reference
from rekindle.domain.capture.merging import Link
from rekindle.domain.capture.separating import (
    DeletedSince,
    NotUnited,
    Union,
    Versions,
    check_separation,
    scores_before,
    separate,
    untraced,
)
from rekindle.domain.core.errors import InvalidField, NotFound, StateConflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Deactivated
from rekindle.domain.people.person import Person
from rekindle.domain.people.possible_duplicate import DuplicateState, PossibleDuplicate, is_compared, survivor_of
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.responses.response import Response

RECENT = 20
"""Decisions that are looked at for one made since a union. One that is not among them changed the person all the
same."""


@dataclass(frozen=True, slots=True)
class DuplicateAnswer:
    user_id: str | None = None
    survivor_id: str | None = None
    """Of a union, the record that the other becomes; None: the one that is known better."""


@dataclass(frozen=True, slots=True)
class ShownDuplicate:
    duplicate: PossibleDuplicate
    people: tuple[Person, ...]
    """The two as they stand; one that was merged away since as who it became."""


class AlreadyUnited(StateConflict):
    """The two are one person by now."""

    code = "ALREADY_UNITED"


@dataclass(frozen=True)
class AnswerDuplicates:
    """A union is taken back in one transaction, with the responses that moved; the scores, which nothing is decided by
    meanwhile, and the pair follow. Repeated, that is finished."""

    people: People
    scores: Scores
    ledger: Ledger
    reference: Reference
    duplicates: Duplicates
    merge_people: MergePeople
    commit: CommitPeople
    clock: Clock

    def listed(self, state: DuplicateState, limit: int, start: str | None = None) -> Page[ShownDuplicate]:
        """The newest first. An open pair of which one is deleted, or became the other by itself, is left out."""
        page = self.duplicates.page(state, limit, start)
        shown = [self._shown(one) for one in page.items]
        return Page([one for one in shown if state is not DuplicateState.OPEN or _waits(one)], page.next)

    def shown(self, duplicate_id: str) -> ShownDuplicate:
        """Raises NotFound."""
        return self._shown(self._found(duplicate_id))

    def unite(self, duplicate_id: str, answer: DuplicateAnswer) -> ShownDuplicate:
        """One becomes the other, with all that was known of it. Repeated, it finishes what was interrupted. Raises
        NotFound, InvalidField, AlreadyUnited, and Conflict while one of them is being merged elsewhere."""

        def attempt() -> PossibleDuplicate:
            stored = self._found(duplicate_id)
            if stored.state is DuplicateState.UNITED:
                return stored
            survivor_id, merged_id = self._survivor_and_merged(stored, answer)
            return self._answered(stored, answer, DuplicateState.UNITED, survivor_id=survivor_id, merged_id=merged_id)

        united = until_committed(attempt)
        survivor_id, merged_id, at = _of_union(united)
        union = self.duplicates.union_of(merged_id)
        if union is None or union.left is None:
            self.merge_people(survivor_id, merged_id, at, log=_Remembered(self, survivor_id, merged_id, at))
        return self._shown(united)

    def undo(self, duplicate_id: str) -> ShownDuplicate:
        """The pair waits again: two that were kept apart are suggested again, and a union is taken back, unless
        something happened since that forbids it. Raises NotFound and the refusals of `separating`."""
        stored = self._found(duplicate_id)
        if stored.state is DuplicateState.UNITED:
            survivor_id, merged_id, _ = _of_union(stored)
            union = self.duplicates.union_of(merged_id)
            merged = self.people.get(merged_id)
            if union is None or merged is None:
                if any(person.deleted for person in self._shown(stored).people):
                    raise DeletedSince("the person was deleted since")
                raise NotUnited("nothing is known of that union: the two were one already")
            parted = self._separate(union, survivor_id, merged_id) if merged.merged_into is not None else ()
            for score, read_version in scores_before(union, self.scores.get(survivor_id), self.scores.get(merged_id)):
                self.scores.put(score, read_version)
            for before, person in zip((union.survivor, union.merged), parted, strict=False):
                self._earlier_unions_stand(before, person)
            self.duplicates.forget_union(merged_id)
        return self._shown(self._reopened(duplicate_id))

    def _earlier_unions_stand(self, before: Person, person: Person) -> None:
        """A union from before this one left the person as it stands again now: it can be taken back next."""
        for merged_id in person.merged_ids:
            earlier = self.duplicates.union_of(merged_id)
            left = earlier.left if earlier is not None else None
            if (
                earlier is None
                or left is None
                or (earlier.survivor.person_id, left.survivor)
                != (
                    before.person_id,
                    before.version,
                )
            ):
                continue
            score = self.scores.get(person.person_id)
            again = Versions(person.version, left.merged, score.version if score is not None else 0)
            self.duplicates.keep_union(replace(earlier, left=again))

    def _separate(self, union: Union, survivor_id: str, merged_id: str) -> tuple[Person, Person]:
        """The two, parted."""
        for _ in ATTEMPTS:
            survivor, merged = self.people.get(survivor_id), self.people.get(merged_id)
            if survivor is None or merged is None or merged.merged_into != survivor_id:
                raise NotUnited("the two are not one person")
            check_separation(union, survivor, merged, self.scores.get(survivor_id), self._decisions(survivor))
            responses, settings = list(self.people.responses(survivor_id)), self.reference.settings()
            stays, leaves = separate(union, survivor, merged, responses, self.clock(), settings)
            if self.commit((survivor, stays.indexed_by(settings)), (merged, leaves.indexed_by(settings))):
                return stays.person, leaves.person
        raise contended()

    def _decisions(self, person: Person) -> list[Decision]:
        """The newest by the instants that they are about, and the one that made the active response so: a decision may
        be about an instant long ago."""
        recent = list(self.ledger.decisions(person.person_id, RECENT).items)
        active = self.ledger.get(person.active.decision_id) if person.active is not None else None
        return recent if active is None else [*recent, active]

    def _reopened(self, duplicate_id: str) -> PossibleDuplicate:
        def attempt() -> PossibleDuplicate:
            stored = self._found(duplicate_id)
            if stored.state is DuplicateState.OPEN:
                return stored
            again = PossibleDuplicate(stored.person_ids, stored.grounds, stored.likely, stored.found_at)
            again = replace(again, version=stored.version + 1)
            self.duplicates.put(again, stored.version)
            return again

        return until_committed(attempt)

    def dismiss(self, duplicate_id: str, answer: DuplicateAnswer) -> ShownDuplicate:
        """The two stay apart, and are not suggested again. Raises NotFound, AlreadyUnited."""

        def attempt() -> PossibleDuplicate:
            stored = self._found(duplicate_id)
            if stored.state is DuplicateState.UNITED:
                raise AlreadyUnited("the two were united")
            if stored.state is DuplicateState.DISMISSED:
                return stored
            return self._answered(stored, answer, DuplicateState.DISMISSED)

        return self._shown(until_committed(attempt))

    def _answered(
        self, stored: PossibleDuplicate, answer: DuplicateAnswer, state: DuplicateState, **more: Any
    ) -> PossibleDuplicate:
        after = replace(
            stored,
            state=state,
            answered_at=self.clock(),
            user_id=answer.user_id,
            version=stored.version + 1,
            **more,
        )
        self.duplicates.put(after, stored.version)
        return after

    def _survivor_and_merged(self, stored: PossibleDuplicate, answer: DuplicateAnswer) -> tuple[str, str]:
        people = self._shown(stored).people
        if len({person.person_id for person in people}) < len(stored.person_ids):
            raise AlreadyUnited("the two are one person already")
        gone = [person for person in people if not is_compared(person)]
        if gone:
            raise NotFound(f"the person {gone[0].person_id!r} was deleted", "person_id")
        survivor_id = answer.survivor_id or survivor_of(people).person_id
        person_ids = [person.person_id for person in people]
        if survivor_id not in person_ids:
            raise InvalidField(f"expected one of {', '.join(person_ids)}", "survivor_id")
        (merged_id,) = (one for one in person_ids if one != survivor_id)
        return survivor_id, merged_id

    def _found(self, duplicate_id: str) -> PossibleDuplicate:
        stored = self.duplicates.get(duplicate_id)
        if stored is None:
            raise NotFound(f"there is no pair {duplicate_id!r}", "duplicate_id")
        return stored

    def _shown(self, duplicate: PossibleDuplicate) -> ShownDuplicate:
        people = (current_person(self.people, person_id) for person_id in duplicate.person_ids)
        return ShownDuplicate(duplicate, tuple(person for person in people if person is not None))


def _waits(shown: ShownDuplicate) -> bool:
    alive = {person.person_id for person in shown.people if is_compared(person)}
    return len(alive) == len(shown.duplicate.person_ids)


def _of_union(united: PossibleDuplicate) -> tuple[str, str, datetime]:
    if united.survivor_id is None or united.merged_id is None or united.answered_at is None:
        raise ValueError("no union")
    return united.survivor_id, united.merged_id, united.answered_at


@dataclass
class _Remembered:
    """Keeps what a union finds before it changes anything, and how it left it."""

    answer: AnswerDuplicates
    survivor_id: str
    merged_id: str
    at: datetime

    def begins(self, survivor: Person, merged: Person, steps: Link) -> None:
        ended = (*steps.survivor.entries, *steps.merged.entries)
        self.answer.duplicates.keep_union(
            Union(
                survivor,
                merged,
                self.at,
                self.answer.scores.get(self.survivor_id) is not None,
                tuple(entry for entry in ended if isinstance(entry, Deactivated)),
                untraced(one for person in (survivor, merged) for one in self._responses(person)),
            )
        )

    def _responses(self, person: Person) -> Iterator[Response]:
        return self.answer.people.responses(person.person_id)

    def ends(self, survivor_version: int) -> None:
        union, merged = self.answer.duplicates.union_of(self.merged_id), self.answer.people.get(self.merged_id)
        if union is not None and merged is not None:
            score = self.answer.scores.get(self.survivor_id)
            left = Versions(survivor_version, merged.version, score.version if score is not None else 0)
            self.answer.duplicates.keep_union(replace(union, left=left))
