"""Whose turn it is in a pool: each member by its capacity, and at no time more than one lead from its exact share.

The quota method of apportionment (Balinski and Young; as a schedule: Tijdeman's chairman assignment): of the members
whose share allows one more, the one whose next lead is due first. Taking just the one that is furthest behind can leave
a member two leads away from its share.

One counter of turns takes about 1,000 leads a second, which is what one partition of DynamoDB writes. A large pool
therefore has several counters, and each counter has a turn order of its own. The share is exact within one lead for
each counter: a member of a pool with three counters is never more than three leads away from its exact share.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from rekindle.domain.core.digests import digest

LARGEST_CAPACITY = 100
MEMBERS_OF_A_COUNTER = 8
"""A pool of fewer members has one counter, so its members see an exact order."""
MOST_COUNTERS = 8

Capacities = tuple[tuple[str, int], ...]
"""Members with their capacities, in the order of their ids."""


def counters(capacities: Capacities) -> int:
    """How many counters the pool has while exactly these members are available."""
    return min(MOST_COUNTERS, 1 + len(capacities) // MEMBERS_OF_A_COUNTER)


def counter_of(capacities: Capacities, assignment_id: str) -> int:
    """The counter from which an assignment draws its turn: the same one on every try."""
    return int(digest(assignment_id), 16) % counters(capacities)


def turn_of(capacities: Capacities, counter: int, drawn: int) -> int:
    """The number of a turn, from its counter and how many were drawn from it before: no two turns have the same."""
    return drawn * counters(capacities) + counter


def next_member(capacities: Capacities, turn: int) -> str:
    """Who gets the lead of a turn. The order of a counter repeats once everybody had as many as its capacity."""
    drawn, counter = divmod(turn, counters(capacities))
    order = _order(capacities, counter)
    return order[drawn % len(order)]


@lru_cache(maxsize=256)
def _order(capacities: Capacities, counter: int) -> Sequence[str]:
    total = sum(capacity for _, capacity in capacities)
    # Each counter begins with other members, so that the first leads do not all go to the same ones.
    first = len(capacities) * counter // counters(capacities)
    members = capacities[first:] + capacities[:first]
    place = {member: n for n, (member, _) in enumerate(members)}
    turns = dict.fromkeys(place, 0)
    order: list[str] = []
    for turn in range(1, total + 1):
        allowed = [(member, capacity) for member, capacity in members if turns[member] * total < turn * capacity]
        _, _, chosen = min((Fraction(turns[m] + 1, capacity), place[m], m) for m, capacity in allowed)
        turns[chosen] += 1
        order.append(chosen)
    return order
