"""In what order changes happened, whatever the order they arrive in."""

import pytest

from rekindle.domain.records.stamps import ChangeStamp, Order, event_digest, grouped, newer_fields, ungrouped
from tests.support.builders import day, stamp


def test_whatever_comes_first_is_newer():
    assert stamp(1).order_after(None) is Order.NEWER


def test_without_a_sequence_the_time_orders():
    assert stamp(2).order_after(stamp(1)) is Order.NEWER
    assert stamp(1).order_after(stamp(2)) is Order.OLDER


def test_a_sequence_goes_before_the_time():
    assert stamp(1, sequence=8).order_after(stamp(2, sequence=7)) is Order.NEWER
    assert stamp(2, sequence=7).order_after(stamp(1, sequence=8)) is Order.OLDER


def test_the_same_sequence_is_a_duplicate():
    assert stamp(2, sequence=7).order_after(stamp(1, sequence=7)) is Order.DUPLICATE


def test_where_only_one_has_a_sequence_the_time_orders():
    assert stamp(1, sequence=9).order_after(stamp(2)) is Order.OLDER
    assert stamp(3).order_after(stamp(2, sequence=9)) is Order.NEWER


def test_the_minor_number_orders_changes_of_one_instant():
    first, second = ChangeStamp(day(1), minor=1), ChangeStamp(day(1), minor=2)
    assert second.order_after(first) is Order.NEWER
    assert first.order_after(second) is Order.OLDER


def test_the_same_content_at_the_same_instant_is_a_duplicate():
    assert stamp(1, content="x").order_after(stamp(1, content="x")) is Order.DUPLICATE


def test_another_content_at_the_same_instant_is_another_change():
    assert stamp(1, content="y").order_after(stamp(1, content="x")) is Order.NEWER


def test_all_events_of_one_instant_are_remembered():
    def event(event_id: str) -> ChangeStamp:
        return ChangeStamp(day(1), digests=(event_digest(event_id),))

    last = event("y").following(event("x"))
    assert event("x").order_after(last) is Order.DUPLICATE
    assert event("y").order_after(last) is Order.DUPLICATE
    assert event("z").order_after(last) is Order.NEWER


def test_without_ids_only_a_repetition_of_the_last_change_is_a_duplicate():
    last = stamp(1, content="y").following(stamp(1, content="x"))
    assert stamp(1, content="y").order_after(last) is Order.DUPLICATE
    assert stamp(1, content="x").order_after(last) is Order.NEWER


def test_of_one_instant_the_change_that_was_applied_later_stands_after():
    first = stamp(1, content="x")
    second = stamp(1, content="y").following(first)
    assert second.is_applied_after(first) and not first.is_applied_after(second)
    assert not first.is_applied_after(first)


def test_contents_of_an_earlier_instant_are_forgotten():
    later = stamp(2, content="y")
    assert later.following(stamp(1, content="x")) == later


@pytest.mark.parametrize(
    "written",
    [
        stamp(1),
        stamp(1.5, sequence=7),
        ChangeStamp(day(1), minor=3),
        ChangeStamp(day(1)),
        ChangeStamp(day(1), 0, 0, ("a", "b")),
    ],
    ids=str,
)
def test_a_mark_reads_back_as_it_was_written(written):
    assert ChangeStamp.parse(str(written)) == written


def test_each_field_is_ordered_by_itself():
    stamps = {"email": stamp(3), "phone": stamp(1)}
    applied = newer_fields({"email": "old", "phone": "new"}, stamp(2), stamps)
    assert dict(applied.values) == {"phone": "new"}
    assert (applied.older, applied.duplicate) == (1, 0)
    assert applied.stamps["email"] == stamp(3)


def test_a_second_delivery_is_counted_as_a_duplicate():
    applied = newer_fields({"email": "x"}, stamp(1), {"email": stamp(1)})
    assert (dict(applied.values), applied.older, applied.duplicate) == ({}, 0, 1)


def test_a_cleared_field_is_a_change():
    assert dict(newer_fields({"email": None}, stamp(2), {"email": stamp(1)}).values) == {"email": None}


def test_marks_are_stored_once_for_all_fields_they_share():
    stamps = {"a": stamp(1), "b": stamp(1), "c": stamp(2)._replace(digests=())}
    assert len(grouped(stamps)) == 2
    assert ungrouped(grouped(stamps)) == stamps
