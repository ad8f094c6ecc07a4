"""The keys under which a person is listed, to be found by e-mail address, telephone number or beginning of the name."""

from dataclasses import dataclass

from rekindle.domain.core.digests import digest
from rekindle.domain.people.naming import mail_key, phone_key, words
from rekindle.domain.people.person import Person, Profile

_LONGEST_NAME = 60
HEAD = 2
"""Letters that name the partition of a name's list. A shorter beginning finds nobody: it would be most of a company."""


@dataclass(frozen=True, slots=True)
class DirectoryKeys:
    """None where the person has no such value. A deleted person has none at all."""

    mail: str | None = None
    phone: str | None = None
    name: str | None = None


def directory_keys(person: Person) -> DirectoryKeys:
    profile = person.profile
    if profile is None or person.deleted:
        return DirectoryKeys()
    return DirectoryKeys(mail_entry(profile.email), phone_key(profile.phone) or None, _name(profile))


def mail_entry(email: str | None) -> str | None:
    """A digest: the list itself contains no address."""
    address = mail_key(email)
    return digest("mail", address) if address else None


def name_beginning(text: str) -> str | None:
    """The beginning of an entry, for what somebody types: the last name, or the last name and the first. None where it
    is too short."""
    beginning = " ".join(words(text))[:_LONGEST_NAME]
    return beginning if len(beginning) >= HEAD else None


def _name(profile: Profile) -> str | None:
    """Last name first, as people look somebody up; the company of one whose name is not known."""
    return name_beginning(f"{profile.last_name or ''} {profile.first_name or ''}") or name_beginning(
        profile.company or ""
    )
