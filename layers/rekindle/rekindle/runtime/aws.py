"""The composition root of the deployed functions: environment in, use cases over DynamoDB and EventBridge out.

Nothing here runs at import; a warm function builds each part once.

It is longer than other files: each port has its few lines here, so that one place shows what is built from what.
"""

import os
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from pynamodb.connection import Connection

from rekindle.adapters.dynamodb.connection import CONFIG, READ_TIMEOUT, bind, open_client
from rekindle.adapters.dynamodb.ledger import DynamoDBLedger
from rekindle.adapters.dynamodb.people import SHARDS, DynamoDBPeople
from rekindle.adapters.dynamodb.reference import CachedReference, DynamoDBRecords, DynamoDBSettings
from rekindle.adapters.dynamodb.retention import Retention
from rekindle.adapters.dynamodb.scores import DynamoDBScores
from rekindle.application.ports import Clock
from rekindle.application.ports.assignment import AssignmentTimers, Pools, Routings
from rekindle.application.ports.console import Sessions
from rekindle.application.ports.continuations import Continuations
from rekindle.application.ports.failures import Destinations, Failures
from rekindle.application.ports.imports import ImportFiles, ManyRecords
from rekindle.application.ports.links import Clicks
from rekindle.application.ports.measures import (
    Books,
    Census,
    Closings,
    CountedCampaigns,
    Drawings,
    DrawnLists,
    StoredCycles,
    StoredShares,
)
from rekindle.application.ports.notifications import Bus, SentNotifications
from rekindle.application.ports.reactivation import Batches, ReactivationTimers
from rekindle.application.ports.webhooks import FactsQueue, Mapper, ReceivedWebhooks, RefusedItems, Secrets
from rekindle.domain.records.kind import Kind
from rekindle.runtime.environment import CLICKS, DELAYS, FACTS, WEBHOOKS, Environment, FailureHandling, Scheduling
from rekindle.runtime.use_cases import UseCases

if TYPE_CHECKING:
    from rekindle.adapters.aws.eventbridge import EventBridgeBus
    from rekindle.adapters.aws.failed_records import FailedRecords
    from rekindle.adapters.aws.failures import FailureQueue
    from rekindle.adapters.aws.objects import Bucket
    from rekindle.adapters.aws.scheduler import Schedules
    from rekindle.adapters.aws.sns import SnsTopic
    from rekindle.adapters.dynamodb.accounts import DynamoDBAccounts
    from rekindle.adapters.dynamodb.contacts import DynamoDBContacts
    from rekindle.adapters.dynamodb.duplicates import DynamoDBDuplicates
    from rekindle.runtime.imports.in_parts import ImportedParts
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


RESENDING = 20
"""Seconds that a function may take to process again what it failed with: more than its own timeout."""


def _client(service: str, read_timeout: float = READ_TIMEOUT, **more: Any) -> Any:
    config = CONFIG.merge(Config(read_timeout=read_timeout, **more))
    # Messages of a batch are handled in several threads, and botocore's session is not made for that.
    with _opening:
        return session().create_client(service, region_name=environment().region, config=config)


@lru_cache(maxsize=1)
def use_cases() -> UseCases:
    """The use cases of a function that reads or writes records."""
    return use_cases_on(environment(), open_client(environment().region, session=session()))


def use_cases_on(environment: Environment, client: Any) -> UseCases:
    """The use cases over the environment's tables, reached by this client of DynamoDB."""
    tables = bind(client, environment.tables)
    lifetime, shards = environment.reference_lifetime, environment.assignment_shards
    ports = AwsPorts(
        *(tables, lifetime, environment.scheduling, now),
        *(environment.retention, environment.failures, shards),
    )
    return UseCases(ports)


class AwsPorts:
    """A port is made when it is first asked for, and what only some functions ask for is imported then: the path of a
    crossing does without, and its start is waited for."""

    def __init__(
        self,
        tables: Connection,
        reference_lifetime: float,
        scheduling: Scheduling,
        clock: Clock,
        retention: Retention,
        failures: FailureHandling,
        assignment_shards: int = SHARDS,
    ) -> None:
        self._tables, self._lifetime, self._scheduling = tables, reference_lifetime, scheduling
        self._retention, self._failures, self._shards = retention, failures, assignment_shards
        self.clock = clock

    @cached_property
    def people(self) -> DynamoDBPeople:
        return DynamoDBPeople(self._tables, self._retention, shards=self._shards)

    @cached_property
    def scores(self) -> DynamoDBScores:
        return DynamoDBScores()

    @cached_property
    def ledger(self) -> DynamoDBLedger:
        return DynamoDBLedger(self._tables, self._retention)

    @cached_property
    def reference(self) -> CachedReference:
        return CachedReference(self.records, self.versions, self._lifetime)

    def records(self, kind: Kind[Any]) -> Any:
        """The store of the records of a kind. Accounts have one of their own."""
        return self.directory if kind.name == "account" else DynamoDBRecords(kind, self.clock, self._tables)

    @cached_property
    def directory(self) -> "DynamoDBAccounts":
        from rekindle.adapters.dynamodb.accounts import DynamoDBAccounts
        from rekindle.domain.records.account import ACCOUNT

        return DynamoDBAccounts(ACCOUNT, self.clock, self._tables)

    @cached_property
    def contacts(self) -> "DynamoDBContacts":
        from rekindle.adapters.dynamodb.contacts import DynamoDBContacts

        return DynamoDBContacts(self._tables)

    @cached_property
    def duplicates(self) -> "DynamoDBDuplicates":
        from rekindle.adapters.dynamodb.duplicates import DynamoDBDuplicates

        return DynamoDBDuplicates()

    @cached_property
    def versions(self) -> DynamoDBSettings:
        return DynamoDBSettings()

    @cached_property
    def timers(self) -> ReactivationTimers:
        from rekindle.adapters.dynamodb.timers import ScheduledReactivationTimers

        # The command line has no schedules.
        return ScheduledReactivationTimers(self._schedules if self._scheduling.group else None, self._retention)

    @cached_property
    def waits(self) -> AssignmentTimers:
        from rekindle.adapters.aws.scheduler import ScheduledAssignmentTimers

        return ScheduledAssignmentTimers(self._schedules)

    @cached_property
    def pools(self) -> Pools:
        from rekindle.adapters.dynamodb.pools import DynamoDBPools

        return DynamoDBPools(self._tables)

    @cached_property
    def routings(self) -> Routings:
        from rekindle.adapters.aws.scheduler import ScheduledRoutings

        return ScheduledRoutings(self._schedules)

    @cached_property
    def batches(self) -> Batches:
        from rekindle.adapters.dynamodb.batches import DynamoDBBatches

        return DynamoDBBatches()

    @cached_property
    def sent_notifications(self) -> SentNotifications:
        from rekindle.adapters.dynamodb.sent_notifications import DynamoDBSentNotifications

        return DynamoDBSentNotifications()

    @cached_property
    def failures(self) -> Failures:
        from rekindle.adapters.dynamodb.failures import DynamoDBFailures

        where = self._failures
        return DynamoDBFailures(self._tables, where.table, where.kept, self._failed_records if where.bucket else None)

    @cached_property
    def _failed_records(self) -> "FailedRecords":
        from rekindle.adapters.aws.failed_records import FailedRecords
        from rekindle.adapters.aws.objects import Bucket

        return FailedRecords(Bucket(_client("s3"), self._failures.bucket))

    @cached_property
    def destinations(self) -> Destinations:
        from rekindle.adapters.aws.redrive import Queues, Redrive

        where = self._failures
        # A call that is tried again runs the function once more, beside the one that still runs.
        functions = _client("lambda", RESENDING, retries={"total_max_attempts": 1})
        clients = _client("sqs"), functions
        return Redrive(*clients, self._failed_records, Queues(*where.queues), where.announcing, self.people)

    @cached_property
    def continuations(self) -> Continuations | None:
        from rekindle.adapters.aws.continuations import QueuedContinuations

        facts, delays = self._failures.queues[FACTS], self._failures.queues[DELAYS]
        # The command line has all the time that it needs.
        return QueuedContinuations(queues, facts, delays) if facts or delays else None

    @cached_property
    def secrets(self) -> Secrets:
        from rekindle.adapters.aws.webhooks import SecretsManagerSecrets

        return SecretsManagerSecrets(lambda: _client("secretsmanager"), self.clock)

    @cached_property
    def received_webhooks(self) -> ReceivedWebhooks:
        from rekindle.adapters.aws.webhooks import WebhooksQueue

        return WebhooksQueue(queues(), self._failures.queues[WEBHOOKS])

    @cached_property
    def webhook_mapper(self) -> Mapper:
        from rekindle.adapters.sources.webhooks.mapper import mapped

        return mapped

    @cached_property
    def facts_queue(self) -> FactsQueue:
        from rekindle.adapters.aws.webhooks import QueuedFacts

        return QueuedFacts(queues(), self._failures.queues[FACTS])

    @cached_property
    def refused_items(self) -> RefusedItems:
        from rekindle.adapters.aws.webhooks import RefusedWebhooks

        return RefusedWebhooks(failures(), self._failures.queues[WEBHOOKS].rpartition("/")[2])

    @cached_property
    def census(self) -> Census:
        from rekindle.adapters.dynamodb.census import DynamoDBCensus

        return DynamoDBCensus(self._tables)

    @cached_property
    def counted_campaigns(self) -> CountedCampaigns:
        from rekindle.adapters.dynamodb.counted_campaigns import DynamoDBCountedCampaigns

        return DynamoDBCountedCampaigns()

    @cached_property
    def stored_shares(self) -> StoredShares:
        from rekindle.adapters.dynamodb.counted_months import DynamoDBStoredShares

        return DynamoDBStoredShares()

    @cached_property
    def books(self) -> Books:
        from rekindle.adapters.aws.objects import Bucket
        from rekindle.adapters.books import FiledBooks

        return FiledBooks(Bucket(_client("s3", read_timeout=60), environment().books_bucket))

    @cached_property
    def closings(self) -> Closings:
        from rekindle.adapters.aws.invocations import InvokedClosings

        return InvokedClosings(_client("lambda"), environment().close_books)

    @cached_property
    def drawn_lists(self) -> DrawnLists:
        from rekindle.adapters.aws.objects import Bucket
        from rekindle.adapters.targets import FiledLists

        return FiledLists(Bucket(_client("s3", read_timeout=60), environment().targets_bucket))

    @cached_property
    def drawings(self) -> Drawings:
        from rekindle.adapters.aws.invocations import InvokedDrawings

        return InvokedDrawings(_client("lambda"), environment().draw_targets)

    @property
    def bus(self) -> Bus:
        return bus()

    @cached_property
    def stored_cycles(self) -> StoredCycles:
        from rekindle.adapters.dynamodb.counted_months import DynamoDBStoredCycles

        return DynamoDBStoredCycles()

    @cached_property
    def clicks(self) -> Clicks:
        from rekindle.adapters.aws.clicks import ClicksQueue

        return ClicksQueue(queues(), self._failures.queues[CLICKS])

    @cached_property
    def sessions(self) -> Sessions:
        from rekindle.adapters.dynamodb.sessions import DynamoDBSessions

        return DynamoDBSessions(self._tables, environment().sessions)

    @cached_property
    def many(self) -> ManyRecords:
        from rekindle.adapters.dynamodb.many import DynamoDBManyRecords

        return DynamoDBManyRecords(self._tables, self.people)

    @cached_property
    def import_files(self) -> ImportFiles:
        from rekindle.adapters.aws.imports import S3ImportFiles

        return S3ImportFiles(import_bucket(), environment().import_machine, lambda: _client("stepfunctions"))

    @property
    def link_key(self) -> str:
        return environment().link_key

    @cached_property
    def _schedules(self) -> "Schedules":
        from rekindle.adapters.aws.scheduler import Schedules

        to = self._scheduling
        return Schedules(
            scheduler, queues, to.group, to.queue_arn, to.queue_url, to.role_arn, to.dead_letter_arn, self.clock
        )


@lru_cache(maxsize=1)
def functions() -> Any:
    """For calls of another function, which are not tried again: each would run beside the one before."""
    return _client("lambda", RESENDING + 5, retries={"total_max_attempts": 1})


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
def import_bucket() -> "Bucket":
    from rekindle.adapters.aws.objects import Bucket

    # Forms and addresses are signed for the bucket's own region.
    signed = {"signature_version": "s3v4", "s3": {"addressing_style": "virtual"}}
    return Bucket(_client("s3", read_timeout=30, **signed), environment().imports_bucket)


@lru_cache(maxsize=1)
def imported_parts() -> "ImportedParts":
    from rekindle.runtime.imports.in_parts import ImportedParts

    return ImportedParts(import_bucket(), use_cases())


@lru_cache(maxsize=1)
def simulations() -> "SimulatedParts":
    from rekindle.adapters.aws.objects import Bucket
    from rekindle.runtime.simulation.parts import SimulatedParts

    return SimulatedParts(Bucket(_client("s3", read_timeout=30), environment().bucket))
