"""Make facts of what a tool sent: the good items of a batch are applied, the others wait for somebody who handles
them."""

from collections import Counter
from dataclasses import dataclass

from rekindle.application.ports.webhooks import FactsQueue, RefusedItems
from rekindle.application.webhooks.preview_webhooks import PreviewWebhooks
from rekindle.domain.webhooks.item import RawWebhook


@dataclass(frozen=True, slots=True)
class Applied:
    facts: int
    ignored: int
    refused: Counter[str]
    """Items by the code of the refusal."""


@dataclass(frozen=True)
class ApplyWebhooks:
    preview: PreviewWebhooks
    facts: FactsQueue
    refused: RefusedItems

    def __call__(self, raw: RawWebhook) -> Applied:
        """Delivered again, it sends the same facts, which are applied once. Raises NotFound, Malformed, Unavailable."""
        items = self.preview.stored(raw)
        events = [event for item in items for event in item.events]
        self.facts.send(events)
        codes: Counter[str] = Counter()
        for item in items:
            if item.refusal is not None:
                self.refused.keep(raw, item, item.refusal)
                codes[item.refusal.code] += 1
        ignored = sum(not item.events and item.refusal is None for item in items)
        return Applied(len(events), ignored, codes)
