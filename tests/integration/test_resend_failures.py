"""Failures over the API and the command line: listed, sent again once, discarded with a note."""

import json
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from functions.resend_failures.app import handler
from rekindle.cli.main import main
from rekindle.runtime import aws as root
from tests.integration.conftest import (
    CONTEXT,
    FAILED_RECORDS,
    REGION,
    Answer,
    Aws,
    answered,
    call,
    client,
    envelope,
    event,
    invoked,
    keep_stream_records,
)

FACT = json.dumps(envelope("Person Changed", "2026-03-01T00:00:00Z", person_id="p-1", email="ada@example.com"))
USER = "arn:aws:sts::111122223333:assumed-role/crm-connector/crm-connector"


def post(*steps: str, **body: Any) -> Answer:
    return call(handler, "POST", "failures", *steps, body=body or None)


def listed(**query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = call(handler, "GET", "failures", query=query or None).body["items"]
    return items


def ids(**query: str) -> list[str]:
    return [failure["failure_id"] for failure in listed(**query)]


@pytest.fixture
def failed(aws: Aws) -> Aws:
    for reason in ("UNKNOWN_CAMPAIGN", "INVALID_FIELD", "UNKNOWN_CAMPAIGN"):
        aws.fail(FACT, code=reason)
    return aws


def test_the_event_sends_all_of_a_reason_again(failed: Aws) -> None:
    answer = answered(handler, event("resend_failures"))
    assert answer.status == 200
    assert [one["state"] for one in answer.body["results"]] == ["resent", "resent"]
    assert [message["Body"] for message in failed.messages(failed.crm_changes)] == [FACT, FACT]
    assert [failure["reason"] for failure in listed()] == ["INVALID_FIELD"]


def test_a_list_comes_in_pages_newest_first(failed: Aws) -> None:
    first = call(handler, "GET", "failures", query={"limit": "2"})
    second = call(handler, "GET", "failures", query={"limit": "2", "next": first.body["next"]})
    items = [*first.body["items"], *second.body["items"]]
    assert second.body["next"] is None
    assert [one["failed_at"] for one in items] == sorted((one["failed_at"] for one in items), reverse=True)
    assert len(items) == 3 and "ada@example.com" not in first.text


def test_one_failure_is_sent_again_once(failed: Aws) -> None:
    name = ids()[0]
    answer = post(name, "resend")
    assert (answer.status, answer.body["state"], answer.body["handled_by"]) == (200, "resent", USER)
    assert post(name, "resend").refusal == (409, "NOT_OPEN", "failure_id")
    assert post(name, "discard", note="too late").refusal == (409, "NOT_OPEN", "failure_id")
    assert len(failed.messages(failed.crm_changes)) == 1
    assert ids(state="resent") == [name]


def test_a_failure_is_discarded_with_a_note(failed: Aws) -> None:
    name = ids()[0]
    assert post(name, "discard").refusal[1] == "MALFORMED"
    assert post(name, "discard", note=" ").refusal == (422, "INVALID_FIELD", "note")
    answer = post(name, "discard", note="sent by a test system")
    assert (answer.body["state"], answer.body["note"], answer.body["handled_by"]) == (
        "discarded",
        "sent by a test system",
        USER,
    )
    assert ids(state="discarded") == [name] and len(ids()) == 2
    assert failed.messages(failed.crm_changes) == []


def test_many_are_discarded_at_once(failed: Aws) -> None:
    answer = post("discard", failure_ids=ids(), note="an old test")
    assert {one["state"] for one in answer.body["results"]} == {"discarded"}
    assert ids() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "X", "failure_ids": ["f"]}, "reason"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"failure_ids": []}, "failure_ids"),
        ({"reasons": "X"}, "reasons"),
    ],
)
def test_a_choice_that_is_none_changes_nothing(failed: Aws, body: dict[str, Any], field: str) -> None:
    assert post("resend", **body).refusal == (422, "INVALID_FIELD", field)
    assert len(ids()) == 3


def test_a_state_that_is_none_is_refused(aws: Aws) -> None:
    assert call(handler, "GET", "failures", query={"state": "lost"}).refusal == (422, "INVALID_FIELD", "state")


def test_nobody_handles_what_is_not_there(aws: Aws) -> None:
    assert post("f", "resend").refusal == (404, "NOT_FOUND", "failure_id")
    assert post("f", "discard", note="n").refusal == (404, "NOT_FOUND", "failure_id")


def test_what_cannot_be_sent_stays_open_and_says_why(aws: Aws) -> None:
    aws.fail("no JSON", code="MALFORMED")
    (name,) = ids()
    for _ in range(2):
        answer = post(name, "resend")
        assert (answer.status, answer.body["state"]) == (200, "open")
        assert answer.body["problem"] == "it is no event: correct it and send it to the bus"


def test_an_event_out_that_no_longer_holds_is_discarded(aws: Aws) -> None:
    detail = {"person_id": "nobody", "decision_id": "d"}
    aws.fail(json.dumps({"source": "rekindle", "detail-type": "Response Activated", "time": "x", "detail": detail}))
    (name,) = ids()
    assert (post(name, "resend").body["state"], listed(state="discarded")[0]["note"]) == (
        "discarded",
        "it no longer holds",
    )


@pytest.mark.parametrize(
    ("queue", "body"),
    [
        ("DELAYS", {"person_id": "p", "change": "c", "due": "2026-03-01T12:00:00Z"}),
        ("DELAYS", {"person_id": "p", "response_id": "r", "due": "2026-03-01T12:00:00Z"}),
        ("DELAYS", {"person_id": "p", "score": 60, "due": "2026-03-01T12:00:00Z"}),
        ("DELAYS", {"person_id": "p"}),
        ("ASSIGNMENTS", {"person_id": "p", "assignment_id": "a", "due": "2026-03-01T12:00:00Z"}),
        ("ROUTING", {"detail": {"person_id": "p", "assignment_id": "a"}}),
        ("NOTIFICATIONS", {"source": "rekindle", "detail-type": "Notification Requested", "detail": {}}),
    ],
)
def test_a_message_is_sent_to_the_queue_it_was_in(aws: Aws, queue: str, body: dict[str, Any]) -> None:
    aws.fail(json.dumps(body))
    assert post(ids()[0], "resend").body["state"] == "resent"
    assert [json.loads(message["Body"]) for message in aws.messages(aws.queues[f"{queue}_QUEUE_URL"])] == [body]


STREAMS = ("ReactivateOnScoreFunction", "ScheduleReactivationFunction", "StartAssignmentsFunction")


@pytest.mark.parametrize("function", [*STREAMS, "AnnounceChangesFunction", "FindDuplicatesFunction"])
def test_stream_records_are_processed_again_and_their_file_is_gone(aws: Aws, function: str) -> None:
    calls = invoked({"batchItemFailures": [{"itemIdentifier": "1"}]})
    keep_stream_records("k", function, {"dynamodb": {"SequenceNumber": "1"}})
    aws.fail(json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": {"key": "k"}}}))
    (name,) = ids()
    again = post(name, "resend").body
    assert (again["state"], again["problem"]) == ("open", "the function failed again: see its log")
    assert post(name, "resend").body["state"] == "resent"
    assert calls == [(function, {"Records": [{"dynamodb": {"SequenceNumber": "1"}}]})] * 2
    assert client("s3").list_objects_v2(Bucket=FAILED_RECORDS)["KeyCount"] == 0


@pytest.mark.parametrize(
    "function",
    [
        "SweepTimersFunction",
        "ProcessDueActionsFunction",
        "CountCampaignsFunction",
        "CloseBooksFunction",
        "DrawTargetsFunction",
    ],
)
def test_an_invocation_that_failed_is_made_again(aws: Aws, function: str) -> None:
    calls = invoked()
    arn = f"arn:aws:lambda:{REGION}:111122223333:function:{function}"
    aws.fail(json.dumps({"requestContext": {"functionArn": arn}, "requestPayload": {"time": "t"}}))
    assert post(ids()[0], "resend").body["state"] == "resent"
    assert calls == [(function, {"time": "t"})]


# --- the command line ----------------------------------------------------------------------------------------------


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, failed: Aws) -> Iterator[Aws]:
    """The stack as the command line finds it; its function is called in this process."""

    def invoke(FunctionName: str, Payload: str) -> dict[str, Any]:
        assert FunctionName == "resend-failures"
        body = json.dumps(handler(json.loads(Payload), CONTEXT)).encode()
        return {"Payload": SimpleNamespace(read=lambda: body)}

    outputs = [{"OutputKey": "ResendFailuresFunctionName", "OutputValue": "resend-failures"}]
    service = SimpleNamespace(
        describe_stacks=lambda **_: {"Stacks": [{"Outputs": outputs}]},
        get_caller_identity=lambda: {"Arn": "arn:aws:iam::111122223333:user/grace"},
        invoke=invoke,
    )
    monkeypatch.setattr(
        "rekindle.adapters.aws.calls.session_of_caller", lambda: SimpleNamespace(create_client=lambda _: service)
    )
    root.use_cases()
    yield failed


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    sys.stdout.flush()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_redrive_lists_every_failure_and_changes_nothing(stack: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redrive", "--stack", "s", "--dry-run", "--format", "jsonl"]) == 0
    assert [failure["failure_id"] for failure in lines(capsys)] == ids() and len(ids()) == 3
    assert main(["redrive", "--stack", "s", "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert "person p-1  event -  2026-03-01T00:00:00Z  crm  INVALID_FIELD  " in shown.out
    assert shown.err == "3 failures.\n"


def test_redrive_sends_those_of_a_reason_up_to_a_limit(stack: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    newest = ids(reason="UNKNOWN_CAMPAIGN")[0]
    command = ["redrive", "--stack", "s", "--reason", "UNKNOWN_CAMPAIGN", "--limit", "1", "--format", "jsonl"]
    assert main(command) == 0
    (resent,) = lines(capsys)
    assert (resent["failure_id"], resent["state"]) == (newest, "resent")
    assert resent["handled_by"] == "arn:aws:iam::111122223333:user/grace"
    assert len(stack.messages(stack.crm_changes)) == 1 and len(ids()) == 2


def test_redrive_says_what_stays(stack: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    stack.fail("no JSON", code="MALFORMED")
    assert main(["redrive", "--stack", "s"]) == 1
    shown = capsys.readouterr()
    assert "correct it and send it to the bus" in shown.out
    assert shown.err == "3 sent on, 1 left.\n"


def test_redrive_discards_with_a_note(stack: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redrive", "--stack", "s", "--discard", "a test"]) == 0
    assert capsys.readouterr().err == "0 sent on, 3 discarded, 0 left.\n"
    assert {failure["note"] for failure in listed(state="discarded")} == {"a test"}


def test_many_are_sent_at_the_same_time_by_a_function_that_has_just_started(aws: Aws) -> None:
    for _ in range(40):
        aws.fail(FACT)
    for _ in range(4):
        root.use_cases.cache_clear()
        answer = post("resend", limit=10)
        assert answer.status == 200, aws.logged.getvalue()
        assert {one["state"] for one in answer.body["results"]} == {"resent"}
    assert len(aws.messages(aws.crm_changes)) == 40
