"""Record what a CRM tells of an opportunity: while it is open, its people are not reactivated."""

from dataclasses import dataclass

from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.attempts import ATTEMPTS, committed, contended
from rekindle.application.ports import Opportunities, People
from rekindle.domain.capture.applying import apply_change, apply_deletion
from rekindle.domain.capture.facts import OpportunityChanged, OpportunityDeleted
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.opportunity import Opportunity


@dataclass(frozen=True)
class RecordOpportunity:
    people: People
    opportunities: Opportunities

    def __call__(self, fact: OpportunityChanged) -> Recorded:
        for _ in ATTEMPTS:
            stored = self.opportunities.get(fact.opportunity_id)
            changed, applied = apply_change(stored or Opportunity(fact.opportunity_id), fact.values, fact.stamp)
            if stored is None or applied.values:
                if not self._put(changed, stored):
                    continue
                self._tell_people(changed, stored)
                return Recorded(1, applied.older, applied.duplicate)
            # A delivery that died between the two writes is finished by the next.
            self._tell_people(stored, stored)
            return Recorded(0, applied.older, applied.duplicate)
        raise contended()

    def delete(self, fact: OpportunityDeleted) -> Recorded:
        for _ in ATTEMPTS:
            stored = self.opportunities.get(fact.opportunity_id)
            gone = apply_deletion(stored or Opportunity(fact.opportunity_id), fact.stamp)
            if gone is None:
                return Recorded(older=1)
            if self._put(gone, stored):
                self._tell_people(gone, stored)
                return Recorded(1)
        raise contended()

    def _put(self, opportunity: Opportunity, stored: Opportunity | None) -> bool:
        try:
            self.opportunities.put(opportunity, stored.version if stored else 0)
        except Conflict:
            return False
        return True

    def _tell_people(self, opportunity: Opportunity, before: Opportunity | None) -> None:
        left = set(before.person_ids if before else ()) - set(opportunity.person_ids)
        for person_id in opportunity.person_ids:
            self._tell(person_id, opportunity.opportunity_id, opportunity.is_open)
        for person_id in sorted(left):
            self._tell(person_id, opportunity.opportunity_id, False)

    def _tell(self, person_id: str, opportunity_id: str, is_open: bool) -> None:
        for _ in ATTEMPTS:
            person = self.people.get(person_id) or Person(person_id)
            if person.merged_into is not None:
                person_id = person.merged_into
                continue
            if (opportunity_id in person.opportunities) == is_open:
                return
            others = tuple(o for o in person.opportunities if o != opportunity_id)
            now = (*others, opportunity_id) if is_open else others
            after = replace(person, version=person.version + 1, opportunities=now)
            if committed(self.people, Change(after, person.version)):
                return
        raise contended()
