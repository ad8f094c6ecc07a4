"""Every hour each campaign is counted, and the API shows it: `GET /campaigns/{id}/metrics`."""

from functions.count_campaigns.app import handler
from functions.record_crm_changes.app import handler as record
from tests.integration.conftest import CONTEXT, Aws, event
from tests.integration.test_show_metrics import configured, shown


def test_the_event_counts_every_campaign(aws: Aws) -> None:
    configured()
    assert record(event("record_crm_changes"), CONTEXT) == {"batchItemFailures": []}
    assert shown().status == 404
    handler(event("count_campaigns"), CONTEXT)
    answer = shown()
    assert (answer.status, answer.body["targeted"], answer.body["responses"]["unique"]) == (200, 1, 1)


def test_the_next_hour_counts_again(aws: Aws) -> None:
    configured()
    handler(event("count_campaigns"), CONTEXT)
    assert shown().status == 404
    record(event("record_crm_changes"), CONTEXT)
    for _ in range(2):
        handler(event("count_campaigns"), CONTEXT)
        assert shown().body["targeted"] == 1
