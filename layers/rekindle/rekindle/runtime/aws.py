"""The composition root of the deployed functions: environment in, use cases over DynamoDB and EventBridge out.

Nothing here runs at import; a warm function builds each part once.
"""

import os
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from rekindle.adapters.dynamodb import reference
from rekindle.adapters.dynamodb.accounts import DynamoDBAccounts
from rekindle.adapters.dynamodb.batches import DynamoDBBatches
from rekindle.adapters.dynamodb.connection import bind, open_client
from rekindle.adapters.dynamodb.contacts import DynamoDBContacts
from rekindle.adapters.dynamodb.ledger import DynamoDBLedger
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.adapters.dynamodb.pools import DynamoDBPools
from rekindle.adapters.dynamodb.scores import DynamoDBScores
from rekindle.adapters.dynamodb.timers import ScheduledTimers
from rekindle.adapters.scheduler import ScheduledRoutings, ScheduledWaits, Schedules
from rekindle.runtime.environment import Environment, Scheduling
from rekindle.runtime.use_cases import UseCases

if TYPE_CHECKING:
    from rekindle.adapters.eventbridge import EventBridgeBus
    from rekindle.adapters.failures import FailureQueue
    from rekindle.adapters.sns import SnsTopic
    from rekindle.runtime.simulated_parts import SimulatedParts


def now() -> datetime:
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@lru_cache(maxsize=1)
def environment() -> Environment:
    return Environment.of(os.environ)


@lru_cache(maxsize=1)
def session() -> botocore.session.Session:
    return botocore.session.get_session()


def _client(service: str) -> Any:
    return session().create_client(
        service,
        region_name=environment().region,
        config=Config(user_agent="rekindle", parameter_validation=False),
    )


@lru_cache(maxsize=1)
def use_cases() -> UseCases:
    """The use cases of a function that reads or writes records."""
    client = open_client(environment().region, session=session())
    return assembled(environment(), client, schedules_of(environment().scheduling))


def assembled(environment: Environment, client: Any, schedules: Schedules) -> UseCases:
    """The use cases over the environment's tables, reached by this client of DynamoDB."""
    tables = bind(client, environment.tables)
    campaigns, users, versions = reference.campaigns(now), reference.users(now), reference.DynamoDBSettings()
    accounts, queues = DynamoDBAccounts(tables, now), reference.queues(now)
    return UseCases(
        people=DynamoDBPeople(tables),
        scores=DynamoDBScores(),
        ledger=DynamoDBLedger(tables),
        reference=reference.CachedReference(
            campaigns, accounts, queues, users, versions, environment.reference_lifetime
        ),
        campaigns=campaigns,
        accounts=accounts,
        directory=accounts,
        contacts=DynamoDBContacts(tables),
        queues=queues,
        users=users,
        tasks=reference.tasks(now),
        opportunities=reference.opportunities(now),
        versions=versions,
        timers=ScheduledTimers(schedules),
        waits=ScheduledWaits(schedules),
        pools=DynamoDBPools(tables),
        routings=ScheduledRoutings(schedules),
        batches=DynamoDBBatches(),
        clock=now,
    )


def schedules_of(scheduling: Scheduling) -> Schedules:
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
    from rekindle.adapters.eventbridge import EventBridgeBus

    return EventBridgeBus(_client("events"), environment().bus)


@lru_cache(maxsize=1)
def topic() -> "SnsTopic":
    from rekindle.adapters.sns import SnsTopic

    return SnsTopic(_client("sns"), environment().topic)


@lru_cache(maxsize=1)
def failures() -> "FailureQueue":
    from rekindle.adapters.failures import FailureQueue

    return FailureQueue(queues(), environment().failure_queue)


@lru_cache(maxsize=1)
def queues() -> Any:
    return _client("sqs")


@lru_cache(maxsize=1)
def simulations() -> "SimulatedParts":
    from rekindle.adapters.objects import Bucket
    from rekindle.runtime.simulated_parts import SimulatedParts

    return SimulatedParts(Bucket(_client("s3"), environment().bucket))
