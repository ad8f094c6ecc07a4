"""One local cloud with the real stack for all tests of the journey, and the demo history played through it."""

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
def stack(built: None) -> Iterator[Stack]:
    with LocalCloud() as cloud:
        yield Stack(cloud)


@pytest.fixture(scope="session")
def told(stack: Stack) -> Stack:
    """The stack, after the demo history was digested."""
    play(stack, history_at(HISTORY), settings_at(SETTINGS))
    return stack
