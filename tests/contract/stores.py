"""All ports at once, on each technology that they are kept in."""

import itertools
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

import botocore.session
from botocore.config import Config

from rekindle.adapters.dynamodb import connection
from rekindle.adapters.dynamodb.connection import TableNames, bind
from rekindle.adapters.dynamodb.retention import Retention
from rekindle.adapters.dynamodb.sessions import DynamoDBSessions
from rekindle.adapters.memory import (
    Memory,
    MemoryAssignmentTimers,
    MemoryPools,
    MemoryPorts,
    MemoryReactivationTimers,
    MemoryRoutings,
)
from rekindle.application.ports import Clock
from rekindle.runtime.aws import AwsPorts
from rekindle.runtime.environment import FailureHandling, Scheduling
from rekindle.runtime.ports import Ports
from rekindle.runtime.use_cases import UseCases
from tests.support.ports import HOST
from tests.support.simulated_aws import simulated_aws
from tests.support.template import create_tables

REGION = "eu-central-1"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FAILURES_KEPT = timedelta(days=14)
_numbers = itertools.count()
NO_SCHEDULES = Scheduling("", "", "", "", "")


Stores = Ports
"""All ports, whatever they are kept in."""


def sessions_table(names: TableNames) -> str:
    return names.people.replace("PeopleTable", "SessionsTable")


def failures_table(names: TableNames) -> str:
    return names.people.replace("PeopleTable", "FailuresTable")


class Tables(AwsPorts):
    """The ports on DynamoDB, and the way beneath them. What has no table is in memory."""

    def __init__(self, client: Any, names: TableNames, clock: Clock, lifetime: float) -> None:
        failures = FailureHandling(failures_table(names), FAILURES_KEPT)
        super().__init__(bind(client, names), lifetime, NO_SCHEDULES, clock, Retention(lists_decisions=True), failures)
        memory = Memory()
        self.client, self.names, self.lifetime = client, names, lifetime
        self.timers, self.waits = MemoryReactivationTimers(memory), MemoryAssignmentTimers(memory)
        self.pools, self.routings = MemoryPools(memory), MemoryRoutings(memory)
        self.sessions = DynamoDBSessions(self._tables, sessions_table(names))


def in_memory() -> Stores:
    return MemoryPorts(Memory(), lambda: NOW)


def use_cases_on(tables: Tables, clock: Clock, **others: Any) -> UseCases:
    """The use cases over the same tables at another time, with others in place of some of the ports."""
    ports = Tables(tables.client, tables.names, clock, tables.lifetime)
    for name, port in others.items():
        setattr(ports, name, port)
    return UseCases(ports)


def open_client(endpoint: str | None = None, service: str = "dynamodb", pool: int = 10) -> Any:
    """A client as the functions have it, with credentials that are good for nothing but the tests."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    # On a busy machine the engine may take longer than the service: a call that is tried again would count twice.
    config = connection.CONFIG.merge(Config(max_pool_connections=pool, read_timeout=60))
    return session.create_client(service, region_name=REGION, endpoint_url=endpoint, config=config)


@contextmanager
def on_tables(client: Any, lifetime: float = 0) -> Iterator[Tables]:
    """Empty tables, to which the models of this process are bound. On DynamoDB Local they are used again: making and
    deleting five tables takes longer than most tests."""
    address = client.meta.endpoint_url
    names = _free[address].pop() if _free[address] else new_tables(client, streams=False)
    yield Tables(client, names, lambda: NOW, lifetime)
    if HOST in address and _emptied(client, names):
        _free[address].append(names)


def new_tables(client: Any, *, streams: bool) -> TableNames:
    return create_tables(client, f"-{os.getpid()}-{next(_numbers)}", streams=streams)


_free: dict[str, list[TableNames]] = defaultdict(list)
"""The tables of this process that no test uses, by the address of their engine."""
EMPTIED_AT_MOST = 1_000
"""Items of a table. Deleting a table with more is quicker."""


def _emptied(client: Any, names: TableNames) -> bool:
    """Deletes what a test left. Where that is much, the tables themselves: then False."""
    for table in _all(names):
        keys = [key["AttributeName"] for key in client.describe_table(TableName=table)["Table"]["KeySchema"]]
        projection = {f"#{n}": key for n, key in enumerate(keys)}
        items = client.scan(
            TableName=table, ProjectionExpression=",".join(projection), ExpressionAttributeNames=projection
        )
        if "LastEvaluatedKey" in items or items["Count"] > EMPTIED_AT_MOST:
            delete_tables(client, names)
            return False
        for few in batched(items["Items"], 25, strict=False):
            client.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key}} for key in few]})
    return True


def delete_tables(client: Any, names: TableNames) -> None:
    for table in _all(names):
        client.delete_table(TableName=table)


def _all(names: TableNames) -> list[str]:
    return [*asdict(names).values(), failures_table(names), sessions_table(names)]


@contextmanager
def moto() -> Iterator[Tables]:
    with simulated_aws():
        client = open_client()
        with on_tables(client) as tables:
            yield tables
        client.close()


@contextmanager
def dynamodb_local_at(endpoint: str, pool: int = 10) -> Iterator[Tables]:
    client = open_client(endpoint, pool=pool)
    with on_tables(client) as tables:
        yield tables
    client.close()
