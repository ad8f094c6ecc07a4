"""Batches: every field comes back, a page is noted once, and the activations are found again, page by page."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.core.errors import Conflict
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.batch import Batch, Before, Member
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Outcome
from tests.contract.stores import NOW, Stores, Tables
from tests.contract.values import every_field, fresh, ids, quickly


def a_member(batch_id: str, number: int) -> Member:
    before = Before("New", None, None, None, 0)
    decision_id = f"0123abcd-{number:015d}-x"
    return Member(batch_id, decision_id, "p", "r", "c", Outcome.REACTIVATED, NOW, NOW, "Open", "MQL", before)


def committed(stores: Stores, *members: Member) -> None:
    for member in members:
        person_id = fresh()
        stores.people.commit(Change(Person(person_id, 1), 0, member=member))


@quickly
@given(st.data())
def test_every_field_of_a_batch_comes_back(stores: Stores, data: st.DataObject) -> None:
    counts = st.dictionaries(ids, st.integers(0, 10**9), max_size=3)
    batch = data.draw(every_field(Batch, batch_id=ids.map(fresh), outcomes=counts, credit=counts))

    stores.batches.put(batch, 0)

    assert stores.batches.get(batch.batch_id) == batch


@quickly
@given(st.data())
def test_every_field_of_an_activation_comes_back(stores: Stores, data: st.DataObject) -> None:
    member = data.draw(every_field(Member, batch_id=ids.map(fresh), decision_id=ids.map(fresh)))

    committed(stores, member)

    assert stores.batches.members(member.batch_id, 10).items == [member]


def test_there_is_no_batch_before_the_first_page(stores: Stores) -> None:
    assert stores.batches.get("never") is None
    page = stores.batches.members("never", 10)
    assert (list(page.items), page.next) == ([], None)


def test_progress_is_noted_over_the_version_that_was_read_alone(stores: Stores) -> None:
    batch_id = fresh("b")
    first = Batch(batch_id, 1, NOW, version=1)
    second, third = replace(first, version=2, read=100), replace(first, version=3, read=200)
    stores.batches.put(first, 0)
    stores.batches.put(second, 1)

    for stale in (0, 1, 3):
        with pytest.raises(Conflict):
            stores.batches.put(third, stale)

    assert stores.batches.get(batch_id) == second


def test_activations_come_page_by_page_each_once_and_those_of_their_batch_alone(stores: Stores) -> None:
    batch_id = fresh("b")
    members = [a_member(batch_id, number) for number in range(7)]
    committed(stores, *reversed(members), a_member(f"{batch_id}2", 0))
    stores.batches.put(Batch(batch_id, 1, NOW, version=1), 0)

    for limit in (1, 2, 3, 6, 7, 10):
        found: list[Member] = []
        start, pages = None, 0
        while pages == 0 or start is not None:
            page = stores.batches.members(batch_id, limit, start)
            found.extend(page.items)
            start, pages = page.next, pages + 1
        assert found == members
        assert pages == -(-len(members) // limit)


def test_an_activation_that_is_undone_is_noted_in_its_place(stores: Stores) -> None:
    member = a_member(fresh("b"), 1)
    committed(stores, member, replace(member, undone_at=NOW))

    assert stores.batches.members(member.batch_id, 10).items == [replace(member, undone_at=NOW)]


def test_an_activation_is_noted_with_its_person_or_not_at_all(stores: Stores) -> None:
    person_id, member = fresh(), a_member(fresh("b"), 1)
    stores.people.commit(Change(Person(person_id, 1), 0))

    with pytest.raises(Conflict):
        stores.people.commit(Change(Person(person_id, 1), 0, member=member))

    assert list(stores.batches.members(member.batch_id, 10).items) == []


def test_nothing_of_a_batch_is_announced(tables: Tables) -> None:
    batch_id = fresh("b")
    tables.batches.put(Batch(batch_id, 1, NOW, version=1), 0)
    committed(tables, a_member(batch_id, 1))

    items = tables.client.scan(TableName=tables.names.ledger)["Items"]

    assert {item["kind"]["S"] for item in items} == {"batch", "member"}
    assert not any("announce" in item for item in items)
