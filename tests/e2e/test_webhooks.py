"""Webhooks on the local cloud: open to the network, guarded by their own proof, applied through both queues."""

import json
from typing import Any

import pytest

from rekindle.domain.webhooks.proof import sign
from rekindle.domain.webhooks.webhook import webhook_of
from rekindle.runtime.aws import now
from tests.local_cloud.stack import Stack

ADDRESS = "https://api.example.com/local/webhooks/hubspot"
RULE = {
    "event": "Response Recorded",
    "person_by_email": "mail",
    "detail": {"response_id": "id", "source_code": "'none'", "responded": "`true`"},
}


@pytest.fixture
def secrets(stack: Stack) -> dict[str, str]:
    client = stack.cloud.client("secretsmanager")
    names = {name: f"{stack.name}/webhooks/{name}" for name in ("hubspot", "forms")}
    return {name: client.create_secret(Name=named, SecretString="s3cret")["ARN"] for name, named in names.items()}


def test_what_tools_send_is_proved_and_applied(stack: Stack, secrets: dict[str, str]) -> None:
    hubspot = {"scheme": "hubspot_v3", "secret": secrets["hubspot"], "address": ADDRESS, "mapping": "hubspot"}
    forms = {"scheme": "token_header", "secret": secrets["forms"], "header": "X-Token", "facts": [RULE]}
    before = stack.api.get("settings").json()
    document = {"person_statuses": {"New": {"active": False}}, **(before["settings"] if before["version"] else {})}
    try:
        changed = stack.api.put("settings", body={**document, "webhooks": {"hubspot": hubspot, "forms": forms}})
        assert changed.status == 200, changed.body
        _sent_and_applied(stack, hubspot)
    finally:
        assert stack.api.put("settings", body=document).status == 200


def _sent_and_applied(stack: Stack, hubspot: dict[str, Any]) -> None:
    def change(name: str, value: str) -> dict[str, Any]:
        told = {"subscriptionType": "contact.propertyChange", "objectId": 7007, "occurredAt": 1772366400000}
        return {**told, "propertyName": name, "propertyValue": value}

    unsigned = stack.api_as("", "")
    body = json.dumps([change("email", "hook@example.com"), change("hubspotscore", "many")]).encode()
    headers = sign(webhook_of("hubspot", hubspot), body, "s3cret", now())
    assert unsigned.post("webhooks", "hubspot", body=body).status == 401
    assert unsigned.post("webhooks", "hubspot", body=body + b" ", **headers).status == 401
    assert unsigned.post("webhooks", "hubspot", body=body, **headers).status == 202
    person = stack.until(lambda: (found := stack.api.get("people", "7007")).status == 200 and found.json())
    assert person["email"] == "hook@example.com"
    stack.until(lambda: [one for one in stack.failures() if '"webhook"' in one.body])

    shown = stack.api.post("webhooks", "forms", "previews", body={"id": "form-1", "mail": "HOOK@example.com"})
    (item,) = shown.json()["items"]
    assert item["facts"][0]["detail"]["person_id"] == "7007"
