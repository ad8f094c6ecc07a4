"""A target list is drawn from what is stored, and its people become members by facts of the queue."""

import json

from functions.draw_targets.app import handler
from functions.record_crm_changes.app import handler as record
from functions.show_campaigns.app import handler as campaigns
from functions.show_targets.app import handler as show
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, invoked
from tests.integration.test_show_metrics import configured

CAMPAIGN = "refinement"


def known() -> None:
    """Somebody who responded, and a campaign to come."""
    configured()
    told = batch(
        envelope("Campaign Changed", "2026-01-01T00:00:00Z", campaign_id=CAMPAIGN),
        envelope("Campaign Changed", "2026-01-01T00:00:00Z", campaign_id="fair"),
        envelope("Person Changed", "2026-01-02T00:00:00Z", person_id="p1", score=1, email="p1@example.com"),
        envelope(
            "Response Recorded",
            "2026-01-03T00:00:00Z",
            response_id="r1",
            person_id="p1",
            campaign_id="fair",
            responded=True,
        ),
    )
    assert record(told, CONTEXT) == {"batchItemFailures": []}


def test_the_event_draws_a_list_whose_people_become_members(aws: Aws) -> None:
    known()
    invoked()
    call(show, "POST", "target-lists", body={"list_id": "dormant", "population": "dormant", "days": 0})
    for _ in range(2):
        handler(event("draw_targets"), CONTEXT)
    assert call(show, "POST", "target-lists", "dormant", "campaigns", CAMPAIGN).status == 202
    handler({"list_id": "dormant", "campaign_id": CAMPAIGN}, CONTEXT)
    facts = [json.loads(one["Body"]) for one in aws.messages(aws.crm_changes)]
    assert record(batch(*facts), CONTEXT) == {"batchItemFailures": []}
    (member,) = call(campaigns, "GET", "campaigns", CAMPAIGN, "members").body["items"]
    assert (member["person_id"], member["responded"]) == ("p1", False)
    handler({"list_id": "dormant", "campaign_id": CAMPAIGN}, CONTEXT)
    assert aws.messages(aws.crm_changes) == []
