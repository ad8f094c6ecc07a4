"""Whether two records are one person, in the order in which that can be known: the same e-mail address; the same
telephone number and name; name, date of birth and postal address together. The same name at the same company, or at the
same mail domain, is a suggestion, as is any of the others where something speaks against it.
"""

from dataclasses import dataclass
from enum import StrEnum

from rekindle.domain.people.company_names import company_key
from rekindle.domain.people.mail_domains import is_generic
from rekindle.domain.people.naming import mail_domain, mail_key, phone_key, words
from rekindle.domain.people.similarity import jaro_winkler

_ALIKE = 0.88
"""From here on two texts may be one that was mistyped."""
SURE, POSSIBLE = 12.0, 6.0
"""Evidence, as the logarithm to the base of two of how much likelier it is of one person than of two: from `SURE` on
it outweighs the chance to meet somebody so like among some thousand others, which is what a bucket holds."""


class Grounds(StrEnum):
    """What speaks for it."""

    EMAIL = "EMAIL"
    PHONE_AND_NAME = "PHONE_AND_NAME"
    DETAILS = "DETAILS"
    COMPANY_AND_NAME = "COMPANY_AND_NAME"


@dataclass(frozen=True, slots=True)
class Weight:
    """What a field's being equal, alike or different counts; a value that is missing on one side counts nothing."""

    equal: float
    alike: float
    different: float

    def of(self, one: str, other: str) -> float:
        if not one or not other:
            return 0.0
        if one == other:
            return self.equal
        return self.alike if jaro_winkler(one, other) >= _ALIKE else self.different


_FIRST_NAME, _LAST_NAME, _NAME_IN_THE_OTHER_S_PLACE = Weight(5, 4, -3), Weight(7, 5, -3), Weight(5, 4, -3)
_BOTH_NAMES_ALIKE = _FIRST_NAME.alike + _LAST_NAME.alike
_BORN, _POSTCODE, _REGION = Weight(9, 4, -4), Weight(6, 2, -2), Weight(1, 1, -1)
_STREET, _CITY = Weight(7, 5, -2), Weight(5, 4, -2)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a record says about who somebody is, each part as it is compared; an empty part is not known."""

    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    born: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""

    @property
    def own_domain(self) -> str:
        domain = mail_domain(self.email)
        return "" if is_generic(domain) else domain


@dataclass(frozen=True, slots=True)
class Likeness:
    same: bool
    """Whether they are to be taken for one person; otherwise it is for somebody to decide."""
    grounds: Grounds
    evidence: float


def identity(
    *,
    email: str | None = None,
    phone: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    company: str | None = None,
    born: str | None = None,
    street: str | None = None,
    city: str | None = None,
    postcode: str | None = None,
    region: str | None = None,
) -> Identity:
    """What is compared of what was written."""
    first, last, road, town, area = (" ".join(words(text)) for text in (first_name, last_name, street, city, region))
    birth, code = ("".join(words(text)) for text in (born, postcode))
    return Identity(mail_key(email), phone_key(phone), first, last, company_key(company), birth, road, town, code, area)


def buckets(one: Identity) -> frozenset[str]:
    """The keys under which records that may be the same person meet: those without one in common need no comparing."""
    first, last = one.first_name, one.last_name
    return frozenset(
        key
        for key, is_known in (
            (f"mail#{one.email}", one.email),
            (f"phone#{one.phone}", one.phone),
            (f"born#{one.born}", one.born),
            (f"name#{min(first, last)}#{max(first, last)}", first and last),
            (f"first#{first}#{one.postcode}", first and one.postcode),
            (f"last#{last}#{one.postcode}", last and one.postcode),
            (f"first#{first}#{one.city}", first and one.city),
            (f"last#{last}#{one.city}", last and one.city),
            (f"street#{one.street}#{one.postcode}", one.street and one.postcode),
            (f"company#{one.company}#{last}", one.company and last),
            (f"domain#{one.own_domain}#{last}", one.own_domain and last),
        )
        if is_known
    )


def same_person(one: Identity, other: Identity) -> Likeness | None:
    """Whether two records are one person, and what says so; None where nothing much does."""
    names, details = _names(one, other), _details(one, other)
    against = names + details < 0 or _others_of_one_house(one, other)
    if one.email and one.email == other.email:
        return Likeness(not against, Grounds.EMAIL, names + details)
    if one.phone and one.phone == other.phone and names > 0:
        return Likeness(not against and names >= _BOTH_NAMES_ALIKE, Grounds.PHONE_AND_NAME, names)
    if names + details >= SURE and details > 0:
        return Likeness(not against, Grounds.DETAILS, names + details)
    company = (one.company and one.company == other.company) or (one.own_domain and one.own_domain == other.own_domain)
    if company and names >= _BOTH_NAMES_ALIKE:
        return Likeness(False, Grounds.COMPANY_AND_NAME, names)
    return Likeness(False, Grounds.DETAILS, names + details) if names + details >= POSSIBLE else None


def _names(one: Identity, other: Identity) -> float:
    """First and last name may stand in each other's place."""
    straight = _FIRST_NAME.of(one.first_name, other.first_name) + _LAST_NAME.of(one.last_name, other.last_name)
    both_known = one.first_name and one.last_name and other.first_name and other.last_name
    if not both_known or one.first_name == other.first_name or one.last_name == other.last_name:
        return straight
    exchanged = _NAME_IN_THE_OTHER_S_PLACE
    return max(straight, exchanged.of(one.first_name, other.last_name) + exchanged.of(one.last_name, other.first_name))


def _others_of_one_house(one: Identity, other: Identity) -> bool:
    """Whether their first names differ, and no date of birth says that one of those was written wrongly: spouses share
    nearly all else. Twins of one address are taken for one person; a first name in two forms is far commoner."""
    if one.born and one.born == other.born:
        return False
    names = (one.first_name, other.first_name), (one.first_name, other.last_name), (one.last_name, other.first_name)
    return bool(one.first_name and other.first_name) and not any(jaro_winkler(*pair) >= _ALIKE for pair in names)


def _details(one: Identity, other: Identity) -> float:
    return (
        _BORN.of(one.born, other.born)
        + _STREET.of(one.street, other.street)
        + _CITY.of(one.city, other.city)
        + _POSTCODE.of(one.postcode, other.postcode)
        + _REGION.of(one.region, other.region)
    )
