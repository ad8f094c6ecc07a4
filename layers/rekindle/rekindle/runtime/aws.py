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
from rekindle.adapters.dynamodb.connection import bind, open_client
from rekindle.adapters.dynamodb.ledger import DynamoDBLedger
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.adapters.dynamodb.scores import DynamoDBScores
from rekindle.adapters.dynamodb.timers import ScheduledTimers
from rekindle.adapters.scheduler import ScheduledWaits, Schedules
from rekindle.runtime.environment import Environment
from rekindle.runtime.use_cases import UseCases

if TYPE_CHECKING:
    from rekindle.adapters.eventbridge import EventBridgeBus
    from rekindle.adapters.failures import FailureQueue
    from rekindle.adapters.sns import SnsTopic


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
    tables = bind(open_client(environment().region, session=session()), environment().tables)
    campaigns, users, versions = reference.campaigns(now), reference.users(now), reference.DynamoDBSettings()
    queues = reference.queues(now)
    return UseCases(
        people=DynamoDBPeople(tables),
        scores=DynamoDBScores(),
        ledger=DynamoDBLedger(tables),
        reference=reference.CachedReference(campaigns, queues, users, versions, environment().reference_lifetime),
        campaigns=campaigns,
        queues=queues,
        users=users,
        tasks=reference.tasks(now),
        opportunities=reference.opportunities(now),
        versions=versions,
        timers=timers(),
        waits=ScheduledWaits(schedules()),
        clock=now,
    )


@lru_cache(maxsize=1)
def timers() -> ScheduledTimers:
    return ScheduledTimers(schedules())


@lru_cache(maxsize=1)
def schedules() -> Schedules:
    scheduling = environment().scheduling
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
