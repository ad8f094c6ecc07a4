"""Turns and quotas of the router's pools: each turn is drawn once, no quota is exceeded, however many draw at once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta

import pytest

from rekindle.adapters.dynamodb.connection import bind
from rekindle.adapters.dynamodb.pools import DynamoDBPools
from rekindle.adapters.memory import Memory, MemoryPools
from rekindle.application.ports import Pools
from rekindle.domain.assignment.routing_result import Routing
from tests.contract import stores as technologies
from tests.contract.conftest import REAL_ENGINE
from tests.support.builders import Rekindle, campaign_changed, day, person_changed, response_recorded, user_changed

DAY = date(2026, 3, 2)
TWO = (("ann", 1), ("bob", 2))


@pytest.fixture(params=["memory", "moto", REAL_ENGINE])
def pools(request: pytest.FixtureRequest) -> Iterator[Pools]:
    if request.param == "memory":
        yield MemoryPools(Memory())
        return
    with ExitStack() as stack:
        if request.param == "moto":
            tables = stack.enter_context(technologies.moto())
        else:
            endpoint = request.getfixturevalue("local_endpoint")
            tables = stack.enter_context(technologies.dynamodb_local_at(endpoint))
        yield DynamoDBPools(bind(tables.client, tables.names))


def test_turns_are_counted_from_nought(pools: Pools) -> None:
    assert [pools.turn("all", TWO) for _ in range(3)] == [0, 1, 2]


def test_each_set_of_members_has_turns_of_its_own(pools: Pools) -> None:
    pools.turn("all", TWO)
    assert pools.turn("all", TWO[:1]) == 0
    assert pools.turn("all", (("ann", 2), ("bob", 2))) == 0
    assert pools.turn("others", TWO) == 0
    assert pools.turn("all", TWO) == 1


def test_a_quota_is_for_a_member_and_a_day(pools: Pools) -> None:
    assert [pools.claim("all", "ann", DAY, 2) for _ in range(3)] == [True, True, False]
    assert pools.claim("all", "bob", DAY, 2)
    assert pools.claim("all", "ann", DAY + timedelta(days=1), 2)
    assert pools.claim("others", "ann", DAY, 2)


def test_what_is_given_back_can_be_claimed_again(pools: Pools) -> None:
    pools.claim("all", "ann", DAY, 1)
    pools.give_back("all", "ann", DAY)
    assert [pools.claim("all", "ann", DAY, 1) for _ in range(2)] == [True, False]


# --- many at once, on the real engine ------------------------------------------------------------------------------

WORKERS = 16
LEADS = 10_000
USERS = 50
INACTIVE = "user-07"


@pytest.mark.dynamodb_local
def test_ten_thousand_leads_are_shared_exactly_by_sixteen_workers(local_endpoint: str) -> None:
    """Capacities from 1 to 4, a generous quota for every fifth, one user who left: each of the others is within one
    lead of the exact share. The records of people are in memory, what the workers race for is on the engine."""
    users = [f"user-{n:02}" for n in range(USERS)]
    members = [
        {"user": user, "capacity": 1 + n % 4, **({"quota": 1_000} if n % 5 == 0 else {})}
        for n, user in enumerate(users)
    ]
    rekindle = waiting(members, LEADS)
    with technologies.dynamodb_local_at(local_endpoint, pool=WORKERS) as tables:
        had = shared(rekindle, DynamoDBPools(bind(tables.client, tables.names)))
    capacities = {m["user"]: m["capacity"] for m in members if m["user"] != INACTIVE}
    total = sum(capacities.values())
    assert had[INACTIVE] == 0 and sum(had.values()) == LEADS
    for user, capacity in capacities.items():
        assert abs(had[user] * total - LEADS * capacity) < total, user


@pytest.mark.dynamodb_local
def test_no_quota_is_exceeded_by_sixteen_workers(local_endpoint: str) -> None:
    members = [{"user": f"user-{n:02}", "quota": 1 + n} for n in range(10)]
    rekindle = waiting(members, 60)
    with technologies.dynamodb_local_at(local_endpoint, pool=WORKERS) as tables:
        had = shared(rekindle, DynamoDBPools(bind(tables.client, tables.names)))
    assert had == {**{m["user"]: m["quota"] for m in members if m["user"] != INACTIVE}, None: 60 - 47}


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


def shared(rekindle: Rekindle, pools: Pools) -> Counter[str | None]:
    """How many leads each got, routed by all workers at once."""
    route = replace(rekindle.use.route_leads, pools=pools)

    def routed(person_id: str) -> Routing:
        assignment = rekindle.memory.people[person_id].assignment
        assert assignment is not None
        routing = route(person_id, assignment.assignment_id)
        assert routing is not None
        return routing

    with ThreadPoolExecutor(WORKERS) as workers:
        return Counter(routing.owner_id for routing in workers.map(routed, list(rekindle.memory.people)))
