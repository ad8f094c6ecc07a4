"""Whose turn it is: each by its capacity, never more than one lead from the exact share."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.assignment.round_robin import LARGEST_CAPACITY, counter_of, counters, next_member, turn_of

capacities = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=4), st.integers(1, LARGEST_CAPACITY), min_size=1, max_size=12
).map(lambda members: tuple(sorted(members.items())))


@given(capacities)
def test_on_no_counter_is_a_member_ever_a_whole_lead_away_from_its_share(capacities):
    total = sum(capacity for _, capacity in capacities)
    for counter in range(counters(capacities)):
        had: Counter[str] = Counter()
        for drawn in range(total):
            had[next_member(capacities, turn_of(capacities, counter, drawn))] += 1
            for member, capacity in capacities:
                assert abs(had[member] * total - (drawn + 1) * capacity) < total
        assert had == dict(capacities)


@given(capacities, st.integers(0, 10_000), st.text(max_size=5))
def test_the_order_of_a_counter_repeats(capacities, drawn, assignment_id):
    total, counter = sum(capacity for _, capacity in capacities), counter_of(capacities, assignment_id)
    turn, later = turn_of(capacities, counter, drawn), turn_of(capacities, counter, drawn + total)
    assert next_member(capacities, turn) == next_member(capacities, later)


@given(st.integers(1, 100))
def test_counters_begin_with_different_members(members):
    equal = tuple((f"user-{n:03}", 1) for n in range(members))
    first = [next_member(equal, turn_of(equal, counter, 0)) for counter in range(counters(equal))]
    assert len(set(first)) == len(first)


def test_a_small_pool_has_one_counter_and_a_large_pool_takes_thousands_of_leads_a_second():
    sizes = [counters(tuple((f"user-{n:03}", 1) for n in range(members))) for members in (1, 7, 8, 16, 56, 500)]
    assert sizes == [1, 1, 2, 3, 8, 8]


def test_capacities_interleave():
    members = (("a", 1), ("b", 3))
    assert "".join(next_member(members, turn) for turn in range(8)) == "bbabbbab"
