"""The webhooks of the handbook work as they stand there."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rekindle.adapters.sources.webhooks.mapper import mapped
from rekindle.adapters.wire.settings.document import faults
from rekindle.adapters.wire.settings.yaml_document import load
from rekindle.domain.webhooks.item import RawWebhook
from rekindle.domain.webhooks.webhook import webhooks_of

PAGE = Path(__file__).parents[3] / "docs" / "handbook" / "webhooks.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
SETTINGS: dict[str, Any] = {source: webhook for block in BLOCKS for source, webhook in load(block)["webhooks"].items()}
AT = "2026-03-01T09:00:00Z"
BODIES: dict[str, list[tuple[Any, list[str]]]] = {
    "typeform": [
        (
            {
                "event_type": "form_response",
                "form_response": {
                    "token": "a3a12ec67a1365927098a606107fac15",
                    "submitted_at": AT,
                    "hidden": {"campaign": "spring-webinar"},
                    "answers": [{"type": "email", "email": "ada@example.com", "field": {"ref": "email"}}],
                },
            },
            ["Person Changed", "Response Recorded"],
        )
    ],
    "calendly": [
        (
            {
                "event": "invitee.created",
                "created_at": AT,
                "payload": {
                    "email": "ada@example.com",
                    "uri": f"https://api.calendly.com/scheduled_events/{'a' * 36}/invitees/{'b' * 36}",
                    "tracking": {"utm_campaign": "spring"},
                },
            },
            ["Response Recorded"],
        ),
        ({"event": "invitee.canceled"}, []),
    ],
    "segment": [
        (
            {
                "type": "identify",
                "userId": "u-1",
                "timestamp": AT,
                "traits": {"email": "ada@example.com", "plan": "pro", "company": {"name": "Acme"}},
            },
            ["Person Changed"],
        ),
        (
            {
                "type": "track",
                "event": "Demo Requested",
                "messageId": "m-1",
                "userId": "u-1",
                "timestamp": AT,
                "context": {"campaign": {"name": "spring"}},
            },
            ["Response Recorded"],
        ),
        ({"type": "page"}, []),
    ],
}


def test_the_settings_have_no_fault() -> None:
    assert set(SETTINGS) == set(BODIES)
    assert faults({"person_statuses": {"New": {"active": False}}, "webhooks": SETTINGS}) == []


@pytest.mark.parametrize("source", BODIES)
def test_what_the_tool_sends_is_told(source: str) -> None:
    webhook = webhooks_of({"webhooks": SETTINGS})[source]
    for body, events in BODIES[source]:
        raw = RawWebhook(source, msgspec.json.encode(body), datetime(2026, 3, 1, 9, 1, tzinfo=UTC))
        (item,) = mapped(webhook, raw, lambda address: f"who has {address}")
        assert (item.refusal, [event["detail-type"] for event in item.events]) == (None, events)
