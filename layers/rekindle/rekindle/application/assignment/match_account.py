"""Find the account that a person belongs to, and say why it is that one or none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rekindle.application.ports.assignment import AccountDirectory
from rekindle.application.ports.people import Contacts, People
from rekindle.application.ports.records import Reference
from rekindle.domain.assignment.matching import (
    MOST_LISTED,
    MOST_NEAR,
    Candidate,
    Found,
    Match,
    Sought,
    candidate_of,
    domain_key,
    match,
    name_key,
    near_keys,
    sought_domains,
)
from rekindle.domain.people.naming import mail_key
from rekindle.domain.people.person import Person, contact_address

MOST_CONTACTS = 5
"""Contacts with one address that are looked at."""


@dataclass(frozen=True)
class MatchAccount:
    """Asks by address and domain first, and by name only where those do not settle it: two requests for most people
    of a company that is known, five for most of one that is not, however many accounts there are."""

    directory: AccountDirectory
    contacts: Contacts
    people: People
    reference: Reference

    def __call__(self, person: Person) -> Match:
        profile = person.profile
        sought = Sought(profile.email, profile.company) if profile else Sought()
        addressed = list(self._of_contacts(mail_key(sought.email), person.person_id))
        by_address = frozenset(one.account_id for one in addressed)
        listed = self._listed(map(domain_key, sought_domains(sought)), MOST_LISTED)
        listed = Found((*addressed, *listed.candidates), by_address, listed.cut)
        matched = match(sought, listed)
        name = name_key(sought.company)
        if name is None or (matched.account_id is not None and not listed.cut):
            return matched
        of_name, near = self._listed((name,), MOST_LISTED), self._listed(near_keys(sought.company), MOST_NEAR)
        candidates = (*listed.candidates, *of_name.candidates, *near.candidates)
        return match(sought, Found(candidates, by_address, listed.cut | of_name.cut))

    def _listed(self, keys: Iterable[str], most: int) -> Found:
        candidates: list[Candidate] = []
        cut = set()
        for key in keys:
            listed = self.directory.listed(key, most + 1)
            candidates += listed[:most]
            if len(listed) > most:
                cut.add(key)
        return Found(tuple(candidates), cut=frozenset(cut))

    def _of_contacts(self, address: str, person_id: str) -> Iterator[Candidate]:
        """The accounts of others who have the address. The look-up may be behind the people it names, so each is asked
        for what it says now."""
        for contact_id in self.contacts.having(address, MOST_CONTACTS) if address else ():
            contact = self.people.get(contact_id) if contact_id != person_id else None
            if contact is None or contact.profile is None or contact_address(contact) != address:
                continue
            account = self.reference.account(contact.profile.account_id or "")
            if account is not None:
                yield candidate_of(account)
