"""The section `webhooks` of the settings: every fault by its path."""

from typing import Any

import pytest

from rekindle.adapters.wire.settings.document import faults
from rekindle.adapters.wire.settings.webhooks import WEBHOOKS
from rekindle.domain.webhooks.webhook import Webhook, webhook_of

ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rekindle/webhooks/tool-AbCdEf"
RULE: dict[str, Any] = {"event": "Person Changed", "detail": {"person_id": "id"}}
SOUND: dict[str, Any] = {"scheme": "token_header", "header": "X-Token", "secret": ARN, "facts": [RULE]}


def found(webhook: Any, source: str = "tool") -> list[str]:
    document = {"person_statuses": {"New": {"active": False}}, "webhooks": {source: webhook}}
    return [path for path, _ in faults(document)]


@pytest.mark.parametrize(
    "webhook",
    [
        SOUND,
        {"scheme": "hubspot_v3", "secret": ARN, "address": "https://a.example/dev/webhooks/h", "mapping": "hubspot"},
        {
            "scheme": "standard_webhooks",
            "secret": ARN,
            "facts": [RULE],
            "items": "events[]",
            "ignore": "type == 'ping'",
        },
        {**SOUND, "challenge": {"parameter": "c", "answer": "hmac"}, "mapping": None},
        {"scheme": "key_in_body", "secret": ARN, "key": "google_key", "mapping": "google_ads"},
    ],
)
def test_a_sound_webhook(webhook: dict[str, Any]) -> None:
    assert found(webhook) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"scheme": "basic"}, "scheme"),
        ({"scheme": "hubspot_v3"}, "address"),
        ({"scheme": "hmac", "header": None}, "header"),
        ({"scheme": "key_in_body"}, "key"),
        ({"secret": "s3cret"}, "secret"),
        ({"secret": ARN.replace("/webhooks/", "/")}, "secret"),
        ({"facts": []}, "facts"),
        ({"mapping": "unknown"}, "mapping"),
        ({"properties": {"a": "status"}}, "properties"),
        ({"timestamp_field": "t"}, "signature_field"),
        ({"challenge": {"parameter": "c", "answer": "echo"}}, "challenge.token_parameter"),
        ({"items": "a["}, "items"),
        ({"ignore": "=="}, "ignore"),
        ({"facts": [{**RULE, "when": "a ==="}]}, "facts[0].when"),
        ({"facts": [RULE, {**RULE, "detail": {"person_id": "'"}}]}, "facts[1].detail.person_id"),
        ({"facts": [{**RULE, "event": "Something Happened"}]}, "facts[0].event"),
        ({"facts": [{"event": "Person Changed"}]}, "facts[0].detail"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_fault_is_named_by_its_path(change: dict[str, Any], path: str) -> None:
    assert found({**SOUND, **change}) == [f"webhooks.tool.{path}"]


@pytest.mark.parametrize("webhook", [None, 7, [], {"facts": 7}, {"facts": [7]}, {"challenge": 7}, {"scheme": []}])
def test_any_other_shape_is_a_fault_and_no_error(webhook: Any) -> None:
    assert found(webhook)


def test_a_source_is_a_word_of_an_address() -> None:
    assert found(SOUND, "Tool One")


def test_the_schema_and_the_domain_agree() -> None:
    told = set(WEBHOOKS["additionalProperties"]["properties"])
    assert told == set(Webhook.__dataclass_fields__) - {"source"}
    assert webhook_of("tool", SOUND).facts[0].detail == {"person_id": "id"}
