"""The same promises on every technology a port is kept in: in memory, on moto, and on Amazon's own engine."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract import stores as technologies
from tests.contract.stores import Stores, Tables
from tests.support.dynamodb_local import dynamodb_local
from tests.support.simulated_aws import simulated_aws

GROUP, ROLE, FAILURES = "rekindle", "arn:aws:iam::111122223333:role/schedules", "arn:aws:sqs:::failures"
"""What each schedule is made with, whatever its queue."""

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
        yield client
        client.close()


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
