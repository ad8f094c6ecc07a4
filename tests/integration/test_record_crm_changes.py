"""The queue of CRM events: what is good is applied, what is refused is settled with its reason."""

import json
import math
from typing import Any

import pytest

from functions.change_settings.app import handler as change_settings
from functions.record_crm_changes.app import handler
from functions.show_records.app import handler as show
from rekindle.adapters.dynamodb.people import DynamoDBPeople
from rekindle.adapters.dynamodb.reference import DynamoDBRecords
from rekindle.domain.core.errors import Conflict
from tests.integration.conftest import CONTEXT, Aws, batch, call, envelope, event, failed, postponed

NOON = "2026-03-01T12:00:00Z"
GOOD = [
    envelope("Person Changed", NOON, person_id="before", score=1),
    envelope("Person Changed", NOON, person_id="after", score=2),
]


def score_of(person_id: str) -> Any:
    return call(show, "GET", "people", person_id).body.get("score")


def reasons(message: dict[str, Any]) -> dict[str, str]:
    return {name: told["StringValue"] for name, told in message["MessageAttributes"].items()}


def test_the_event_records_a_history_that_crosses(aws: Aws) -> None:
    assert failed(handler(event("record_crm_changes"), CONTEXT)) == []
    assert score_of("lead-1") == 64
    (response,) = call(show, "GET", "people", "lead-1", "responses").body["items"]
    assert (response["response_id"], response["response_status"]) == ("member-1", "Resolved - No Action Required")
    (decision,) = call(show, "GET", "people", "lead-1", "decisions").body["items"]
    assert (decision["scenario"], decision["reason"]) == ("response", "BELOW_THRESHOLD")
    assert not aws.messages(aws.failures)


def test_the_event_again_changes_nothing(aws: Aws) -> None:
    handler(event("record_crm_changes"), CONTEXT)
    before = aws.items()
    assert failed(handler(event("record_crm_changes"), CONTEXT)) == []
    assert aws.items() == before


@pytest.mark.parametrize("name", ["salesforce_lead_change", "salesforce_campaign_member_relay"])
def test_salesforce_events_are_recorded_as_they_come(aws: Aws, name: str) -> None:
    handler(batch(envelope("Campaign Changed", NOON, campaign_id="7015e000000F5g6AAC")), CONTEXT)
    assert failed(handler(batch(event(name)), CONTEXT)) == []
    assert call(show, "GET", "people", "00Q5e00000A1b2CEAR").status == 200


def test_salesforce_s_fields_feed_ours_as_the_settings_say(aws: Aws) -> None:
    fields = {"salesforce": {"Lead": {"score": ["Region__c"]}}}
    told = event("salesforce_lead_change")
    told["detail"]["Region__c"] = 41
    assert call(change_settings, "PUT", "settings", body={"person_statuses": {}, "crm_fields": fields}).status == 200
    assert failed(handler(batch(told), CONTEXT)) == []
    shown = call(show, "GET", "people", "00Q5e00000A1b2CEAR").body
    assert (shown["score"], shown["fields"]) == (41, {"Score__c": 64})


def test_a_record_too_large_for_the_store_is_settled_with_its_reason(aws: Aws) -> None:
    wide = [{f"{n}-{m}": "日" * 200 for m in range(50)} for n in range(15)]
    told = [envelope("Person Changed", NOON, person_id="p-1", sequence=n, fields=f) for n, f in enumerate(wide)]
    assert failed(handler(batch(*told), CONTEXT)) == []
    refused = aws.messages(aws.failures)
    assert refused and {reasons(message)["code"] for message in refused} == {"TOO_LARGE"}


def response(**changes: Any) -> dict[str, Any]:
    told = {"response_id": "r-1", "person_id": "p-1", "campaign_id": "c-1", "responded": True, **changes}
    return envelope("Response Recorded", NOON, **{k: v for k, v in told.items() if v is not ...})


def person(**values: Any) -> dict[str, Any]:
    return envelope("Person Changed", NOON, person_id="p-1", **values)


REFUSED: list[tuple[str | dict[str, Any], str, str | None]] = [
    ("{", "MALFORMED", None),
    ("[]", "MALFORMED", None),
    ('"text"', "MALFORMED", None),
    ("[" * 50_000, "MALFORMED", None),
    ({}, "MALFORMED", "detail-type"),
    (envelope("Person Vanished", NOON), "UNKNOWN_EVENT", "detail-type"),
    ({**person(score=1), "detail": "text"}, "MALFORMED", "detail"),
    (envelope("Person Changed", NOON, score=5), "INVALID_FIELD", "detail.person_id"),
    (person(score="many"), "INVALID_FIELD", "detail.score"),
    (person(score=1e9), "INVALID_FIELD", "detail.score"),
    (person(score=math.nan), "INVALID_FIELD", "detail.score"),
    (person(fields={"part": math.inf}), "INVALID_FIELD", "detail.fields.part"),
    (person(email="\ud800"), "MALFORMED", None),
    (person(email="x" * 256), "INVALID_FIELD", "detail.email"),
    (person(kind="account"), "INVALID_FIELD", "detail.kind"),
    (envelope("Person Changed", NOON, person_id="x" * 129), "INVALID_FIELD", "detail.person_id"),
    (envelope("Person Changed", "2026-03-01T12:00:00", person_id="p-1"), "INVALID_FIELD", "time"),
    (envelope("Person Changed", "yesterday", person_id="p-1"), "INVALID_FIELD", "time"),
    (response(responded_at="2026-03-01T12:00:00"), "INVALID_FIELD", "detail.responded_at"),
    (response(responded="yes"), "INVALID_FIELD", "detail.responded"),
    (response(responded=...), "INVALID_FIELD", "detail.responded"),
    (response(campaign_id=...), "INVALID_FIELD", "detail.campaign_id"),
    (envelope("People Merged", NOON, survivor_id="p-1", merged_ids=["p-1"]), "INVALID_FIELD", "detail.merged_ids"),
]


@pytest.mark.parametrize(("bad", "code", "field"), REFUSED, ids=lambda value: str(value)[:60])
def test_a_refused_message_is_settled_with_its_reason_and_its_neighbours_are_applied(
    aws: Aws, bad: str | dict[str, Any], code: str, field: str | None
) -> None:
    assert failed(handler(batch(GOOD[0], bad, GOOD[1]), CONTEXT)) == []
    assert (score_of("before"), score_of("after")) == (1, 2)
    assert call(show, "GET", "people", "p-1").status == 404
    (message,) = aws.messages(aws.failures)
    assert message["Body"] == (bad if isinstance(bad, str) else json.dumps(bad))
    told = reasons(message)
    assert (told["code"], told.get("field")) == (code, field)
    assert told["message"]
    assert told["source"].startswith("rekindle-CrmChangesQueue")


def test_an_unknown_campaign_is_waited_for_and_then_refused(aws: Aws) -> None:
    asked = postponed()
    for receives in (1, 2, 3):
        assert failed(handler(batch(GOOD[0], response(), receives=receives), CONTEXT)) == ["m-2"]
    assert [one["VisibilityTimeout"] for one in asked] == [2, 4, 8]
    assert not aws.messages(aws.failures)
    assert failed(handler(batch(response(), receives=4), CONTEXT)) == []
    (message,) = aws.messages(aws.failures)
    assert (reasons(message)["code"], reasons(message)["field"]) == ("UNKNOWN_CAMPAIGN", "detail.campaign_id")
    assert call(show, "GET", "people", "p-1").status == 404


def test_a_campaign_that_arrives_meanwhile_ends_the_wait(aws: Aws) -> None:
    postponed()
    handler(batch(response()), CONTEXT)
    campaign = envelope("Campaign Changed", NOON, campaign_id="c-1")
    assert failed(handler(batch(campaign, response(), receives=2), CONTEXT)) == []
    assert call(show, "GET", "people", "p-1").status == 200


def test_a_store_that_does_not_answer_leaves_every_message_in_the_queue(aws: Aws) -> None:
    asked = postponed()
    aws.dynamodb.delete_table(TableName=aws.names.scores)
    assert failed(handler(batch(*GOOD), CONTEXT)) == ["m-1", "m-2"]
    assert [one["VisibilityTimeout"] for one in asked] == [2, 2]
    assert not aws.messages(aws.failures)


def test_a_conflict_that_lasts_is_delivered_again(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    postponed()

    def beaten(*_: Any) -> None:
        raise Conflict("somebody was faster")

    monkeypatch.setattr(DynamoDBPeople, "commit", beaten)
    campaign = envelope("Campaign Changed", NOON, campaign_id="c-1")
    assert failed(handler(batch(person(company="X"), campaign), CONTEXT)) == ["m-1"]


def test_what_nobody_foresaw_fails_alone(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(DynamoDBRecords, "put", broken)
    campaign = envelope("Campaign Changed", NOON, campaign_id="c-1")
    assert failed(handler(batch(GOOD[0], campaign, GOOD[1]), CONTEXT)) == ["m-2"]
    assert (score_of("before"), score_of("after")) == (1, 2)
    assert "unforeseen" in aws.logged.getvalue()


def test_what_is_older_is_dropped_and_counted(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    old = envelope("Person Changed", "2026-02-01T12:00:00Z", person_id="p-1", company="Old")
    handler(batch(person(company="New"), old, person(company="New")), CONTEXT)
    assert call(show, "GET", "people", "p-1").body["company"] == "New"
    counted = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (counted["Applied"], counted["Older"], counted["Duplicate"]) == ([1.0], [1.0], [1.0])


def test_logs_tell_of_no_person(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    handler(
        batch(person(email="ada@example.com", company="Engines"), person(email="eve@example.com", phone=5)), CONTEXT
    )
    told = capsys.readouterr().out + aws.logged.getvalue()
    assert "refused" in told
    assert "example.com" not in told and "Engines" not in told


def test_an_event_that_nobody_knows_stands_in_the_failure_queue(aws: Aws) -> None:
    handler(batch(envelope("Invoice Paid", NOON), *GOOD), CONTEXT)
    (message,) = aws.messages(aws.failures)
    assert reasons(message)["code"] == "UNKNOWN_EVENT"
    assert score_of("after") == 2


def test_an_event_that_the_settings_ignore_is_done_with(aws: Aws) -> None:
    document = {"person_statuses": {}, "events": {"ignore": ["Invoice Paid"]}}
    assert call(change_settings, "PUT", "settings", body=document).status == 200
    assert failed(handler(batch(envelope("Invoice Paid", NOON)), CONTEXT)) == []
    assert not aws.messages(aws.failures)


def test_a_fact_of_the_future_stands_in_the_failure_queue_and_freezes_nothing(aws: Aws) -> None:
    late = envelope("Person Changed", "2126-03-01T12:00:00Z", person_id="after", score=99)
    handler(batch(late, *GOOD), CONTEXT)
    (message,) = aws.messages(aws.failures)
    assert (reasons(message)["code"], reasons(message)["field"]) == ("IN_FUTURE", "time")
    assert score_of("after") == 2


def test_a_member_that_is_an_account_is_passed_over_also_when_it_changes(aws: Aws) -> None:
    created, updated = event("salesforce_campaign_member_relay"), event("salesforce_campaign_member_relay")
    for told, kind in ((created, "CREATE"), (updated, "UPDATE")):
        payload = told["detail"]["payload"]
        for name in ("LeadId", "ContactId"):
            payload.pop(name, None)
        payload["ChangeEventHeader"] |= {"changeType": kind, "changedFields": ["Status"], "nulledFields": []}
        payload["Status"] = kind
    updated["detail"]["payload"]["ChangeEventHeader"]["commitNumber"] += 1
    handler(batch(envelope("Campaign Changed", NOON, campaign_id="7015e000000F5g6AAC")), CONTEXT)
    for told in (created, updated):
        assert failed(handler(batch(told), CONTEXT)) == []
    assert not aws.messages(aws.failures)
