"""Make two records of one person one: a converted lead's history is the contact's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Literal, Protocol

from rekindle.application.assignment.owners import owners_of
from rekindle.application.capture.commit_people import CommitPeople
from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import ATTEMPTS, contended, until_committed
from rekindle.application.ports.continuations import Continuations
from rekindle.application.ports.people import People, Scores
from rekindle.application.ports.records import Reference
from rekindle.application.reactivation.reconsider_responses import ReconsiderResponses
from rekindle.domain.capture.facts import PeopleMerged
from rekindle.domain.capture.merging import Link, ended_by_deletion, link, score_of_both
from rekindle.domain.capture.moving import Twins, by_campaign_and_date, move_responses
from rekindle.domain.core.errors import Conflict, InProgress, MergeInProgress, Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Merged
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.responses.response import Response

BATCH = 20
"""Responses moved in one transaction: three writes each, and at most as many twins, stay below DynamoDB's 100."""
STEPS = 25
"""Batches of one run: far fewer than a function has time for."""


class MergeLog(Protocol):
    """What wants to know how a merge finds and leaves the two."""

    def begins(self, survivor: Person, merged: Person, steps: Link) -> None:
        """Just before the first step is committed; again, where others were faster."""
        ...

    def ends(self, survivor_version: int) -> None:
        """After the last step, with the version of the survivor that it left."""
        ...


@dataclass(frozen=True)
class MergePeople:
    """Each step is one transaction and can be repeated, so what was interrupted is finished by the next delivery."""

    people: People
    scores: Scores
    reference: Reference
    reconsider: ReconsiderResponses
    commit: CommitPeople
    continuations: Continuations | None
    """None where one run has all the time it needs."""

    def __call__(
        self,
        survivor_id: str,
        merged_id: str,
        at: datetime,
        kind: Literal["lead", "contact"] | None = None,
        log: MergeLog | None = None,
    ) -> Recorded:
        survivor_id = self._home(survivor_id)
        if survivor_id == merged_id:
            return Recorded(duplicate=1)
        linked = self._link(survivor_id, merged_id, at, kind, log)
        if not linked and merged_id not in self._survivor(survivor_id).merging_ids:
            return Recorded(duplicate=1, decision=self.reconsider.after_merge(survivor_id, merged_id, at))
        self._take_score(survivor_id, merged_id)
        if not self._move_responses(survivor_id, merged_id):
            if self.continuations is not None:
                self.continuations.merge(survivor_id, merged_id, at, converted=kind is not None)
            return Recorded(1) if linked else Recorded(duplicate=1)
        version = self._finish(survivor_id, merged_id, at, converted=kind is not None)
        if log is not None and version is not None:
            log.ends(version)
        return Recorded(1, decision=self.reconsider.after_merge(survivor_id, merged_id, at))

    def merge(self, fact: PeopleMerged) -> Recorded:
        recorded = Recorded()
        for merged_id in fact.merged_ids:
            recorded += self(fact.survivor_id, merged_id, fact.stamp.at)
        return recorded

    def _home(self, person_id: str) -> str:
        seen = {person_id}
        stored = self.people.get(person_id)
        while stored is not None and stored.merged_into is not None and stored.merged_into not in seen:
            seen.add(stored.merged_into)
            stored = self.people.get(stored.merged_into)
        return stored.person_id if stored is not None else person_id

    def _survivor(self, survivor_id: str) -> Person:
        survivor = self.people.get(survivor_id) or Person(survivor_id)
        if survivor.merged_into is not None:
            # What is left to move is whose it is now: the next delivery goes on there.
            raise MergeInProgress("the survivor was itself merged away in this moment")
        return survivor

    def _link(
        self,
        survivor_id: str,
        merged_id: str,
        at: datetime,
        kind: Literal["lead", "contact"] | None,
        log: MergeLog | None = None,
    ) -> bool:
        """Point the one at the other; False where that was done before."""
        for _ in ATTEMPTS:
            stored = self.people.get(survivor_id)
            survivor = stored or Person(survivor_id)
            merged = self.people.get(merged_id) or Person(merged_id)
            if merged.merged_into is not None:
                return False
            if survivor.merged_into is not None:
                raise MergeInProgress("the survivor was itself merged away in this moment")
            if kind is not None and stored is None:
                survivor = replace(survivor, kind=kind)
            active_of = {p.person_id: active for p in (survivor, merged) if (active := self._active(p))}
            deleted_with = ended_by_deletion(merged)
            if deleted_with is not None:
                response = self.people.get_response(merged_id, deleted_with.engagement.response_id)
                active_of |= {merged_id: response} if response is not None else {}
            settings = self.reference.settings()
            steps = link(survivor, merged, active_of, at, settings, owners_of(self.reference))
            if log is not None:
                log.begins(survivor, merged, steps)
            if self.commit(
                (survivor, steps.survivor.indexed_by(settings)),
                (merged, steps.merged.indexed_by(settings)),
            ):
                return True
        raise contended()

    def _active(self, person: Person) -> Response | None:
        if person.active is None:
            return None
        return self.people.get_response(person.person_id, person.active.response_id)

    def _take_score(self, survivor_id: str, merged_id: str) -> None:

        def attempt() -> None:
            mine, theirs = self.scores.get(survivor_id), self.scores.get(merged_id)
            if theirs is None or theirs.moved_to is not None:
                return
            score = score_of_both(mine, theirs, survivor_id)
            if score is not None and score is not mine:
                self.scores.put(score, mine.version if mine else 0)
            moved_on = replace(theirs, moved_to=survivor_id, crosses=False, version=theirs.version + 1)
            self.scores.put(moved_on, theirs.version)

        until_committed(attempt)

    def _move_responses(self, survivor_id: str, merged_id: str) -> bool:
        """Whether all of them are the survivor's by now; what one run has no time for, another one goes on with."""
        own = _OwnDates(self.people, survivor_id, merged_id)
        for step in count():
            if self.continuations is not None and step == STEPS:
                return False
            try:
                moved = until_committed(lambda: self._move_batch(survivor_id, merged_id, own))
            except (Conflict, Unavailable) as error:
                if step == 0 or self.continuations is None or isinstance(error, InProgress):
                    raise
                return False  # This run came further: the next one has all its tries again.
            if moved < BATCH:
                return True
        raise AssertionError("there is always another step")

    def _move_batch(self, survivor_id: str, merged_id: str, own: "_OwnDates") -> int:
        """How many were moved: fewer than a batch where those were the last. The people are read first, so that what
        leaves them meanwhile is a conflict."""
        settings = self.reference.settings()
        survivor = self._survivor(survivor_id)
        merged = self.people.get(merged_id) or Person(merged_id)
        batch = list(self.people.responses(merged_id, limit=BATCH))
        if batch:
            arrive, leave = move_responses(survivor, merged, batch, self._twins(survivor_id, batch, own))
            self.people.commit(arrive.indexed_by(settings), leave)
        return len(batch)

    def _twins(self, survivor_id: str, batch: Iterable[Response], own: "_OwnDates") -> Twins:
        """The survivor's own responses of the same campaigns and dates, as they stand now. A response that was deleted
        before it was recorded has no campaign, and so no twin."""
        found = {date: own.response_at(*date) for date in map(by_campaign_and_date, batch) if date[0]}
        twins = {date: self.people.get_response(survivor_id, twin) for date, twin in found.items() if twin is not None}
        return {date: twin for date, twin in twins.items() if twin is not None and not twin.state.deleted}

    def _finish(self, survivor_id: str, merged_id: str, at: datetime, *, converted: bool) -> int | None:
        """The version of the survivor that the merge left; None where another delivery finished it."""

        def attempt() -> int | None:
            survivor = self._survivor(survivor_id)
            if merged_id not in survivor.merging_ids:
                return None  # Another delivery was faster.
            left = tuple(a for a in survivor.merging_ids if a != merged_id)
            done = replace(survivor, version=survivor.version + 1, merging_ids=left)
            merged = Merged(survivor_id, merged_id, converted, at, self.reference.settings().version)
            self.people.commit(Change(done, survivor.version, entries=(merged,)))
            return done.version

        return until_committed(attempt)


@dataclass(frozen=True, slots=True)
class _OwnDates:
    """The survivor's own responses, from before the two became one, by campaign and date. Each campaign is read once,
    and only if the merged person has a response in it: the survivor's history may be long."""

    people: People
    survivor_id: str
    merged_id: str
    _by_campaign: dict[str, Mapping[datetime, str]] = field(default_factory=dict)

    def response_at(self, campaign_id: str, date: datetime) -> str | None:
        """The id of the last one in the order of ids."""
        if campaign_id not in self._by_campaign:
            found = sorted(self.people.in_campaign(self.survivor_id, campaign_id), key=lambda one: one.response_id)
            self._by_campaign[campaign_id] = {
                response.state.effective_at: response.response_id
                for response in found
                if all(trace.person_id != self.merged_id for trace in response.trail)
            }
        return self._by_campaign[campaign_id].get(date)
