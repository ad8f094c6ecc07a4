"""Responses that a caller records over the API."""

from typing import Any

import pytest

from functions.put_facts.app import handler as put
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
    assert bad["error"]["field"] == "responses[1].campaign_id"
    assert [fault["path"] for fault in bad["error"]["errors"]] == ["responses[1].campaign_id"]
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
    assert [fault["path"] for fault in bad["error"]["errors"]] == [bad["error"]["field"]]
    assert good["is_success"]


@pytest.mark.parametrize(
    ("values", "field"), [({"responded": "yes"}, "responded"), ({"campaign_id": "unknown"}, "campaign_id")]
)
def test_a_fault_of_one_response_alone_has_the_path_in_the_body(known: Aws, values: dict[str, Any], field: str) -> None:
    (bad,) = post(response(**values)).body["results"]
    assert (bad["error"]["field"], [one["path"] for one in bad["error"]["errors"]]) == (field, [field])


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


# --- conversions ---------------------------------------------------------------------------------------------------


def convert(response_id: str, **body: Any) -> Answer:
    return call(handler, "POST", "responses", response_id, "conversions", body=body)


def converted_to(to: str, **body: Any) -> Answer:
    return convert("form-1", to=to, user_id="user-ada", primary_interest="platform", **body)


def test_a_response_is_converted_once_and_the_user_owns_the_person(known: Aws) -> None:
    post(response(response_type="Registered"))
    first = converted_to("opportunity", opportunity={"amount": 900, "currency": "EUR"})
    assert first.status == 200
    assert (first.body["to"], first.body["lead_id"], first.body["user_id"]) == ("opportunity", None, "user-ada")
    before = known.items()
    assert converted_to("lead", opportunity=None).body == first.body
    assert known.items() == before
    assert call(show, "GET", "people", "lead-9").body["owner_id"] == "user-ada"
    listed = call(show, "GET", "people", "lead-9", "responses").body["items"]
    assert [one["conversion"] for one in listed] == [first.body]
    (entry,) = (
        one
        for one in call(show, "GET", "people", "lead-9", "timeline").body["items"]
        if one["kind"] == "response_converted"
    )
    assert entry["record_id"] == first.body["opportunity_id"]


def test_a_contact_of_an_account_is_listed_by_its_address(known: Aws) -> None:
    body = {"email": "mia@acme.example", "account_id": "account-1", "status": "New"}
    assert call(put, "PUT", "people", "lead-9", body=body).status == 200
    post(response(response_type="Registered"))
    assert converted_to("contact").status == 200
    assert call(show, "GET", "people", "lead-9").body["kind"] == "contact"


@pytest.mark.parametrize("to", ["lead", "contact"])
def test_a_response_becomes_a_lead_or_a_contact(known: Aws, to: str) -> None:
    post(response(response_type="Registered"))
    assert converted_to(to).body[f"{to}_id"] == "lead-9"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"to": "customer", "user_id": "u"}, "to"),
        ({"to": "lead"}, "user_id"),
        ({"to": "lead", "user_id": "u", "why": "x"}, "why"),
        ({"to": "lead", "user_id": "u", "opportunity": {"amount": 1}}, "opportunity"),
        ({"to": "opportunity", "user_id": "u", "opportunity": {"amount": "1"}}, "opportunity.amount"),
        ({"to": "opportunity", "user_id": "u", "opportunity": {"person_ids": ["p"]}}, "opportunity.person_ids"),
        ({"to": "opportunity", "user_id": "u", "opportunity": {"currency": "XXQ"}}, "opportunity.currency"),
        ({"to": "opportunity", "user_id": "u", "opportunity": [1]}, "opportunity"),
    ],
)
def test_a_bad_conversion_is_refused_with_its_field(known: Aws, body: dict[str, Any], path: str) -> None:
    post(response(response_type="Registered"))
    before = known.items()
    answer = convert("form-1", **body)
    assert (answer.status, answer.body["code"]) == (422, "INVALID_FIELD")
    assert path in {fault["path"] for fault in answer.body["errors"]}
    assert known.items() == before


def test_a_refused_conversion_has_its_code_and_changes_nothing(known: Aws) -> None:
    post(response(response_type="Clicked"))
    before = known.items()
    answer = converted_to("lead")
    assert (answer.status, answer.body["code"]) == (422, "NOT_POSITIVE")
    assert known.items() == before


def test_a_response_of_nobody_is_not_found(known: Aws) -> None:
    answer = convert("form-99", to="lead", user_id="u")
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")
