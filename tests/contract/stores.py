"""All ports at once, on each technology that they are kept in."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.config import Config

from rekindle.adapters.dynamodb import connection
from rekindle.adapters.dynamodb import reference as kept
from rekindle.adapters.dynamodb.accounts import DynamoDBAccounts
from rekindle.adapters.dynamodb.batches import DynamoDBBatches
from rekindle.adapters.dynamodb.connection import TableNames, bind
from rekindle.adapters.dynamodb.contacts import DynamoDBContacts
from rekindle.adapters.dynamodb.ledger import DynamoDBLedger
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.adapters.dynamodb.reference import CachedReference, DynamoDBSettings
from rekindle.adapters.dynamodb.scores import DynamoDBScores
from rekindle.adapters.dynamodb.sent_notifications import DynamoDBSentNotifications
from rekindle.adapters.memory import (
    Memory,
    MemoryAccounts,
    MemoryAssignmentTimers,
    MemoryBatches,
    MemoryContacts,
    MemoryLedger,
    MemoryPeople,
    MemoryPools,
    MemoryReactivationTimers,
    MemoryReference,
    MemoryRoutings,
    MemoryScores,
    MemorySentNotifications,
    MemorySettings,
    memory_campaigns,
    memory_opportunities,
    memory_queues,
    memory_tasks,
    memory_users,
)
from rekindle.application.ports import (
    AccountDirectory,
    Accounts,
    Batches,
    Campaigns,
    Clock,
    Contacts,
    Ledger,
    People,
    Queues,
    Reference,
    Scores,
    SentNotifications,
    SettingsVersions,
    Users,
)
from rekindle.runtime.use_cases import UseCases
from tests.support.simulated_aws import simulated_aws
from tests.support.template import create_tables

REGION = "eu-central-1"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_numbers = itertools.count()


@dataclass(frozen=True)
class Stores:
    people: People
    scores: Scores
    ledger: Ledger
    batches: Batches
    campaigns: Campaigns
    accounts: Accounts
    directory: AccountDirectory
    contacts: Contacts
    queues: Queues
    users: Users
    versions: SettingsVersions
    reference: Reference
    sent_notifications: SentNotifications


@dataclass(frozen=True)
class Tables(Stores):
    """The ports on DynamoDB, and the way beneath them."""

    client: Any
    names: TableNames


def in_memory() -> Stores:
    memory = Memory()
    reference = MemoryReference(memory)
    return Stores(
        people=MemoryPeople(memory, reference),
        scores=MemoryScores(memory),
        ledger=MemoryLedger(memory),
        accounts=MemoryAccounts(memory),
        directory=MemoryAccounts(memory),
        contacts=MemoryContacts(memory),
        queues=memory_queues(memory),
        campaigns=memory_campaigns(memory),
        batches=MemoryBatches(memory),
        users=memory_users(memory),
        versions=MemorySettings(memory),
        reference=reference,
        sent_notifications=MemorySentNotifications(memory),
    )


def use_cases_on(tables: "Tables", clock: Clock, **others: Any) -> UseCases:
    """The use cases over tables. What has no table of its own is in memory, unless others are given."""
    memory = Memory()
    ports: dict[str, Any] = {
        "people": tables.people,
        "scores": tables.scores,
        "ledger": tables.ledger,
        "reference": tables.reference,
        "campaigns": tables.campaigns,
        "accounts": tables.accounts,
        "directory": tables.directory,
        "contacts": tables.contacts,
        "queues": tables.queues,
        "users": tables.users,
        "tasks": memory_tasks(memory),
        "opportunities": memory_opportunities(memory),
        "versions": tables.versions,
        "timers": MemoryReactivationTimers(memory),
        "waits": MemoryAssignmentTimers(memory),
        "pools": MemoryPools(memory),
        "routings": MemoryRoutings(memory),
        "batches": tables.batches,
    }
    return UseCases(**{**ports, **others}, clock=clock)


def open_client(endpoint: str | None = None, service: str = "dynamodb", pool: int = 10) -> Any:
    """A client as the functions have it, with credentials that are good for nothing but the tests."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    config = connection.CONFIG.merge(Config(max_pool_connections=pool))
    return session.create_client(service, region_name=REGION, endpoint_url=endpoint, config=config)


def on_tables(client: Any, lifetime: float = 0) -> Tables:
    """New tables, to which the models of this process are bound."""
    names = create_tables(client, f"-{os.getpid()}-{next(_numbers)}")
    bound = bind(client, names)
    campaigns, users, versions = kept.campaigns(lambda: NOW), kept.users(lambda: NOW), DynamoDBSettings()
    accounts, queues = DynamoDBAccounts(bound, lambda: NOW), kept.queues(lambda: NOW)
    return Tables(
        people=DynamoDBPeople(bound),
        scores=DynamoDBScores(),
        ledger=DynamoDBLedger(bound),
        batches=DynamoDBBatches(),
        campaigns=campaigns,
        accounts=accounts,
        directory=accounts,
        contacts=DynamoDBContacts(bound),
        queues=queues,
        users=users,
        versions=versions,
        reference=CachedReference(campaigns, accounts, queues, users, versions, lifetime),
        sent_notifications=DynamoDBSentNotifications(),
        client=client,
        names=names,
    )


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
