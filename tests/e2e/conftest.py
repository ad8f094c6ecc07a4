"""One local cloud for all tests, which checks permissions as AWS does. On it stands the stack with the demo history;
modules that need other settings deploy one of their own.
"""

import re
from collections.abc import Iterator

import pytest

from tests.local_cloud.build import build
from tests.local_cloud.cloud import LocalCloud
from tests.local_cloud.run import HISTORY, SETTINGS, history_at, play, settings_at
from tests.local_cloud.stack import Stack


@pytest.fixture(scope="session")
def built() -> None:
    build()


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud(auth=True) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def stack(built: None, cloud: LocalCloud) -> Stack:
    return Stack(cloud)


@pytest.fixture(scope="session")
def told(stack: Stack) -> Stack:
    """The stack, after the demo history was digested."""
    play(stack, history_at(HISTORY), settings_at(SETTINGS))
    return stack


@pytest.fixture(scope="session")
def people() -> frozenset[str]:
    """Whom the demo history names. Other tests have people of their own on the same stack."""
    return frozenset(re.findall(r'"([^"]*)"', HISTORY.read_text(encoding="utf-8")))


@pytest.fixture
def without_tls(stack: Stack) -> Iterator[None]:
    """Lets the functions read the stack's buckets over HTTP: the local cloud has no TLS."""
    s3 = stack.cloud.client("s3")
    policies = {name: s3.get_bucket_policy(Bucket=name)["Policy"] for name in stack.buckets()}
    for bucket in policies:
        s3.delete_bucket_policy(Bucket=bucket)
    yield
    for bucket, policy in policies.items():
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
