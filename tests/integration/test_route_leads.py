"""The queue of the router: an assignment that started, as the bus tells it, ends with an owner."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.put_facts.app import handler as put_facts
from functions.reactivate_on_score.app import handler as reactivate
from functions.record_crm_changes.app import handler as record
from functions.route_leads.app import handler
from functions.show_records.app import handler as show
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.domain.core.errors import Unavailable
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, call, event, failed
from tests.integration.test_start_assignments import STATUSES

NOW = datetime(2026, 3, 1, 12, 0, 2, tzinfo=UTC)
"""A Sunday."""
WORKDAYS = {"from": "09:00", "to": "17:00"}


@pytest.fixture(autouse=True)
def just_after_the_crossing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root, "now", lambda: NOW)


def started(aws: Aws, lifecycle: dict[str, Any] | None = None, **pool: Any) -> dict[str, Any]:
    """The event that the bus tells the router's queue, for a lead that waits since its score crossed."""
    for user_id in ("user-7", "user-8"):
        assert call(put_facts, "PUT", "users", user_id, body={"name": user_id}).status == 200
    for queue_id in ("queue-inbound", "queue-routing"):
        assert call(put_facts, "PUT", "queues", queue_id, body={"name": queue_id}).status == 200
    members = [{"user": "user-7"}, {"user": "user-8", "quota": 5}]
    router = {
        "queues": ["queue-routing"],
        "steps": [{"to": "account_owner"}, {"to": "pool", "pool": "all"}],
        "pools": {"all": {"members": members, **pool}},
    }
    rules = [{"to": "queue-routing", "deadline": "P1D"}]
    assignment = {"rules": rules, "router": router}
    document = {"person_statuses": STATUSES, "assignment": assignment, "lifecycle": lifecycle or {}}
    assert call(change, "PUT", "settings", body=document).status == 200
    record(event("record_crm_changes"), CONTEXT)
    reactivate(event("reactivate_on_score"), CONTEXT)
    waits = call(show, "GET", "people", "lead-1").body["assignment"]
    assert waits["state"] == "pending"
    batch = event("route_leads")
    (message,) = batch["Records"]
    told = json.loads(message["body"])
    told["detail"]["assignment_id"] = waits["assignment_id"]
    message["body"] = json.dumps(told)
    return batch


def test_the_event_gives_the_lead_to_a_member_of_the_pool(aws: Aws) -> None:
    assert failed(handler(started(aws), CONTEXT)) == []
    person = call(show, "GET", "people", "lead-1").body
    assert (person["owner_id"], person["assignment"]["state"]) == ("user-7", "assigned")
    routed = call(show, "GET", "people", "lead-1", "timeline").body["items"][1]
    assert (routed["kind"], routed["by"], routed["owner_id"]) == ("routed", "pool", "user-7")
    assert routed["explanation"] == "user-7 got the lead because it was their turn in pool all."


def test_the_owner_of_the_matched_account_comes_first(aws: Aws) -> None:
    account = {"name": "Example", "domain": "example.com", "owner_id": "user-8"}
    assert call(put_facts, "PUT", "accounts", "acme", body=account).status == 200
    handler(started(aws), CONTEXT)
    assert call(show, "GET", "people", "lead-1").body["owner_id"] == "user-8"


def test_the_event_again_changes_nothing(aws: Aws) -> None:
    batch = started(aws)
    handler(batch, CONTEXT)
    before = aws.items()
    assert failed(handler(batch, CONTEXT)) == []
    assert aws.items() == before


def test_where_nobody_is_at_work_a_schedule_tells_the_router_again(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = started(aws, hours=WORKDAYS)
    assert failed(handler(batch, CONTEXT)) == []
    (schedule,) = aws.schedules()
    assert schedule["ScheduleExpression"] == "at(2026-03-02T09:00:00)"
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    again = {"Records": [{**batch["Records"][0], "body": schedule["Target"]["Input"]}]}
    root.use_cases.cache_clear()
    assert failed(handler(again, CONTEXT)) == []
    assert call(show, "GET", "people", "lead-1").body["assignment"]["state"] == "assigned"


def test_a_store_that_does_not_answer_leaves_the_message_in_its_queue(aws: Aws) -> None:
    batch = started(aws)
    aws.dynamodb.delete_table(TableName=aws.names.people)
    assert failed(handler(batch, CONTEXT)) == [batch["Records"][0]["messageId"]]


def test_deliveries_whose_transaction_was_throttled_use_up_no_quota(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = started(aws, members=[{"user": "user-8", "quota": 1}])

    def throttled(*_: Any) -> None:
        raise Unavailable("DynamoDB: ThrottlingException")

    with monkeypatch.context() as throttling:
        throttling.setattr(DynamoDBPeople, "commit", throttled)
        for _ in range(4):
            assert failed(handler(batch, CONTEXT)) == [batch["Records"][0]["messageId"]]
    assert failed(handler(batch, CONTEXT)) == []
    assert call(show, "GET", "people", "lead-1").body["owner_id"] == "user-8"
