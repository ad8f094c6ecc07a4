"""`GET /campaigns/{id}/metrics` and `GET /attribution`: what campaigns brought, as it was counted last."""

import pytest

from functions.change_settings.app import handler as change
from functions.count_campaigns.app import handler as count
from functions.record_crm_changes.app import handler as record
from functions.show_metrics.app import handler
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, batch, call, envelope, event
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
