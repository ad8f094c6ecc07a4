"""In what order changes happened, whatever the order they arrive in."""

import pytest

from rekindle.domain.records.stamps import Mark, Order, grouped, newer_fields, ungrouped
from tests.support.builders import day, mark


def test_whatever_comes_first_is_newer():
    assert mark(1).order_after(None) is Order.NEWER


def test_without_a_sequence_the_time_orders():
    assert mark(2).order_after(mark(1)) is Order.NEWER
    assert mark(1).order_after(mark(2)) is Order.OLDER


def test_a_sequence_goes_before_the_time():
    assert mark(1, sequence=8).order_after(mark(2, sequence=7)) is Order.NEWER
    assert mark(2, sequence=7).order_after(mark(1, sequence=8)) is Order.OLDER


def test_the_same_sequence_is_a_duplicate():
    assert mark(2, sequence=7).order_after(mark(1, sequence=7)) is Order.DUPLICATE


def test_where_only_one_has_a_sequence_the_time_orders():
    assert mark(1, sequence=9).order_after(mark(2)) is Order.OLDER
    assert mark(3).order_after(mark(2, sequence=9)) is Order.NEWER


def test_the_minor_number_orders_changes_of_one_instant():
    first, second = Mark(day(1), minor=1), Mark(day(1), minor=2)
    assert second.order_after(first) is Order.NEWER
    assert first.order_after(second) is Order.OLDER


def test_the_same_content_at_the_same_instant_is_a_duplicate():
    assert mark(1, content="x").order_after(mark(1, content="x")) is Order.DUPLICATE


def test_another_content_at_the_same_instant_is_another_change():
    assert mark(1, content="y").order_after(mark(1, content="x")) is Order.NEWER


def test_all_contents_of_one_instant_are_remembered():
    last = mark(1, content="y").following(mark(1, content="x"))
    assert mark(1, content="x").order_after(last) is Order.DUPLICATE
    assert mark(1, content="y").order_after(last) is Order.DUPLICATE
    assert mark(1, content="z").order_after(last) is Order.NEWER


def test_contents_of_an_earlier_instant_are_forgotten():
    later = mark(2, content="y")
    assert later.following(mark(1, content="x")) == later


@pytest.mark.parametrize(
    "written",
    [mark(1), mark(1.5, sequence=7), Mark(day(1), minor=3), Mark(day(1)), Mark(day(1), 0, 0, ("a", "b"))],
    ids=str,
)
def test_a_mark_reads_back_as_it_was_written(written):
    assert Mark.parse(str(written)) == written


def test_each_field_is_ordered_by_itself():
    marks = {"email": mark(3), "phone": mark(1)}
    applied = newer_fields({"email": "old", "phone": "new"}, mark(2), marks)
    assert dict(applied.values) == {"phone": "new"}
    assert (applied.older, applied.duplicate) == (1, 0)
    assert applied.marks["email"] == mark(3)


def test_a_second_delivery_is_counted_as_a_duplicate():
    applied = newer_fields({"email": "x"}, mark(1), {"email": mark(1)})
    assert (dict(applied.values), applied.older, applied.duplicate) == ({}, 0, 1)


def test_a_cleared_field_is_a_change():
    assert dict(newer_fields({"email": None}, mark(2), {"email": mark(1)}).values) == {"email": None}


def test_marks_are_stored_once_for_all_fields_they_share():
    marks = {"a": mark(1), "b": mark(1), "c": mark(2)._replace(digests=())}
    assert len(grouped(marks)) == 2
    assert ungrouped(grouped(marks)) == marks
