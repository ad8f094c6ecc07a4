"""The stream of scores: one decision for each crossing, and a record that fails alone."""

import copy
from typing import Any

from functions.reactivate_on_score.app import handler
from functions.record_crm_changes.app import handler as record
from functions.show_records.app import handler as show
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, failed


def crossings(aws: Aws) -> dict[str, Any]:
    return aws.stream(aws.names.scores, "ReactivateOnScoreFunction")


def test_the_event_is_what_the_scores_table_writes(aws: Aws) -> None:
    record(event("record_crm_changes"), CONTEXT)
    (written,) = crossings(aws)["Records"]
    (expected,) = event("reactivate_on_score")["Records"]
    assert _plain(written["dynamodb"]["NewImage"]) == _plain(expected["dynamodb"]["NewImage"])


def test_the_event_gives_the_credit_to_the_past_response(aws: Aws) -> None:
    record(event("record_crm_changes"), CONTEXT)
    assert failed(handler(event("reactivate_on_score"), CONTEXT)) == []
    active = call(show, "GET", "people", "lead-1").body["active_response"]
    assert (active["response_id"], active["campaign_id"], active["stage"]) == ("member-1", "spring-webinar", "MQL")
    decided = call(show, "GET", "decisions", active["decision_id"]).body
    assert (decided["outcome"], decided["score"], decided["previous_score"]) == ("reactivated", 64, 48)


def test_a_crossing_delivered_twice_is_decided_once(aws: Aws) -> None:
    record(event("record_crm_changes"), CONTEXT)
    handler(crossings(aws), CONTEXT)
    before = aws.items()
    assert failed(handler(crossings(aws), CONTEXT)) == []
    assert aws.items() == before


def test_what_crosses_nothing_is_not_delivered(aws: Aws) -> None:
    scores = [envelope("Person Changed", f"2026-03-01T12:00:{n:02}Z", person_id="p", score=n) for n in range(59)]
    record(batch(*scores), CONTEXT)
    assert crossings(aws)["Records"] == []


def test_a_record_that_cannot_be_read_fails_alone(aws: Aws) -> None:
    record(event("record_crm_changes"), CONTEXT)
    good = event("reactivate_on_score")["Records"][0]
    bad = copy.deepcopy(good)
    bad["dynamodb"]["SequenceNumber"] = "1"
    del bad["dynamodb"]["NewImage"]["crossed_mark"]
    assert failed(handler({"Records": [bad, good]}, CONTEXT)) == ["1"]
    assert call(show, "GET", "people", "lead-1").body["active_response"]["response_id"] == "member-1"


def test_a_store_that_does_not_answer_has_every_record_delivered_again(aws: Aws) -> None:
    record(event("record_crm_changes"), CONTEXT)
    aws.dynamodb.delete_table(TableName=aws.names.people)
    (only,) = event("reactivate_on_score")["Records"]
    assert failed(handler({"Records": [only]}, CONTEXT)) == [only["dynamodb"]["SequenceNumber"]]


def _plain(image: dict[str, Any]) -> dict[str, Any]:
    """DynamoDB writes a number as short as it can, moto as it was given."""
    return {name: float(value["N"]) if "N" in value else value for name, value in image.items()}
