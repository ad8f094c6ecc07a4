"""Evaluate a response: when it arrives, and when its own date is reached."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from rekindle.application.assignment.owners import owners_of
from rekindle.application.core.attempts import ATTEMPTS, committed, contended
from rekindle.application.ports import Clock
from rekindle.application.ports.people import People, Scores
from rekindle.application.ports.reactivation import Ledger, ReactivationTimers
from rekindle.application.ports.records import Reference
from rekindle.application.reactivation.associate_opportunities import AssociateOpportunities
from rekindle.application.reactivation.context import context_of_arrival
from rekindle.application.reactivation.reactivate_on_score import ReactivateOnScore
from rekindle.application.reactivation.reactivate_on_score import trigger_of as crossing_trigger_of
from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.core.errors import MergeInProgress
from rekindle.domain.core.values import replace
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.arrival import (
    Arrival,
    evaluate,
    is_unevaluated,
    may_take_over,
    trigger_of,
    trigger_of_date,
    waits_for_its_date,
)
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.timer import ResponseTimer
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Response


def loaded(people: People, person_id: str, response_id: str) -> tuple[Person | None, Response | None]:
    """Both, of the person or of the one that took it over. Raises MergeInProgress."""
    person, stored = people.load(person_id, response_id)
    while person is not None and person.merged_into is not None:
        person, stored = people.load(person.merged_into, response_id)
    if person is not None and person.merging_ids:
        raise MergeInProgress("the person is being merged with another")
    return person, stored


@dataclass(frozen=True)
class EvaluateResponse:
    """One transaction, under the condition that neither the person nor the score changed since they were read."""

    people: People
    scores: Scores
    ledger: Ledger
    reference: Reference
    clock: Clock
    timers: ReactivationTimers
    reactivate_on_score: ReactivateOnScore
    associate: AssociateOpportunities

    def __call__(
        self,
        person: Person,
        response: Response,
        at: datetime,
        *,
        by_date: bool = False,
        is_new_to_person: bool = False,
        tombstone: ChangeStamp | None = None,
    ) -> Decision | None:
        """Evaluate and store; None where the person is to be read again."""
        settings = self.reference.settings()
        score = self.scores.get(person.person_id)
        trigger = (trigger_of_date if by_date else trigger_of)(person.person_id, response, at, score)
        crossing_decision = None
        if score is not None and score.last_crossing is not None and person.active is None:
            crossing = crossing_trigger_of(person.person_id, score.last_crossing)
            crossing_decision = self.ledger.get(crossing.decision_id)
            if crossing_decision is None and crossing.as_of < trigger.as_of:
                # The crossing came first, so it chooses first, whoever is served first.
                self.reactivate_on_score(person.person_id, score.last_crossing)
                return None
        active = None
        if person.active is not None and may_take_over(trigger, person.active):
            active = self.people.get_response(person.person_id, person.active.response_id)
        arrival = Arrival(trigger, person, response, score, crossing_decision, active, is_new_to_person)
        context = context_of_arrival(person, self.people, self.reference, settings, self.clock, self._owners)
        decision, change = evaluate(arrival, context)
        change = change.indexed_by(settings)
        if tombstone is not None:
            change = replace(change, tombstone=tombstone)
        if waits_for_its_date(response, at):
            self.wait(person.person_id, response)
        if not committed(self.people, change):
            return None
        self.associate.of(change.person)
        return decision

    def wait(self, person_id: str, response: Response) -> None:
        """Have the response evaluated when its date is reached. Set before the response is stored, the timer is never
        missing; where nothing is stored, it finds nothing to do."""
        self.timers.set(ResponseTimer(person_id, response.response_id, response.state.effective_at))

    @cached_property
    def _owners(self) -> Owners:
        return owners_of(self.reference)


@dataclass(frozen=True)
class EvaluateOnDate:
    people: People
    timers: ReactivationTimers
    evaluate: EvaluateResponse

    def __call__(self, timer: ResponseTimer) -> Decision | None:
        """The decision; None where the response was evaluated before, was deleted, or has another date by now."""
        decision = self._evaluated(timer)
        self.timers.done(timer)
        return decision

    def _evaluated(self, timer: ResponseTimer) -> Decision | None:
        for _ in ATTEMPTS:
            owner = self.people.owner_of_response(timer.response_id)
            if owner is None or owner.person_id is None:
                return None
            person, response = loaded(self.people, owner.person_id, timer.response_id)
            if person is None or response is None or not is_unevaluated(response, timer.due):
                return None
            decision = self.evaluate(person, response, timer.due, by_date=True)
            if decision is not None:
                return decision
        raise contended()
