"""Accounts and the lists that matching reads: a list says of an account what its newest version says."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.application.assignment.match_account import MatchAccount
from rekindle.application.capture.record_reference import RecordReference
from rekindle.domain.assignment.matching import Rule, candidate_of, keys_of, place_of
from rekindle.domain.core.errors import Conflict
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.account import ACCOUNT, Account
from rekindle.domain.records.queue import QUEUE, Queue
from tests.contract.requests import Requests
from tests.contract.stores import NOW, Stores, Tables
from tests.contract.values import every_field, fresh, ids, quickly
from tests.support.builders import account_changed

ACME = Account("a-1", "Acme Corp.", "acme.example", owner_id="u-1", team={"SDR": "u-2"}, version=1)


@quickly
@given(st.data())
def test_every_field_of_an_account_comes_back(stores: Stores, data: st.DataObject) -> None:
    account = data.draw(every_field(Account, account_id=ids.map(fresh), version=st.just(1)))

    stores.records(ACCOUNT).put(account, 0)

    assert stores.records(ACCOUNT).get(account.account_id) == account
    assert stores.reference.account(account.account_id) == account
    for key in keys_of(candidate_of(account)):
        assert candidate_of(account) in stores.directory.listed(key, 1000)


@quickly
@given(st.data())
def test_every_field_of_a_queue_comes_back(stores: Stores, data: st.DataObject) -> None:
    queue = data.draw(every_field(Queue, queue_id=ids.map(fresh), version=st.just(1)))

    stores.records(QUEUE).put(queue, 0)

    assert stores.records(QUEUE).get(queue.queue_id) == queue
    assert stores.reference.queue(queue.queue_id) == queue


def test_what_was_never_told_is_not_known(stores: Stores) -> None:
    assert stores.records(ACCOUNT).get("a") is None
    assert stores.reference.account("a") is None
    assert stores.reference.queue("q") is None
    assert stores.directory.listed("domain#acme.example", 10) == []


def listed(stores: Stores, key: str) -> list[str]:
    return [candidate.account_id for candidate in stores.directory.listed(key, 10)]


def test_an_account_moves_to_the_list_of_its_new_domain(stores: Stores) -> None:
    stores.records(ACCOUNT).put(ACME, 0)
    stores.records(ACCOUNT).put(replace(ACME, domain="acme.test", version=2), 1)

    assert listed(stores, "domain#acme.example") == []
    assert listed(stores, "domain#acme.test") == ["a-1"]
    assert listed(stores, "company#acme") == ["a-1"]


def test_a_list_tells_the_newest_name_and_parent(stores: Stores) -> None:
    stores.records(ACCOUNT).put(ACME, 0)
    stores.records(ACCOUNT).put(replace(ACME, name="ACME, Inc.", parent_id="a-0", version=2), 1)

    (candidate,) = stores.directory.listed("domain#acme.example", 10)

    assert (candidate.name, candidate.parent_id) == ("ACME, Inc.", "a-0")


def test_a_deleted_account_is_in_no_list(stores: Stores) -> None:
    stores.records(ACCOUNT).put(ACME, 0)
    stores.records(ACCOUNT).put(replace(ACME, deleted=True, version=2), 1)

    assert [listed(stores, key) for key in keys_of(candidate_of(ACME))] == [[], [], [], []]


def test_an_account_without_name_and_domain_is_in_no_list(stores: Stores) -> None:
    stores.records(ACCOUNT).put(ACME, 0)
    stores.records(ACCOUNT).put(replace(ACME, name=None, domain=None, version=2), 1)

    assert [listed(stores, key) for key in keys_of(candidate_of(ACME))] == [[], [], [], []]


def test_accounts_of_one_domain_are_listed_in_the_order_of_their_places(stores: Stores) -> None:
    names = [f"a-{n}" for n in range(12)]
    for name in names:
        stores.records(ACCOUNT).put(Account(name, domain="acme.example", version=1), 0)

    found = stores.directory.listed("domain#acme.example", 7)

    assert [candidate.account_id for candidate in found] == sorted(names, key=place_of)[:7]


def test_an_account_is_written_over_the_version_that_was_read_alone(stores: Stores) -> None:
    stores.records(ACCOUNT).put(ACME, 0)
    stores.records(ACCOUNT).put(replace(ACME, domain="acme.test", version=2), 1)

    for stale in (0, 1):
        with pytest.raises(Conflict):
            stores.records(ACCOUNT).put(replace(ACME, domain="stale.example", version=stale + 1), stale)

    assert listed(stores, "domain#stale.example") == []
    assert listed(stores, "domain#acme.test") == ["a-1"]


def test_a_change_that_matching_does_not_look_at_writes_no_list(tables: Tables) -> None:
    tables.records(ACCOUNT).put(ACME, 0)
    before = tables.client.scan(TableName=tables.names.reference)["Count"]

    with Requests(tables.client) as requests:
        tables.records(ACCOUNT).put(replace(ACME, owner_id="u-9", version=2), 1)

    assert requests.names == ["Query", "TransactWriteItems"]
    assert tables.client.scan(TableName=tables.names.reference)["Count"] == before + 1


@pytest.mark.dynamodb_local
def test_racing_changes_of_one_account_leave_it_in_the_list_of_its_last_domain(real_tables: Tables) -> None:
    record = RecordReference(real_tables.records, lambda: NOW)
    domains = [f"d{n}.example" for n in range(4)]

    def tell(n: int) -> None:
        for _ in range(50):
            try:
                record(account_changed("a-1", n, domain=domains[n % 4]))
                return
            except Conflict:
                continue
        raise AssertionError("no writer gets through")

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(tell, range(1, 33)))

    account = real_tables.records(ACCOUNT).get("a-1")
    assert account is not None
    assert account.domain == domains[0]
    found = [listed(real_tables, f"domain#{domain}") for domain in domains]
    assert found == [["a-1"], [], [], []]


# --- contacts by address -------------------------------------------------------------------------------------------


def test_contacts_are_found_by_their_address(stores: Stores) -> None:
    for person in ("p-2", "p-1", "p-3"):
        stores.contacts.add("ada@acme.example", person, 1)
    stores.contacts.add("grace@acme.example", "p-4", 1)

    assert stores.contacts.having("ada@acme.example", 10) == ["p-1", "p-2", "p-3"]
    assert stores.contacts.having("ada@acme.example", 2) == ["p-1", "p-2"]
    assert stores.contacts.having("nobody@acme.example", 2) == []


def test_a_contact_is_taken_out_by_a_later_version_alone(stores: Stores) -> None:
    stores.contacts.add("ada@acme.example", "p-1", 3)

    stores.contacts.remove("ada@acme.example", "p-1", 3)
    assert stores.contacts.having("ada@acme.example", 2) == ["p-1"]
    stores.contacts.add("ada@acme.example", "p-1", 2)
    stores.contacts.remove("ada@acme.example", "p-1", 3)
    assert stores.contacts.having("ada@acme.example", 2) == ["p-1"]

    stores.contacts.remove("ada@acme.example", "p-1", 4)
    assert stores.contacts.having("ada@acme.example", 2) == []


def test_taking_out_who_is_not_there_changes_nothing(stores: Stores) -> None:
    stores.contacts.remove("ada@acme.example", "p-1", 4)
    assert stores.contacts.having("ada@acme.example", 2) == []


def test_the_address_itself_is_not_stored_with_the_look_up(tables: Tables) -> None:
    tables.contacts.add("ada@acme.example", "p-1", 1)

    assert "ada@" not in str(tables.client.scan(TableName=tables.names.people)["Items"])


# --- what a match costs --------------------------------------------------------------------------------------------


def test_a_match_asks_as_much_of_many_accounts_as_of_few(tables: Tables) -> None:
    match = MatchAccount(tables.directory, tables.contacts, tables.people, tables.reference)
    by_domain = Person("p-1", profile=Profile(email="ada@acme.example", company="Acme"))
    by_name = Person("p-2", profile=Profile(email="ada@elsewhere.example", company="ACME"))
    stranger = Person("p-3", profile=Profile(email="ada@elsewhere.example", company="Acmo"))
    asked = []
    for more in (1, 60):
        for n in range(more):
            tables.records(ACCOUNT).put(Account(f"{more}-{n}", f"Acme {n}", f"acme{n}.example", version=1), 0)
        if more == 1:
            tables.records(ACCOUNT).put(ACME, 0)
        with Requests(tables.client) as requests:
            found = [match(person) for person in (by_domain, by_name, stranger)]
        asked.append(requests.names)
        assert [one.rule for one in found] == [Rule.DOMAIN, Rule.COMPANY_NAME, None]
        assert found[2].suggestions
    assert asked[0] == asked[1] == ["Query"] * (2 + 5 + 5)


def test_a_match_by_address_asks_for_the_contact_and_its_account(tables: Tables) -> None:
    match = MatchAccount(tables.directory, tables.contacts, tables.people, tables.reference)
    tables.records(ACCOUNT).put(ACME, 0)
    contact = Person("c-1", 1, "contact", profile=Profile(email="ada@gmail.com", account_id="a-1"))
    tables.contacts.add("ada@gmail.com", "c-1", 1)
    tables.people.commit(Change(contact, 0))

    with Requests(tables.client) as requests:
        found = match(Person("p-1", profile=Profile(email="ada@gmail.com")))

    assert (found.account_id, found.rule) == ("a-1", Rule.ADDRESS)
    assert requests.names == ["Query", "BatchGetItem", "Query"]
