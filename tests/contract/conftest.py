"""The same promises on every technology a port is kept in: in memory, on moto, and on Amazon's own engine."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest

from rekindle.adapters.aws.scheduler import Schedules
from tests.contract import stores as technologies
from tests.contract.stores import NOW, Stores, Tables
from tests.support.dynamodb_local import dynamodb_local
from tests.support.scheduler import refuse_the_past
from tests.support.simulated_aws import simulated_aws

GROUP, ROLE, FAILURES = "rekindle", "arn:aws:iam::111122223333:role/schedules", "arn:aws:sqs:::failures"
QUEUE = "arn:aws:sqs:::due"
"""What each schedule is made with."""

REAL_ENGINE = pytest.param("dynamodb_local", marks=pytest.mark.dynamodb_local)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/contract" in item.path.as_posix():
            item.add_marker(pytest.mark.contract)


@pytest.fixture(scope="session")
def local_endpoint() -> Iterator[str]:
    with dynamodb_local() as endpoint:
        yield endpoint


@pytest.fixture(params=["memory", "moto", REAL_ENGINE])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    with ExitStack() as stack:
        yield _opened(request, stack)


@pytest.fixture(params=["moto", REAL_ENGINE])
def tables(request: pytest.FixtureRequest) -> Iterator[Tables]:
    """The ports on DynamoDB alone, for what is promised of requests and indexes."""
    with ExitStack() as stack:
        opened = _opened(request, stack)
        assert isinstance(opened, Tables)
        yield opened


@pytest.fixture
def scheduler() -> Iterator[Any]:
    """EventBridge Scheduler as moto has it, whatever the tables are on."""
    with simulated_aws():
        client = technologies.open_client(service="scheduler")
        client.create_schedule_group(Name=GROUP)
        refuse_the_past(client.meta.events, an_hour_ago)
        yield client
        client.close()


def an_hour_ago() -> datetime:
    return NOW - timedelta(hours=1)


@pytest.fixture
def schedules(scheduler: Any) -> Schedules:
    """For what is due in an hour, or later."""
    return Schedules(lambda: scheduler, no_queue, GROUP, QUEUE, "", ROLE, FAILURES, an_hour_ago)


def no_queue() -> None:
    raise AssertionError("nothing is due yet")


@pytest.fixture
def real_tables(local_endpoint: str) -> Iterator[Tables]:
    with technologies.dynamodb_local_at(local_endpoint) as tables:
        yield tables


def _opened(request: pytest.FixtureRequest, stack: ExitStack) -> Stores:
    if request.param == "memory":
        return technologies.in_memory()
    if request.param == "moto":
        return stack.enter_context(technologies.moto())
    endpoint = request.getfixturevalue("local_endpoint")
    return stack.enter_context(technologies.dynamodb_local_at(endpoint))
