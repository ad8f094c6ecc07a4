"""Run a scenario for a person: one bounded search, one conditional transaction, one decision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from rekindle.application.assignment.owners import owners_of
from rekindle.application.core.attempts import ATTEMPTS, committed, contended
from rekindle.application.ports import Clock
from rekindle.application.ports.people import Candidates, People
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import Reference
from rekindle.application.reactivation.associate_opportunities import AssociateOpportunities
from rekindle.application.reactivation.rewrite_index import RewriteIndex
from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.core.errors import MergeInProgress
from rekindle.domain.core.values import replace
from rekindle.domain.people.person import Person, known_fields
from rekindle.domain.reactivation.activation import skipped
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import SEARCHES, Decision, Reason, Trigger
from rekindle.domain.reactivation.engine import decide
from rekindle.domain.reactivation.search import grouped_by_class
from rekindle.domain.responses.response import Response, ResponseClass
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Whole:
    """A person with all of its responses, for a dry run that finds the index outdated: it writes nothing."""

    person: Person
    responses: Sequence[Response]
    classes: Mapping[str, ResponseClass | None]

    def candidates_of(self, response_class: ResponseClass, newest: datetime) -> Iterable[Response]:
        responses = grouped_by_class(self.responses, self.classes)(response_class)
        return (response for response in responses if response.state.effective_at <= newest)


@dataclass(frozen=True)
class Reactivate:
    """Answers the one decision of the trigger, the stored one where it was decided before.

    Costs two requests where a candidate is found or nothing is to be done: the search and the commit; one more where
    a default is inserted (its repeats are counted) or the candidate had not responded (it is read whole). In a batch
    it reads all responses of whom it activates. Raises InProgress where the person is being merged with another, or
    its index is written anew in several runs.
    """

    people: People
    ledger: Ledger
    reference: Reference
    clock: Clock
    associate: AssociateOpportunities
    rewrite_index: RewriteIndex

    def __call__(self, trigger: Trigger) -> Decision:
        for _ in ATTEMPTS:
            candidates: Candidates = self.people.candidates(trigger.person_id)
            person = candidates.person
            if person is not None and person.merged_into is not None:
                before = self.ledger.get(trigger.decision_id)
                if before is not None:
                    return before  # It was decided before the person was merged away.
                trigger = replace(trigger, person_id=person.merged_into)
                continue
            if person is not None and person.merging_ids:
                raise MergeInProgress("the person is being merged with another")
            settings = self.reference.settings()
            searches = trigger.scenario in SEARCHES
            if searches and person is not None and self.rewrite_index.is_outdated(person):
                # A dry run changes nothing that anybody sees either way; it reads a short history instead.
                if not trigger.dry_run or self.rewrite_index.is_long(person):
                    self.rewrite_index(person)
                    continue
                candidates = Whole(person, list(self.people.responses(person.person_id)), settings.classes)
            context = self._context(trigger, candidates, settings)
            decision, change = decide(trigger, person, context)
            if trigger.batch_id is not None and change is not None and person is not None:
                # Seldom asked for, and much to load: it knows how everything is recorded.
                from rekindle.domain.reactivation.backfill import engaged_since, remembered

                responses = {response.response_id: response for response in self.people.responses(person.person_id)}
                if engaged_since(trigger.as_of, responses.values()):
                    decision, change = skipped(trigger, person, context, Reason.STALE), None
                else:
                    change = remembered(change, person, responses)
            if trigger.dry_run:
                return decision
            if change is None and person is not None and decision.searched:
                # That nothing was found is true of this version of the person alone: a response that arrives in the
                # same moment is either found, or finds this decision.
                change = Change(replace(person, version=person.version + 1), person.version, decision=decision)
            if change is None:
                if person is not None:
                    self.associate.of(person)  # Where an earlier delivery died before it could.
                return self.ledger.add(decision)
            if committed(self.people, change.indexed_by(settings)):
                self.associate.of(change.person)
                return decision
            stored = self.ledger.get(decision.decision_id)
            if stored is not None:
                return stored
        raise contended()

    @cached_property
    def _owners(self) -> Owners:
        return owners_of(self.reference)

    def _context(self, trigger: Trigger, candidates: Candidates, settings: Settings) -> DecisionContext:
        return DecisionContext(
            settings,
            self.reference.campaign,
            lambda response_class: candidates.candidates_of(response_class, trigger.as_of),
            lambda campaign: self.people.repeats(trigger.person_id, campaign, settings.repeat_cap),
            self.clock(),
            self._owners,
            lambda: known_fields(self.people.get(trigger.person_id)),
            self.reference.user,
            lambda candidate: self.people.get_response(trigger.person_id, candidate.response_id) or candidate,
        )
