"""Whether two records are one person, and on what grounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.people.duplicates import Grounds, Identity, Likeness, _names, buckets, identity, same_person

ADA = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "born": "1815-12-10",
    "street": "12 St James's Square",
    "city": "London",
    "postcode": "SW1Y 4JH",
}


def alike(one: dict[str, str], other: dict[str, str]) -> Likeness | None:
    return same_person(identity(**one), identity(**other))


def verdict(one: dict[str, str], other: dict[str, str]) -> tuple[bool, Grounds] | None:
    found = alike(one, other)
    return (found.same, found.grounds) if found else None


def test_one_address_is_one_person() -> None:
    assert verdict({"email": "Ada@Acme.example"}, {"email": "ada@acme.example "}) == (True, Grounds.EMAIL)


def test_addresses_that_only_look_alike_are_two() -> None:
    assert verdict({"email": "ada@groß.example"}, {"email": "ada@gross.example"}) is None
    assert verdict({"email": "groß@acme.example"}, {"email": "gross@acme.example"}) is None


@pytest.mark.parametrize(("one", "other"), [("バロー", "ハロー"), ("पाटिल", "पटेल"), ("ปา", "ป่า")])
def test_names_that_a_mark_makes_two_do_not_meet_by_name(one: str, other: str) -> None:
    left, right = (identity(first_name="Ada", last_name=name) for name in (one, other))
    assert not buckets(left) & buckets(right)


def test_an_address_that_two_names_share_is_for_somebody_to_decide() -> None:
    one = {"email": "info@acme.example", "first_name": "Ada", "last_name": "Lovelace"}
    other = {"email": "info@acme.example", "first_name": "Charles", "last_name": "Babbage"}
    assert verdict(one, other) == (False, Grounds.EMAIL)


def test_a_number_needs_a_name_beside_it() -> None:
    phone = {"phone": "+44 20 7946 0123"}
    named = {"first_name": "Ada", "last_name": "Lovelace", "phone": "020 7946 0123"}
    assert verdict({**phone, "first_name": "ADA", "last_name": "Lovelase"}, named) == (True, Grounds.PHONE_AND_NAME)
    assert verdict({**phone, "first_name": "Charles", "last_name": "Babbage"}, named) is None
    assert verdict(phone, {"phone": "020 7946 0123"}) is None


def test_the_same_name_at_the_same_company_is_a_suggestion_alone() -> None:
    one = {"first_name": "Ada", "last_name": "Lovelace", "company": "Acme Inc."}
    assert verdict(one, {**one, "company": "ACME"}) == (False, Grounds.COMPANY_AND_NAME)
    there = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@acme.example"}
    assert verdict(there, {**there, "email": "lovelace@acme.example"}) == (False, Grounds.COMPANY_AND_NAME)


def test_a_generic_domain_is_no_company() -> None:
    one = {"first_name": "Al", "last_name": "Jo", "email": "a@gmail.com"}
    other = {"first_name": "Al", "last_name": "Jo", "email": "b@gmail.com"}
    found = alike(one, other)
    assert found is not None
    assert (found.same, found.grounds) == (False, Grounds.DETAILS)
    assert not any(key.startswith("domain#") for key in buckets(identity(**one)))


def test_name_birth_and_address_together_are_one_person_in_spite_of_typos() -> None:
    spoilt = {**ADA, "last_name": "Lovelase", "street": "12 St Jamess Sqare", "born": "1815-12-01"}
    assert verdict(ADA, spoilt) == (True, Grounds.DETAILS)


def test_names_may_stand_in_each_other_s_place() -> None:
    assert verdict(ADA, {**ADA, "first_name": "Lovelace", "last_name": "Ada"}) == (True, Grounds.DETAILS)


def test_a_household_is_not_one_person() -> None:
    spouse = {**ADA, "first_name": "William", "born": "1805-02-21"}
    unknown = {**spouse, "born": ""}
    assert verdict(ADA, spouse) == verdict(ADA, unknown) == (False, Grounds.DETAILS)
    assert verdict({**ADA, "email": "us@a.example"}, {**spouse, "email": "us@a.example"}) == (False, Grounds.EMAIL)
    assert verdict(ADA, {**ADA, "first_name": "Augusta"}) == (True, Grounds.DETAILS)


def test_a_name_alone_is_never_one_person() -> None:
    name = {"first_name": "Ada", "last_name": "Lovelace"}
    assert verdict(name, name) == (False, Grounds.DETAILS)


@pytest.mark.parametrize("other", [{}, {"first_name": "Charles", "last_name": "Babbage", "city": "London"}])
def test_nothing_much_is_nothing(other: dict[str, str]) -> None:
    assert alike(ADA, other) is None


TOLD = st.sampled_from(["", "ada", "adam", "lovelace", "lovelase", "1815", "x1"])
IDENTITIES = st.builds(Identity, st.sampled_from(["", "a@acme.example", "a@gmail.com"]), *[TOLD] * 9)


@given(IDENTITIES, IDENTITIES)
def test_likeness_goes_both_ways(one: Identity, other: Identity) -> None:
    assert same_person(one, other) == same_person(other, one)


@given(IDENTITIES, IDENTITIES)
def test_who_is_the_same_by_address_or_birth_meets_in_a_bucket(one: Identity, other: Identity) -> None:
    shared = buckets(one) & buckets(other)
    if (one.email and one.email == other.email) or (one.phone and one.phone == other.phone):
        assert shared
    if one.born and one.born == other.born:
        assert shared


def test_who_tells_nothing_is_in_no_bucket() -> None:
    assert buckets(Identity()) == frozenset()


def test_names_are_taken_for_exchanged_only_where_all_of_them_are_known() -> None:
    half, whole = identity(first_name="Ada"), identity(first_name="Lovelace", last_name="Ada")
    assert _names(half, whole) < 0 and _names(whole, half) < 0
    assert _names(identity(first_name="Ada", last_name="Lovelace"), whole) > 0
