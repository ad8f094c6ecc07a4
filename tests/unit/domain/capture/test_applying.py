"""How a fact changes a record, field by field, also the named values in `fields`."""

from typing import Any

import pytest

from rekindle.domain.capture.applying import apply_deletion, apply_person_change, person_deleted
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.records.account import Account
from tests.support.builders import day, stamp


def changed(person: Person, at: float, **values: Any) -> Person:
    return apply_person_change(person, values, stamp(at, content=values))[0]


def fields_after(*changes: tuple[float, Any]) -> dict[str, Any]:
    person = Person("p1")
    for at, values in changes:
        person = changed(person, at, fields=values)
    return dict(person.profile.fields) if person.profile else {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([(1, {"a": 1, "b": 2})], {"a": 1, "b": 2}),
        ([(1, {"a": 1, "b": 2}), (2, {"b": 3})], {"a": 1, "b": 3}),
        ([(2, {"b": 3}), (1, {"a": 1, "b": 2})], {"a": 1, "b": 3}),
        ([(1, {"a": 1}), (2, {"a": None})], {}),
        ([(1, {"a": 1, "b": 2}), (2, None)], {}),
        ([(1, {"a": 1}), (2, None), (3, {"b": 2})], {"b": 2}),
        ([(1, {"a": 1}), (3, {"b": 2}), (2, None)], {"b": 2}),
        ([(3, {"b": 2}), (2, None), (1, {"a": 1})], {"b": 2}),
        ([(1, {"fields": 1, "a.b": 2})], {"fields": 1, "a.b": 2}),
        ([(1, {})], {}),
    ],
)
def test_each_named_value_changes_by_itself(changes: list[tuple[float, Any]], expected: dict[str, Any]):
    assert fields_after(*changes) == expected


def test_a_value_that_was_stored_without_a_stamp_is_cleared_with_the_others():
    person = Person("p1", profile=Profile(fields={"old": 1}, stamps={"company": stamp(1)}))
    after = changed(person, 2, fields=None)
    assert after.profile is not None and after.profile.fields == {}


def test_a_value_that_was_stored_without_a_stamp_stays_beside_another():
    person = Person("p1", profile=Profile(fields={"old": 1}, stamps={"company": stamp(1)}))
    after = changed(person, 2, fields={"new": 2})
    assert after.profile is not None and after.profile.fields == {"old": 1, "new": 2}


def test_the_owner_before_is_kept_where_the_owner_changes():
    person = changed(Person("p1"), 1, owner_id="u1", company="Acme")
    assert changed(person, 2, company="Other").previous_owner_id is None
    assert changed(person, 2, owner_id="u2").previous_owner_id == "u1"


def test_a_kind_that_is_cleared_is_a_lead_again():
    person = changed(Person("p1"), 1, kind="contact")
    assert (person.kind, changed(person, 2, kind=None).kind) == ("contact", "lead")


def test_a_deletion_keeps_the_stamps_of_status_and_owner():
    person = changed(Person("p1"), 1, status="New", owner_id="u1", company="Acme", do_not_contact=True)
    after = person_deleted(person, stamp(2))
    assert after is not None and after.profile is not None
    assert (after.status_stamp, after.owner_stamp) == (person.status_stamp, person.owner_stamp)
    assert set(after.profile.stamps) == {"company", "do_not_contact", "deleted"}
    assert (after.deleted, after.profile.company, after.profile.do_not_contact) == (True, None, True)
    assert after.erasure is not None and (after.erasure.requested_at, after.erasure.everywhere) == (day(2), False)


@pytest.mark.parametrize(
    ("at", "changed_at", "is_applied"), [(1, 2, False), (2, 2, False), (3, 2, True), (3, 4, False)]
)
def test_a_record_is_deleted_once_and_not_after_a_later_change(at: float, changed_at: float, is_applied: bool):
    stamps = {"name": stamp(changed_at), "deleted": stamp(2, content="deleted")}
    account = Account("a1", deleted=True, stamps=stamps, version=4)
    assert (apply_deletion(account, stamp(at, content="deleted")) is not None) is is_applied


def test_a_deletion_is_the_records_next_version():
    after = apply_deletion(Account("a1", name="A", stamps={"name": stamp(1)}, version=4), stamp(2))
    assert after is not None and (after.version, after.deleted, after.name) == (5, True, "A")
