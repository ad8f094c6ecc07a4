"""A crossing found nothing: a response that reached us after it, but happened before it, is evaluated again.

When it arrived the score was still below, so it was left; by the score it should have met, it becomes active by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.assignment.owners import owners_of
from rekindle.application.core.attempts import until_committed
from rekindle.application.ports import Clock
from rekindle.application.ports.people import Candidates, People, Scores
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import Reference
from rekindle.application.reactivation.context import context_of_arrival
from rekindle.application.reactivation.reactivate import Whole
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import has_opportunity, is_worked_on
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.reactivation.activation import new_engagement
from rekindle.domain.reactivation.arrival import FOUND_NOBODY, MERGE_SUFFIX, Arrival, evaluate
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import Decision, Trigger, decision_id
from rekindle.domain.reactivation.engine import rules_of_choice
from rekindle.domain.reactivation.search import best_candidate
from rekindle.domain.responses.response import NO_ACTION_REQUIRED, Response, ResponseClass
from rekindle.domain.settings.settings import Scenario, Settings

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

        def attempt() -> Decision | None:
            candidates = self.people.candidates(person_id)
            person = candidates.person
            first = min(self._received_after(candidates, crossed_at), key=_order_of_receipt, default=None)
            if person is None or person.active is not None or first is None:
                return None
            if any(d.activates and d.as_of > crossed_at for d in self.ledger.decisions(person_id, RECENT).items):
                return None  # One of them did become active: this is a second delivery.
            response, score = self.people.get_response(person_id, first.response_id), self.scores.get(person_id)
            received_at = first.state.received_at
            trigger = Trigger(
                Scenario.RESPONSE,
                f"response:{first.response_id}:score",
                person_id,
                as_of=received_at,
                score=score.as_of(received_at) if score else None,
            )
            if response is None:
                return None
            settings = self.reference.settings()
            context = self._context(person, settings)
            decision, change = evaluate(Arrival(trigger, person, response, score), context)
            if not decision.activates:
                return None
            self.people.commit(change.indexed_by(settings))
            return decision

        return until_committed(attempt)

    def in_batch(self, crossing: Trigger) -> Decision | None:
        """The same for a crossing that a backfill decides about: it may be taken back with the batch."""
        from rekindle.domain.reactivation.backfill import engaged_since, remembered

        def attempt() -> Decision | None:
            person = self.people.get(crossing.person_id)
            if person is None:
                return None
            if person.active is not None:
                made = self.ledger.get(person.active.decision_id)
                return made if made is not None and made.batch_id == crossing.batch_id else None
            settings = self.reference.settings()
            responses = {response.response_id: response for response in self.people.responses(person.person_id)}
            candidates = Whole(person, list(responses.values()), settings.classes)
            response = min(self._received_after(candidates, crossing.as_of), key=_order_of_receipt, default=None)
            if response is None or engaged_since(crossing.as_of, responses.values()):
                return None
            score, received_at = self.scores.get(person.person_id), response.state.received_at
            trigger = replace(
                crossing,
                scenario=Scenario.RESPONSE,
                trigger_id=f"backfill:{crossing.batch_id}:response:{response.response_id}",
                as_of=received_at,
                score=score.as_of(received_at) if score else None,
                previous_score=None,
            )
            context = self._context(person, settings)
            decision, change = evaluate(Arrival(trigger, person, response, score), context)
            if not decision.activates:
                return None
            change = remembered(change, person, responses)
            if not crossing.dry_run:
                self.people.commit(change.indexed_by(settings))
            return decision

        return until_committed(attempt)

    def after_merge(self, person_id: str, merged_id: str, at: datetime) -> Decision | None:
        """Two people became one: a response that the one had, before a search chose for the other, takes the place of
        what was chosen, if that search would have preferred it, and neither works a rep on what was chosen nor hangs an
        opportunity on it. Where a
        crossing found nobody, though by then they were one person already, the response becomes active. The decision,
        or None where all stays."""

        def attempt() -> Decision | None:
            candidates = self.people.candidates(person_id)
            person = candidates.person
            if person is None or has_opportunity(person) or is_worked_on(person):
                return None
            active = person.active
            if active is not None and active.scenario == Scenario.RESPONSE:
                return None
            unanswered = self._unanswered(person, merged_id, at) if active is None else None
            engagement = active if unanswered is None else new_engagement(_trigger_of(unanswered), person)
            candidate = self._best(candidates, engagement) if engagement is not None else None
            response = self.people.get_response(person_id, candidate.response_id) if candidate is not None else None
            if response is None:
                return None
            received_at = response.state.received_at
            trigger = Trigger(
                Scenario.RESPONSE, f"response:{response.response_id}:{MERGE_SUFFIX}", person_id, as_of=received_at
            )
            chosen = self.people.get_response(person_id, active.response_id) if active is not None else None
            settings = self.reference.settings()
            arrival = Arrival(trigger, person, response, None, unanswered, active_response=chosen, came_by_merge=True)
            context = self._context(person, settings)
            decision, change = evaluate(arrival, context)
            if not decision.activates:
                return None
            self.people.commit(change.indexed_by(settings))
            return decision

        return until_committed(attempt)

    def _unanswered(self, person: Person, merged_id: str, at: datetime) -> Decision | None:
        """The decision on the last crossing since the two are one person, if it found nobody."""
        for person_id in (person.person_id, merged_id):
            score = self.scores.get(person_id)
            crossing = score.last_crossing if score is not None else None
            if crossing is None or crossing.at < at or person.has_opportunity_open_at(crossing.at):
                continue
            decision = self.ledger.get(decision_id(person_id, Scenario.SCORE, crossing.trigger_id, crossing.at))
            if decision is not None and decision.reason in FOUND_NOBODY:
                return decision
        return None

    def _context(self, person: Person, settings: Settings) -> DecisionContext:
        owners = owners_of(self.reference)
        return context_of_arrival(person, self.people, self.reference, settings, self.clock, owners)

    def _best(self, candidates: Candidates, active: Engagement) -> Response | None:
        """What the search that chose the active response would find now beside it, of what had been applied by then."""
        rules = rules_of_choice(active, self.reference.settings())

        def received_by_then(response_class: ResponseClass) -> Iterator[Response]:
            responses = candidates.candidates_of(response_class, active.since)
            others = (response for response in responses if response.response_id != active.response_id)
            return (response for response in others if response.state.received_at <= active.since)

        return best_candidate(received_by_then, self.reference.campaign, rules)

    def _received_after(self, candidates: Candidates, crossed_at: datetime) -> Iterator[Response]:
        for response_class in (ResponseClass.NEW, ResponseClass.NEVER_ENGAGED):
            for response in candidates.candidates_of(response_class, self.clock()):
                if response.state.effective_at <= crossed_at:
                    break  # Newest first: the others were there to be found.
                if response.state.status in (None, NO_ACTION_REQUIRED):
                    yield response


def _order_of_receipt(response: Response) -> tuple[datetime, str]:
    return response.state.received_at, response.response_id


def _trigger_of(decision: Decision) -> Trigger:
    return Trigger(Scenario.SCORE, decision.trigger_id, decision.person_id, decision.as_of)
