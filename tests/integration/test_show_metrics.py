"""`GET /campaigns/{id}/metrics`, `GET /attribution` and `GET /funnel`, as they were counted last."""

import pytest

from functions.change_settings.app import handler as change
from functions.count_campaigns.app import handler as count
from functions.put_facts.app import handler as put_facts
from functions.record_crm_changes.app import handler as record
from functions.show_metrics.app import handler
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, batch, call, envelope, event, failed
from tests.support.builders import DOCUMENT

CAMPAIGN = "spring-webinar"


def configured() -> None:
    assert call(change, "PUT", "settings", body=DOCUMENT).status == 200


def shown(campaign_id: str = CAMPAIGN) -> Answer:
    return call(handler, "GET", "campaigns", campaign_id, "metrics")


def attribution(**query: str) -> Answer:
    return call(handler, "GET", "attribution", query=query or None)


def test_the_event_shows_the_metrics_of_a_campaign(aws: Aws) -> None:
    configured()
    record(event("record_crm_changes"), CONTEXT)
    count(event("count_campaigns"), CONTEXT)
    answer = answered(handler, event("show_metrics"))
    assert (answer.status, answer.body["campaign_id"], answer.body["settings_version"]) == (200, CAMPAIGN, 1)
    assert answer.body["definitions"]["response_rate"] == "people_who_responded_by_reachable_members"
    assert answer.body["counted_at"].endswith("Z")


def test_a_campaign_that_nobody_counted_or_knows_is_not_there(aws: Aws) -> None:
    configured()
    record(event("record_crm_changes"), CONTEXT)
    for campaign_id, why in ((CAMPAIGN, "not counted yet"), ("nowhere", "no such campaign")):
        answer = shown(campaign_id)
        assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")
        assert why in answer.body["detail"]


def test_the_shares_of_won_deals_add_up(aws: Aws) -> None:
    configured()
    opportunity = {"opportunity_id": "o1", "person_ids": ["lead-1"], "amount": 1000.01, "currency": "EUR"}
    told = {**opportunity, "is_closed": True, "is_won": True}
    record(event("record_crm_changes"), CONTEXT)
    assert record(batch(envelope("Opportunity Changed", "2026-02-20T10:00:00Z", **told)), CONTEXT) == {
        "batchItemFailures": []
    }
    assert attribution().status == 404
    count(event("count_campaigns"), CONTEXT)
    answer = attribution(**{"from": "2026-01-01", "to": "2026-04-01", "by": "month"})
    assert answer.status == 200
    assert answer.body["items"] == [{"key": "2026-02", "name": "2026-02", "currency": "EUR", "amount": 1000.01}]
    assert answer.body["total"] == [{"currency": "EUR", "amount": 1000.01}]
    for by in ("campaign", "type"):
        body = attribution(**{"from": "2026-01-01", "to": "2026-04-01", "by": by}).body
        assert (body["by"], body["model"], body["total"]) == (by, "active_response", answer.body["total"])
    assert attribution(**{"from": "2026-03-01", "to": "2026-04-01"}).body["items"] == []


def funnel(**query: str) -> Answer:
    return call(handler, "GET", "funnel", query=query or None)


def test_the_funnel_of_a_period_beside_another(aws: Aws) -> None:
    configured()
    opportunity = {"opportunity_id": "o1", "person_ids": ["lead-2"], "amount": 1000, "currency": "EUR"}
    response = {"response_id": "member-2", "person_id": "lead-2", "campaign_id": CAMPAIGN, "responded": True}
    record(event("record_crm_changes"), CONTEXT)
    for name, at, detail in (
        ("Person Changed", "2026-02-19T10:00:00Z", {"person_id": "lead-2", "status": "New", "score": 75}),
        ("Response Recorded", "2026-02-20T10:00:00Z", response),
        ("Opportunity Changed", "2026-02-20T10:00:00Z", opportunity),
        ("Opportunity Changed", "2026-03-03T10:00:00Z", {**opportunity, "is_closed": True, "is_won": True}),
    ):
        assert record(batch(envelope(name, at, **detail)), CONTEXT) == {"batchItemFailures": []}
    assert funnel().status == 404
    count(event("count_campaigns"), CONTEXT)
    cohort = funnel(**{"from": "2026-02-01", "to": "2026-03-01", "beside": "2026-03-01"}).body
    assert (cohort["basis"], cohort["by"], cohort["time_zone"], cohort["items"]) == ("cohort", None, "UTC", [])
    assert cohort["total"]["volumes"] == {"MQL": 1, "SAL": 1, "SQL": 1, "Won": 1}
    assert (cohort["from"], cohort["to"]) == ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")
    beside = cohort["beside"]
    assert (beside["from"], beside["to"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    assert beside["total"]["volumes"] == {"MQL": 0, "SAL": 0, "SQL": 0, "Won": 0}
    period = funnel(**{"from": "2026-02-01", "to": "2026-04-01", "by": "month", "basis": "period"}).body
    assert [(one["key"], one["volumes"]["MQL"], one["volumes"]["Won"]) for one in period["items"]] == [
        ("2026-02", 1, 0),
        ("2026-03", 0, 1),
    ]
    assert (period["basis"], period["items_total"], period["beside"]) == ("period", 2, None)
    (campaign,) = funnel(**{"from": "2026-02-01", "to": "2026-03-01", "by": "campaign"}).body["items"]
    assert (campaign["key"], campaign["volumes"]) == (CAMPAIGN, cohort["total"]["volumes"])
    (won_after,) = [one for one in campaign["passages"] if (one["from"], one["to"]) == ("SQL", "Won")]
    assert (won_after["conversion"], won_after["mean_days"]) == (1.0, 11.0)
    assert funnel(**{"from": "2026-02-01", "to": "2026-03-01", "by": "owner"}).status == 200


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"by": "person", "basis": "odd"}, ["basis", "by"]),
        ({"from": "2026-03-01", "to": "2026-03-01"}, ["from"]),
        ({"beside": "last year"}, ["beside"]),
        ({"model": "first"}, ["model"]),
    ],
)
def test_a_funnel_that_cannot_be_counted_is_refused_by_its_field(
    aws: Aws, query: dict[str, str], fields: list[str]
) -> None:
    configured()
    count(event("count_campaigns"), CONTEXT)
    answer = funnel(**query)
    assert answer.status == 422
    assert [one["path"] for one in answer.body["errors"]] == fields


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"model": "odd"}, ["model"]),
        ({"by": "person"}, ["by"]),
        ({"from": "yesterday", "to": "2026-02-30"}, ["from", "to"]),
        ({"from": "2026-03-01", "to": "2026-03-01"}, ["from"]),
        ({"from": "2001-03-01", "to": "2026-03-01"}, ["from"]),
        ({"since": "2026-03-01"}, ["since"]),
    ],
)
def test_what_cannot_be_asked_is_told_by_its_field(aws: Aws, query: dict[str, str], fields: list[str]) -> None:
    configured()
    count(event("count_campaigns"), CONTEXT)
    answer = attribution(**query)
    assert answer.status == 422
    assert [one["path"] for one in answer.body["errors"]] == fields


def test_what_became_of_recycled_leads_is_counted_by_reason_track_and_owner(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in ("ada", "ben"):
        assert call(put_facts, "PUT", "users", user, body={"name": user}).status == 200
    statuses = {**DOCUMENT["person_statuses"], "Back": {"active": False, "kind": "recycle"}}
    reasons = {"no_budget": {"track": "budget"}, "no_need": {}}
    lifecycle = {"recycle": {"reasons": reasons}, "tracks": {"budget": {}}}
    body = {**DOCUMENT, "person_statuses": statuses, "lifecycle": lifecycle}
    assert call(change, "PUT", "settings", body=body).status == 200
    told = [envelope("Campaign Changed", "2026-02-01T10:00:00Z", campaign_id="web")]
    for person_id, owner, reason, returns in (("p1", "ada", "no_budget", True), ("p2", "ben", "no_budget", False),
                                              ("p3", "ben", "no_need", True)):  # fmt: skip
        of = {"person_id": person_id}
        told += [
            envelope("Person Changed", "2026-02-01T10:00:00Z", **of, status="New", score=90, owner_id=owner),
            envelope("Response Recorded", "2026-02-02T10:00:00Z", **of, response_id=f"r-{person_id}", campaign_id="web",
                     responded=True),
            envelope("Person Changed", "2026-02-03T10:00:00Z", **of, status="Back", fields={"recycle_reason": reason}),
        ]  # fmt: skip
        if returns:
            told.append(envelope("Response Recorded", "2026-02-13T22:00:00Z", **of, response_id=f"s-{person_id}",
                                 campaign_id="web", responded=True))  # fmt: skip
    for one in told:
        assert failed(record(batch(one), CONTEXT)) == []
    count(event("count_campaigns"), CONTEXT)

    def counted(by: str, **query: str) -> dict[str | None, tuple[int, int, float | None, float | None]]:
        answer = call(handler, "GET", "recycling", query={"from": "2026-02-01", "to": "2026-03-01", "by": by, **query})
        assert (answer.status, answer.body["basis"]) == (200, "cohort")
        sides = {one["key"]: one["active"] for one in answer.body["items"]}
        return {
            key: (one["recycled"], one["came_back"], one["percent_back"]["MQL"], one["days_until"]["MQL"])
            for key, one in sides.items()
        }

    assert counted("reason") == {"no_budget": (2, 1, 50, 10.5), "no_need": (1, 1, 100, 10.5)}
    assert counted("track") == {"budget": (2, 1, 50, 10.5), None: (1, 1, 100, 10.5)}
    assert counted("owner") == {"ben": (2, 1, 50, 10.5), "ada": (1, 1, 100, 10.5)}
    assert counted("reason", to="2026-02-03") == {}
    assert call(handler, "GET", "recycling", query={"by": "month"}).refusal == (422, "INVALID_FIELD", "by")
