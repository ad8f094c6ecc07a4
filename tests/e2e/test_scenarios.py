"""The scenarios beside the score, as deployed and with permissions checked: a delay, requests over API and bus."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rekindle.cli.main import main
from tests.local_cloud.cloud import REGION, LocalCloud
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

SETTINGS = {
    "person_statuses": {
        "New": {"active": False},
        "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
    },
    "reactivation": {"active_status": {"delay": "PT15S"}},
}
DELAY = timedelta(seconds=15)


def now() -> str:
    return datetime.now(UTC).isoformat()


def event(kind: str, **detail: Any) -> dict[str, Any]:
    return {"source": "test.crm", "detail-type": kind, "time": now(), "detail": detail}


def a_lead(person_id: str) -> list[dict[str, Any]]:
    """With one response, below the threshold."""
    return [
        event("Person Changed", person_id=person_id, status="New"),
        event(
            "Response Recorded", response_id=f"r-{person_id}", person_id=person_id, campaign_id="fair", responded=True
        ),
    ]


@pytest.fixture(scope="module")
def stack(built: None, cloud: LocalCloud) -> Stack:
    stack = Stack(cloud, "scenarios")
    take_every_group_for_the_default_one(stack)
    assert stack.api.put("settings", body=SETTINGS).status == 200
    stack.send(
        [
            event("Campaign Changed", campaign_id="fair"),
            event("Campaign Changed", campaign_id="prompt", trigger_reactivation=True),
        ]
    )
    stack.settle()
    return stack


def take_every_group_for_the_default_one(stack: Stack) -> None:
    """The template allows schedules of its own group; the local cloud checks as if all were of the default group."""
    arn = f"arn:aws:scheduler:{REGION}:*:schedule/default/*"
    allowed = {"Effect": "Allow", "Action": "scheduler:CreateSchedule", "Resource": arn}
    stack.cloud.client("iam").put_role_policy(
        RoleName=stack.resource("ScheduleReactivationRole"),
        PolicyName="default-group",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )


def told(stack: Stack, *facts: dict[str, Any]) -> None:
    stack.send(facts)
    stack.settle()


def decided(stack: Stack, person_id: str, scenario: str) -> dict[str, Any]:
    """The decision of a scenario, which is waited for. The local scheduler looks every ten seconds what is due."""

    def found() -> dict[str, Any] | None:
        items = stack.api.get("people", person_id, "decisions").json()["items"]
        return next((one for one in items if one["scenario"] == scenario), None)

    return stack.until(found)


def as_operator(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line speaks to the local cloud."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.cloud.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def test_an_active_status_is_followed_by_a_reactivation_after_the_delay(stack: Stack) -> None:
    told(stack, *a_lead("p-delay"))
    change = event("Person Changed", person_id="p-delay", status="Open - Not Contacted")
    told(stack, change)
    decision = decided(stack, "p-delay", "active_status")
    assert datetime.fromisoformat(decision["decided_at"]) >= datetime.fromisoformat(change["time"]) + DELAY
    assert (decision["outcome"], decision["response_id"]) == ("reactivated", "r-p-delay")
    assert stack.api.get("people", "p-delay").json()["status"] == "Open - Not Contacted"
    assert stack.until(lambda: not [item for item in stack.scan("LedgerTableName") if item["kind"]["S"] == "timer"])
    assert stack.failures() == []


def test_a_flow_asks_over_the_api_and_asks_again(stack: Stack) -> None:
    told(stack, *a_lead("p-flow"), event("Task Logged", task_id="t-flow", person_id="p-flow"))
    asked = [
        {"person_id": "p-flow", "user_id": "u", "dry_run": True},
        {"task_id": "t-flow", "user_id": "u"},
        {"person_id": "p-flow"},
        {"person_id": "nobody", "user_id": "u"},
    ]
    first = stack.api.post("reactivations", body={"inputs": asked}, Idempotency_Key="flow-1")
    assert first.status == 200, first.body
    dry, done, bad, nobody = first.json()["results"]
    assert (dry["decision"]["dry_run"], dry["decision"]["outcome"]) == (True, "reactivated")
    assert (done["decision"]["outcome"], done["decision"]["response_id"]) == ("reactivated", "r-p-flow")
    assert bad["error"]["field"] == "inputs[2].user_id"
    assert nobody["decision"]["reason"] == "NO_PERSON"
    again = stack.api.post("reactivations", body={"inputs": asked}, Idempotency_Key="flow-1").json()["results"]
    assert [r["decision"] for r in again[1:]] == [r["decision"] for r in (done, bad, nobody)]


def test_a_prompt_over_the_api_keeps_the_prompted_campaign(stack: Stack) -> None:
    told(stack, event("Person Changed", person_id="p-prompt", status="New"))
    body = {"person_id": "p-prompt", "campaign_id": "prompt", "user_id": "u", "intent": "convert"}
    decision = stack.api.post("response-prompts", body=body, Idempotency_Key="prompt-1").json()
    assert (decision["outcome"], decision["campaign_id"]) == ("kept_prompted", "prompt")
    unknown = stack.api.post("response-prompts", body={**body, "campaign_id": "nowhere"})
    assert (unknown.status, unknown.json()["code"]) == (422, "UNKNOWN_CAMPAIGN")


def test_requests_and_opportunities_come_over_the_bus(stack: Stack) -> None:
    told(stack, *a_lead("p-bus"), event("Opportunity Changed", opportunity_id="o-1", person_ids=["p-bus"]))
    told(stack, event("Reactivation Requested", request_id="q-1", person_id="p-bus", user_id="u"))
    assert decided(stack, "p-bus", "invocable")["reason"] == "OPPORTUNITY_OPEN"
    told(stack, event("Opportunity Deleted", opportunity_id="o-1"))
    body = {"person_id": "p-bus", "campaign_id": "prompt", "user_id": "u", "intent": "activate"}
    told(stack, event("Response Prompted", request_id="q-2", **body))
    assert decided(stack, "p-bus", "response_prompt")["outcome"] == "reactivated"


def test_an_event_that_nobody_took_is_told_again_while_it_holds(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    as_operator(stack, monkeypatch)
    told(stack, *a_lead("p-again"))
    told(stack, event("Reactivation Requested", request_id="q-3", person_id="p-again", user_id="u"))
    stack.settle(announced=True)
    (activated,) = (
        heard
        for heard in stack.heard
        if (heard["detail-type"], heard["detail"]["person_id"]) == ("Response Activated", "p-again")
    )
    outdated = {**activated, "detail": {**activated["detail"], "decision_id": "another"}}
    stack.fail(activated, outdated)
    before = len(stack.heard)

    assert main(["redrive", "--stack", stack.name]) == 0
    stack.hear()

    assert [heard["detail"] for heard in stack.heard[before:]] == [activated["detail"]]
    assert stack.failures() == []


def test_a_delay_in_the_failure_queue_is_sent_on(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    told(stack, *a_lead("p-redrive"))
    as_operator(stack, monkeypatch)
    delay = {"person_id": "p-redrive", "change": "2026-01-01T00:00:00Z|||", "due": "2026-01-01T00:30:00Z"}
    stack.fail(delay)
    assert main(["redrive", "--stack", stack.name]) == 0
    assert decided(stack, "p-redrive", "active_status")["reason"] == "STATUS_REVERTED"
    assert stack.failures() == []


def test_the_sweep_runs_with_its_role(stack: Stack) -> None:
    functions = stack.cloud.client("lambda")
    answer = functions.invoke(FunctionName=stack.resource("SweepTimersFunction"), Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_a_lowered_threshold_is_backfilled_and_the_backfill_undone(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_operator(stack, monkeypatch)
    told(stack, *a_lead("p-backfill"))
    told(stack, event("Person Changed", person_id="p-backfill", score=45))
    assert stack.api.get("people", "p-backfill").json()["active_response"] is None
    assert stack.api.put("settings", body={**SETTINGS, "qualification": {"threshold": 40}}).status == 200

    def ran(*command: str) -> list[dict[str, Any]]:
        assert main([*command, "--stack", stack.name, "--batch", "b-1"]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    (predicted,) = ran("backfill", "--dry-run")
    assert (predicted["person_id"], predicted["response_id"]) == ("p-backfill", "r-p-backfill")
    assert stack.api.get("people", "p-backfill").json()["active_response"] is None

    (decision,) = ran("backfill")
    active = stack.api.get("people", "p-backfill").json()["active_response"]
    assert active["decision_id"] == decision["decision_id"] == predicted["decision_id"]
    assert active["activated_at"] == decision["as_of"]
    assert stack.api.get("decisions", decision["decision_id"]).json()["batch_id"] == "b-1"

    (undone,) = ran("undo")
    assert undone["undone"]
    person = stack.api.get("people", "p-backfill").json()
    assert (person["active_response"], person["status"], person["cycles"]) == (None, "New", 0)
    stack.settle(announced=True)
    known_fields = [e for e in stack.heard if e["detail"]["person_id"] == "p-backfill"]
    assert {(e["detail-type"], e["detail"].get("reason"), e["detail"].get("batch_id")) for e in known_fields} == {
        ("Response Activated", None, "b-1"),
        ("Stage Reached", None, None),
        ("Response Deactivated", "BACKFILL_UNDONE", None),
    }


def test_a_response_is_converted_over_the_api_and_announced(stack: Stack) -> None:
    told(
        stack, event("Person Changed", person_id="p-convert", status="New", email="mia@acme.example", account_id="a-1")
    )
    told(
        stack,
        event(
            "Response Recorded",
            response_id="r-convert",
            person_id="p-convert",
            campaign_id="fair",
            responded=True,
            response_type="Registered",
        ),
    )
    asked = {"to": "opportunity", "user_id": "u-ada", "primary_interest": "platform"}
    first = stack.api.post("responses", "r-convert", "conversions", body=asked)
    assert first.status == 200
    assert stack.api.post("responses", "r-convert", "conversions", body=asked).json() == first.json()
    assert stack.api.get("people", "p-convert").json()["owner_id"] == "u-ada"
    stack.settle(announced=True)
    (heard,) = (one for one in stack.heard if one["detail-type"] == "Response Converted")
    assert heard["detail"]["opportunity_id"] == first.json()["opportunity_id"]
