"""Two records that may be one person, until somebody unites them or keeps them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rekindle.domain.core.digests import digest
from rekindle.domain.people.directory import directory_keys
from rekindle.domain.people.duplicates import Grounds, Identity, identity, same_person
from rekindle.domain.people.person import Person, Profile


class DuplicateState(StrEnum):
    OPEN = "open"
    UNITED = "united"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    person_ids: tuple[str, ...]
    """The two, in the order of their ids."""
    grounds: Grounds
    likely: bool
    """Whether nothing speaks against it, such as other first names at one address."""
    found_at: datetime
    state: DuplicateState = DuplicateState.OPEN
    answered_at: datetime | None = None
    user_id: str | None = None
    """Who united them or kept them apart, where the call says so."""
    survivor_id: str | None = None
    """Of a union, the record that the other became."""
    merged_id: str | None = None
    """Of a union, the record that became the other."""
    version: int = 1

    @property
    def duplicate_id(self) -> str:
        return duplicate_id(*self.person_ids)


def duplicate_id(one: str, other: str) -> str:
    """Names a pair, whichever of the two is found first."""
    return digest("duplicate", *sorted((one, other)))


SUGGESTED = frozenset({Grounds.EMAIL, Grounds.PHONE_AND_NAME, Grounds.COMPANY_AND_NAME})
"""A name alone suggests nothing: too many people have it."""


def compared(person: Person, others: Sequence[Person], at: datetime) -> list[PossibleDuplicate]:
    """Those of the others who may be the person."""
    mine, found = _identity(person), []
    for other in others:
        likeness = same_person(mine, _identity(other)) if is_compared(other) else None
        if likeness is not None and likeness.grounds in SUGGESTED and other.person_id != person.person_id:
            pair = tuple(sorted((person.person_id, other.person_id)))
            found.append(PossibleDuplicate(pair, likeness.grounds, likeness.same, at))
    return found


def is_compared(person: Person) -> bool:
    return not person.deleted and person.merged_into is None


def identity_changed(before: Person, after: Person) -> bool:
    """Whether a change leaves a person to be compared with others anew."""
    was, now = before.profile or Profile(), after.profile or Profile()
    if was is now or _compared_values(was) == _compared_values(now) or not is_compared(after):
        return False
    keys = directory_keys(after)
    return keys.mail is not None or keys.phone is not None or has_full_name(after)


def has_full_name(person: Person) -> bool:
    profile = person.profile
    return profile is not None and bool(profile.first_name) and bool(profile.last_name)


def _compared_values(profile: Profile) -> tuple[str | None, ...]:
    return profile.email, profile.phone, profile.first_name, profile.last_name, profile.company


def _identity(person: Person) -> Identity:
    profile = person.profile or Profile()
    return identity(
        email=profile.email,
        phone=profile.phone,
        first_name=profile.first_name,
        last_name=profile.last_name,
        company=profile.company,
    )


def survivor_of(people: Sequence[Person]) -> Person:
    """Who the other becomes, where nobody says so: a contact before a lead, what a CRM has a status for, what an owner
    has, what has more responses; else the first by its id."""

    def rank(person: Person) -> tuple[bool, bool, bool, int, str]:
        has = person.kind == "contact", person.status is not None, person.owner_id is not None
        return not has[0], not has[1], not has[2], -person.responses, person.person_id

    return min(people, key=rank)
