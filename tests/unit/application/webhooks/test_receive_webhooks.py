"""A webhook is proved, stored, and then applied: the good items, while the bad ones wait for somebody."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from rekindle.adapters.wire.webhooks import message_of, message_of_item, raw_of
from rekindle.application.imports.find_person import FindPerson
from rekindle.application.imports.stored_records import StoredRecords
from rekindle.domain.core.errors import CallTooLarge, Malformed, NotFound, Unavailable, Unproven
from rekindle.domain.webhooks.item import Item, RawWebhook
from rekindle.domain.webhooks.proof import Request, sign
from rekindle.domain.webhooks.webhook import webhook_of
from tests.support.builders import DOCUMENT, Rekindle, day, person_changed

ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rekindle/webhooks/crm"
CRM: dict[str, Any] = {
    "scheme": "hubspot_v3",
    "secret": ARN,
    "address": "https://api.example.com/dev/webhooks/crm",
    "mapping": "hubspot",
}
FORMS: dict[str, Any] = {
    "scheme": "token_header",
    "secret": ARN,
    "header": "X-Token",
    "decision_in_answer": True,
    "challenge": {"parameter": "hub.challenge", "answer": "echo", "token_parameter": "hub.verify_token"},
    "facts": [
        {
            "event": "Response Recorded",
            "person_by_email": "mail",
            "detail": {"response_id": "id", "campaign_id": "'fair'", "responded": "`true`"},
        }
    ],
}
ADS: dict[str, Any] = {"scheme": "key_in_body", "key": "google_key", "secret": ARN, "mapping": "google_ads"}
PROVES: dict[str, Any] = {
    **FORMS,
    "challenge": {"parameter": "challengeCode", "answer": "hmac"},
}


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    webhooks = {"crm": CRM, "forms": FORMS, "ads": ADS, "proves": PROVES}
    rekindle.memory.documents.append(({**DOCUMENT, "webhooks": webhooks}, day(0)))
    rekindle.memory.secrets[ARN] = ("s3cret",)
    return rekindle


def changed(name: str, value: str) -> dict[str, Any]:
    at = int((day(0) - timedelta(hours=1)).timestamp() * 1000)
    told = {"subscriptionType": "contact.propertyChange", "objectId": 7, "occurredAt": at}
    return {**told, "propertyName": name, "propertyValue": value}


def request(rekindle: Rekindle, body: Any, source: str = "crm") -> Request:
    section = {"crm": CRM, "forms": FORMS, "ads": ADS}[source]
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = sign(webhook_of(source, section), raw, "s3cret", rekindle.use.ports.clock())
    return Request("POST", raw, {name.lower(): value for name, value in headers.items()})


def test_what_is_proved_is_stored_as_it_came(rekindle: Rekindle) -> None:
    body = b' [{"odd": "spacing" } ]\n'
    rekindle.use.receive_webhooks("crm", request(rekindle, body))
    (stored,) = rekindle.memory.webhooks
    assert (stored.source, stored.body) == ("crm", body)


@pytest.mark.parametrize(
    ("source", "change", "error"),
    [
        ("crm", {"headers": {}}, Unproven),
        ("crm", {"method": "PUT"}, Unproven),
        ("unknown", {}, NotFound),
        ("crm", {"body": b"x" * 150_001}, CallTooLarge),
    ],
)
def test_of_anything_else_nothing_is_stored(
    rekindle: Rekindle, source: str, change: dict[str, Any], error: type[Exception]
) -> None:
    signed = request(rekindle, [])
    told = {"method": signed.method, "body": signed.body, "headers": signed.headers, **change}
    with pytest.raises(error):
        rekindle.use.receive_webhooks(source, Request(**told))
    assert not rekindle.memory.webhooks


def test_without_its_secret_it_is_asked_for_again_later(rekindle: Rekindle) -> None:
    rekindle.memory.secrets.clear()
    with pytest.raises(Unavailable):
        rekindle.use.receive_webhooks("crm", request(rekindle, []))
    assert not rekindle.memory.webhooks


def test_the_secret_in_a_body_is_not_stored(rekindle: Rekindle) -> None:
    rekindle.use.receive_webhooks("ads", request(rekindle, {"google_key": "s3cret", "lead_id": "1"}, "ads"))
    (stored,) = rekindle.memory.webhooks
    assert stored.body == b'{"lead_id": "1"}'


def test_of_a_batch_that_is_half_bad_the_good_half_is_sent_on(rekindle: Rekindle) -> None:
    batch = [changed("email", "a@example.com"), changed("hubspotscore", "many"), {"subscriptionType": "deal.creation"}]
    _, raw = rekindle.use.receive_webhooks("crm", request(rekindle, batch))
    for _ in range(2):
        applied = rekindle.use.apply_webhooks(raw)
    assert (applied.facts, applied.ignored, applied.refused) == (1, 1, Counter({"INVALID_FIELD": 1}))
    first, second = rekindle.memory.facts
    assert first == second and first["detail"] == {"person_id": "7", "email": "a@example.com"}
    (_, item, refusal), _ = rekindle.memory.refused_items
    assert (item.content, item.person_ids, refusal.field) == (batch[1], ("7",), "detail.score")


def test_a_webhook_of_former_settings_is_refused_and_kept(rekindle: Rekindle) -> None:
    with pytest.raises(NotFound):
        rekindle.use.apply_webhooks(RawWebhook("gone", b"{}", day(0)))


def test_who_is_known_by_an_address_is_that_person_and_nobody_else(rekindle: Rekindle) -> None:
    rekindle.tell(person_changed("p1", 0, email="ada@example.com"))

    def person_of(mail: str) -> str:
        raw = RawWebhook("forms", json.dumps({"id": "r1", "mail": mail}).encode(), day(1))
        (item,) = rekindle.use.preview_webhooks.stored(raw)
        return str(item.events[0]["detail"]["person_id"])

    assert person_of(" ADA@example.com") == "p1"
    assert person_of("new@example.com") == person_of("New@Example.com") != person_of("other@example.com")
    of_a_file = FindPerson(StoredRecords(rekindle.use.ports.people, rekindle.use.ports.scores, {}.get), lambda *_: None)
    assert of_a_file({"email": "NEW@example.com"}).person_id == person_of("new@example.com")


def test_the_answer_may_name_the_decision_that_the_response_leads_to(rekindle: Rekindle) -> None:
    from rekindle.adapters.wire.events import facts_of
    from tests.support.builders import campaign_changed

    rekindle.tell(campaign_changed("fair"))
    webhook, raw = rekindle.use.receive_webhooks(
        "forms", request(rekindle, {"id": "r1", "mail": "a@b.example"}, "forms")
    )
    named = rekindle.use.preview_webhooks.decisions(webhook, raw)
    rekindle.use.apply_webhooks(raw)
    (event,) = rekindle.memory.facts
    decision = rekindle.tell(*facts_of(event)).decision
    assert decision is not None and named == [decision.decision_id]
    assert rekindle.use.preview_webhooks.decisions(webhook, RawWebhook("forms", b"{", day(0))) == []


# --- the address is verified -----------------------------------------------------------------------------------------


def test_a_tool_that_knows_the_token_is_answered_by_its_word(rekindle: Rekindle) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "s3cret"}
    assert rekindle.use.receive_webhooks.challenge("forms", query) == ("1158201444", "text/plain")
    for wrong in ({**query, "hub.verify_token": "x"}, {"hub.challenge": "1"}, {**query, "hub.verify_token": ""}):
        with pytest.raises(Unproven):
            rekindle.use.receive_webhooks.challenge("forms", wrong)
    for word in ("", "<script>", "a b", "x" * 257):
        with pytest.raises(Malformed):
            rekindle.use.receive_webhooks.challenge("forms", {**query, "hub.challenge": word})


def test_a_tool_is_answered_by_a_proof_of_the_secret(rekindle: Rekindle) -> None:
    answer, media = rekindle.use.receive_webhooks.challenge("proves", {"challengeCode": "890e4665"})
    assert media == "application/json"
    assert set(json.loads(answer)) == {"challengeCode", "challengeResponse"}


def test_a_webhook_without_a_challenge_takes_no_get(rekindle: Rekindle) -> None:
    for source in ("crm", "unknown"):
        with pytest.raises(NotFound):
            rekindle.use.receive_webhooks.challenge(source, {})


# --- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe", "é\u2028".encode(), b""])
def test_a_message_holds_the_very_bytes(body: bytes) -> None:
    raw = RawWebhook("crm", body, day(1), "application/json")
    assert raw_of(json.loads(message_of(raw))) == raw


def test_an_item_is_a_message_of_its_own(rekindle: Rekindle) -> None:
    raw = RawWebhook("crm", b"[]", day(1), "application/json")
    message = json.loads(message_of_item(raw, Item({"a": 1}, person_ids=("p",))))
    assert raw_of(message) == RawWebhook("crm", b'{"a": 1}', day(1), is_item=True)
    assert message["person_ids"] == ["p"]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"webhook": 7},
        {"webhook": "crm"},
        {"webhook": "crm", "received_at": "2026-03-01T09:00:00Z", "body_base64": "?"},
    ],
)
def test_any_other_message_is_refused(message: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        raw_of(message)
