"""People by e-mail address, telephone number and beginning of the name: the same lists on every adapter."""

from typing import Any

import pytest

from rekindle.application.ports.people import ListedBy
from rekindle.domain.core.values import replace
from rekindle.domain.people.directory import mail_entry
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.reactivation.change import Change
from tests.contract.stores import Stores

ADA = mail_entry("ada@example.com") or ""


@pytest.fixture
def known(stores: Stores) -> Stores:
    for person_id, values in {
        "p1": {"first_name": "Ada", "last_name": "Byron", "email": "Ada@Example.com", "phone": "+44 20 7946 0991"},
        "p2": {"first_name": "Anne", "last_name": "Byrne", "email": "anne@example.com"},
        "p3": {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "phone": "020 7946 0991"},
        "p4": {"company": "Byron Ltd"},
    }.items():
        change(stores, person_id, Profile(**values))
    return stores


def change(stores: Stores, person_id: str, profile: Profile | None, **values: Any) -> None:
    before = stores.people.get(person_id) or Person(person_id)
    after = replace(before, version=before.version + 1, profile=profile, **values)
    stores.people.commit(Change(after, before.version))


def ids(stores: Stores, by: ListedBy, key: str) -> list[str]:
    return sorted(stores.people.listed(by, key, 10).items)


def test_people_are_listed_by_address_number_and_beginning_of_the_name(known: Stores) -> None:
    assert ids(known, ListedBy.MAIL, ADA) == ["p1", "p3"]
    assert ids(known, ListedBy.PHONE, "079460991") == ["p1", "p3"]
    assert known.people.listed(ListedBy.NAME, "byr", 10).items == ["p2", "p1", "p4"]
    assert ids(known, ListedBy.NAME, "byron a") == ["p1"]
    assert ids(known, ListedBy.NAME, "zz") == []


def test_lists_come_a_page_at_a_time(known: Stores) -> None:
    first = known.people.listed(ListedBy.NAME, "byr", 2)
    second = known.people.listed(ListedBy.NAME, "byr", 2, first.next)
    assert (first.items, second.items) == (["p2", "p1"], ["p4"])


def test_a_changed_person_is_listed_by_what_is_known_now(known: Stores) -> None:
    change(known, "p1", Profile(last_name="King", email="king@example.com"))
    assert ids(known, ListedBy.MAIL, ADA) == ["p3"]
    assert ids(known, ListedBy.PHONE, "079460991") == ["p3"]
    assert ids(known, ListedBy.NAME, "byron") == ["p4"]
    assert ids(known, ListedBy.NAME, "king") == ["p1"]


def test_a_change_of_what_decisions_look_at_leaves_the_lists_alone(known: Stores) -> None:
    change(known, "p1", None, status="Working")
    assert ids(known, ListedBy.MAIL, ADA) == ["p1", "p3"]


def test_a_deleted_person_is_in_no_list(known: Stores) -> None:
    change(known, "p1", Profile(), deleted=True)
    assert ids(known, ListedBy.MAIL, ADA) == ["p3"]
    assert ids(known, ListedBy.NAME, "byron") == ["p4"]
