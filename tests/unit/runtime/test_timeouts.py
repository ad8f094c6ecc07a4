"""A call of AWS, with all its tries, ends before the function that makes it is ended."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rekindle.adapters.dynamodb.connection import CONFIG, CONNECT_TIMEOUT, READ_TIMEOUT, open_client
from rekindle.runtime import aws as root
from tests.support.permissions import variables_of
from tests.support.template import resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
CLIENTS: dict[str, tuple[str, Callable[[], Any]]] = {
    "dynamodb": ("PEOPLE_TABLE", lambda: open_client("eu-central-1", session=root.session())),
    "scheduler": ("SCHEDULE_GROUP", root.scheduler),
    "sqs of a source": ("QUEUE_URL", root.queues),
    "sqs of what is due": ("DUE_QUEUE_URL", root.queues),
    "events": ("EVENT_BUS", lambda: root.bus().client),
    "sns": ("NOTIFICATIONS_TOPIC_ARN", lambda: root.topic().client),
    "s3": ("SIMULATIONS_BUCKET", lambda: root.simulations().bucket.client),
}
"""Each client, with the variable of the environment that its functions have."""


@pytest.fixture(autouse=True)
def in_a_function(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    names = ("PEOPLE_TABLE", "SCORES_TABLE", "LEDGER_TABLE", "REFERENCE_TABLE")
    for name in names:
        monkeypatch.setenv(name, name.title())
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    forget()
    yield
    forget()


def forget() -> None:
    for part in vars(root).values():
        if hasattr(part, "cache_clear"):
            part.cache_clear()


def longest(config: Any) -> float:
    """Seconds that a call takes at most: every try waits for both timeouts, and before the nth retry botocore waits up
    to two to the nth seconds."""
    attempts = config.retries["total_max_attempts"]
    assert config.retries["mode"] == "standard"
    return attempts * (config.connect_timeout + config.read_timeout) + sum(min(20, 2**n) for n in range(attempts - 1))


@pytest.mark.parametrize("service", CLIENTS)
def test_a_call_ends_before_its_function_does(service: str) -> None:
    variable, client = CLIENTS[service]
    shared = template()["Globals"]["Function"]["Timeout"]
    allowed = [f.get("Timeout", shared) for name, f in FUNCTIONS.items() if variable in variables_of(name)]
    assert longest(client().meta.config) < min(allowed)


def test_a_kept_connection_waits_no_longer_than_the_client_says() -> None:
    assert (CONFIG.connect_timeout, CONFIG.read_timeout) == (CONNECT_TIMEOUT, READ_TIMEOUT)
