"""Verifying and mapping a webhook, beside what no receiver can do without: the HMAC and reading the JSON."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from rekindle.adapters.sources.webhooks.mapper import mapped
from rekindle.domain.webhooks.item import RawWebhook
from rekindle.domain.webhooks.proof import Request, sign, verify
from rekindle.domain.webhooks.webhook import webhook_of
from tests.benchmarks.sampling import Spread, in_turn
from tests.benchmarks.table import Row
from tests.benchmarks.world import NOW

ITEMS, REPEATS = 10, 100
HUBSPOT = webhook_of(
    "hubspot",
    {"scheme": "hubspot_v3", "secret": "", "address": "https://api.example.com/dev/webhooks/h", "mapping": "hubspot"},
)
AT = int((NOW - timedelta(minutes=1)).timestamp() * 1000)
BODY = json.dumps(
    [
        {
            "eventId": number,
            "subscriptionId": 25,
            "portalId": 33,
            "appId": 1160452,
            "occurredAt": AT,
            "subscriptionType": "contact.propertyChange",
            "attemptNumber": 0,
            "objectId": 1246965 + number,
            "propertyName": "lifecyclestage",
            "propertyValue": "customer",
            "changeSource": "CRM",
        }
        for number in range(ITEMS)
    ]
).encode()


def microseconds(work: Callable[[], Any]) -> float:
    """For one item."""
    began = time.process_time_ns()
    for _ in range(REPEATS):
        work()
    return (time.process_time_ns() - began) / REPEATS / ITEMS / 1e3


def rows(rounds: int) -> Iterator[Row]:
    headers = {name.lower(): value for name, value in sign(HUBSPOT, BODY, "s3cret", NOW).items()}
    request, raw = Request("POST", BODY, headers), RawWebhook("hubspot", BODY, NOW)

    def bare() -> None:
        signature = hmac.new(b"s3cret", BODY, hashlib.sha256).digest()
        hmac.compare_digest(base64.b64encode(signature), b"x")
        json.loads(BODY)

    verified, told, base = in_turn(
        rounds,
        lambda _: microseconds(lambda: verify(HUBSPOT, request, ["s3cret"], NOW)),
        lambda _: microseconds(lambda: mapped(HUBSPOT, raw, str)),
        lambda _: microseconds(bare),
    )
    yield Row(21, "verifying a webhook of ten changes, µs a change", Spread.of(verified), 0, ".1f", stated=True)
    yield Row(21, "  mapping and checking it", Spread.of(told), 0, ".0f", stated=True)
    yield Row(21, "  hmac and json alone", Spread.of(base), 0, ".1f", stated=True)
