"""Responses that a caller records over the API."""

from typing import Any

import pytest

from functions.record_crm_changes.app import handler as record
from functions.record_responses.app import handler
from functions.show_records.app import handler as show
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, call, event


@pytest.fixture
def known(aws: Aws) -> Aws:
    record(event("record_crm_changes"), CONTEXT)
    return aws


def post(body: Any, key: str | None = None) -> Answer:
    return call(handler, "POST", "responses", body=body, headers={"Idempotency-Key": key} if key else {})


def response(number: int = 1, **values: Any) -> dict[str, Any]:
    return {
        "response_id": f"form-{number}",
        "person_id": "lead-9",
        "campaign_id": "spring-webinar",
        "responded": True,
        **values,
    }


def test_the_event_records_the_good_response_and_names_the_fault_of_the_other(known: Aws) -> None:
    good, bad = answered(handler, event("record_responses")).body["results"]
    assert (good["is_success"], good["decision"]["scenario"], good["error"]) == (True, "response", None)
    assert (bad["is_success"], bad["decision"], bad["error"]["code"]) == (False, None, "UNKNOWN_CAMPAIGN")
    assert bad["error"]["field"].startswith("responses[1].")
    listed = call(show, "GET", "people", "lead-1", "responses").body["items"]
    assert "form-19" in {one["response_id"] for one in listed}


def test_a_response_above_the_threshold_becomes_active(known: Aws) -> None:
    (result,) = post(response(score=80)).body["results"]
    assert (result["decision"]["outcome"], result["decision"]["response_id"]) == ("activated", "form-1")


def test_one_call_again_is_answered_by_the_same_decisions_and_changes_nothing(known: Aws) -> None:
    body = {"responses": [response(1), response(2, responded=False)]}
    first, before = post(body, "key-1"), known.items()
    assert [result["is_success"] for result in first.body["results"]] == [True, True]
    assert post(body, "key-1").body == first.body
    assert known.items() == before


def test_a_change_that_is_not_evaluated_again_has_no_decision(known: Aws) -> None:
    post(response(1))
    (result,) = post(response(1, channel="web")).body["results"]
    assert result == {"is_success": True, "decision": None, "error": None}


def test_a_key_that_came_with_another_body_is_refused(known: Aws) -> None:
    post(response(1), "key-1")
    answer = post(response(2), "key-1")
    assert (answer.status, answer.body["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize(
    ("one", "field"),
    [
        ({**response(), "chanel": "web"}, "chanel"),
        ({key: value for key, value in response().items() if key != "person_id"}, "person_id"),
        (response(responded="yes"), "responded"),
        (response(responded_at="yesterday"), "responded_at"),
        ("a text", None),
    ],
)
def test_a_bad_response_fails_alone(known: Aws, one: Any, field: str | None) -> None:
    bad, good = post({"responses": [one, response(7)]}).body["results"]
    assert (bad["is_success"], bad["error"]["code"]) == (False, "INVALID_FIELD")
    assert bad["error"]["field"] == (f"responses[0].{field}" if field else "responses[0]")
    assert good["is_success"]


@pytest.mark.parametrize("body", [{"responses": []}, {"responses": [{}] * 201}, {"responses": {}}])
def test_a_list_of_another_length_is_refused_whole(known: Aws, body: Any) -> None:
    before = known.items()
    answer = post(body)
    assert (answer.status, answer.body["field"]) == (422, "responses")
    assert known.items() == before


def test_every_fault_of_a_response_is_listed_by_its_path(known: Aws) -> None:
    bad = {
        "person_id": "",
        "campaign_id": "c",
        "responded": "yes",
        "score": "x",
        "responded_at": "soon",
        "chanel": "web",
    }
    (result,) = post({"responses": [bad]}).body["results"]
    assert sorted(error["path"] for error in result["error"]["errors"]) == [
        f"responses[0].{name}" for name in ("chanel", "person_id", "responded", "responded_at", "response_id", "score")
    ]
