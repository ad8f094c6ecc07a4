"""Whatever a sender sends, a mapping makes facts of it that can be recorded, or refuses it cleanly, item by item."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.sources.webhooks.mapper import mapped
from rekindle.adapters.wire.events import facts_of
from rekindle.domain.core.errors import Refusal
from rekindle.domain.webhooks.item import Item, RawWebhook
from rekindle.domain.webhooks.webhook import Webhook, webhook_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OWN: dict[str, Any] = {
    "facts": [
        {
            "event": "Response Recorded",
            "when": "type == 'form'",
            "person_by_email": "mail",
            "time": "at",
            "detail": {"response_id": "id", "campaign_id": "campaign.id", "responded": "`true`", "fields.x": "fields"},
        },
        {
            "event": "Person Changed",
            "person_by_email": "mail",
            "detail": {"score": "to_number(score)", "email": "mail"},
        },
    ]
}
MAPPINGS: dict[str, dict[str, Any]] = {
    "hubspot": {"mapping": "hubspot", "properties": {"email": "email", "score": "score", "region": "fields.region"}},
    "marketo": {"mapping": "marketo"},
    "google_ads": {"mapping": "google_ads"},
    "own": OWN,
}
_WORDS = [
    *("contact.propertyChange", "contact.merge", "contact.privacyDeletion", "contact.deletion", "contact.creation"),
    *("form", "email", "score", "EMAIL", "FULL_NAME", "PHONE_NUMBER", "ada@example.com", "@", "true", "-1", "1e999"),
    *("2026-03-01T09:00:00Z", "2026-13-01", "1772355600000", "\x00", "\ud800", "customer", "lead", "Changed Score"),
]
_numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_scalars = st.none() | st.booleans() | _numbers | st.text(max_size=8) | st.sampled_from(_WORDS)
_names = st.sampled_from(
    [
        *("eventId", "subscriptionType", "objectId", "occurredAt", "propertyName", "propertyValue", "primaryObjectId"),
        *("mergedObjectIds", "formId", "submittedAt", "values", "name", "value", "leadId", "lead", "activity", "score"),
        *("lead_id", "user_column_data", "column_id", "string_value", "campaign_id", "form_id", "is_test", "gcl_id"),
        *("id", "type", "mail", "at", "campaign", "fields", "new", "status", "program", "email", "attributes", "items"),
    ]
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names | st.text(max_size=3), inner, max_size=6),
    max_leaves=14,
)
_bodies = (
    st.lists(st.dictionaries(_names, _values, max_size=9), max_size=4) | st.dictionaries(_names, _values) | _values
)


def webhook(name: str) -> Webhook:
    return webhook_of(name, {"scheme": "token_header", "header": "X", "secret": "arn", **MAPPINGS[name]})


def items(name: str, body: bytes, content_type: str = "application/json") -> list[Item] | Refusal:
    try:
        return mapped(webhook(name), RawWebhook(name, body, NOW, content_type), lambda address: f"of {address}"[:128])
    except Refusal as refusal:
        return refusal


def check(found: list[Item] | Refusal) -> None:
    if isinstance(found, Refusal):
        assert found.code
        return
    for item in found:
        assert not (item.events and item.refusal)
        for event in item.events:
            assert facts_of(json.loads(json.dumps(event)), arrived_at=NOW)


@given(st.sampled_from(list(MAPPINGS)), _bodies)
def test_any_json_is_mapped_or_refused(name: str, body: Any) -> None:
    check(items(name, json.dumps(body).encode()))


@given(st.sampled_from(list(MAPPINGS)), st.binary(max_size=60), st.sampled_from(["", "application/json", "text/plain"]))
def test_any_bytes_are_mapped_or_refused(name: str, body: bytes, content_type: str) -> None:
    check(items(name, body, content_type))


@given(st.sampled_from(list(MAPPINGS)), st.dictionaries(_names, st.text(max_size=8)), st.binary(max_size=20))
def test_any_form_is_mapped_or_refused(name: str, fields: dict[str, str], rest: bytes) -> None:
    form = "&".join(f"{key}={value}" for key, value in fields.items()).encode(errors="surrogatepass") + rest
    check(items(name, form, "application/x-www-form-urlencoded"))


@given(st.lists(_values, min_size=1, max_size=3), st.integers(0, 3))
def test_a_bad_item_leaves_the_good_ones_as_they_are(bad: list[Any], place: int) -> None:
    good = {
        "eventId": 1,
        "subscriptionType": "contact.propertyChange",
        "objectId": 7,
        "occurredAt": 1772355000000,
        "propertyName": "email",
        "propertyValue": "ada@example.com",
    }
    body = [*bad[:place], good, *bad[place:]]
    found = items("hubspot", json.dumps(body).encode())
    assert isinstance(found, list)
    item = found[body.index(good)]
    (event,) = item.events
    assert (event["detail-type"], event["detail"]["person_id"], event["detail"]["email"]) == (
        *("Person Changed", "7", "ada@example.com"),
    )


def test_half_a_character_is_replaced_and_costs_no_other_item() -> None:
    body = b'[{"type": "form", "id": "r1", "mail": "a@b.example", "campaign": {"id": "c"}, "fields": "cut \\ud83d"}]'
    (event, _) = items("own", body)[0].events  # type: ignore[index]
    assert event["detail"]["fields"] == {"x": "cut \ufffd"}
    assert isinstance(items("own", b'[{"id": NaN}]'), Refusal)


@pytest.mark.parametrize("depth", [100, 10_000, 200_000])
def test_depth_is_refused(depth: int) -> None:
    check(items("hubspot", b"[" * depth + b"]" * depth))
    check(items("own", b'{"fields":' * depth + b"1" + b"}" * depth))
