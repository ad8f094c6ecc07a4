"""The queue of notifications: one message on the topic for each, and one for many at once, however often delivered."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.announce_changes.app import handler as announce
from functions.change_settings.app import handler as change
from functions.put_facts.app import handler as put_facts
from functions.record_crm_changes.app import handler as record
from functions.send_notifications.app import handler
from rekindle.runtime import aws as root
from rekindle.runtime import notifications
from tests.integration.conftest import CONTEXT, Aws, batch, call, client, envelope, event, failed

SETTINGS = {
    "person_statuses": {
        "New": {"active": False},
        "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
    },
    "assignment": {"rules": [{"to": "routing"}]},
}


@pytest.fixture(autouse=True)
def just_after(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (root, notifications):
        monkeypatch.setattr(module, "now", lambda: datetime(2026, 3, 1, 12, 4, 5, tzinfo=UTC))


def lead(person_id: str, owner_id: str = "user-1", **values: Any) -> None:
    """A lead that became active, waited, and was found an owner."""
    facts = [
        envelope("Person Changed", "2026-02-18T09:00:00Z", person_id=person_id, status="New", score=70, **values),
        envelope(
            "Response Recorded",
            "2026-03-01T12:00:00Z",
            response_id=f"member-{person_id}",
            person_id=person_id,
            campaign_id="spring-webinar",
            responded=True,
        ),
        envelope("Person Changed", "2026-03-01T12:04:00Z", person_id=person_id, owner_id=owner_id),
    ]
    assert failed(record(batch(*facts), CONTEXT)) == []


@pytest.fixture
def topic(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> str:
    """The queue of somebody who subscribed to the topic."""
    arn = client("sns").create_topic(Name="Notifications")["TopicArn"]
    url: str = aws.sqs.create_queue(QueueName="subscribed")["QueueUrl"]
    queue = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    monkeypatch.setenv("NOTIFICATIONS_TOPIC_ARN", arn)
    call(put_facts, "PUT", "users", "routing", body={"name": "Routing"})
    call(put_facts, "PUT", "users", "user-1", body={"name": "Ada Byron"})
    call(put_facts, "PUT", "campaigns", "spring-webinar", body={"name": "Spring webinar"})
    assert call(change, "PUT", "settings", body=SETTINGS).status == 200
    return url


def requested(aws: Aws) -> list[dict[str, Any]]:
    """What the bus told of notifications, in the envelope."""
    announce(aws.stream(aws.names.ledger, "AnnounceChangesFunction"), CONTEXT)
    return [told for told in aws.published() if told["detail-type"] == "Notification Requested"]


def delivered(aws: Aws, url: str) -> list[dict[str, Any]]:
    """What the subscriber heard, as SNS wraps it."""
    return [json.loads(message["Body"]) for message in aws.messages(url)]


def test_the_event_tells_the_owner_once(aws: Aws, topic: str) -> None:
    lead("lead-1", first_name="Grace", company="Example Ltd")
    assert [failed(handler(event("send_notifications"), CONTEXT)) for _ in range(2)] == [[], []]
    (heard,) = delivered(aws, topic)
    assert heard["Subject"] == "New lead for Ada Byron: Grace"
    assert {name: told["Value"] for name, told in heard["MessageAttributes"].items()} == {
        "kind": "assigned",
        "owner_id": "user-1",
        "digest": "false",
    }
    document = json.loads(heard["Message"])
    assert "Lead: Grace, Example Ltd (lead-1)\nCampaign: Spring webinar" in document["content"]["description"]
    assert aws.messages(aws.failures) == []


def test_the_event_is_what_the_bus_tells(aws: Aws, topic: str) -> None:
    lead("lead-1")
    (told,) = requested(aws)
    (message,) = event("send_notifications")["Records"]
    assert json.loads(message["body"])["detail"] == told["detail"]


def test_many_are_told_in_one(aws: Aws, topic: str) -> None:
    for number in range(6):
        lead(f"lead-{number}", last_name=f"Lead {number}")
    notices = requested(aws)
    assert failed(handler(batch(*notices), CONTEXT)) == []
    assert failed(handler(batch(*reversed(notices)), CONTEXT)) == []
    (heard,) = delivered(aws, topic)
    assert (heard["Subject"], heard["MessageAttributes"]["digest"]["Value"]) == ("6 leads for Ada Byron", "true")


def test_logs_and_metrics_name_nobody(aws: Aws, topic: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = {**SETTINGS, "notifications": {"templates": {"assigned": {"body": "{{ person.name < 3 }}"}}}}
    call(change, "PUT", "settings", body=settings)
    lead("lead-1", first_name="Grace", last_name="Hopper", email="grace@example.com", company="Example Ltd")
    handler(event("send_notifications"), CONTEXT)
    (heard,) = delivered(aws, topic)
    assert "Grace Hopper" in heard["Subject"]
    logged = aws.logged.getvalue() + capsys.readouterr().out
    assert "bad template" in logged and "notified" in logged and "BadTemplates" in logged
    assert not [word for word in ("Grace", "Hopper", "grace@", "Example", "Ada", "Byron") if word in logged]


def test_what_is_no_notification_is_refused_with_the_field_and_its_neighbours_are_sent(aws: Aws, topic: str) -> None:
    lead("lead-1")
    (good,) = requested(aws)
    wrong = [
        "no json",
        {"detail-type": "Notification Requested"},
        {**good, "detail": {**good["detail"], "kind": "shouted"}},
        {**good, "detail": {name: value for name, value in good["detail"].items() if name != "notify_id"}},
    ]
    assert failed(handler(batch(*wrong, good), CONTEXT)) == []
    refused = [message["MessageAttributes"] for message in aws.messages(aws.failures)]
    fields = sorted(told.get("field", {}).get("StringValue", "") for told in refused)
    assert fields == ["", "detail", "detail.kind", "detail.notify_id"]
    assert len(delivered(aws, topic)) == 1


def test_a_topic_that_does_not_answer_leaves_the_message_in_its_queue(
    aws: Aws, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead("lead-1")
    monkeypatch.setenv("NOTIFICATIONS_TOPIC_ARN", f"{root.environment().topic}-gone")
    root.environment.cache_clear()
    (message,) = event("send_notifications")["Records"]
    assert failed(handler({"Records": [message]}, CONTEXT)) == [message["messageId"]]
    assert delivered(aws, topic) == []


def test_a_store_that_does_not_answer_leaves_all_in_the_queue(aws: Aws, topic: str) -> None:
    lead("lead-1")
    (good,) = requested(aws)
    aws.dynamodb.delete_table(TableName=aws.names.ledger)
    assert failed(handler(batch(good, good), CONTEXT)) == ["m-1", "m-2"]
    assert delivered(aws, topic) == []


def test_nothing_is_sent_where_it_is_switched_off(aws: Aws, topic: str) -> None:
    lead("lead-1")
    call(change, "PUT", "settings", body={**SETTINGS, "notifications": {"enabled": False}})
    assert failed(handler(event("send_notifications"), CONTEXT)) == []
    assert delivered(aws, topic) == []
