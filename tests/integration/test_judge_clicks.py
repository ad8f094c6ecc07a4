"""Clicks out of their queue: interactions first, then responses of those that a person made."""

import json
from typing import Any

import pytest

from functions.follow_links.app import handler as follow
from functions.judge_clicks.app import handler as judge
from functions.record_crm_changes.app import handler as record
from functions.resend_failures.app import handler as resend
from functions.show_records.app import handler as show
from tests.integration.conftest import CONTEXT, Aws, batch, call, event, failed, postponed
from tests.integration.test_create_links import LINK, configured, post, token_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
def known(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setenv("QUEUE_URL", aws.queues["CLICKS_QUEUE_URL"])
    return configured(aws)


def worked_off(aws: Aws) -> list[dict[str, Any]]:
    """Works off the queue of clicks, their delays over; answers the facts."""
    url = aws.queues["CLICKS_QUEUE_URL"]
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    bodies = [json.loads(message["Body"]) for message in aws.messages(url)]
    assert judge(batch(*bodies), CONTEXT) == {"batchItemFailures": []}
    later = [{**body, "judge": True} for body in bodies if not body["click"]["suspected"]]
    assert judge(batch(*later), CONTEXT) == {"batchItemFailures": []}
    facts = [json.loads(message["Body"]) for message in aws.messages(aws.crm_changes)]
    assert record(batch(*facts), CONTEXT) == {"batchItemFailures": []}
    return facts


def clicked() -> list[bool]:
    timeline = call(show, "GET", "people", "lead-9", "timeline").body["items"]
    return [one["suspected_bot"] for one in timeline if one["kind"] == "interaction"]


def test_the_event_is_an_interaction_that_is_judged_later(known: Aws) -> None:
    post("links", body=LINK)
    assert record(batch(person()), CONTEXT) == {"batchItemFailures": []}
    assert judge(event("judge_clicks"), CONTEXT) == {"batchItemFailures": []}
    assert clicked() == [False]
    url = known.queues["CLICKS_QUEUE_URL"]
    delayed = known.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    assert delayed["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def person() -> dict[str, Any]:
    detail = {"person_id": "lead-9", "status": "New"}
    return {"detail-type": "Person Changed", "source": "crm", "time": "2026-03-01T09:00:00Z", "detail": detail}


def follow_all(*link_ids: str) -> None:
    for link_id in link_ids:
        token = token_of({**LINK, "link_id": link_id}, sent_at="2026-01-01T09:00:00Z")
        assert call(follow, "GET", "r", token, headers={"user-agent": FIREFOX}).status == 302


def test_one_click_is_a_response(known: Aws) -> None:
    record(batch(person()), CONTEXT)
    follow_all("a")
    (fact,) = worked_off(known)
    assert fact["detail"]["campaign_id"] == "spring-webinar"
    (response,) = call(show, "GET", "people", "lead-9", "responses").body["items"]
    assert (response["response_type"], response["click_url"]) == ("Click-thru", LINK["destination"])


def test_a_response_that_cannot_be_sent_on_is_delivered_again(known: Aws) -> None:
    post("links", body=LINK)
    again, body = postponed(), json.loads(event("judge_clicks")["Records"][0]["body"])
    known.sqs.delete_queue(QueueUrl=known.crm_changes)
    assert failed(judge(batch({**body, "judge": True}), CONTEXT)) == ["m-1"]
    assert [one["VisibilityTimeout"] for one in again] == [2]


def test_the_clicks_of_every_link_in_one_instant_are_a_programs(known: Aws) -> None:
    record(batch(person()), CONTEXT)
    follow_all("a", "b", "c")
    assert worked_off(known) == []
    assert clicked() == [True] * 3


def test_a_click_of_an_unknown_link_waits_in_the_failures(known: Aws) -> None:
    assert judge(event("judge_clicks"), CONTEXT) == {"batchItemFailures": []}
    (message,) = known.messages(known.failures)
    known.fail(message["Body"], code=message["MessageAttributes"]["code"]["StringValue"])
    (kept,) = call(resend, "GET", "failures").body["items"]
    assert (kept["record_kind"], kept["reason"]) == ("click", "NOT_FOUND")
    post("links", body=LINK)
    assert call(resend, "POST", "failures", kept["failure_id"], "resend").status == 200
    assert len(known.messages(known.queues["CLICKS_QUEUE_URL"])) == 1
