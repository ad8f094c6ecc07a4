"""The composition root of the deployed functions: environment in, use cases over DynamoDB and EventBridge out.

Nothing here runs at import; a warm function builds each part once.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import reference
from rekindle.adapters.dynamodb.connection import bind, open_client
from rekindle.adapters.dynamodb.ledger import DynamoDBLedger
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.adapters.dynamodb.scores import DynamoDBScores
from rekindle.runtime.environment import Environment, Scheduling
from rekindle.runtime.use_cases import UseCases

if TYPE_CHECKING:
    from rekindle.adapters.aws.eventbridge import EventBridgeBus
    from rekindle.adapters.aws.failures import FailureQueue
    from rekindle.adapters.aws.sns import SnsTopic
    from rekindle.runtime.simulation.parts import SimulatedParts


def now() -> datetime:
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@lru_cache(maxsize=1)
def environment() -> Environment:
    return Environment.of(os.environ)


@lru_cache(maxsize=1)
def session() -> botocore.session.Session:
    return botocore.session.get_session()


_opening = Lock()


def _client(service: str) -> Any:
    # Messages of a batch are handled in several threads, and botocore's session is not made for that.
    with _opening:
        return session().create_client(
            service,
            region_name=environment().region,
            config=Config(user_agent="rekindle", parameter_validation=False),
        )


@lru_cache(maxsize=1)
def use_cases() -> UseCases:
    """The use cases of a function that reads or writes records."""
    client = open_client(environment().region, session=session())
    return assembled(environment(), client, environment().scheduling)


def assembled(environment: Environment, client: Any, scheduling: Scheduling) -> UseCases:
    """The use cases over the environment's tables, reached by this client of DynamoDB. What only some functions ask
    for is loaded when it is asked for: the path of a crossing does without, and its start is waited for."""
    tables = bind(client, environment.tables)
    campaigns, users, versions = reference.campaigns(now), reference.users(now), reference.DynamoDBSettings()
    queues, accounts = reference.queues(now), Lazily(lambda: _accounts(tables))
    return UseCases(
        people=DynamoDBPeople(tables, shards=environment.assignment_shards),
        scores=DynamoDBScores(),
        ledger=DynamoDBLedger(tables),
        reference=reference.CachedReference(
            campaigns, accounts, queues, users, versions, environment.reference_lifetime
        ),
        campaigns=campaigns,
        accounts=accounts,
        directory=accounts,
        contacts=Lazily(lambda: _contacts(tables)),
        queues=queues,
        users=users,
        tasks=reference.tasks(now),
        opportunities=reference.opportunities(now),
        versions=versions,
        timers=Lazily(lambda: _timers(scheduling)),
        waits=Lazily(lambda: _waits(scheduling)),
        pools=Lazily(lambda: _pools(tables)),
        routings=Lazily(lambda: _routings(scheduling)),
        batches=Lazily(_batches),
        clock=now,
    )


class Lazily:
    """Stands for a port, which is made when it is first asked for something."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._port, name)
        setattr(self, name, asked)
        return asked

    @cached_property
    def _port(self) -> Any:
        return self._make()


def _accounts(tables: Connection) -> Any:
    from rekindle.adapters.dynamodb.accounts import DynamoDBAccounts

    return DynamoDBAccounts(tables, now)


def _contacts(tables: Connection) -> Any:
    from rekindle.adapters.dynamodb.contacts import DynamoDBContacts

    return DynamoDBContacts(tables)


def _pools(tables: Connection) -> Any:
    from rekindle.adapters.dynamodb.pools import DynamoDBPools

    return DynamoDBPools(tables)


def _batches() -> Any:
    from rekindle.adapters.dynamodb.batches import DynamoDBBatches

    return DynamoDBBatches()


def _timers(scheduling: Scheduling) -> Any:
    from rekindle.adapters.dynamodb.timers import ScheduledReactivationTimers

    return ScheduledReactivationTimers(_schedules(scheduling))


def _waits(scheduling: Scheduling) -> Any:
    from rekindle.adapters.aws.scheduler import ScheduledAssignmentTimers

    return ScheduledAssignmentTimers(_schedules(scheduling))


def _routings(scheduling: Scheduling) -> Any:
    from rekindle.adapters.aws.scheduler import ScheduledRoutings

    return ScheduledRoutings(_schedules(scheduling))


def _schedules(scheduling: Scheduling) -> Any:
    from rekindle.adapters.aws.scheduler import Schedules

    return Schedules(
        scheduler,
        scheduling.group,
        scheduling.queue_arn,
        scheduling.role_arn,
        scheduling.dead_letter_arn,
    )


@lru_cache(maxsize=1)
def scheduler() -> Any:
    return _client("scheduler")


@lru_cache(maxsize=1)
def bus() -> "EventBridgeBus":
    from rekindle.adapters.aws.eventbridge import EventBridgeBus

    return EventBridgeBus(_client("events"), environment().bus)


@lru_cache(maxsize=1)
def topic() -> "SnsTopic":
    from rekindle.adapters.aws.sns import SnsTopic

    return SnsTopic(_client("sns"), environment().topic)


@lru_cache(maxsize=1)
def failures() -> "FailureQueue":
    from rekindle.adapters.aws.failures import FailureQueue

    return FailureQueue(queues(), environment().failure_queue)


@lru_cache(maxsize=1)
def queues() -> Any:
    return _client("sqs")


@lru_cache(maxsize=1)
def simulations() -> "SimulatedParts":
    from rekindle.adapters.aws.objects import Bucket
    from rekindle.runtime.simulation.parts import SimulatedParts

    return SimulatedParts(Bucket(_client("s3"), environment().bucket))
