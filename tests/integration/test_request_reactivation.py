"""Reactivations that a flow asks for, and prompts of a user."""

import json
from typing import Any

import pytest

from functions.change_settings.app import handler as change_settings
from functions.record_crm_changes.app import handler as record
from functions.request_reactivation.app import handler
from functions.show_records.app import handler as show
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, batch, call, envelope, event
from tests.support.described import takes

NOON = "2026-11-20T12:00:00Z"


@pytest.fixture
def known(aws: Aws) -> Aws:
    """A lead with a response below the threshold, a call about the lead, and a prompt campaign."""
    record(event("record_crm_changes"), CONTEXT)
    facts = [
        envelope("Task Logged", NOON, task_id="call-1", person_id="lead-1"),
        envelope("Campaign Changed", NOON, campaign_id="sdr-prompt", trigger_reactivation=True),
        envelope("Campaign Changed", NOON, campaign_id="plain"),
    ]
    record(batch(*facts), CONTEXT)
    return aws


def ask(*inputs: Any, key: str | None = None) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return call(handler, "POST", "reactivations", body={"inputs": list(inputs)}, headers=headers)


def lead(**values: Any) -> dict[str, Any]:
    return {"person_id": "lead-1", "user_id": "user-1", "lookback_days": 3650, **values}


PROMPT = {"person_id": "lead-1", "campaign_id": "sdr-prompt", "user_id": "user-1", "intent": "convert"}


def prompt(key: str | None = None, **values: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return call(handler, "POST", "response-prompts", body=PROMPT | values, headers=headers)


def active() -> Any:
    return call(show, "GET", "people", "lead-1").body["active_response"]


def test_the_event_answers_each_input_in_its_order(known: Aws) -> None:
    first, second = answered(handler, event("request_reactivation")).body["results"]
    assert (first["is_success"], second["is_success"]) == (True, True)
    assert [r["decision"]["person_id"] for r in (first, second)] == ["lead-1", "lead-1"]


def test_the_event_again_is_answered_by_the_same_decisions_and_changes_nothing(known: Aws) -> None:
    first = answered(handler, event("request_reactivation"))
    before = known.items()
    assert answered(handler, event("request_reactivation")).body == first.body
    assert known.items() == before


def test_the_past_response_gets_the_credit_and_the_answer_explains_it(known: Aws) -> None:
    (result,) = ask(lead()).body["results"]
    decision = result["decision"]
    assert (decision["scenario"], decision["outcome"], decision["response_id"]) == (
        "invocable",
        "reactivated",
        "member-1",
    )
    assert decision["considered"] == [
        {
            "response_id": "member-1",
            "campaign_id": "spring-webinar",
            "class": "never_engaged",
            "responded_at": "2026-02-20T09:30:00Z",
            "excluded": None,
        }
    ]
    assert active()["decision_id"] == decision["decision_id"]
    assert call(show, "GET", "decisions", decision["decision_id"]).body["considered_total"] == 1


def test_many_inputs_for_one_person_and_its_task_make_one_active_response(known: Aws) -> None:
    task = {"task_id": "call-1", "user_id": "user-1"}
    results = ask(lead(), task, lead(), task).body["results"]
    assert [r["decision"]["reason"] for r in results] == [None] + 3 * ["ACTIVE_EXISTS"]


BAD: list[tuple[Any, str, str]] = [
    ({"user_id": "user-1"}, "INVALID_FIELD", "person_id"),
    (lead(task_id="call-1"), "INVALID_FIELD", "person_id"),
    ({"person_id": "lead-1"}, "INVALID_FIELD", "user_id"),
    (lead(user_id=None), "INVALID_FIELD", "user_id"),
    (lead(person_id=5), "INVALID_FIELD", "person_id"),
    (lead(person_id=""), "INVALID_FIELD", "person_id"),
    (lead(lookback_days=-1), "INVALID_FIELD", "lookback_days"),
    (lead(lookback_days="30"), "INVALID_FIELD", "lookback_days"),
    (lead(priority=["newest"]), "INVALID_FIELD", "priority[0]"),
    (lead(priority=["new", "new"]), "INVALID_FIELD", "priority"),
    (lead(fallback="keep_prompted"), "INVALID_FIELD", "fallback"),
    (lead(dry_run="yes"), "INVALID_FIELD", "dry_run"),
    (lead(typo=1), "INVALID_FIELD", "typo"),
    (lead(default_campaign_id="nowhere"), "UNKNOWN_CAMPAIGN", "default_campaign_id"),
    ("lead-1", "INVALID_FIELD", ""),
    (None, "INVALID_FIELD", ""),
]


@pytest.mark.parametrize(("bad", "code", "field"), BAD, ids=lambda value: str(value)[:60])
def test_a_bad_input_fails_alone(known: Aws, bad: Any, code: str, field: str) -> None:
    nobody = {"person_id": "nobody", "user_id": "user-1"}
    before, failed, after = ask(nobody, bad, lead()).body["results"]
    assert (before["is_success"], after["is_success"]) == (True, True)
    assert (failed["is_success"], failed["decision"]) == (False, None)
    path = f"inputs[1].{field}" if field else "inputs[1]"
    assert (failed["error"]["code"], failed["error"]["field"]) == (code, path)
    assert failed["error"]["message"]


OPTIONAL: dict[str, tuple[Any, ...]] = {
    "person_id": (None, "", 5),
    "task_id": (None, "call-1"),
    "default_campaign_id": (None, "plain", ""),
    "lookback_days": (None, 0, 30.0, 30.5, -1, 3650, 3651, True, "30"),
    "priority": (None, [], ["new"], ["non_response", "new"], ["new", "new"], ["newest"], "new"),
    "include_non_responses": (None, False, 0),
    "bypass_nurture_timeout": (None, True, "yes"),
    "fallback": (None, "none", "default", "keep_prompted"),
    "dry_run": (None, True, 1),
    "intent": ("convert",),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in OPTIONAL.items() for value in values])
def test_an_input_is_taken_as_the_document_says(known: Aws, name: str, value: Any) -> None:
    (result,) = ask(lead(**{name: value})).body["results"]
    assert result["is_success"] is takes("ReactivationInput", lead(**{name: value}))
    if name not in ("person_id", "task_id"):
        task = {"person_id": None, "task_id": "call-1", "user_id": "user-1", name: value}
        (result,) = ask(task).body["results"]
        assert result["is_success"] is takes("ReactivationInput", task)


def test_what_is_null_is_as_if_it_were_absent(known: Aws) -> None:
    empty = dict.fromkeys(name for name in OPTIONAL if name not in ("person_id", "intent"))
    (result,) = ask(lead(**empty)).body["results"]
    assert (result["error"], result["decision"]["dry_run"]) == (None, False)


def test_a_default_campaign_that_cannot_take_the_credit_is_told_and_counted(
    known: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    record(batch(envelope("Campaign Changed", NOON, campaign_id="gone", is_active=False)), CONTEXT)
    (result,) = ask(lead(default_campaign_id="gone", lookback_days=0)).body["results"]
    decision = result["decision"]
    assert (decision["reason"], decision["passed_over"]) == ("NO_CANDIDATE", ["gone"])
    shown = call(show, "GET", "decisions", decision["decision_id"]).body
    assert (shown["passed_over"], shown["replay"]) == (["gone"], "identical")
    assert '"DefaultsPassedOver":[1.0]' in capsys.readouterr().out
    assert "default passed over" in known.logged.getvalue()


WHOLE = [
    ({"inputs": []}, 422, "inputs"),
    ({"inputs": [lead()] * 201}, 422, "inputs"),
    ({"inputs": {"person_id": "lead-1"}}, 422, "inputs"),
    ({}, 422, "inputs"),
    ({"inputs": [lead()], "typo": 1}, 422, "typo"),
    ([lead()], 400, None),
    ("{", 400, None),
]


@pytest.mark.parametrize(("body", "status", "field"), WHOLE, ids=lambda value: str(value)[:40])
def test_a_body_that_is_no_list_of_inputs_is_refused_and_changes_nothing(
    known: Aws, body: Any, status: int, field: str | None
) -> None:
    before = known.items()
    refused = call(handler, "POST", "reactivations", body=body, headers={"Idempotency-Key": "k"})
    assert (refused.refusal[0], refused.refusal[2]) == (status, field)
    assert known.items() == before


def test_two_hundred_inputs_are_taken(known: Aws) -> None:
    results = ask(*[{"person_id": f"nobody-{n}", "user_id": "user-1"} for n in range(200)]).body["results"]
    assert [r["decision"]["person_id"] for r in results] == [f"nobody-{n}" for n in range(200)]


def test_a_dry_run_stores_nothing(known: Aws) -> None:
    before = known.items()
    (result,) = ask(lead(dry_run=True), key="k").body["results"]
    assert (result["decision"]["outcome"], result["decision"]["dry_run"]) == ("reactivated", True)
    assert known.items() == before


# --- keys ------------------------------------------------------------------------------------------------------------


def test_without_a_key_each_call_is_its_own(known: Aws) -> None:
    request = event("request_reactivation")
    del request["headers"]["Idempotency-Key"]
    first = answered(handler, request).body["results"][0]["decision"]["decision_id"]
    request["requestContext"]["requestId"] = "another"
    assert answered(handler, request).body["results"][0]["decision"]["decision_id"] != first


def test_the_same_key_with_the_same_values_in_another_order_is_the_same_call(known: Aws) -> None:
    first = ask(lead(), key="k").body
    assert ask(dict(reversed(lead().items())), key="k").body == first


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(known: Aws) -> None:
    ask({"person_id": "nobody", "user_id": "user-1"}, key="k")
    before = known.items()
    refused = call(
        handler, "POST", "reactivations", body={"inputs": [lead()]}, headers={"Idempotency-Key": "k"}
    ).refusal
    assert refused == (422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key")
    assert prompt(key="k").refusal[1] == "IDEMPOTENCY_KEY_REUSED"
    assert known.items() == before


def test_two_callers_who_choose_the_same_key_do_not_meet(known: Aws) -> None:
    def asked(caller: str | None) -> Any:
        request = event("request_reactivation")
        request["requestContext"]["identity"]["caller"] = caller
        return answered(handler, request).body["results"][0]["decision"]["decision_id"]

    ours, theirs, nobodys = asked("AROAOURS:one"), asked("AROATHEIRS:one"), asked(None)
    assert len({ours, theirs, nobodys}) == 3
    assert (asked("AROAOURS:another session"), asked("AROATHEIRS:one"), asked(None)) == (ours, theirs, nobodys)


@pytest.mark.parametrize("key", ["k" * 129, "tab\there"])
def test_a_key_that_is_none_is_refused(known: Aws, key: str) -> None:
    answer = call(handler, "POST", "reactivations", body={"inputs": [lead()]}, headers={"Idempotency-Key": key})
    assert answer.refusal == (422, "INVALID_FIELD", "Idempotency-Key")


def test_a_key_expires_by_itself_and_is_not_stored(known: Aws) -> None:
    ask(lead(), key="secret-key")
    (kept,) = [item for item in known.items()[known.names.ledger] if item["kind"]["S"] == "call"]
    assert int(kept["expires"]["N"]) > 0
    assert "secret-key" not in json.dumps(kept)


# --- prompts ---------------------------------------------------------------------------------------------------------


def test_a_prompt_without_a_recent_response_keeps_the_prompted_campaign(known: Aws) -> None:
    decision = prompt().body
    assert (decision["scenario"], decision["outcome"], decision["campaign_id"]) == (
        "response_prompt",
        "kept_prompted",
        "sdr-prompt",
    )
    assert active()["campaign_id"] == "sdr-prompt"


@pytest.mark.parametrize(
    ("fallback", "outcome"),
    [("keep_prompted", "kept_prompted"), ("default", "kept_prompted"), (None, "skipped"), ("none", "skipped")],
)
def test_a_prompt_may_ask_for_its_fallback(known: Aws, fallback: str | None, outcome: str) -> None:
    document = {"person_statuses": {}, "reactivation": {"response_prompt": {"fallback": "none"}}}
    assert call(change_settings, "PUT", "settings", body=document).status == 200
    assert prompt(fallback=fallback).body["outcome"] == outcome
    assert takes("ResponsePrompt", PROMPT | {"fallback": fallback})


def test_a_prompt_sent_again_is_answered_by_the_same_decision(known: Aws) -> None:
    first = prompt(key="k").body
    before = known.items()
    assert prompt(key="k").body == first
    assert known.items() == before


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"campaign_id": "nowhere"}, "UNKNOWN_CAMPAIGN", "campaign_id"),
        ({"intent": "buy"}, "INVALID_FIELD", "intent"),
        ({"intent": None}, "INVALID_FIELD", "intent"),
        ({"user_id": None}, "INVALID_FIELD", "user_id"),
        ({"person_id": None}, "INVALID_FIELD", "person_id"),
        ({"fallback": "keep"}, "INVALID_FIELD", "fallback"),
        ({"lookback_days": 5}, "INVALID_FIELD", "lookback_days"),
    ],
)
def test_a_bad_prompt_is_refused_and_changes_nothing(known: Aws, values: Any, code: str, field: str) -> None:
    before = known.items()
    assert prompt(key="k", **values).refusal == (422, code, field)
    assert known.items() == before


def test_a_campaign_that_triggers_nothing_is_not_eligible(known: Aws) -> None:
    assert prompt(campaign_id="plain").body["reason"] == "NOT_ELIGIBLE_CAMPAIGN"


def test_the_same_requests_come_over_the_bus(known: Aws) -> None:
    asked = envelope("Reactivation Requested", NOON, request_id="q-1", **lead())
    prompts = envelope(
        "Response Prompted",
        NOON,
        request_id="q-2",
        person_id="lead-1",
        campaign_id="sdr-prompt",
        user_id="user-1",
        intent="activate",
    )
    again = [{**sent, "time": "2026-03-02T12:00:00Z"} for sent in (prompts, asked)]
    record(batch(asked, prompts, asked, *again), CONTEXT)
    decisions = call(show, "GET", "people", "lead-1", "decisions").body["items"]
    told = [(d["scenario"], d["outcome"], d["reason"]) for d in decisions if d["scenario"] != "response"]
    assert sorted(told, key=str) == [
        ("invocable", "reactivated", None),
        ("response_prompt", "skipped", "ACTIVE_EXISTS"),
    ]
