"""What webhooks need of AWS: secrets, the queue of what was received, and the queue of facts."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.adapters.aws.failures import FailureQueue
from rekindle.adapters.wire.webhooks import message_of, message_of_item
from rekindle.domain.core.errors import Refusal, Unavailable
from rekindle.domain.webhooks.item import Item, RawWebhook

KEPT = timedelta(minutes=1)


@dataclass
class SecretsManagerSecrets:
    """A secret is a text, or an object with the text as `secret`, and as `previous` the one before it."""

    client: Callable[[], Any]
    clock: Callable[[], datetime]
    _kept: dict[str, tuple[datetime, Sequence[str]]] = field(default_factory=dict)

    def named(self, arn: str) -> Sequence[str]:
        kept = self._kept.get(arn)
        if kept is None or self.clock() >= kept[0]:
            kept = self._kept[arn] = self.clock() + KEPT, secrets_in(self._read(arn))
        return kept[1]

    def _read(self, arn: str) -> str:
        try:
            text: str = self.client().get_secret_value(SecretId=arn)["SecretString"]
        except (ClientError, BotoCoreError, KeyError) as error:
            raise Unavailable("the secret of the webhook cannot be read") from error
        return text


def secrets_in(text: str) -> Sequence[str]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return (text,)
    if not isinstance(content, dict):
        return (text,)
    return tuple(
        content[name] for name in ("secret", "previous") if isinstance(content.get(name), str) and content[name]
    )


@dataclass(frozen=True)
class WebhooksQueue:
    client: Any
    url: str

    def keep(self, raw: RawWebhook) -> None:
        try:
            self.client.send_message(QueueUrl=self.url, MessageBody=message_of(raw))
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the webhook could not be stored") from error


@dataclass(frozen=True)
class QueuedFacts:
    """Facts in their order, ten to a request as long as they fit in it."""

    client: Any
    url: str

    def send(self, events: Sequence[Mapping[str, Any]]) -> None:
        for bodies in _requests(json.dumps(event, separators=(",", ":")) for event in events):
            self._send(bodies)

    def _send(self, bodies: Sequence[str]) -> None:
        """Of a request that is taken in part, the rest is sent once more: whatever is left then is sent by the next
        delivery of the webhook, with all others, which are applied once. Raises Unavailable."""
        for _ in range(2):
            entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
            try:
                answer = self.client.send_message_batch(QueueUrl=self.url, Entries=entries)
            except (ClientError, BotoCoreError) as error:
                raise Unavailable("the facts could not be sent") from error
            bodies = [bodies[int(entry["Id"])] for entry in answer.get("Failed", ())]
            if not bodies:
                return
        raise Unavailable(f"{len(bodies)} facts could not be sent")


MOST_MESSAGES, LARGEST_REQUEST = 10, 262_144
"""What SQS takes in one request: messages, and bytes of all their bodies."""


def _requests(bodies: Iterable[str]) -> Iterator[list[str]]:
    some: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if some and (len(some) == MOST_MESSAGES or size + length > LARGEST_REQUEST):
            yield some
            some, size = [], 0
        some.append(body)
        size += length
    if some:
        yield some


@dataclass(frozen=True)
class RefusedWebhooks:
    failures: FailureQueue
    source: str
    """The queue that the webhook was in."""

    def keep(self, raw: RawWebhook, item: Item, refusal: Refusal) -> None:
        try:
            self.failures.keep(message_of_item(raw, item), refusal, self.source)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the failure could not be stored") from error
