"""A crossing found nothing: a response that was told of after it, but arrived before it, is evaluated again.

When it arrived the score was still below, so it was left; by the score it should have met, it becomes active by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from rekindle.application.attempts import attempts, committed
from rekindle.application.ports import Candidates, Clock, Ledger, People, Reference, Scores
from rekindle.domain.arrival import Arrival, evaluate
from rekindle.domain.decision import Decision, Trigger
from rekindle.domain.reactivation import World
from rekindle.domain.response import NO_ACTION_REQUIRED, Response, ResponseClass
from rekindle.domain.settings import Scenario

RECENT = 20
"""Decisions looked at, the newest first."""


@dataclass(frozen=True)
class ReconsiderResponses:
    people: People
    scores: Scores
    ledger: Ledger
    reference: Reference
    clock: Clock

    def __call__(self, person_id: str, crossed_at: datetime) -> Decision | None:
        """The decision that activates the first such response; None where there is none."""
        for _ in attempts():
            candidates = self.people.candidates(person_id)
            person = candidates.person
            first = min(self._told_after(candidates, crossed_at), key=_told_order, default=None)
            if person is None or person.active is not None or first is None:
                return None
            if any(d.activates and d.as_of > crossed_at for d in self.ledger.decisions(person_id, RECENT).items):
                return None  # One of them did become active: this is a second delivery.
            response, score = self.people.get_response(person_id, first.response_id), self.scores.get(person_id)
            told_at = first.standing.received_at
            trigger = Trigger(
                Scenario.RESPONSE,
                f"response:{first.response_id}:score",
                person_id,
                as_of=told_at,
                score=score.as_of(told_at) if score else None,
            )
            if response is None:
                return None
            settings = self.reference.settings()
            world = World(settings, self.reference.campaign, lambda _: (), lambda _: 0, self.clock())
            decision, change = evaluate(Arrival(trigger, person, response, score), world)
            if not decision.activates:
                return None
            guarded = replace(change, unchanged_score=(person_id, score)).indexed_by(settings)
            if committed(self.people, guarded):
                return decision
        raise AssertionError("attempts() raises before")

    def _told_after(self, candidates: Candidates, crossed_at: datetime) -> Iterator[Response]:
        for response_class in (ResponseClass.NEW, ResponseClass.NEVER_ENGAGED):
            for response in candidates.of_class(response_class, self.clock()):
                if response.standing.dated <= crossed_at:
                    break  # Newest first: the others were there to be found.
                if response.standing.status in (None, NO_ACTION_REQUIRED):
                    yield response


def _told_order(response: Response) -> tuple[datetime, str]:
    return response.standing.received_at, response.response_id
