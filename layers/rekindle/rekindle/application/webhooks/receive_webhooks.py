"""Take what a tool sends: proved, and stored as it came before anything is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rekindle.application.ports import Clock
from rekindle.application.ports.records import Reference
from rekindle.application.ports.webhooks import ReceivedWebhooks, Secrets
from rekindle.domain.core.errors import CallTooLarge, NotFound
from rekindle.domain.webhooks.challenge import answered
from rekindle.domain.webhooks.item import RawWebhook
from rekindle.domain.webhooks.proof import Request, verify, without_key
from rekindle.domain.webhooks.webhook import Webhook, webhooks_of

LARGEST = 150_000
"""Bytes of a body: as text of a message it may become larger, and a queue takes 262,144."""


def webhook_named(reference: Reference, source: str) -> Webhook:
    """Raises NotFound."""
    webhook = reference.settings().part(webhooks_of).get(source)
    if webhook is None:
        raise NotFound("the settings have no such webhook")
    return webhook


@dataclass(frozen=True)
class ReceiveWebhooks:
    reference: Reference
    secrets: Secrets
    received: ReceivedWebhooks
    clock: Clock

    def __call__(self, source: str, request: Request) -> tuple[Webhook, RawWebhook]:
        """What was stored. Raises NotFound, CallTooLarge, Unproven, Unavailable: nothing is stored then."""
        webhook = webhook_named(self.reference, source)
        if len(request.body) > LARGEST:
            raise CallTooLarge(f"a body may have up to {LARGEST:,} bytes")
        now = self.clock()
        verify(webhook, request, self._secrets(webhook), now)
        body = without_key(webhook, request.body)
        raw = RawWebhook(source, body, now, request.headers.get("content-type", ""))
        self.received.keep(raw)
        return webhook, raw

    def challenge(self, source: str, query: Mapping[str, str]) -> tuple[str, str]:
        """The answer to a GET, and its media type. Raises NotFound, InvalidField, Unproven, Unavailable."""
        webhook = webhook_named(self.reference, source)
        return answered(webhook, query, self._secrets(webhook) if webhook.challenge else ())

    def _secrets(self, webhook: Webhook) -> Sequence[str]:
        return self.secrets.named(webhook.secret)
