"""The product as deployed: facts in on the bus, decisions by streams, events out, all of it to be read over the API."""

import json
from collections import Counter
from itertools import batched
from typing import Any

import pytest

from rekindle.domain.reactivation.decision import Outcome, Reason
from tests.local_cloud import story
from tests.local_cloud.run import HISTORY, history_at
from tests.local_cloud.stack import Stack

pytestmark = pytest.mark.e2e

AT = "2025-12-01T12:00:00Z"
WRITES = 10_000


def event(kind: str, at: str = AT, **detail: Any) -> dict[str, Any]:
    return {"source": "test.crm", "detail-type": kind, "time": at, "detail": detail}


# ---- the demo history -------------------------------------------------------------------------


def test_the_credit_goes_where_the_history_says(told: Stack, people: frozenset[str]) -> None:
    credit = story.credit_of([decision for decision in told.decisions() if decision.person_id in people])
    assert credit.reactivated == {
        "autumn-webinar": 3,
        "white-paper": 2,
        "product-tour": 3,
        "trade-fair": 2,
    }
    assert credit.activated == {"product-tour": 2}
    assert credit.default == {"web-activity": 2}


def test_every_trigger_ends_in_one_decision(told: Stack, people: frozenset[str]) -> None:
    decisions = told.decisions()
    assert len({(d.person_id, d.trigger_id) for d in decisions}) == len(decisions)
    assert told.undecided() == set()
    skipped = Counter(d.reason for d in decisions if d.outcome is Outcome.SKIPPED and d.person_id in people)
    assert skipped == {Reason.BELOW_THRESHOLD: 12, Reason.ACTIVE_EXISTS: 1, Reason.NURTURE_TIMEOUT: 1}


def test_each_event_is_told_once(told: Stack) -> None:
    assert told.unheard() == set()
    times_heard = Counter(heard["detail"]["event_id"] for heard in told.heard)
    assert set(times_heard.values()) == {1}
    assert {heard["source"] for heard in told.heard} == {"rekindle"}


def test_an_event_says_what_the_contract_promises(told: Stack) -> None:
    told.settle(announced=True)
    (activated,) = [
        heard["detail"]
        for heard in told.heard
        if heard["detail-type"] == "Response Activated" and heard["detail"]["person_id"] == "lead-ada"
    ]
    assert activated.pop("event_id") and activated.pop("decision_id")
    assert activated == {
        "occurred_at": "2025-09-22T08:00:00Z",
        "person_id": "lead-ada",
        "settings_version": 1,
        "schema_version": 1,
        "scenario": "score",
        "outcome": "reactivated",
        "response_id": "r-102",
        "campaign_id": "white-paper",
        "cycle": 1,
        "score": 66,
        "status": "Open - Not Contacted",
        "status_changed": True,
    }


def test_nothing_of_the_demo_is_refused(told: Stack) -> None:
    mine = {line.detail.get("response_id") or line.detail.get("person_id") for line in history_at(HISTORY)}
    refused = [json.loads(kept.body)["detail"] for kept in told.failures()]
    assert not [detail for detail in refused if detail.get("person_id") in mine]


def test_the_api_tells_where_a_person_stands_and_why(told: Stack) -> None:
    person = told.api.get("people", "lead-eva").json()
    assert person["score"] == 63
    assert person["active_response"]["campaign_id"] == "white-paper"
    responses = told.api.get("people", "lead-eva", "responses").json()["items"]
    assert {r["response_id"]: r["response_status"] for r in responses} == {
        "r-105": "Open - Not Contacted",
        "r-107": "Resolved - No Action Required",
    }
    newest = told.api.get("people", "lead-eva", "decisions", limit="1").json()["items"][0]
    decision = told.api.get("decisions", newest["decision_id"]).json()
    assert decision["outcome"] == "reactivated"
    assert {one["response_id"]: one["excluded"] for one in decision["considered"]} == {
        "r-105": None,
        "r-107": "CAMPAIGN_EXCLUDED",
    }
    assert "White paper" in decision["explanation"]
    timeline = told.api.get("people", "lead-felix", "timeline").json()["items"]
    assert [entry["kind"] for entry in timeline].count("deactivated") == 1


def test_a_converted_lead_is_the_contact(told: Stack) -> None:
    person = told.api.get("people", "lead-hugo").json()
    assert (person["person_id"], person["kind"]) == ("contact-hugo", "contact")
    assert person["active_response"]["response_id"] == "r-109"


def test_a_merged_lead_is_the_survivor_and_stays_opted_out(told: Stack) -> None:
    person = told.api.get("people", "lead-jon-2").json()
    assert (person["person_id"], person["do_not_contact"]) == ("lead-jon", True)
    assert person["active_response"]["response_id"] == "r-114"


def test_a_deal_that_was_won_ends_the_engagement(told: Stack) -> None:
    person = told.api.get("people", "lead-iris").json()
    (response,) = told.api.get("people", "lead-iris", "responses").json()["items"]
    assert (person["active_response"], response["response_status"]) == (None, "Resolved - Opportunity Won")


def test_collections_page(told: Stack) -> None:
    first = told.api.get("people", "lead-felix", "decisions", limit="1").json()
    second = told.api.get("people", "lead-felix", "decisions", limit="1", next=first["next"]).json()
    assert first["items"][0]["decision_id"] > second["items"][0]["decision_id"]


def test_the_api_describes_itself(told: Stack) -> None:
    health = told.api_as("", "").get("health")
    assert (health.status, health.json()["status"]) == (200, "ok")
    assert told.api.get("openapi.json").json()["openapi"].startswith("3.1")
    assert told.api.get("settings").json()["version"] == 1


@pytest.mark.parametrize(
    ("parts", "body", "status", "field"),
    [
        (("people", "p-api"), {"score": "high"}, 422, "score"),
        (("people", "p-api"), {"scroe": 1}, 422, "scroe"),
        (("campaigns", "c-api"), {"starts_on": "soon"}, 422, "starts_on"),
        (("people", "p-api"), b"{", 400, None),
    ],
)
def test_a_bad_body_is_a_problem_that_names_the_field(
    told: Stack, parts: tuple[str, str], body: Any, status: int, field: str | None
) -> None:
    answer = told.api.put(*parts, body=body)
    assert (answer.status, answer.json().get("field")) == (status, field)
    assert told.api.get("people", "p-api").status == 404


# ---- bad input on the bus ---------------------------------------------------------------------

BAD = {
    "detail.score": event("Person Changed", person_id="p-bad", score="high"),
    "detail.person_id": event("Person Changed", score=5),
    "detail.company": event("Person Changed", person_id="p-bad", company="x" * 256),
    "detail.occurred_at": event("Person Changed", person_id="p-bad", occurred_at="2025-12-01T12:00:00"),
    "detail.responded": event(
        "Response Recorded", response_id="r-bad", person_id="p-bad", campaign_id="white-paper", responded="yes"
    ),
    "detail.is_active": event("Campaign Changed", campaign_id="c-bad", is_active=1),
    "detail.campaign_id": event(
        "Response Recorded", response_id="r-bad", person_id="p-bad", campaign_id="nowhere", responded=True
    ),
}


def test_bad_input_ends_in_the_failure_queue_with_its_reason_and_its_neighbours_are_applied(told: Stack) -> None:
    before = {kept.message_id for kept in told.failures()}
    good = [event("Person Changed", person_id=f"p-good-{n}", score=n) for n in range(3)]
    out_of_range = event("Person Changed", person_id="p-bad", score=1e9)
    told.send([good[0], *BAD.values(), good[1], out_of_range, good[2]])
    told.settle()
    refused = [kept for kept in told.failures() if kept.message_id not in before]
    assert sorted(kept.told["field"] for kept in refused) == sorted([*BAD, "detail.score"])
    assert {kept.told["code"] for kept in refused} == {"INVALID_FIELD", "UNKNOWN_CAMPAIGN"}
    for kept in refused:
        assert kept.told["message"]
        assert json.loads(kept.body)["detail"].get("person_id", "p-bad") == "p-bad"
    assert [told.api.get("people", f"p-good-{n}").json()["score"] for n in range(3)] == [0, 1, 2]
    assert told.api.get("people", "p-bad").status == 404


def test_a_response_whose_campaign_arrives_a_moment_later_is_recorded(told: Stack) -> None:
    before, postponed = len(told.failures()), told.postponed()
    early = {"response_id": "r-early", "person_id": "p-early", "campaign_id": "late-show", "responded": True}
    told.send([event("Response Recorded", **early)])
    told.until(lambda: told.postponed() > postponed)
    told.send([event("Campaign Changed", campaign_id="late-show", name="Late show")])
    told.settle()
    (response,) = told.api.get("people", "p-early", "responses").json()["items"]
    assert response["campaign_id"] == "late-show"
    assert len(told.failures()) == before


# ---- what does not concern a function ---------------------------------------------------------


def test_ten_thousand_score_changes_that_cross_nothing_invoke_nobody(told: Stack) -> None:
    told.settle()
    before = told.invocations("ReactivateOnScoreFunction")
    told.send(
        event("Person Changed", f"2025-12-02T12:{n // 20:02}:00Z", person_id=f"p-cold-{n % 20}", score=n % 59)
        for n in range(200)
    )
    told.settle()
    (written,) = [item for item in told.scan("ScoresTableName") if item["person_id"]["S"] == "p-cold-0"]
    write_score_changes(told, written)
    # One that crosses, behind all the others on the same stream: its decision proves that they were gone through.
    told.send([event("Person Changed", "2025-12-03T12:00:00Z", person_id="p-cold-0", score=60)])
    told.settle()
    assert [d.person_id for d in told.decisions()].count("p-cold-0") == 1
    assert told.invocations("ReactivateOnScoreFunction") == before + 1


def write_score_changes(stack: Stack, written: dict[str, Any]) -> None:
    """Ten thousand items like the one that the function itself wrote."""
    table = stack.outputs["ScoresTableName"]
    for some in batched(range(WRITES), 25, strict=True):
        items = [{**written, "person_id": {"S": f"p-many-{n}"}, "score": {"N": str(n % 60)}} for n in some]
        left = stack.dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})
        assert not left.get("UnprocessedItems")
