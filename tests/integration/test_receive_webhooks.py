"""Webhooks from the request of a tool to facts: proved, stored, mapped; what is wrong is seen and sent again."""

import json
from typing import Any

import pytest

from functions.apply_webhooks.app import handler as apply
from functions.change_settings.app import handler as change
from functions.receive_webhooks.app import handler as receive
from functions.record_crm_changes.app import handler as record
from functions.show_records.app import handler as show
from rekindle.domain.webhooks.proof import sign
from rekindle.domain.webhooks.webhook import webhook_of
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, batch, call, client, delivered, event

FORMS: dict[str, Any] = {
    "scheme": "token_header",
    "header": "X-Token",
    "decision_in_answer": True,
    "challenge": {"parameter": "challenge", "answer": "echo", "token_parameter": "token"},
    "facts": [
        {"event": "Person Changed", "person_by_email": "mail", "detail": {"email": "mail", "first_name": "name"}},
        {
            "event": "Response Recorded",
            "person_by_email": "mail",
            "detail": {"response_id": "id", "campaign_id": "'spring-webinar'", "responded": "`true`"},
        },
    ],
}
HUBSPOT: dict[str, Any] = {
    "scheme": "hubspot_v3",
    "address": "https://api.example.com/dev/webhooks/hubspot",
    "mapping": "hubspot",
}
SECRET = json.dumps({"secret": "s3cret", "previous": "0ld"})


def with_secret(webhook: dict[str, Any], name: str) -> dict[str, Any]:
    created = client("secretsmanager").create_secret(Name=f"rekindle/webhooks/{name}", SecretString=SECRET)
    return {**webhook, "secret": created["ARN"]}


def configured(aws: Aws) -> Aws:
    """AWS with the demo records, and settings with two webhooks."""
    record(event("record_crm_changes"), CONTEXT)
    webhooks = {"forms": with_secret(FORMS, "forms"), "hubspot": with_secret(HUBSPOT, "hubspot")}
    stored = call(change, "PUT", "settings", body={"person_statuses": {"New": {"active": False}}, "webhooks": webhooks})
    assert stored.status == 200, stored.text
    return aws


@pytest.fixture
def known(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setenv("QUEUE_URL", aws.queues["WEBHOOKS_QUEUE_URL"])
    return configured(aws)


def post(source: str, body: Any, headers: dict[str, str]) -> Answer:
    return call(receive, "POST", "webhooks", source, body=body, headers=headers)


def from_hubspot(*items: dict[str, Any]) -> Answer:
    text = json.dumps(items)
    signed = sign(webhook_of("hubspot", {**HUBSPOT, "secret": ""}), text.encode(), "s3cret", root.now())
    return post("hubspot", text, signed)


def changed(name: str, value: str) -> dict[str, Any]:
    told = {"subscriptionType": "contact.propertyChange", "objectId": 7, "occurredAt": 1772366400000}
    return {**told, "propertyName": name, "propertyValue": value}


def applied(aws: Aws) -> list[dict[str, Any]]:
    """Works off the queue of webhooks, then that of facts; answers the facts."""
    assert apply(delivered(aws.messages(aws.queues["WEBHOOKS_QUEUE_URL"])), CONTEXT) == {"batchItemFailures": []}
    facts = [json.loads(message["Body"]) for message in aws.messages(aws.crm_changes)]
    assert record(batch(*facts), CONTEXT) == {"batchItemFailures": []}
    return facts


def test_the_events_lead_from_a_form_to_a_person_with_a_response(known: Aws) -> None:
    answer = answered(receive, event("receive_webhooks"))
    assert answer.status == 202
    applied(known)
    (found,) = call(show, "GET", "people", query={"email": "ADA@example.com"}).body["items"]
    responses = call(show, "GET", "people", found["person_id"], "responses").body["items"]
    assert "form-20" in {one["response_id"] for one in responses}
    assert call(show, "GET", "decisions", answer.body["decision_id"]).body["scenario"] == "response"


def test_a_batch_of_hubspot_changes_its_contact(known: Aws) -> None:
    answer = from_hubspot(changed("email", "a@example.com"), changed("hubspotscore", "64"), changed("other", "x"))
    assert (answer.status, answer.body["decision_id"]) == (202, None)
    assert len(applied(known)) == 2
    person = call(show, "GET", "people", "7").body
    assert (person["email"], person["score"]) == ("a@example.com", 64)


def test_what_is_not_proved_is_a_problem_and_nothing_is_stored(known: Aws) -> None:
    assert post("forms", "{}", {"X-Token": "wrong"}).refusal == (401, "SIGNATURE_INVALID", None)
    assert post("hubspot", "[]", {}).refusal == (401, "TIMESTAMP_OUT_OF_RANGE", None)
    assert post("unknown", "[]", {}).refusal == (404, "NOT_FOUND", None)
    assert post("forms", "x" * 150_001, {"X-Token": "s3cret"}).refusal == (413, "CALL_TOO_LARGE", None)
    assert known.messages(known.queues["WEBHOOKS_QUEUE_URL"]) == []
    assert post("forms", "{}", {"X-Token": "0ld"}).status == 202


def test_a_secret_that_cannot_be_read_is_asked_for_again_later(known: Aws) -> None:
    client("secretsmanager").delete_secret(SecretId="rekindle/webhooks/forms", ForceDeleteWithoutRecovery=True)
    assert post("forms", "{}", {"X-Token": "s3cret"}).refusal == (503, "UNAVAILABLE", None)


def test_a_tool_verifies_the_address(known: Aws) -> None:
    query = {"challenge": "abc-1", "token": "s3cret", "more": "of its own"}
    answer = call(receive, "GET", "webhooks", "forms", query=query)
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (200, "abc-1", "text/plain")
    assert call(receive, "GET", "webhooks", "forms", query={"challenge": "a"}).refusal[:2] == (401, "SIGNATURE_INVALID")
    assert call(receive, "GET", "webhooks", "hubspot").refusal[:2] == (404, "NOT_FOUND")
