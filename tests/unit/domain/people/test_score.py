"""When a score crosses its threshold, judged from the score that is stored."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.people.score import RISES, Score, apply_score_change, crosses
from rekindle.domain.records.stamps import Order
from tests.support.builders import day, stamp


def scored(*values: float | None, threshold: float = 60) -> list[Score]:
    """A person's scores, one a day, as they are stored after each change."""
    stored: list[Score] = []
    for number, value in enumerate(values):
        stored.append(apply_score_change(stored[-1] if stored else None, "p1", value, stamp(number), threshold)[0])
    return stored


def crossings(*values: float | None) -> list[bool]:
    return [score.crosses for score in scored(*values)]


@pytest.mark.parametrize(
    ("previous", "score", "expected"),
    [
        (59, 60, True),
        (59.9, 60, True),
        (58, 59, False),
        (60, 61, False),
        (None, 60, True),
        (None, 59, False),
        (70, None, False),
        (None, None, False),
        (70, 50, False),
    ],
)
def test_a_crossing_passes_from_below_the_threshold_to_at_or_above_it(previous, score, expected):
    assert crosses(previous, score, 60) is expected


def test_no_previous_score_counts_as_below():
    assert crossings(80) == [True]


def test_a_blank_first_score_is_no_crossing_and_still_below():
    assert crossings(None, 0, 60) == [False, False, True]


def test_the_same_score_again_is_no_crossing():
    assert crossings(70, 70) == [True, False]


def test_a_score_that_rises_further_is_no_crossing():
    assert crossings(50, 65, 90) == [False, True, False]


def test_a_dip_and_a_recross_are_a_new_crossing():
    assert crossings(65, 40, 65) == [True, False, True]


def test_a_score_that_was_cleared_crosses_again():
    assert crossings(65, None, 65) == [True, False, True]


def test_a_lowered_threshold_makes_no_crossing_in_retrospect():
    (stored,) = scored(50, threshold=60)
    after, order = apply_score_change(stored, "p1", 55, stamp(1), 40)
    assert (after.crosses, order) == (False, Order.NEWER)


def test_a_raised_threshold_lets_a_score_cross_that_was_above_the_old_one():
    (stored,) = scored(65, threshold=60)
    assert apply_score_change(stored, "p1", 85, stamp(1), 80)[0].crosses


def test_an_older_score_is_dropped():
    stored = scored(10, 20)[-1]
    assert apply_score_change(stored, "p1", 99, stamp(0.5), 60) == (stored, Order.OLDER)


def test_a_second_delivery_is_dropped():
    stored = scored(10, 70)[-1]
    assert apply_score_change(stored, "p1", 70, stamp(1), 60) == (stored, Order.DUPLICATE)


def test_a_late_score_below_changes_nothing_of_a_crossing():
    first, _ = apply_score_change(None, "p1", 70, stamp(2), 60)
    second, _ = apply_score_change(first, "p1", 50, stamp(1), 60)
    assert second.last_crossing == first.last_crossing and second.value == 70


def test_a_sequence_orders_scores_of_one_instant():
    first, _ = apply_score_change(None, "p1", 70, stamp(1, sequence=2), 60)
    assert apply_score_change(first, "p1", 50, stamp(1, sequence=1), 60)[1] is Order.OLDER
    assert apply_score_change(first, "p1", 50, stamp(1, sequence=3), 60)[1] is Order.NEWER


def test_a_crossing_is_named_by_the_change_that_crossed_whatever_came_before():
    alone, _ = apply_score_change(None, "p1", 70, stamp(2), 60)
    after = apply_score_change(apply_score_change(None, "p1", 50, stamp(1), 60)[0], "p1", 70, stamp(2), 60)[0]
    assert alone.last_crossing and after.last_crossing
    assert alone.last_crossing.trigger_id == after.last_crossing.trigger_id


def test_two_crossings_have_two_names():
    names = {s.last_crossing.trigger_id for s in scored(65, 40, 65) if s.last_crossing}
    assert len(names) == 2


def test_the_score_of_a_past_instant_is_known_back_to_the_last_crossing():
    score = scored(50, 70, 40)[-1]
    assert score.as_of(day(3)) == 40
    assert score.as_of(day(1.5)) == 70
    assert score.as_of(day(0.5)) == 50


# --- since when ------------------------------------------------------------------------------------------------------


def undecided(
    *values: float | None, threshold: float = 40, noticed_at: float = 60
) -> tuple[datetime, float | None] | None:
    """When, and from where, a score passed a threshold that was not in force; days count from 0."""
    found = scored(*values, threshold=noticed_at)[-1].undecided(threshold)
    return (found.at, found.previous) if found else None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((10, 45), (day(1), 10)),
        ((45,), (day(0), None)),
        ((10, 45, 50, 42), (day(1), 10)),
        ((10, 45, 30, 55), (day(3), 30)),
        ((45, None, 50), (day(2), None)),
        ((10, 39), None),
        ((45, None), None),
        ((40,), (day(0), None)),
    ],
)
def test_a_passing_that_nobody_noticed_is_known_by_its_true_date(values, expected):
    assert undecided(*values) == expected


def test_a_passing_tells_the_score_it_rose_to_though_it_fell_since():
    found = scored(10, 55, 42)[-1].undecided(40)
    assert found and found.score == 55


@pytest.mark.parametrize("values", [(10, 70), (10, 45, 70), (10, 70, 45)])
def test_a_crossing_that_was_noticed_on_the_way_decided_about_the_passing(values):
    assert undecided(*values) is None


def test_a_crossing_of_an_earlier_time_decided_nothing_of_the_passing():
    assert undecided(70, 10, 45) == (day(2), 10)


def test_a_score_that_another_person_took_over_is_that_one_s():
    assert replace(scored(45)[-1], moved_to="p2").undecided(40) is None


def test_of_a_score_stored_before_rises_were_kept_the_last_change_is_known():
    (stored,) = scored(45)
    older = replace(stored, rises=())
    found = older.undecided(40)
    assert found and found.at == day(0)
    later = apply_score_change(older, "p1", 50, stamp(1), 60)[0].undecided(40)
    assert later and later.at == day(0)


def true_passing(values: list[float | None], threshold: float) -> datetime | None:
    """The first day of the unbroken run of days, up to the last, that are at or above the threshold."""
    since = None
    for number, value in enumerate(values):
        since = None if value is None or value < threshold else since or day(number)
    return since


@given(st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=60), st.integers(0, 100))
def test_a_passing_is_never_too_early_and_exact_while_all_rises_are_kept(values, threshold):
    score = scored(*values, threshold=1000)[-1]
    found, truth = score.undecided(threshold), true_passing(values, threshold)
    assert len(score.rises) <= RISES
    assert [rise.floor for rise in score.rises] == sorted({rise.floor for rise in score.rises})
    if truth is None or len(values) <= RISES:
        assert (found.at if found else None) == truth
    else:
        assert found is None or found.at >= truth
        assert (found is None) == (score.value < threshold)


def test_of_too_many_rises_the_closest_two_become_one():
    at = [*(float(n) for n in range(RISES)), RISES - 0.9]
    score: Score | None = None
    for number, instant in enumerate(at):
        score = apply_score_change(score, "p1", number, stamp(instant), 1000)[0]
    assert score and len(score.rises) == RISES
    assert [rise.floor for rise in score.rises] == [*range(RISES - 1), RISES]
    late = score.undecided(RISES - 1)
    assert late and late.at == day(RISES - 0.9)


def test_each_change_is_a_version_of_its_own():
    assert [score.version for score in scored(10, 70, None)] == [1, 2, 3]
