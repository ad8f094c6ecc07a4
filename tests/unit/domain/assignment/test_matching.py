"""Which account a person is matched to, and by which rule each candidate lost."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.domain.assignment.matching import (
    MOST_SUGGESTED,
    Candidate,
    Found,
    Lost,
    Match,
    Rule,
    Sought,
    Unmatched,
    keys_of,
    match,
    sought_domains,
)
from rekindle.domain.people.mail_domains import is_generic
from rekindle.domain.people.naming import mail_domain

ADA = Sought("ada@acme.com", "Acme")
HQ = Candidate("a-hq", "Acme Corporation", "acme.com")
GERMANY = Candidate("a-de", "Acme Germany GmbH", "acme.com", parent_id="a-hq")
FRANCE = Candidate("a-fr", "Acme France", "acme.com", parent_id="a-hq")
OTHER = Candidate("a-other", "Zenith", "zenith.com")


def found(*candidates: Candidate, by_address: Sequence[str] = (), cut: Sequence[str] = ()) -> Found:
    return Found(candidates, frozenset(by_address), frozenset(cut))


def losses(matched: Match) -> dict[str, Lost | None]:
    return {one.account_id: one.lost for one in matched.considered}


def suggested(matched: Match) -> list[str]:
    return [one.account_id for one in matched.suggestions]


# --- the rules -----------------------------------------------------------------------------------------------------


def test_the_only_account_of_a_domain_is_the_match() -> None:
    matched = match(Sought("ada@acme.com", "Something else"), found(HQ, OTHER))
    assert (matched.account_id, matched.rule, matched.unmatched) == ("a-hq", Rule.DOMAIN, None)
    assert (losses(matched), matched.suggestions) == ({"a-hq": None}, ())


def test_an_address_below_a_domain_belongs_to_it() -> None:
    acme = Candidate("a", "Acme", "acme.co.uk")
    assert match(Sought("ada@mail.acme.co.uk"), found(acme)).rule is Rule.DOMAIN


def test_the_most_specific_domain_wins() -> None:
    part = Candidate("a-part", "Acme Labs", "labs.acme.com")
    matched = match(Sought("ada@x.labs.acme.com"), found(HQ, part))
    assert (matched.account_id, losses(matched)["a-hq"]) == ("a-part", Lost.LESS_SPECIFIC_DOMAIN)


def test_nobody_is_matched_by_what_many_share() -> None:
    suffix = Candidate("a", "Nominet", "co.uk")
    matched = match(Sought("ada@acme.co.uk"), found(suffix))
    assert (matched.account_id, matched.unmatched) == (None, Unmatched.NO_ACCOUNT)
    assert not any("co.uk" in key for key in keys_of(suffix))


def test_a_generic_domain_matches_nobody() -> None:
    trader = Candidate("a", "One Man's Shop", "gmail.com")
    matched = match(Sought("ada@gmail.com"), found(trader))
    assert (matched.account_id, matched.unmatched) == (None, Unmatched.GENERIC_DOMAIN)
    assert losses(matched) == {"a": Lost.GENERIC_DOMAIN}
    assert not any("gmail" in key for key in keys_of(trader))


def test_the_very_address_matches_under_a_generic_domain_too() -> None:
    matched = match(Sought("ada@gmail.com", "Zenith"), found(HQ, OTHER, by_address=["a-hq"]))
    assert (matched.account_id, matched.rule) == ("a-hq", Rule.ADDRESS)
    assert losses(matched)["a-other"] is Lost.WEAKER_RULE


def test_an_address_of_contacts_of_two_accounts_is_settled_by_the_domain() -> None:
    matched = match(ADA, found(HQ, OTHER, by_address=["a-hq", "a-other"]))
    assert (matched.account_id, matched.rule) == ("a-hq", Rule.DOMAIN)


def test_an_address_of_contacts_of_two_accounts_is_settled_by_a_name_of_theirs_alone() -> None:
    third = Candidate("a-third", "Acme")
    shared = found(HQ, OTHER, third, by_address=["a-hq", "a-other"])
    assert match(Sought("ada@gmail.com", "Acme"), shared).account_id == "a-hq"
    matched = match(Sought("ada@gmail.com", "Third"), shared)
    assert (matched.account_id, matched.unmatched) == (None, Unmatched.AMBIGUOUS)
    assert {"a-hq", "a-other"} == {a for a, lost in losses(matched).items() if lost is Lost.AMBIGUOUS}


def test_of_several_with_a_domain_the_one_that_has_the_name_wins() -> None:
    matched = match(Sought("ada@acme.com", "ACME Germany"), found(HQ, GERMANY, FRANCE))
    assert (matched.account_id, matched.rule) == ("a-de", Rule.DOMAIN_AND_NAME)
    assert losses(matched) == {"a-de": None, "a-hq": Lost.OTHER_NAME, "a-fr": Lost.OTHER_NAME}


def test_of_several_with_a_domain_the_ancestor_of_all_wins() -> None:
    berlin = Candidate("a-berlin", "Acme Berlin", "acme.com", parent_id="a-de")
    matched = match(Sought("ada@acme.com"), found(berlin, HQ, GERMANY, FRANCE))
    assert (matched.account_id, matched.rule) == ("a-hq", Rule.DOMAIN_OF_PARENT)
    assert set(losses(matched).values()) == {None, Lost.SUBSIDIARY}


@pytest.mark.parametrize(
    "sharing",
    [
        (GERMANY, FRANCE),
        (HQ, FRANCE, Candidate("a-x", "Acme X", "acme.com")),
        (Candidate("a-1", domain="acme.com", parent_id="a-2"), Candidate("a-2", domain="acme.com", parent_id="a-1")),
        (HQ, Candidate("a-1", domain="acme.com", parent_id="a-1")),
    ],
    ids=["siblings", "a stranger", "each other's parents", "its own parent"],
)
def test_several_with_a_domain_and_nothing_between_them_are_suggestions(sharing: tuple[Candidate, ...]) -> None:
    matched = match(Sought("ada@acme.com", "Something else"), found(*sharing))
    assert (matched.account_id, matched.rule, matched.unmatched) == (None, None, Unmatched.AMBIGUOUS)
    assert set(losses(matched).values()) == {Lost.AMBIGUOUS}
    assert set(suggested(matched)) == {one.account_id for one in sharing}


def test_a_name_that_one_account_has_is_a_match() -> None:
    matched = match(Sought("ada@gmail.com", "ACME Corp."), found(HQ, OTHER))
    assert (matched.account_id, matched.rule) == ("a-hq", Rule.COMPANY_NAME)


def test_a_name_that_two_accounts_have_is_none() -> None:
    twin = Candidate("a-twin", "The Acme Company")
    matched = match(Sought(None, "Acme"), found(HQ, twin))
    assert (matched.account_id, matched.unmatched) == (None, Unmatched.AMBIGUOUS)
    assert suggested(matched) == ["a-hq", "a-twin"]


def test_a_name_that_is_like_another_is_a_suggestion() -> None:
    matched = match(Sought(None, "Acne Corporation"), found(HQ, OTHER))
    assert (matched.account_id, matched.unmatched) == (None, Unmatched.NAME_ONLY_SIMILAR)
    assert (suggested(matched), losses(matched)) == (["a-hq"], {"a-hq": Lost.NAME_ONLY_SIMILAR})
    (suggestion,) = matched.suggestions
    assert 0.8 < suggestion.score < 1 and suggestion.score == round(suggestion.score, 3)


def test_there_are_five_suggestions_at_most_the_likeliest_first() -> None:
    near = [Candidate(f"a-{n}", f"Zenithar{'abcdefgh'[:n]}") for n in range(8)]
    matched = match(Sought(None, "Zenithara"), found(*near[2:]))
    assert len(matched.suggestions) == MOST_SUGGESTED
    assert suggested(matched)[0] == "a-2"
    assert [one.score for one in matched.suggestions] == sorted((s.score for s in matched.suggestions), reverse=True)


def test_a_deleted_account_is_no_match_and_no_suggestion() -> None:
    gone = Candidate("a-hq", "Acme", "acme.com", deleted=True)
    matched = match(ADA, found(gone, by_address=["a-hq"]))
    assert (matched.account_id, matched.suggestions) == (None, ())
    assert losses(matched) == {"a-hq": Lost.ACCOUNT_DELETED}
    assert keys_of(gone) == frozenset()


@pytest.mark.parametrize("sought", [Sought(), Sought("", " "), Sought("not an address", "n/a")])
def test_nothing_to_go_by(sought: Sought) -> None:
    assert match(sought, found(HQ)).unmatched is Unmatched.NOTHING_TO_GO_BY


# --- lists that were cut -------------------------------------------------------------------------------------------


def test_the_only_account_that_was_read_of_many_is_no_match() -> None:
    by_domain = match(Sought("ada@acme.com"), found(HQ, cut=["domain#acme.com"]))
    by_name = match(Sought(None, "Acme"), found(HQ, cut=["company#acme"]))
    assert (by_domain.unmatched, by_name.unmatched) == (Unmatched.AMBIGUOUS, Unmatched.AMBIGUOUS)


def test_a_name_settles_a_domain_that_many_share_if_all_of_that_name_were_read() -> None:
    sought = Sought("ada@acme.com", "Acme")
    assert match(sought, found(HQ, FRANCE, cut=["domain#acme.com"])).rule is Rule.DOMAIN_AND_NAME
    cut = ["domain#acme.com", "company#acme"]
    assert match(sought, found(HQ, FRANCE, cut=cut)).unmatched is Unmatched.AMBIGUOUS


# --- properties ----------------------------------------------------------------------------------------------------

NAMES = st.sampled_from([None, "Acme", "ACME Inc.", "Acne", "Acme Germany", "Zenith", "n/a"])
DOMAINS = st.sampled_from([None, "acme.com", "labs.acme.com", "gmail.com", "yahoo.fr", "co.uk"])
ACCOUNTS = st.sampled_from([f"a-{n}" for n in range(6)])
CANDIDATES = st.lists(
    st.builds(Candidate, ACCOUNTS, NAMES, DOMAINS, st.none() | ACCOUNTS, st.sampled_from([False, False, True])),
    max_size=6,
    unique_by=lambda one: one.account_id,
)
EMAILS = st.sampled_from([None, "a@acme.com", "a@x.labs.acme.com", "a@gmail.com", "a@yahoo.fr", "a@co.uk", "nonsense"])
SOUGHT = st.builds(Sought, EMAILS, NAMES)


@given(SOUGHT, CANDIDATES, st.frozensets(ACCOUNTS, max_size=3), st.randoms())
@settings(max_examples=400)
def test_the_order_of_candidates_does_not_matter(sought, candidates, by_address, random) -> None:
    shuffled = random.sample(candidates, len(candidates))
    twice = (*shuffled, *candidates)
    first = match(sought, Found(tuple(candidates), by_address))
    assert match(sought, Found(tuple(shuffled), by_address)) == match(sought, Found(twice, by_address)) == first


@given(SOUGHT, CANDIDATES, st.frozensets(ACCOUNTS, max_size=3))
@settings(max_examples=400)
def test_a_match_is_one_living_account_and_every_other_has_a_reason(sought, candidates, by_address) -> None:
    matched = match(sought, Found(tuple(candidates), by_address))
    living = {one.account_id for one in candidates if not one.deleted}
    winners = [one.account_id for one in matched.considered if one.lost is None]
    if matched.account_id is None:
        assert (matched.rule, winners) == (None, [])
        assert matched.unmatched is not None
        assert set(suggested(matched)) <= living & losses(matched).keys()
    else:
        assert winners == [matched.account_id]
        assert matched.account_id in living
        assert (matched.unmatched, matched.suggestions) == (None, ())


@given(SOUGHT, CANDIDATES)
@settings(max_examples=400)
def test_nobody_is_matched_from_a_generic_domain_alone(sought, candidates) -> None:
    matched = match(Sought(sought.email, None), Found(tuple(candidates)))
    if is_generic(mail_domain(sought.email)):
        assert matched.account_id is None
        assert sought_domains(sought) == ()


@given(SOUGHT, CANDIDATES, st.frozensets(ACCOUNTS, max_size=3), CANDIDATES)
def test_a_match_by_an_address_is_not_changed_by_further_candidates(sought, candidates, by_address, more) -> None:
    matched = match(sought, Found(tuple(candidates), by_address))
    if matched.rule is Rule.ADDRESS and not by_address & {one.account_id for one in more}:
        known = {one.account_id for one in candidates}
        further = (*candidates, *(one for one in more if one.account_id not in known))
        assert match(sought, Found(further, by_address)).account_id == matched.account_id


def test_an_equal_choice_is_made_alike_in_every_order() -> None:
    near = [Candidate(f"a-{n}", "Acme Sales") for n in range(4)]
    answers = {match(Sought(None, "Acme Sals"), found(*some)) for some in permutations(near)}
    assert len(answers) == 1
