"""Notifications on the local cloud: from a new owner to a subscriber of the topic, once."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.local_cloud.cloud import LocalCloud
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

SETTINGS = {
    "person_statuses": {"New": {"active": False}, "Open": {"active": True}},
    "assignment": {"rules": [{"to": "routing"}]},
    "notifications": {"templates": {"assigned": {"subject": "{{ recipient.name }}: {{ person.name }}"}}},
}


@dataclass
class Desk:
    stack: Stack
    ear: str

    def heard(self, number: int) -> list[dict[str, Any]]:
        """What the subscriber got, once that many messages came and the queue of notifications is empty."""
        found: list[dict[str, Any]] = []

        def enough() -> bool:
            # Asked before the ear is: a message is published before its notifications leave their queue.
            empty = self._waiting() == 0
            answer = self.stack.sqs.receive_message(QueueUrl=self.ear, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            found.extend(json.loads(message["Body"]) for message in answer.get("Messages", ()))
            for message in answer.get("Messages", ()):
                self.stack.sqs.delete_message(QueueUrl=self.ear, ReceiptHandle=message["ReceiptHandle"])
            return empty and len(found) >= number

        self.stack.until(enough)
        return found

    def _waiting(self) -> int:
        names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        url = self.stack.outputs["NotificationsQueueUrl"]
        told = self.stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(value) for value in told.values())

    def lead(self, person_id: str, **values: Any) -> None:
        self.stack.send(
            [
                event("Person Changed", "2026-02-18T09:00:00Z", person_id=person_id, status="New", score=70, **values),
                event("Campaign Changed", "2026-02-18T09:00:00Z", campaign_id="webinar", name="Webinar"),
            ]
        )
        self.stack.settle()
        response = {"response_id": f"r-{person_id}", "person_id": person_id, "campaign_id": "webinar"}
        self.stack.send([event("Response Recorded", "2026-03-01T12:00:00Z", responded=True, **response)])
        self.stack.settle()
        self.stack.send([event("Person Changed", "2026-03-01T12:04:00Z", person_id=person_id, owner_id="ada")])
        self.stack.settle(announced=True)


def event(kind: str, at: str, **detail: Any) -> dict[str, Any]:
    return {"source": "test.crm", "detail-type": kind, "time": at, "detail": detail}


@pytest.fixture(scope="module")
def desk(built: None, cloud: LocalCloud) -> Desk:
    """A stack, and a queue that subscribed to its topic."""
    stack = Stack(cloud, "notifications")
    url = stack.sqs.create_queue(QueueName="subscribed")["QueueUrl"]
    arn = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = stack.outputs["NotificationsTopicArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    stack.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    for user_id, name in (("routing", "Routing"), ("ada", "Ada Byron")):
        assert stack.api.put("users", user_id, body={"name": name}).status == 200
    assert stack.api.put("settings", body=SETTINGS).status == 200
    return Desk(stack, url)


def test_one_assignment_is_told_once_also_when_its_event_is_sent_again(desk: Desk) -> None:
    desk.lead("p1", company="Example Ltd")
    (told,) = desk.heard(1)
    assert told["Subject"] == "Ada Byron: Example Ltd"
    assert told["MessageAttributes"]["kind"]["Value"] == "assigned"
    document = json.loads(told["Message"])
    assert "Campaign: Webinar" in document["content"]["description"]

    desk.stack.hear()
    (requested,) = (e for e in desk.stack.heard if e["detail-type"] == "Notification Requested")
    again = {
        "EventBusName": desk.stack.outputs["EventBusName"],
        "Source": "rekindle",
        "DetailType": requested["detail-type"],
        "Detail": json.dumps(requested["detail"]),
    }
    assert desk.stack.events.put_events(Entries=[again, again])["FailedEntryCount"] == 0
    desk.stack.until(lambda: desk.stack.counts()["AlreadySent"] >= 2)
    assert desk.stack.counts()["AlreadySent"] == 2
    assert desk.heard(0) == []
    assert desk.stack.failures() == []


def test_a_template_is_tried_over_the_api(desk: Desk) -> None:
    body = {"kind": "assigned", "template": {"body": "{{ person.name }}"}, "person_id": "p1"}
    answer = desk.stack.api.post("notifications", "previews", body=body)
    assert (answer.status, answer.json()) == (200, {"subject": "Ada Byron: Example Ltd", "body": "Example Ltd"})


def test_a_template_with_a_fault_is_not_stored(desk: Desk) -> None:
    bad = {**SETTINGS, "notifications": {"templates": {"assigned": {"body": "{{ persn }}"}}}}
    answer = desk.stack.api.put("settings", body=bad)
    assert (answer.status, answer.json()["errors"][0]["path"]) == (422, "notifications.templates.assigned.body")
