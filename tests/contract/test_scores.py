"""Scores: every field comes back, and a change is written only over the one it was made from."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.core.errors import Conflict
from rekindle.domain.people.score import RISES, Crossing, Rise, Score
from rekindle.domain.records.stamps import ChangeStamp
from tests.benchmarks.watch import size
from tests.contract.stores import NOW, Stores, Tables
from tests.contract.values import every_field, fresh, ids, quickly


@quickly
@given(st.data())
def test_every_field_of_a_score_comes_back(stores: Stores, data: st.DataObject) -> None:
    score = data.draw(every_field(Score, person_id=ids.map(fresh)))

    stores.scores.put(score, 0)

    assert stores.scores.get(score.person_id) == score


def test_there_is_no_score_before_the_first(stores: Stores) -> None:
    assert stores.scores.get("nobody") is None


def test_a_score_is_written_over_the_version_that_was_read_alone(stores: Stores) -> None:
    first = Score("p", 50, ChangeStamp(NOW))
    second, third = replace(first, value=60, version=2), replace(first, value=70, version=3)
    stores.scores.put(first, 0)
    stores.scores.put(second, 1)

    for stale in (0, 1, 3):
        with pytest.raises(Conflict):
            stores.scores.put(third, stale)

    assert stores.scores.get("p") == second


def test_a_cleared_score_leaves_nothing_behind(stores: Stores) -> None:
    stores.scores.put(Score("p", 50, ChangeStamp(NOW, 1, 2, ("a",)), moved_to="q"), 0)
    cleared = Score("p", None, ChangeStamp(NOW), version=2)

    stores.scores.put(cleared, 1)

    assert stores.scores.get("p") == cleared


def test_the_stream_can_tell_a_crossing_by_one_string(tables: Tables) -> None:
    for person_id, crosses in (("up", True), ("not", False)):
        tables.scores.put(Score(person_id, 50, ChangeStamp(NOW), crosses=crosses), 0)

    items = tables.client.scan(TableName=tables.names.scores)["Items"]

    assert {i["person_id"]["S"]: i["crossing"] for i in items} == {"up": {"S": "up"}, "not": {"S": "none"}}


def test_scores_come_page_by_page_each_once(stores: Stores) -> None:
    scores = {name: Score(name, 50, ChangeStamp(NOW), rises=(Rise(NOW, 50, 50),)) for name in map(fresh, "abcdefg")}
    for score in scores.values():
        stores.scores.put(score, 0)

    for limit in (1, 2, 3, 7, 10):
        found: list[Score] = []
        start, pages = None, 0
        while pages == 0 or start is not None:
            page = stores.scores.page(limit, start)
            assert len(page.items) <= limit
            found.extend(page.items)
            start, pages = page.next, pages + 1
        assert len(found) == len(scores)
        assert {score.person_id: score for score in found} == scores


def test_there_is_one_empty_page_where_nobody_has_a_score(stores: Stores) -> None:
    page = stores.scores.page(10)
    assert (list(page.items), page.next) == ([], None)


def test_a_score_with_all_rises_is_written_for_one_unit(tables: Tables) -> None:
    """A write is billed by the kilobyte; the longest stamps and scores that a CRM is known to tell."""
    person_id, stamp = "00Q5e00000A1b2CEAR", ChangeStamp(NOW, 123_456_789_012, 123_456, ("0123456789abcdef",))
    rises = tuple(Rise(NOW + timedelta(milliseconds=n), 123.45 + n, 234.56 + n) for n in range(RISES))
    crossing = Crossing(123.45, 234.56, stamp)

    tables.scores.put(Score(person_id, 234.56, stamp, crossing, True, 1_000_000, None, rises), 0)

    (item,) = tables.client.scan(TableName=tables.names.scores)["Items"]
    assert size(item) < 1024
