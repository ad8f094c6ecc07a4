"""Find the engagement that an opportunity belongs to, and let it go on, or end, with the opportunity."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.core.attempts import ATTEMPTS, committed, contended, current_person
from rekindle.application.ports.people import Contacts, People
from rekindle.application.ports.records import Opportunities, Reference
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict, MergeInProgress
from rekindle.domain.core.values import replace
from rekindle.domain.people.person import Person, account_key, contact_account
from rekindle.domain.reactivation.opportunity import belongs_to, follow_opportunity, may_belong_to
from rekindle.domain.records.opportunity import Opportunity

MOST_CONTACTS = 100
"""Further contacts of an account that are looked at, by the order of their ids."""


@dataclass(frozen=True)
class AssociateOpportunities:
    """An opportunity belongs to one response, and a response to one opportunity. Whose it is, is written on
    the opportunity first: of two deliveries that find different people, one finds what the other wrote."""

    people: People
    contacts: Callable[[], Contacts]
    """Made when an opportunity asks for it: a crossing without one does not wait for its import."""
    opportunities: Opportunities
    reference: Reference

    def __call__(self, opportunity_id: str, *, anew: bool = False) -> None:
        """After a change of the opportunity, or `anew` where somebody became active."""
        for _ in ATTEMPTS:
            opportunity = self.opportunities.get(opportunity_id)
            if opportunity is None:
                return
            if opportunity.engaged_id is not None:
                person = self._engaged(opportunity, opportunity.engaged_id)
            elif opportunity.is_searched and not anew:
                return
            else:
                person = next(self._people_of(opportunity), None)
                if not self._noted(opportunity, person):
                    continue
            if person is None or self._followed(person, opportunity):
                return
        raise contended()

    def of(self, person: Person) -> None:
        """A response became active as of an instant before some of its person's open opportunities."""
        if person.active is not None and person.active.opportunity_id is None:
            for opportunity_id in person.opportunities:
                self(opportunity_id, anew=True)

    def _engaged(self, opportunity: Opportunity, engaged_id: str) -> Person | None:
        """Whose engagement it was written to be, if that one is still the newest. A delivery may have died before the
        engagement had the opportunity."""
        person = current_person(self.people, engaged_id)
        if person is None or belongs_to(person, opportunity):
            return person
        claimed = person.active is not None and person.active.response_id == opportunity.response_id
        if claimed and may_belong_to(person, opportunity, until=opportunity.joined_at):
            return person
        holder = self._holder(opportunity.response_id)
        return holder if holder is not None and belongs_to(holder, opportunity) else None

    def _holder(self, response_id: str | None) -> Person | None:
        """Who has the response by now, also under another id."""
        person: Person | None = None
        while response_id is not None:
            owner = self.people.owner_of_response(response_id)
            person = (
                current_person(self.people, owner.person_id)
                if owner is not None and owner.person_id is not None
                else None
            )
            response = self.people.get_response(person.person_id, response_id) if person is not None else None
            response_id = response.details.renamed_to if response is not None and response.details else None
        return person

    def _people_of(self, opportunity: Opportunity) -> Iterator[Person]:
        """The people whose active response may be the opportunity's: the primary one first, then the others, those of
        other accounts left out; then the further contacts of the account, whose engagement is the newest first."""
        for place, person in enumerate(self._engaged_of(opportunity, opportunity.person_ids)):
            if person is not None and (place == 0 or _of_account(person, opportunity)):
                yield person
        if opportunity.account_id is not None:
            listed = self.contacts().having(account_key(opportunity.account_id), MOST_CONTACTS)
            further = [one for one in listed if one not in opportunity.person_ids]
            found = [one for one in self._engaged_of(opportunity, further) if one is not None]
            of_account = [one for one in found if contact_account(one) == opportunity.account_id]
            yield from sorted(of_account, key=_since, reverse=True)

    def _engaged_of(self, opportunity: Opportunity, person_ids: Iterable[str]) -> Iterator[Person | None]:
        """None in the place of somebody without an active response that the opportunity can have come of."""
        for person_id in person_ids:
            person = current_person(self.people, person_id)
            is_engaged = person is not None and may_belong_to(person, opportunity, until=opportunity.joined_at)
            yield person if is_engaged else None

    def _noted(self, opportunity: Opportunity, person: Person | None) -> bool:
        """Write down who was found; False where somebody was faster."""
        after = replace(opportunity, is_searched=True, version=opportunity.version + 1)
        if person is not None and person.active is not None:
            after = replace(after, engaged_id=person.person_id, response_id=person.active.response_id)
        elif opportunity.is_searched:
            return True
        try:
            self.opportunities.put(after, opportunity.version)
        except Conflict:
            return False
        return True

    def _followed(self, person: Person, opportunity: Opportunity) -> bool:
        if person.merging_ids:
            raise MergeInProgress("the person is being merged with another")
        engagement = person.active or (person.ended.engagement if person.ended is not None else None)
        response = self.people.get_response(person.person_id, engagement.response_id) if engagement else None
        if response is None:
            return True
        settings = self.reference.settings()
        change = follow_opportunity(person, response, opportunity, settings)
        return change is None or committed(self.people, change.indexed_by(settings))


def _since(person: Person) -> tuple[datetime, str]:
    return person.active.since if person.active is not None else times.FIRST, person.person_id


def _of_account(person: Person, opportunity: Opportunity) -> bool:
    account_id = person.profile.account_id if person.profile is not None else None
    return account_id is None or opportunity.account_id is None or account_id == opportunity.account_id
