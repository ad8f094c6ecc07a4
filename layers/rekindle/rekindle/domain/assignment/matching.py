"""Which account a person belongs to, if that can be said; who came near; and by which rule each candidate lost.

A match needs one account that stands alone by a rule; whatever is only like it is a suggestion, which nothing acts on.
docs/decisions/0012-matching-leads-to-accounts.md says why the rules are in this order.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rekindle.domain.people.company_names import company_key
from rekindle.domain.people.mail_domains import is_generic, is_suffix, levels
from rekindle.domain.people.naming import mail_domain
from rekindle.domain.people.similarity import jaro_winkler
from rekindle.domain.records.account import Account

MOST_SUGGESTED = 5
MOST_LISTED = 50
"""Accounts that are read under one key. Where there are more, how many share it is not known, and none is matched by
state alone."""
MOST_NEAR = 200
"""Accounts that are read of those whose names begin, or end, like the one that is sought."""
SIMILAR = 0.85
"""From here on a name is near enough to be suggested."""
_CONTAINED = 0.9
_SAME_DOMAIN = 0.95
_EDGE = 3
_PLACE_DIGITS = 30


class Rule(StrEnum):
    """By what an account was matched."""

    ADDRESS = "ADDRESS"
    """A contact of the account has the very e-mail address."""
    DOMAIN = "DOMAIN"
    DOMAIN_AND_NAME = "DOMAIN_AND_NAME"
    """Of several with the domain, it alone has the name."""
    DOMAIN_OF_PARENT = "DOMAIN_OF_PARENT"
    """Of several with the domain, it is the ancestor of all others."""
    COMPANY_NAME = "COMPANY_NAME"


class Lost(StrEnum):
    """Why a candidate is not the match."""

    ACCOUNT_DELETED = "ACCOUNT_DELETED"
    AMBIGUOUS = "AMBIGUOUS"
    """Another is as good."""
    LESS_SPECIFIC_DOMAIN = "LESS_SPECIFIC_DOMAIN"
    OTHER_NAME = "OTHER_NAME"
    """It shares the domain; another shares the name too."""
    SUBSIDIARY = "SUBSIDIARY"
    """It shares the domain with its ancestor."""
    WEAKER_RULE = "WEAKER_RULE"
    """What speaks for it was not asked any more."""
    NAME_ONLY_SIMILAR = "NAME_ONLY_SIMILAR"
    GENERIC_DOMAIN = "GENERIC_DOMAIN"
    """It shares a domain under which anybody may have an address."""


class Unmatched(StrEnum):
    """Why there is no match."""

    NOTHING_TO_GO_BY = "NOTHING_TO_GO_BY"
    NO_ACCOUNT = "NO_ACCOUNT"
    GENERIC_DOMAIN = "GENERIC_DOMAIN"
    AMBIGUOUS = "AMBIGUOUS"
    NAME_ONLY_SIMILAR = "NAME_ONLY_SIMILAR"


@dataclass(frozen=True, slots=True)
class Sought:
    """What a person's fields say of the account it belongs to."""

    email: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account, as far as matching looks at it."""

    account_id: str
    name: str | None = None
    domain: str | None = None
    parent_id: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a person."""

    candidates: tuple[Candidate, ...] = ()
    by_address: frozenset[str] = frozenset()
    """The accounts of which a contact has the person's e-mail address."""
    cut: frozenset[str] = frozenset()
    """The keys under which there are more accounts than were read."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    account_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Considered:
    account_id: str
    lost: Lost | None
    """None for the match, and for it alone."""


@dataclass(frozen=True, slots=True)
class Match:
    account_id: str | None
    rule: Rule | None
    unmatched: Unmatched | None
    suggestions: tuple[Suggestion, ...]
    """At most five, the likeliest first; none beside a match."""
    considered: tuple[Considered, ...]


# --- keys: what accounts are listed under --------------------------------------------------------------------------


def domain_key(domain: str) -> str:
    return f"domain#{domain}"


def name_key(name: str | None) -> str | None:
    """The key of all whose names are compared as equal."""
    key = company_key(name)
    return f"company#{key}" if key else None


def near_keys(name: str | None) -> tuple[str, ...]:
    """The keys of those whose names may be near: a typo spares the beginning or the end."""
    letters = company_key(name).replace(" ", "")
    return (f"head#{letters[:_EDGE]}", f"tail#{letters[-_EDGE:]}") if letters else ()


def sought_domains(sought: Sought) -> tuple[str, ...]:
    """The domains by which the account is found, the most specific first."""
    domain = mail_domain(sought.email)
    return tuple(level for level in levels(domain) if not is_generic(level)) if not is_generic(domain) else ()


def keys_of(candidate: Candidate) -> frozenset[str]:
    """All keys that an account is listed under; none once it is deleted."""
    if candidate.deleted:
        return frozenset()
    domain, name = candidate.domain, name_key(candidate.name)
    own = domain is not None and not is_generic(domain) and not is_suffix(domain)
    return frozenset(
        (*((domain_key(domain or ""),) if own else ()), *((name,) if name else ()), *near_keys(candidate.name))
    )


def candidate_of(account: Account) -> Candidate:
    return Candidate(account.account_id, account.name, account.domain, account.parent_id, account.deleted)


def place_of(record_id: str) -> int:
    """Where a record stands under a key: the same on every machine, and in favour of nobody's alphabet."""
    return int(hashlib.sha256(record_id.encode()).hexdigest()[:_PLACE_DIGITS], 16)


# --- the match -----------------------------------------------------------------------------------------------------


def match(sought: Sought, candidates: Found) -> Match:
    """The account the person belongs to, whatever the order the candidates are given in."""
    known = {candidate.account_id: candidate for candidate in sorted(candidates.candidates, key=_order)}
    living = {account_id: one for account_id, one in known.items() if not one.deleted}
    lost = dict.fromkeys(known.keys() - living.keys(), Lost.ACCOUNT_DELETED)
    winner, rule, tied = _by_rules(sought, candidates, living, lost)
    scores = {account_id: _score(sought, one, account_id in tied) for account_id, one in living.items()}
    if winner is not None:
        for account_id in living.keys() - {winner}:
            if account_id in tied or scores[account_id] >= SIMILAR:
                lost.setdefault(account_id, Lost.WEAKER_RULE)
    else:
        lost.update(dict.fromkeys(tied, Lost.AMBIGUOUS))
        near = {account_id for account_id, score in scores.items() if score >= SIMILAR}
        for account_id in near - tied:
            lost.setdefault(account_id, Lost.NAME_ONLY_SIMILAR)
    domain = mail_domain(sought.email)
    for account_id, one in living.items():
        if account_id != winner and domain and one.domain == domain and is_generic(domain):
            lost.setdefault(account_id, Lost.GENERIC_DOMAIN)
    suggested = {
        account_id: scores[account_id]
        for account_id in living
        if winner is None and (account_id in tied or scores[account_id] >= SIMILAR)
    }
    return Match(
        winner,
        rule,
        None if winner is not None else _unmatched(sought, tied, suggested),
        tuple(
            Suggestion(account_id, round(score, 3))
            for account_id, score in sorted(suggested.items(), key=lambda one: (-one[1], one[0]))[:MOST_SUGGESTED]
        ),
        tuple(
            Considered(account_id, None if account_id == winner else lost[account_id])
            for account_id in sorted({*lost, *((winner,) if winner is not None else ())})
        ),
    )


_Ruled = tuple[str | None, Rule | None, frozenset[str]]
"""The match and its rule, or those that are as good as each other."""


def _by_rules(sought: Sought, candidates: Found, living: Mapping[str, Candidate], lost: dict[str, Lost]) -> _Ruled:
    addressed = frozenset(candidates.by_address & living.keys())
    if len(addressed) == 1:
        return next(iter(addressed)), Rule.ADDRESS, frozenset()
    name = company_key(sought.company)
    for level in sought_domains(sought):
        sharing = [one for one in living.values() if one.domain == level]
        if sharing:
            above = {key for key in sought_domains(sought) if len(key) < len(level)}
            lost.update({i: Lost.LESS_SPECIFIC_DOMAIN for i, one in living.items() if one.domain in above})
            return _of_domain(sharing, name, candidates.cut, domain_key(level) not in candidates.cut, lost)
    # An address that contacts of several accounts have leaves the choice among those.
    pool = [one for one in living.values() if not addressed or one.account_id in addressed]
    of_name = frozenset(one.account_id for one in pool if name and company_key(one.name) == name)
    if len(of_name) == 1 and (addressed or name_key(name) not in candidates.cut):
        return next(iter(of_name)), Rule.COMPANY_NAME, addressed - of_name
    return None, None, of_name or addressed


def _of_domain(
    sharing: Sequence[Candidate], name: str, cut: frozenset[str], complete: bool, lost: dict[str, Lost]
) -> _Ruled:
    """Among those that share the domain."""
    everybody = frozenset(one.account_id for one in sharing)
    if complete and len(everybody) == 1:
        return sharing[0].account_id, Rule.DOMAIN, frozenset()
    of_name = [one.account_id for one in sharing if name and company_key(one.name) == name]
    if len(of_name) == 1 and (complete or name_key(name) not in cut):
        lost.update(dict.fromkeys(everybody - {of_name[0]}, Lost.OTHER_NAME))
        return of_name[0], Rule.DOMAIN_AND_NAME, frozenset()
    ancestor = _ancestor({one.account_id: one.parent_id for one in sharing}) if complete else None
    if ancestor is not None:
        lost.update(dict.fromkeys(everybody - {ancestor}, Lost.SUBSIDIARY))
        return ancestor, Rule.DOMAIN_OF_PARENT, frozenset()
    return None, None, everybody


def _ancestor(parents: Mapping[str, str | None]) -> str | None:
    """The one that all others descend from, by way of each other."""
    roots = [account_id for account_id, parent in parents.items() if parent not in parents]
    if len(roots) != 1:
        return None
    reached, waiting = set(roots), True
    while waiting:
        further = {account_id for account_id, parent in parents.items() if parent in reached} - reached
        reached |= further
        waiting = bool(further)
    # Those that are each other's parents are reached from nowhere.
    return roots[0] if reached == parents.keys() else None


def _order(candidate: Candidate) -> tuple[str, ...]:
    return tuple(map(str, (candidate.account_id, candidate.name, candidate.domain, candidate.parent_id)))


def _score(sought: Sought, candidate: Candidate, tied: bool) -> float:
    similarity = likeness(sought.company, candidate.name)
    return max(similarity, _SAME_DOMAIN) if tied and candidate.domain in sought_domains(sought) else similarity


def likeness(one: str | None, other: str | None) -> float:
    """How near two companies' names are, from 0 to 1."""
    mine, theirs = company_key(one), company_key(other)
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return 1.0
    contained = set(mine.split()) < set(theirs.split()) or set(theirs.split()) < set(mine.split())
    alike = jaro_winkler(mine.replace(" ", ""), theirs.replace(" ", ""))
    return min(max(alike, _CONTAINED if contained else 0.0), 0.99)


def _unmatched(sought: Sought, tied: Iterable[str], suggested: Mapping[str, float]) -> Unmatched:
    domain = mail_domain(sought.email)
    if not domain and not company_key(sought.company):
        return Unmatched.NOTHING_TO_GO_BY
    if tied:
        return Unmatched.AMBIGUOUS
    if suggested:
        return Unmatched.NAME_ONLY_SIMILAR
    return Unmatched.GENERIC_DOMAIN if domain and is_generic(domain) else Unmatched.NO_ACCOUNT
