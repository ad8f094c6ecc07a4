"""All ports at once, on each technology that they are kept in."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
from botocore.config import Config

from rekindle.adapters.dynamodb import connection
from rekindle.adapters.dynamodb.connection import TableNames, bind
from rekindle.adapters.dynamodb.retention import DEFAULT
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
from tests.support.simulated_aws import simulated_aws
from tests.support.template import create_tables

REGION = "eu-central-1"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FAILURES_KEPT = timedelta(days=14)
_numbers = itertools.count()
NO_SCHEDULES = Scheduling("", "", "", "", "")


Stores = Ports
"""All ports, whatever they are kept in."""


class Tables(AwsPorts):
    """The ports on DynamoDB, and the way beneath them. What has no table is in memory."""

    def __init__(self, client: Any, names: TableNames, clock: Clock, lifetime: float) -> None:
        failures = FailureHandling(names.people.replace("PeopleTable", "FailuresTable"), FAILURES_KEPT)
        super().__init__(bind(client, names), lifetime, NO_SCHEDULES, clock, DEFAULT, failures)
        memory = Memory()
        self.client, self.names, self.lifetime = client, names, lifetime
        self.timers, self.waits = MemoryReactivationTimers(memory), MemoryAssignmentTimers(memory)
        self.pools, self.routings = MemoryPools(memory), MemoryRoutings(memory)


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
    config = connection.CONFIG.merge(Config(max_pool_connections=pool))
    return session.create_client(service, region_name=REGION, endpoint_url=endpoint, config=config)


def on_tables(client: Any, lifetime: float = 0) -> Tables:
    """New tables, to which the models of this process are bound."""
    names = create_tables(client, f"-{os.getpid()}-{next(_numbers)}")
    return Tables(client, names, lambda: NOW, lifetime)


def drop_tables(tables: Tables) -> None:
    for name in (tables.names.people, tables.names.scores, tables.names.ledger, tables.names.reference):
        tables.client.delete_table(TableName=name)


@contextmanager
def moto() -> Iterator[Tables]:
    with simulated_aws():
        client = open_client()
        yield on_tables(client)
        client.close()


@contextmanager
def dynamodb_local_at(endpoint: str, pool: int = 10) -> Iterator[Tables]:
    client = open_client(endpoint, pool=pool)
    tables = on_tables(client)
    yield tables
    drop_tables(tables)
    client.close()
