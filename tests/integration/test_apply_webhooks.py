"""What was received becomes facts; what is wrong is seen, and mapped again when it is sent again."""

import json

import pytest

from functions.apply_webhooks.app import handler as apply
from functions.change_settings.app import handler as change
from functions.erase_people.app import handler as erase
from functions.record_crm_changes.app import handler as record
from functions.resend_failures.app import handler as resend
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, failed, postponed
from tests.integration.test_receive_webhooks import applied, changed, configured, from_hubspot, post


@pytest.fixture
def known(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setenv("QUEUE_URL", aws.queues["WEBHOOKS_QUEUE_URL"])
    return configured(aws)


def test_the_event_is_sent_on_as_facts(known: Aws) -> None:
    assert apply(event("apply_webhooks"), CONTEXT) == {"batchItemFailures": []}
    assert len(known.messages(known.crm_changes)) == 2


def test_what_cannot_be_sent_on_is_delivered_again(known: Aws) -> None:
    again = postponed()
    known.sqs.delete_queue(QueueUrl=known.crm_changes)
    assert failed(apply(event("apply_webhooks"), CONTEXT)) == [event("apply_webhooks")["Records"][0]["messageId"]]
    assert [one["VisibilityTimeout"] for one in again] == [2]


def test_the_bad_item_of_a_batch_waits_and_is_mapped_again(known: Aws) -> None:
    from_hubspot(changed("email", "a@example.com"), changed("hubspotscore", "many"))
    assert len(applied(known)) == 1
    (message,) = known.messages(known.failures)
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    known.fail(message["Body"], **attributes)
    (kept,) = call(resend, "GET", "failures").body["items"]
    assert (kept["reason"], kept["field"], kept["record_kind"]) == ("INVALID_FIELD", "detail.score", "webhook")
    assert (kept["source"], kept["event_at"] is not None) == ("webhook.hubspot", True)

    current = call(change, "GET", "settings").body["settings"]
    current["webhooks"]["hubspot"]["properties"] = {"hubspotscore": "fields.score_in_words"}
    assert call(change, "PUT", "settings", body=current).status == 200
    root.use_cases.cache_clear()
    assert call(resend, "POST", "failures", kept["failure_id"], "resend").status == 200
    (fact,) = applied(known)
    assert fact["detail"] == {"person_id": "7", "fields": {"score_in_words": "many"}}


def test_a_body_that_cannot_be_read_waits_as_it_came(known: Aws) -> None:
    assert post("forms", "{", {"X-Token": "s3cret"}).status == 202
    assert applied(known) == []
    (message,) = known.messages(known.failures)
    assert message["MessageAttributes"]["code"]["StringValue"] == "MALFORMED"
    assert json.loads(message["Body"])["body"] == "{"


def test_every_item_of_a_large_batch_is_sent_on(known: Aws) -> None:
    from_hubspot(*(changed("company", f"{number} {'x' * 200}") for number in range(45)))
    assert len(applied(known)) == 45


def test_an_erasure_takes_the_messages_about_a_person(known: Aws) -> None:
    from_hubspot(changed("hubspotscore", "many"))
    applied(known)
    (message,) = known.messages(known.failures)
    known.fail(message["Body"], code="INVALID_FIELD")
    assert record(batch(envelope("Person Changed", "2026-03-01T12:00:00Z", person_id="7")), CONTEXT)
    assert call(erase, "DELETE", "people", "7").body["failures"] == 1
    assert call(resend, "GET", "failures").body["items"] == []
