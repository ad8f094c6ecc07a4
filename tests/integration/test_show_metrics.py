"""`GET /campaigns/{id}/metrics`: what a campaign brought, as it was counted last."""

from functions.change_settings.app import handler as change
from functions.count_campaigns.app import handler as count
from functions.record_crm_changes.app import handler as record
from functions.show_metrics.app import handler
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, call, event
from tests.support.builders import DOCUMENT

CAMPAIGN = "spring-webinar"


def configured() -> None:
    assert call(change, "PUT", "settings", body=DOCUMENT).status == 200


def shown(campaign_id: str = CAMPAIGN) -> Answer:
    return call(handler, "GET", "campaigns", campaign_id, "metrics")


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
