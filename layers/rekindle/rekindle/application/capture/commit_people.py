"""Commit changes of people, keep the look-up of contacts by address and account, and note who is to be compared with
others anew."""

from dataclasses import dataclass

from rekindle.application.core.attempts import committed
from rekindle.application.ports.people import Contacts, People
from rekindle.domain.core.values import replace
from rekindle.domain.people.person import Person, contact_keys
from rekindle.domain.people.possible_duplicate import identity_changed
from rekindle.domain.reactivation.change import Change


@dataclass(frozen=True)
class CommitPeople:
    """A key is entered before and taken out after, so that the look-up never lacks what was committed; that it may
    name too many, those who ask it know."""

    people: People
    contacts: Contacts

    def __call__(self, *steps: tuple[Person, Change]) -> bool:
        """Each person as it was read, and its change. False where a condition did not hold."""
        steps = tuple(
            (before, replace(change, identity_changed=True) if identity_changed(before, change.person) else change)
            for before, change in steps
        )
        moved = [
            (was - now, now - was, change.person)
            for before, change in steps
            if (was := contact_keys(before)) != (now := contact_keys(change.person))
        ]
        for _, now, person in moved:
            for key in sorted(now):
                self.contacts.add(key, person.person_id, person.version)
        if not committed(self.people, *(change for _, change in steps)):
            return False
        for was, _, person in moved:
            for key in sorted(was):
                self.contacts.remove(key, person.person_id, person.version)
        return True
