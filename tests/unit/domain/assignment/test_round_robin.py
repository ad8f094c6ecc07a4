"""Whose turn it is: each by its capacity, never more than one lead from the exact share."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.assignment.round_robin import LARGEST_CAPACITY, next_member

capacities = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=4), st.integers(1, LARGEST_CAPACITY), min_size=1, max_size=12
).map(lambda members: tuple(sorted(members.items())))


@given(capacities)
def test_at_no_time_is_a_member_a_whole_lead_away_from_its_share(capacities):
    total = sum(capacity for _, capacity in capacities)
    had: Counter[str] = Counter()
    for turn in range(total):
        had[next_member(capacities, turn)] += 1
        for member, capacity in capacities:
            assert abs(had[member] * total - (turn + 1) * capacity) < total
    assert had == dict(capacities)


@given(capacities, st.integers(0, 10_000))
def test_the_order_repeats(capacities, turn):
    total = sum(capacity for _, capacity in capacities)
    assert next_member(capacities, turn) == next_member(capacities, turn + total)


def test_capacities_interleave():
    members = (("a", 1), ("b", 3))
    assert "".join(next_member(members, turn) for turn in range(8)) == "bbabbbab"
