"""Record what a CRM says of an opportunity: while it is open its people are not reactivated, and the engagement that it
belongs to goes on, or ends, with it."""

from dataclasses import dataclass

from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import ATTEMPTS, committed, contended, current_person
from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.application.ports.people import People
from rekindle.application.ports.records import Opportunities
from rekindle.application.reactivation.associate_opportunities import AssociateOpportunities
from rekindle.application.reactivation.reactivate import Reactivate
from rekindle.domain.capture.applying import apply_opportunity_change, opportunity_deleted
from rekindle.domain.capture.converting import comes_of_conversion
from rekindle.domain.capture.facts import OpportunityChanged, OpportunityDeleted
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.customers import settle
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Decision, Trigger
from rekindle.domain.reactivation.opportunity import End, end_of
from rekindle.domain.records.opportunity import Opportunity
from rekindle.domain.settings.settings import Scenario


@dataclass(frozen=True)
class RecordOpportunity:
    people: People
    opportunities: Opportunities
    associate: AssociateOpportunities
    rules: LifecycleRules
    reactivate: Reactivate

    def __call__(self, fact: OpportunityChanged) -> Recorded:
        for _ in ATTEMPTS:
            stored = self.opportunities.get(fact.opportunity_id)
            after, applied = apply_opportunity_change(stored, fact.opportunity_id, fact.values, fact.stamp)
            changed = after != stored
            if changed and not self._put(after, stored):
                continue
            # Also where nothing changed: a delivery that died between two writes is finished by the next.
            self._follow(after, stored)
            return Recorded(int(changed), applied.older, applied.duplicate, self._default_of(fact.opportunity_id))
        raise contended()

    def delete(self, fact: OpportunityDeleted) -> Recorded:
        for _ in ATTEMPTS:
            stored = self.opportunities.get(fact.opportunity_id)
            gone = opportunity_deleted(stored, fact.opportunity_id, fact.stamp)
            if gone is None:
                if stored is not None:
                    self._follow(stored, stored)
                return Recorded(older=1)
            if self._put(gone, stored):
                self._follow(gone, stored)
                return Recorded(1)
        raise contended()

    def _put(self, opportunity: Opportunity, stored: Opportunity | None) -> bool:
        try:
            self.opportunities.put(opportunity, stored.version if stored else 0)
        except Conflict:
            return False
        return True

    def _follow(self, opportunity: Opportunity, before: Opportunity | None) -> None:
        left = set(before.person_ids if before else ()) - set(opportunity.person_ids)
        for person_id in opportunity.person_ids:
            self._keep_open(person_id, opportunity, is_open=opportunity.is_open)
        for person_id in sorted(left):
            self._keep_open(person_id, opportunity, is_open=False)
        self.associate(opportunity.opportunity_id)
        if not self.rules.reference.settings().has_lifecycle:
            return
        end = end_of(opportunity)
        for person_id in opportunity.person_ids:
            self._note_purchase(person_id, opportunity, end)
        for person_id in sorted(left):
            self._note_purchase(person_id, opportunity, None)

    def _default_of(self, opportunity_id: str) -> Decision | None:
        """The decision on an open opportunity that nobody's active response is of, where the settings name a campaign
        for such ones."""
        if self.rules.reference.settings().scenario(Scenario.OPPORTUNITY).default_campaign is None:
            return None
        if comes_of_conversion(opportunity_id):
            return None  # It has a response: no default is to take its credit.
        opportunity = self.opportunities.get(opportunity_id)
        if opportunity is None or not opportunity.is_open or opportunity.engaged_id or not opportunity.person_ids:
            return None
        primary = current_person(self.people, opportunity.person_ids[0])
        if primary is None:
            return None
        # When it was heard of first: a change of it is no second trigger.
        as_of = opportunity.recorded_at or opportunity.opened_at
        trigger_id = f"opportunity:{opportunity_id}"
        return self.reactivate(Trigger(Scenario.OPPORTUNITY, trigger_id, primary.person_id, as_of))

    def _note_purchase(self, person_id: str, opportunity: Opportunity, end: End | None) -> None:
        """Note with a person whether the opportunity was won: whoever bought is a customer."""
        reason, at = (end.reason, end.at) if end is not None else (None, None)
        for _ in ATTEMPTS:
            person = current_person(self.people, person_id) or Person(person_id)
            rules = self.rules(person)
            if rules is None or person.deleted:
                return
            won_at = at if reason is Ended.OPPORTUNITY_WON else None
            lost_at = at if reason is Ended.OPPORTUNITY_LOST else None
            settled = settle(person, opportunity, won_at, lost_at, rules)
            if settled is None:
                return
            after, entries = settled
            if committed(self.people, Change(after, person.version, entries=tuple(entries))):
                return
        raise contended()

    def _keep_open(self, person_id: str, opportunity: Opportunity, *, is_open: bool) -> None:
        """Note with a person whether the opportunity is open."""
        opportunity_id, opened_at = opportunity.opportunity_id, opportunity.opened_at
        for _ in ATTEMPTS:
            person = current_person(self.people, person_id) or Person(person_id)
            if person.opportunities.get(opportunity_id) == (opened_at if is_open else None):
                return
            others = {name: since for name, since in person.opportunities.items() if name != opportunity_id}
            now = {**others, opportunity_id: opened_at} if is_open else others
            after = replace(person, version=person.version + 1, opportunities=now)
            if committed(self.people, Change(after, person.version)):
                return
        raise contended()
