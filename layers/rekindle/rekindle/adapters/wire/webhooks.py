"""Webhooks as messages of a queue, and as the API shows them."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rekindle.adapters.wire.rules import time_in
from rekindle.domain.core import times
from rekindle.domain.core.errors import Malformed
from rekindle.domain.webhooks.item import Item, RawWebhook

Json = dict[str, Any]


def message_of(raw: RawWebhook) -> str:
    """The body as it came: as text where it is one."""
    content: Json = {
        "webhook": raw.source,
        "received_at": times.text(raw.received_at),
        "content_type": raw.content_type,
    }
    try:
        content["body"] = raw.body.decode()
    except UnicodeDecodeError:
        content["body_base64"] = base64.b64encode(raw.body).decode()
    return json.dumps(content)


def message_of_item(raw: RawWebhook, item: Item) -> str:
    """An item by itself, to be mapped again, and the people whom it names: what is erased of them is found by that."""
    content = {"webhook": raw.source, "received_at": times.text(raw.received_at), "item": item.content}
    return json.dumps({**content, "person_ids": list(item.person_ids)}, ensure_ascii=False)


def raw_of(message: Mapping[str, Any]) -> RawWebhook:
    """Raises Malformed."""
    source = message.get("webhook")
    if not isinstance(source, str):
        raise Malformed("the message names no webhook", "webhook")
    received_at = time_in(message, "received_at", str)
    if "item" in message:
        return RawWebhook(source, json.dumps(message["item"]).encode(), received_at, is_item=True)
    content_type = message.get("content_type")
    plain = content_type if isinstance(content_type, str) else ""
    body, encoded = message.get("body"), message.get("body_base64")
    if isinstance(body, str):
        return RawWebhook(source, body.encode(errors="surrogatepass"), received_at, plain)
    try:
        return RawWebhook(source, base64.b64decode(encoded or "", validate=True), received_at, plain)
    except (ValueError, TypeError):
        raise Malformed("the message holds no body", "body") from None


def is_webhook(content: Mapping[str, Any]) -> bool:
    """Whether a message of the failure queue is one."""
    return "webhook" in content and "received_at" in content


def received(raw: RawWebhook, decision_ids: Sequence[str]) -> Json:
    first = decision_ids[0] if decision_ids else None
    return {
        "record": "webhook",
        "source": raw.source,
        "received_at": times.text(raw.received_at),
        "decision_id": first,
        "decision_ids": list(decision_ids),
    }


def preview(items: Sequence[Item]) -> Json:
    return {"record": "webhook_preview", "items": [_previewed(item) for item in items]}


def _previewed(item: Item) -> Json:
    refusal = item.refusal
    fault = {"code": refusal.code, "message": refusal.message, "field": refusal.field} if refusal else None
    return {"facts": list(item.events), "ignored": not item.events and refusal is None, "fault": fault}
