"""Matching people to accounts as they are recorded, and what that asks of the look-ups."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from rekindle.adapters.memory import MemoryAccounts, MemoryContacts
from rekindle.application.assignment.match_account import MatchAccount
from rekindle.domain.assignment.matching import MOST_LISTED, Candidate, Match, Rule, Unmatched
from tests.support.builders import (
    Rekindle,
    account_changed,
    account_deleted,
    people_merged,
    person_changed,
    person_deleted,
)


@dataclass
class Asked:
    """Counts what is asked of the two look-ups."""

    rekindle: Rekindle
    keys: list[str] = field(default_factory=list)

    def listed(self, key: str, limit: int) -> Sequence[Candidate]:
        self.keys.append(key)
        return MemoryAccounts(self.rekindle.memory).listed(key, limit)

    def having(self, key: str, limit: int) -> Sequence[str]:
        self.keys.append("address")
        return MemoryContacts(self.rekindle.memory).having(key, limit)

    def add(self, address: str, person_id: str, version: int) -> None:
        raise AssertionError("matching changes nothing")

    remove = add


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.tell(
        account_changed("a1", 1, name="Acme Corp.", domain="acme.com"),
        account_changed("a2", 1, name="Zenith", domain="zenith.com"),
    )
    return rekindle


@pytest.fixture
def asked(rekindle: Rekindle) -> Asked:
    return Asked(rekindle)


def matched(rekindle: Rekindle, asked: Asked | None = None, **values: str) -> Match:
    rekindle.tell(person_changed("lead", 1, **values))
    person = rekindle.use.ports.people.get("lead")
    assert person is not None
    if asked is None:
        return rekindle.use.match_account(person)
    return MatchAccount(asked, asked, rekindle.use.ports.people, rekindle.use.ports.reference)(person)


def test_a_lead_of_a_known_domain_costs_two_requests(rekindle: Rekindle, asked: Asked):
    found = matched(rekindle, asked, email="ada@acme.com", company="Acme")
    assert (found.account_id, found.rule) == ("a1", Rule.DOMAIN)
    assert asked.keys == ["address", "domain#acme.com"]


def test_a_lead_of_no_known_domain_costs_three_more_for_its_name(rekindle: Rekindle, asked: Asked):
    found = matched(rekindle, asked, email="ada@elsewhere.example", company="ACME Inc")
    assert (found.account_id, found.rule) == ("a1", Rule.COMPANY_NAME)
    assert asked.keys == ["address", "domain#elsewhere.example", "company#acme", "head#acm", "tail#cme"]


def test_a_generic_domain_is_not_asked_for(rekindle: Rekindle, asked: Asked):
    rekindle.tell(account_changed("a3", 1, domain="gmail.com"))
    found = matched(rekindle, asked, email="ada@gmail.com")
    assert (found.account_id, found.unmatched) == (None, Unmatched.GENERIC_DOMAIN)
    assert asked.keys == ["address"]


def test_whatever_shares_a_domain_the_requests_are_the_same(rekindle: Rekindle, asked: Asked):
    for n in range(MOST_LISTED + 20):
        rekindle.tell(account_changed(f"b{n}", 1, name=f"Shop {n}", domain="shops.example"))
    found = matched(rekindle, asked, email="ada@shops.example", company="Shop 7")
    assert (found.account_id, found.rule) == ("b7", Rule.DOMAIN_AND_NAME)
    assert len(asked.keys) == 5


def test_many_who_share_a_domain_and_no_name_are_no_match(rekindle: Rekindle):
    for n in range(MOST_LISTED + 1):
        rekindle.tell(account_changed(f"b{n}", 1, name=f"Shop {n}", domain="shops.example"))
    assert matched(rekindle, email="ada@shops.example").unmatched is Unmatched.AMBIGUOUS


def test_a_typo_in_the_beginning_or_in_the_end_is_a_suggestion(rekindle: Rekindle):
    rekindle.tell(account_changed("a4", 1, name="Betasoloin"))
    for company in ("Betasoloim", "Netasoloin"):
        found = matched(Rekindle(memory=rekindle.memory), company=company)
        assert (found.account_id, [one.account_id for one in found.suggestions]) == (None, ["a4"])
        rekindle.memory.people.clear()


def test_a_person_without_anything_told_is_not_asked_for(rekindle: Rekindle, asked: Asked):
    assert matched(rekindle, asked, status="New").unmatched is Unmatched.NOTHING_TO_GO_BY
    assert asked.keys == []


def test_a_change_of_the_domain_changes_the_match(rekindle: Rekindle):
    rekindle.tell(account_changed("a1", 2, domain="acme.test"), account_changed("a2", 2, domain="acme.com"))
    assert matched(rekindle, email="ada@acme.com").account_id == "a2"


@pytest.mark.parametrize(
    ("account", "lead"),
    [
        # Another name.
        ({"name": "バンダ"}, {"company": "ハンダ"}),
        ({"name": "पाटिल एंड संस"}, {"company": "पटेल एंड संस"}),
        # Another domain.
        ({"domain": "gross.example"}, {"email": "ada@groß.example"}),
        # A domain that says nothing, as an earlier version may have stored it.
        ({"domain": "linkedin.com"}, {"email": "ada@linkedin.com"}),
        ({"domain": "acme.github.io"}, {"email": "ada@acme.github.io"}),
        ({"domain": "kawasaki.jp"}, {"email": "ada@acme.kawasaki.jp"}),
    ],
)
def test_who_only_looks_alike_is_not_matched(rekindle: Rekindle, account: dict[str, str], lead: dict[str, str]):
    rekindle.tell(account_changed("a3", 1, **account))
    assert matched(rekindle, **lead).account_id is None


@pytest.mark.parametrize(
    ("account", "lead"),
    [
        ({"name": "有限会社ひかり"}, {"company": "ひかり"}),
        ({"name": "Берёзка"}, {"company": "ООО «Березка»"}),
        ({"name": "하늘 (주)"}, {"company": "주식회사 하늘"}),
        ({"domain": "xn--gro-7ka.example"}, {"email": "ADA@Groß.example"}),
        ({"domain": "hikari.example"}, {"email": "ａｄａ＠ｈｉｋａｒｉ．ｅｘａｍｐｌｅ"}),
        ({"domain": "acme.uk.com"}, {"email": "ada@mail.acme.uk.com"}),
    ],
)
def test_who_is_written_differently_is_matched(rekindle: Rekindle, account: dict[str, str], lead: dict[str, str]):
    rekindle.tell(account_changed("a3", 1, **account))
    assert matched(rekindle, **lead).account_id == "a3"


def test_a_deleted_account_is_not_matched(rekindle: Rekindle):
    rekindle.tell(account_deleted("a1", 2))
    assert matched(rekindle, email="ada@acme.com", company="Acme").account_id is None


# --- by the very address -------------------------------------------------------------------------------------------


def contact(rekindle: Rekindle, at: float = 1, person_id: str = "c1", **values: str | None) -> None:
    rekindle.tell(person_changed(person_id, at, **{"kind": "contact", **values}))


def test_the_address_of_a_contact_matches_its_account(rekindle: Rekindle):
    contact(rekindle, email="Ada@Gmail.com", account_id="a2")
    found = matched(rekindle, email="ada@gmail.com", company="Acme")
    assert (found.account_id, found.rule) == ("a2", Rule.ADDRESS)


def test_what_nobody_sees_is_no_part_of_an_address(rekindle: Rekindle):
    contact(rekindle, email="ada@gmail.com\u200e", account_id="a2")
    assert matched(rekindle, email="\u2060A\u00adda@gmail.com").account_id == "a2"


def test_a_contact_is_found_in_whatever_order_it_is_told(rekindle: Rekindle):
    contact(rekindle, at=3, account_id="a2")
    contact(rekindle, at=2, email="ada@gmail.com")
    assert matched(rekindle, email="ada@gmail.com").account_id == "a2"


def test_a_contact_that_moved_to_another_account_matches_that(rekindle: Rekindle):
    contact(rekindle, email="ada@gmail.com", account_id="a2")
    contact(rekindle, at=2, account_id="a1")
    assert matched(rekindle, email="ada@gmail.com").account_id == "a1"


@pytest.mark.parametrize(
    "values", [{"email": "new@gmail.com"}, {"email": None}, {"account_id": None}, {"kind": "lead"}]
)
def test_a_contact_that_no_longer_speaks_for_it_matches_nothing(rekindle: Rekindle, values: dict[str, str | None]):
    contact(rekindle, email="ada@gmail.com", account_id="a2")
    contact(rekindle, at=2, **values)
    assert matched(rekindle, email="ada@gmail.com").account_id is None
    assert not rekindle.memory.contact_keys["ada@gmail.com"]


def test_a_deleted_contact_leaves_no_trace_of_its_address(rekindle: Rekindle):
    contact(rekindle, email="ada@gmail.com", account_id="a2")
    rekindle.tell(person_deleted("c1", 2))
    assert not rekindle.memory.contact_keys["ada@gmail.com"]


def test_a_contact_that_was_merged_away_matches_nothing_by_itself(rekindle: Rekindle):
    contact(rekindle, email="ada@gmail.com", account_id="a2")
    contact(rekindle, person_id="c2", email="other@gmail.com", account_id="a1")
    rekindle.tell(people_merged("c2", "c1", at=2))
    assert matched(rekindle, email="ada@gmail.com").account_id is None
    assert not rekindle.memory.contact_keys["ada@gmail.com"]


def test_a_contact_that_took_over_an_address_and_an_account_matches_by_them(rekindle: Rekindle):
    contact(rekindle, email="ada@gmail.com", account_id="a2")
    contact(rekindle, person_id="c2", last_name="Lovelace")
    rekindle.tell(people_merged("c2", "c1", at=2))
    assert matched(rekindle, email="ada@gmail.com").account_id == "a2"
    assert rekindle.memory.contact_keys["ada@gmail.com"].keys() == {"c2"}


def test_a_look_up_that_is_behind_does_not_mislead(rekindle: Rekindle):
    contact(rekindle, email="ada@gmail.com", account_id="a2")
    rekindle.use.ports.contacts.add("grace@gmail.com", "c1", 9)
    rekindle.use.ports.contacts.add("grace@gmail.com", "nobody", 1)
    assert matched(rekindle, email="grace@gmail.com").account_id is None


def test_nobody_is_matched_by_their_own_address_or_to_an_account_never_told_of(rekindle: Rekindle):
    contact(rekindle, email="ada@gmail.com", account_id="a9")
    contact(rekindle, person_id="lead", email="ada@gmail.com", account_id="a1")
    person = rekindle.use.ports.people.get("lead")
    assert person is not None
    assert rekindle.use.match_account(person).account_id is None
