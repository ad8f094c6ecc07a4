"""What the mapping of a webhook makes of a body, before or without applying it."""

from dataclasses import dataclass

from rekindle.application.ports.people import ListedBy, People
from rekindle.application.ports.records import Reference
from rekindle.application.ports.webhooks import Mapper
from rekindle.application.webhooks.receive_webhooks import webhook_named
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Refusal
from rekindle.domain.people.directory import mail_entry
from rekindle.domain.webhooks.item import Item, RawWebhook
from rekindle.domain.webhooks.webhook import Webhook


@dataclass(frozen=True)
class PreviewWebhooks:
    reference: Reference
    mapper: Mapper
    people: People

    def __call__(self, webhook: Webhook, raw: RawWebhook) -> list[Item]:
        """What the mapping makes of a body. Nothing is stored. Raises Malformed."""
        return self.mapper(webhook, raw, self._person_of)

    def stored(self, raw: RawWebhook) -> list[Item]:
        """The same by the webhook of the settings. Raises NotFound, Malformed."""
        return self(webhook_named(self.reference, raw.source), raw)

    def decisions(self, webhook: Webhook, raw: RawWebhook) -> list[str]:
        """The ids of the decisions that the responses of a body lead to. What cannot be read leads to none."""
        try:
            return [one for item in self(webhook, raw) for one in item.decision_ids]
        except Refusal:
            return []

    def _person_of(self, address: str) -> str:
        """Who has the address, of several the first by id: they are one person, recorded twice. Where nobody has it, an
        identifier that the address alone decides, so that the next message is of the same person."""
        key = mail_entry(address) or digest("mail", address)
        person_ids = self.people.listed(ListedBy.MAIL, key, 1).items
        return person_ids[0] if person_ids else f"p-{key}"
