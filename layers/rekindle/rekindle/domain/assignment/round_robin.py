"""Whose turn it is in a pool: each member by its capacity, and at no time more than one lead from its exact share.

The quota method of apportionment (Balinski and Young; as a schedule: Tijdeman's chairman assignment): of the members
whose share allows one more, the one whose next lead is due first. Taking just the one that is furthest behind can leave
a member two leads away from its share.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

LARGEST_CAPACITY = 100

Capacities = tuple[tuple[str, int], ...]
"""Members with their capacities, in the order of their ids."""


def next_member(capacities: Capacities, turn: int) -> str:
    """Who gets the lead of a turn, counted from 0. The order repeats once everybody had as many as its capacity."""
    order = _order(capacities)
    return order[turn % len(order)]


@lru_cache(maxsize=256)
def _order(capacities: Capacities) -> Sequence[str]:
    total = sum(capacity for _, capacity in capacities)
    given = dict.fromkeys((member for member, _ in capacities), 0)
    order: list[str] = []
    for turn in range(1, total + 1):
        allowed = [(member, capacity) for member, capacity in capacities if given[member] * total < turn * capacity]
        _, chosen = min((Fraction(given[member] + 1, capacity), member) for member, capacity in allowed)
        given[chosen] += 1
        order.append(chosen)
    return order
