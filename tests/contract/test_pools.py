"""Turns and quotas of the router's pools: each turn is drawn once, no quota is exceeded, however many draw at once."""

import itertools
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import settings

from rekindle.adapters.dynamodb.connection import bind
from rekindle.adapters.dynamodb.pools import DynamoDBPools
from rekindle.adapters.memory import Memory, MemoryPeople, MemoryPools, MemoryReference
from rekindle.application.assignment.route_leads import RouteLeads
from rekindle.application.ports.assignment import Pools
from rekindle.application.ports.people import People
from rekindle.domain.assignment.quota import QuotaClaim
from rekindle.domain.assignment.round_robin import counter_of, counters, next_member, turn_of
from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core.errors import Conflict
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from tests.contract import stores as technologies
from tests.contract.conftest import REAL_ENGINE
from tests.support.builders import Rekindle, campaign_changed, day, person_changed, response_recorded, user_changed

DAY = date(2026, 3, 2)
TWO = (("ann", 1), ("bob", 2))
FORTY = tuple((f"user-{n:02}", 1) for n in range(40))


@dataclass(frozen=True)
class Kept:
    """The pools, and the people whose transactions count the claims."""

    pools: Pools
    people: People

    def claim(self, user_id: str, quota: int, *, pool: str = "all", on: date = DAY, read_version: int = 0) -> str:
        """Give a lead to a member, and answer whose id it is."""
        person_id = f"lead-{next(_numbers)}"
        claim = QuotaClaim(pool, user_id, on, quota)
        self.people.commit(Change(Person(person_id, 1), read_version, quota_claim=claim))
        return person_id


_numbers = itertools.count()


@pytest.fixture(params=["memory", "moto", REAL_ENGINE])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    if request.param == "memory":
        memory = Memory()
        yield Kept(MemoryPools(memory), MemoryPeople(memory, MemoryReference(memory)))
        return
    with ExitStack() as stack:
        if request.param == "moto":
            tables = stack.enter_context(technologies.moto())
        else:
            endpoint = request.getfixturevalue("local_endpoint")
            tables = stack.enter_context(technologies.dynamodb_local_at(endpoint))
        yield Kept(DynamoDBPools(bind(tables.client, tables.names)), tables.people)


@pytest.fixture
def pools(kept: Kept) -> Pools:
    return kept.pools


def test_turns_are_counted_from_nought(pools: Pools) -> None:
    assert [pools.turn("all", TWO, f"a{n}") for n in range(3)] == [0, 1, 2]


def test_each_set_of_members_has_turns_of_its_own(pools: Pools) -> None:
    pools.turn("all", TWO, "a1")
    assert pools.turn("all", TWO[:1], "a2") == 0
    assert pools.turn("all", (("ann", 2), ("bob", 2)), "a3") == 0
    assert pools.turn("others", TWO, "a4") == 0
    assert pools.turn("all", TWO, "a5") == 1


def test_a_large_pool_draws_each_turn_once_from_the_counter_of_the_assignment(pools: Pools) -> None:
    turns = {f"a{n}": pools.turn("all", FORTY, f"a{n}") for n in range(60)}
    assert len(set(turns.values())) == 60
    for assignment_id, turn in turns.items():
        assert turn % counters(FORTY) == counter_of(FORTY, assignment_id)
    assert {turn % counters(FORTY) for turn in turns.values()} == set(range(6))


def test_a_quota_is_for_a_member_and_a_day(kept: Kept) -> None:
    kept.claim("ann", 2)
    kept.claim("ann", 2)
    with pytest.raises(Conflict):
        kept.claim("ann", 2)
    kept.claim("bob", 2)
    kept.claim("ann", 2, on=DAY + timedelta(days=1))
    kept.claim("ann", 2, pool="others")
    claimed = [kept.pools.claimed("all", user, DAY) for user in ("ann", "bob", "cid")]
    assert claimed == [2, 1, 0]


def test_a_change_that_reaches_a_quota_writes_nothing(kept: Kept) -> None:
    kept.claim("ann", 1)
    with pytest.raises(Conflict):
        kept.people.commit(Change(Person("p1", 1), 0, quota_claim=QuotaClaim("all", "ann", DAY, 1)))
    assert kept.people.get("p1") is None


def test_a_change_that_fails_claims_nothing(kept: Kept) -> None:
    for _ in range(4):
        with pytest.raises(Conflict):
            kept.claim("ann", 4, read_version=7)
    assert kept.pools.claimed("all", "ann", DAY) == 0
    kept.claim("ann", 1)


def test_a_change_that_is_repeated_claims_once(kept: Kept) -> None:
    change = Change(Person("p1", 1), 0, quota_claim=QuotaClaim("all", "ann", DAY, 4))
    kept.people.commit(change)
    with pytest.raises(Conflict):
        kept.people.commit(change)
    assert kept.pools.claimed("all", "ann", DAY) == 1


# --- many at once, on the real engine ------------------------------------------------------------------------------

WORKERS = 16
LEADS = settings().max_examples * 30
"""1,800, and 60,000 with HYPOTHESIS_PROFILE=deep."""
USERS = 50
INACTIVE = "user-07"


@pytest.mark.dynamodb_local
def test_leads_are_shared_exactly_by_sixteen_workers(local_endpoint: str) -> None:
    """Capacities from 1 to 4, one user who left: each of the others has exactly what the turns of each counter give.
    The records of people are in memory, what the workers race for is on the engine."""
    users = [f"user-{n:02}" for n in range(USERS)]
    members = [{"user": user, "capacity": 1 + n % 4} for n, user in enumerate(users)]
    rekindle = waiting(members, LEADS)
    with technologies.dynamodb_local_at(local_endpoint, pool=WORKERS) as tables:
        had = shared(
            replace(rekindle.use.route_leads, pools=DynamoDBPools(bind(tables.client, tables.names))), rekindle
        )
    capacities = tuple((user, 1 + n % 4) for n, user in enumerate(users) if user != INACTIVE)
    drawn = Counter(counter_of(capacities, assignment_id) for assignment_id in assignments(rekindle))
    expected: Counter[str | None] = Counter()
    for counter, number in drawn.items():
        expected.update(next_member(capacities, turn_of(capacities, counter, n)) for n in range(number))
    assert had == expected and had.total() == LEADS


@pytest.mark.dynamodb_local
def test_no_quota_is_exceeded_by_sixteen_workers(local_endpoint: str) -> None:
    """The people are on the engine, too, as their transactions count the claims."""
    members = [{"user": f"user-{n:02}", "quota": 1 + n} for n in range(10)]
    rekindle = waiting(members, 60)
    with technologies.dynamodb_local_at(local_endpoint, pool=WORKERS) as tables:
        for person in rekindle.memory.people.values():
            tables.people.commit(Change(person, 0))
        pools = DynamoDBPools(bind(tables.client, tables.names))
        had = shared(replace(rekindle.use.route_leads, pools=pools, people=tables.people), rekindle)
        claimed = {str(m["user"]): pools.claimed("all", str(m["user"]), rekindle.clock.now.date()) for m in members}
    quotas = {m["user"]: m["quota"] for m in members if m["user"] != INACTIVE}
    assert had == {**quotas, None: 60 - 47}
    assert claimed == {**quotas, INACTIVE: 0}


def waiting(members: list[dict[str, object]], leads: int) -> Rekindle:
    """Leads that wait for the router, a second apart."""
    rekindle = Rekindle()
    rekindle.configure(
        {
            "assignment": {
                "rules": [{"owners": ["q-inbound"], "to": "q-routing"}],
                "router": {
                    "queues": ["q-routing"],
                    "steps": [{"to": "pool", "pool": "all"}],
                    "pools": {"all": {"members": members}},
                },
            }
        }
    )
    rekindle.tell(
        campaign_changed("c"), *(user_changed(str(m["user"]), is_active=m["user"] != INACTIVE) for m in members)
    )
    rekindle.clock.now = day(6)
    for n in range(leads):
        rekindle.tell(person_changed(f"p{n}", 0, status="New", owner_id="q-inbound", score=70))
        rekindle.tell(response_recorded(f"r{n}", f"p{n}", "c", 5))
    return rekindle


def assignments(rekindle: Rekindle) -> list[str]:
    return [person.assignment.assignment_id for person in rekindle.memory.people.values() if person.assignment]


def shared(route: RouteLeads, rekindle: Rekindle) -> Counter[str | None]:
    """How many leads each got, routed by all workers at once."""

    def routed(person_id: str) -> Routing:
        assignment = rekindle.memory.people[person_id].assignment
        assert assignment is not None
        while True:
            try:
                routing = route(person_id, assignment.assignment_id)
            except Conflict:
                continue  # As the queue does, which delivers the message again.
            assert routing is not None
            return routing

    with ThreadPoolExecutor(WORKERS) as workers:
        return Counter(routing.owner_id for routing in workers.map(routed, list(rekindle.memory.people)))
