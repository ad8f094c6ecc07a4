"""Mappings that are ready made, in the language of the settings: a rule of a source's own comes after them."""

from collections.abc import Mapping
from functools import lru_cache

from rekindle.adapters.sources.webhooks.google_ads import GOOGLE_ADS, IGNORED_OF_GOOGLE_ADS
from rekindle.adapters.sources.webhooks.hubspot import IGNORED_OF_HUBSPOT, hubspot
from rekindle.adapters.sources.webhooks.marketo import ITEMS_OF_MARKETO, MARKETO
from rekindle.domain.webhooks.webhook import Rule, Webhook

READY_MADE = ("google_ads", "hubspot", "marketo")


def rules_of(webhook: Webhook) -> tuple[tuple[str, Rule], ...]:
    """All rules, each with its path in the webhook's settings."""
    own = tuple((f"facts[{place}]", rule) for place, rule in enumerate(webhook.facts))
    ready = _ready_made(webhook.mapping, tuple(sorted(webhook.properties.items())))
    return (*((f"mapping.{place}", rule) for place, rule in enumerate(ready)), *own)


def items_of(webhook: Webhook) -> str:
    return ITEMS_OF_MARKETO if webhook.mapping == "marketo" and webhook.items == "@" else webhook.items


def ignored_by(webhook: Webhook) -> tuple[str, ...]:
    """Expressions that say that an item is none of our business."""
    ready: Mapping[str | None, tuple[str, ...]] = {
        "hubspot": (IGNORED_OF_HUBSPOT,),
        "google_ads": (IGNORED_OF_GOOGLE_ADS,),
    }
    own = () if webhook.ignore is None else (webhook.ignore,)
    return (*ready.get(webhook.mapping, ()), *own)


@lru_cache(maxsize=64)
def _ready_made(mapping: str | None, properties: tuple[tuple[str, str], ...]) -> tuple[Rule, ...]:
    match mapping:
        case "hubspot":
            return hubspot(dict(properties))
        case "marketo":
            return MARKETO
        case "google_ads":
            return GOOGLE_ADS
    return ()
