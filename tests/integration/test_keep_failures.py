"""The failure queue is taken into the table of failures, each message with what it is about and why it failed."""

import json
from typing import Any

import pytest

from functions.keep_failures.app import handler
from functions.resend_failures.app import handler as resend
from tests.integration.conftest import CONTEXT, Aws, call, client, envelope, event


def listed(**query: str) -> list[dict[str, Any]]:
    answer = call(resend, "GET", "failures", query=query or None)
    assert answer.status == 200
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def test_the_event_keeps_a_refused_response(aws: Aws) -> None:
    assert handler(event("keep_failures"), CONTEXT) == {"batchItemFailures": []}
    (failure,) = listed()
    assert failure.pop("age_seconds") > 0
    assert failure == {
        "record": "failure",
        "failure_id": "059f36b4-87a3-44ab-83d2-661975830b01",
        "state": "open",
        "reason": "UNKNOWN_CAMPAIGN",
        "message": "campaign 'spring-webinar' is not known",
        "field": "detail.campaign_id",
        "record_kind": "response",
        "record_id": "member-1",
        "event_id": "6d1b0f52-8c3e-4b64-a9a7-0e5f1c2d3b03",
        "event_at": "2026-02-20T09:30:05Z",
        "source": "crm.example",
        "failed_at": "2026-03-01T12:00:00.250Z",
        "handled_at": None,
        "handled_by": None,
        "note": None,
    }


def test_a_second_delivery_is_the_same_failure(aws: Aws) -> None:
    for _ in range(2):
        handler(event("keep_failures"), CONTEXT)
    assert len(listed()) == 1


def test_what_cannot_be_kept_stays_in_the_queue(aws: Aws) -> None:
    aws.dynamodb.delete_table(TableName="FailuresTable")
    assert handler(event("keep_failures"), CONTEXT) == {
        "batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830b01"}]
    }


FILE = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": {"key": "k"}}}
LEAD_CHANGE = {
    "detail-type": "LeadChangeEvent",
    "source": "aws.partner/salesforce.com/x",
    "detail": {"payload": {"ChangeEventHeader": {"entityName": "Lead", "recordIds": ["00Q1"]}}},
}


@pytest.mark.parametrize(
    ("body", "record", "record_id", "source"),
    [
        ({"detail-type": "People Merged", "source": "crm", "detail": {"survivor_id": "p"}}, "person", "p", "crm"),
        ({"detail-type": "Task Logged", "source": "crm", "detail": {"task_id": "t"}}, "task", "t", "crm"),
        ({"detail-type": "Queue Changed", "source": "crm", "detail": {"queue_id": "q"}}, "queue", "q", "crm"),
        ({"detail-type": "Response Prompted", "source": "crm", "detail": {"request_id": "r"}}, "request", "r", "crm"),
        ({"detail-type": "Unheard Of", "source": "crm", "detail": {}}, "message", None, "crm"),
        (LEAD_CHANGE, "person", "00Q1", "aws.partner/salesforce.com/x"),
        ({"detail-type": "Stage Reached", "source": "rekindle", "detail": {"person_id": "p"}}, "event", "p",
         "rekindle"),
        ({"person_id": "p", "change": "c", "due": "2026-03-01T12:00:00Z"}, "delay", "p", None),
        ({"person_id": "p", "assignment_id": "a", "due": "2026-03-01T12:00:00Z"}, "assignment", "a", None),
        ({"detail": {"person_id": "p", "assignment_id": "a"}}, "assignment", "a", None),
        (FILE, "stream_records", "k", "aws.s3"),
        ({"requestContext": {"functionArn": "arn:aws:lambda:r:1:function:sweep"}, "requestPayload": {}}, "invocation",
         "sweep", "sweep"),
        ("not JSON", "message", None, None),
    ],
)  # fmt: skip
def test_each_failure_names_its_record_and_its_source(
    aws: Aws, body: Any, record: str, record_id: str | None, source: str | None
) -> None:
    aws.fail(body if isinstance(body, str) else json.dumps(body))
    (failure,) = listed()
    assert (failure["record_kind"], failure["record_id"], failure["source"]) == (record, record_id, source)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"code": "INVALID_FIELD", "message": "no", "source": "q"}, "INVALID_FIELD"),
        ({"ERROR_CODE": "SDK_CLIENT_ERROR", "ERROR_MESSAGE": "503"}, "SDK_CLIENT_ERROR"),
        ({}, "RETRIES_EXHAUSTED"),
    ],
)
def test_each_failure_has_a_reason(aws: Aws, attributes: dict[str, str], reason: str) -> None:
    aws.fail(json.dumps(envelope("Person Changed", "2026-03-01T00:00:00Z", person_id="p")), **attributes)
    assert [failure["reason"] for failure in listed()] == [reason]


def test_the_schedule_measures_what_is_open(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.fail("one")
    aws.fail("two")
    capsys.readouterr()
    assert handler({"version": "0", "detail-type": "Scheduled Event"}, CONTEXT) is None
    measured = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert measured["OpenFailures"] == [2] and measured["OldestFailureAge"][0] > 0
    assert client("sqs").receive_message(QueueUrl=aws.failures).get("Messages") is None
