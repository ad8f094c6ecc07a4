"""Amounts in the smallest unit of their currency, and their division."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.measures.money import amount_of, divided, minor_units


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        (19.99, "EUR", 1999),
        (0.1 + 0.2, "EUR", 30),
        (10.005, "EUR", 1000),
        (10.015, None, 1002),
        (1200, "JPY", 1200),
        (1.2345, "KWD", 1234),
        (-5.5, "USD", -550),
    ],
)
def test_an_amount_is_counted_in_the_smallest_unit(amount: float, currency: str | None, units: int):
    assert minor_units(amount, currency) == units


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD", None]))
def test_an_amount_survives_the_way_there_and_back(units: int, currency: str | None):
    assert minor_units(amount_of(units, currency), currency) == units


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_the_parts_add_up_and_none_is_off_by_a_whole_unit(units: int, weights: list[int]):
    parts = divided(units, weights)
    assert sum(parts) == units
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * total - units * weight) < total


def test_what_is_left_over_goes_to_the_largest_remainders_and_among_equal_ones_to_the_first():
    assert divided(100, [1, 1, 1]) == [34, 33, 33]
    assert divided(10, [10, 10, 5]) == [4, 4, 2]
    assert divided(101, [3, 2, 2]) == [43, 29, 29]
