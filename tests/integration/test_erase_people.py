"""A person is erased: afterwards no text about the person is in any table, queue or bucket, to the last byte."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.announce_changes.app import handler as announce
from functions.change_settings.app import handler as change
from functions.complete_assignments.app import handler as complete
from functions.erase_people.app import handler
from functions.export_people.app import handler as export
from functions.put_facts.app import handler as put_facts
from functions.reactivate_on_score.app import handler as reactivate
from functions.record_crm_changes.app import handler as record
from functions.request_reactivation.app import handler as request
from functions.send_notifications.app import handler as send
from functions.show_records.app import handler as show
from functions.start_assignments.app import handler as start
from rekindle.application.capture import erase_people
from rekindle.domain.core.digests import digest
from rekindle.runtime import aws as root
from tests.integration.conftest import (
    CONTEXT,
    FAILED_RECORDS,
    Answer,
    Aws,
    answered,
    batch,
    call,
    client,
    envelope,
    event,
    failed,
    keep_stream_records,
)

TEXTS = ("Zerlina", "zerlina", "Quillfeather", "quillfeather", "555 0199", "5550199", "Zorbly", "zorbly")
"""Parts of all that is told about the person."""
SETTINGS = {
    "person_statuses": {
        "New": {"active": False},
        "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
        "Qualified": {"active": True, "response_status": "Qualified - New Opportunity"},
    },
    "assignment": {"rules": [{"to": "routing"}]},
}
SEVERAL = {
    "detail-type": "LeadChangeEvent",
    "source": "aws.partner/salesforce.com/x",
    "time": "2026-03-08T09:00:00Z",
    "detail": {
        "payload": {"ChangeEventHeader": {"entityName": "Lead", "recordIds": ["00Q000000000001AAA", "p-other"]}}
    },
}
LEAD, CONTACT, FORMER = "00Q000000000001AAA", "003000000000001AAA", "003000000000002AAA"


def fact(name: str, at: str, **detail: Any) -> dict[str, Any]:
    return envelope(name, f"2026-03-{at}Z", **detail)


def texts(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "first_name": "Zerlina",
        "last_name": "Quillfeather",
        "email": "zerlina@quill.example",
        "phone": "+47 555 0199",
        "company": "Zorbly Ltd",
        "fields": {"notes": "Zerlina called"},
        **more,
    }


def response(response_id: str, person_id: str, at: str) -> dict[str, Any]:
    return fact(
        *("Response Recorded", at),
        response_id=response_id,
        person_id=person_id,
        campaign_id="webinar",
        responded=True,
        click_url="https://acme.example/?m=zerlina@quill.example",
        source_code="Zorbly-list",
        fields={"comment": "call me, Zerlina"},
    )


HISTORY = [
    fact("Person Changed", "01T09:00:00", person_id=LEAD, status="New", score=10, **texts("lead")),
    fact("Person Changed", "01T09:00:00", person_id=CONTACT, account_id="a-1", **texts("contact")),
    fact("Person Changed", "01T09:00:00", person_id=FORMER, **texts("contact", email="z.quill@Zorbly.example")),
    response("r-1", LEAD, "02T09:00:00"),
    response("r-2", FORMER, "02T10:00:00"),
    fact("Task Logged", "02T11:00:00", task_id="t-1", person_id=LEAD, owner_id="u-1", kind="call", completed=True),
    fact("People Merged", "03T09:00:00", survivor_id=CONTACT, merged_ids=[FORMER]),
    fact("Person Changed", "04T09:00:00", person_id=LEAD, score=70),
]
LATER = [
    fact("Person Changed", "05T09:00:00", person_id=LEAD, converted_contact_id=CONTACT),
    fact("Opportunity Changed", "06T09:00:00", opportunity_id="o-1", person_ids=[CONTACT], stage="Proposal"),
    response("r-3", CONTACT, "07T09:00:00"),
    response("r-4", CONTACT, "07T10:00:00"),
    fact("Response Deleted", "08T10:00:00", response_id="r-4", person_id=CONTACT),
]
MEMBER_CHANGE = {
    "detail-type": "CampaignMemberChangeEvent",
    "source": "aws.partner/salesforce.com/x",
    "time": "2026-03-08T09:00:00Z",
    "detail": {
        "payload": {
            "ChangeEventHeader": {"entityName": "CampaignMember", "recordIds": ["r-3"]},
            "Comment__c": "from Zerlina",
        }
    },
}


@pytest.fixture
def known(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """A person of whom something is in every place: merged, converted, reactivated, assigned, notified, failed."""
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 3, 9, 12, tzinfo=UTC))
    monkeypatch.setenv("NOTIFICATIONS_TOPIC_ARN", client("sns").create_topic(Name="Notifications")["TopicArn"])
    for kind, name in (("campaigns", "webinar"), ("users", "u-1"), ("queues", "routing"), ("accounts", "a-1")):
        assert call(put_facts, "PUT", kind, name, body={"name": name}).status == 200
    assert call(change, "PUT", "settings", body=SETTINGS).status == 200
    assert failed(record(batch(*HISTORY), CONTEXT)) == []
    reactivate(aws.stream(aws.names.scores, "ReactivateOnScoreFunction"), CONTEXT)
    start(aws.stream(aws.names.ledger, "StartAssignmentsFunction"), CONTEXT)
    assert call(complete, "POST", "assignments", LEAD, "completion", body={"owner_id": "u-1"}).status == 200
    assert failed(record(batch(*LATER), CONTEXT)) == []
    prompt = {"person_id": CONTACT, "campaign_id": "webinar", "user_id": "u-1", "intent": "activate"}
    assert call(request, "POST", "response-prompts", body=prompt, headers={"Idempotency-Key": "k"}).status == 200
    announce(aws.stream(aws.names.ledger, "AnnounceChangesFunction"), CONTEXT)
    told = [one for one in aws.published() if one["detail-type"] == "Notification Requested"]
    assert told and failed(send(batch(*told), CONTEXT)) == []
    for person_id in (LEAD, CONTACT, FORMER):
        body = fact("Person Changed", "08T09:00:00", person_id=person_id, **texts("lead", score="many"))
        aws.fail(json.dumps(body), code="INVALID_FIELD", message="expected a number")
    aws.fail(json.dumps(MEMBER_CHANGE), code="UNKNOWN_RESPONSE")
    aws.fail(f'{{"person_id": "{LEAD}", "first_name": "Zerlina', code="MALFORMED")
    aws.fail(json.dumps(SEVERAL), code="UNAVAILABLE")
    aws.fail(json.dumps(fact("Person Changed", "08T09:00:00", person_id="p-other")), code="INVALID_FIELD")
    keep_stream_records("own", "AnnounceChangesFunction", stream_record(person=digest(LEAD)))
    keep_stream_records(
        *("shared", "ScheduleReactivationFunction"), stream_record(person_id=LEAD), stream_record(person_id="p-other")
    )
    return aws


def stream_record(**keys: str) -> dict[str, Any]:
    texts_of_it = {} if "p-other" in keys.values() else {"profile": {"S": '{"first_name":"Zerlina"}'}}
    return {"dynamodb": {"Keys": {name: {"S": value} for name, value in keys.items()}, "NewImage": texts_of_it}}


def places(aws: Aws) -> dict[str, str]:
    """All that is stored, by the name of the table, the queue or the bucket. The queues are empty afterwards."""
    stored: dict[str, str] = {}
    for table in aws.dynamodb.list_tables()["TableNames"]:
        pages = aws.dynamodb.get_paginator("scan").paginate(TableName=table)
        stored[table] = "\n".join(repr(item) for page in pages for item in page["Items"])
    for url in aws.sqs.list_queues()["QueueUrls"]:
        stored[url.rpartition("/")[2]] = "\n".join(repr(message) for message in aws.messages(url))
    s3 = client("s3")
    for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"]):
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", ())]
        objects = (s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode(errors="replace") for key in keys)
        stored[bucket] = "\n".join([*keys, *objects])
    return stored


def texts_in(aws: Aws) -> set[tuple[str, str]]:
    return {(place, text) for place, stored in places(aws).items() for text in TEXTS if text in stored}


def erase(person_id: str) -> Answer:
    return call(handler, "DELETE", "people", person_id)


def test_the_event_erases_a_person(aws: Aws) -> None:
    assert answered(handler, event("erase_people")).refusal == (404, "NOT_FOUND", "person_id")
    record(batch(fact("Person Changed", "01T09:00:00", person_id="00Q5e00000A1b2CEAR", **texts("lead"))), CONTEXT)
    answer = answered(handler, event("erase_people"))
    assert (answer.status, answer.body["state"], answer.body["people"]) == (200, "erased", 1)
    assert texts_in(aws) == set()


def test_a_person_of_whom_only_a_score_is_known_is_erased_too(aws: Aws) -> None:
    call(put_facts, "PUT", "people", "p-1", body={"score": 5})
    assert call(handler, "DELETE", "people", "p-1").body["state"] == "erased"


def test_the_history_leaves_texts_in_two_tables(known: Aws) -> None:
    assert {place for place, _ in texts_in(known)} == {"PeopleTable", "FailuresTable", FAILED_RECORDS}


@pytest.mark.parametrize("person_id", [CONTACT, LEAD, FORMER])
def test_after_an_erasure_no_byte_is_left_of_the_texts(known: Aws, person_id: str) -> None:
    answer = erase(person_id)
    assert answer.status == 200
    assert {name: answer.body[name] for name in ("person_id", "state", "people", "responses", "failures")} == {
        "person_id": CONTACT,
        "state": "erased",
        "people": 3,
        "responses": 4,
        "failures": 8,
    }
    assert texts_in(known) == set()
    left = [item["body"]["S"] for item in known.dynamodb.scan(TableName="FailuresTable")["Items"]]
    assert len(left) == 2 and all("p-other" in body and LEAD not in body for body in left)
    assert "p-other" in places(known)[FAILED_RECORDS]


def test_an_erasure_asked_for_again_has_the_same_answer(known: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    first = erase(LEAD).body
    monkeypatch.setattr(root, "now", lambda: datetime(2026, 4, 9, tzinfo=UTC))
    root.use_cases.cache_clear()
    assert erase(FORMER).body == first


def test_decisions_stay_and_can_be_explained(known: Aws) -> None:
    decisions = call(show, "GET", "people", CONTACT, "decisions").body["items"]
    assert erase(CONTACT).status == 200
    assert call(show, "GET", "people", CONTACT, "decisions").body["items"] == decisions
    for decision in decisions:
        assert call(show, "GET", "decisions", decision["decision_id"]).status == 200


def test_what_arrives_late_brings_no_text_back(known: Aws) -> None:
    erase(CONTACT)
    assert failed(record(batch(*HISTORY, *LATER), CONTEXT)) == []
    body = fact("Person Changed", "08T09:00:00", person_id=LEAD, **texts("lead", score="many"))
    known.fail(json.dumps(body), code="INVALID_FIELD")
    assert texts_in(known) == set()


def test_the_event_of_the_bus_erases_too_and_announces_it(known: Aws) -> None:
    known.published()
    erased = fact("Person Deleted", "09T12:00:00", person_id=LEAD, erase=True)
    assert failed(record(batch(erased, erased), CONTEXT)) == []
    assert texts_in(known) == set()
    announce(known.stream(known.names.ledger, "AnnounceChangesFunction"), CONTEXT)
    events = {json.dumps(one["detail"]) for one in known.published() if one["detail-type"] == "Person Erased"}
    (detail,) = map(json.loads, events)
    assert (detail["person_id"], detail["people"], detail["responses"], detail["failures"]) == (CONTACT, 3, 4, 8)


def test_a_plain_deletion_takes_the_texts_from_the_tables_of_people(known: Aws) -> None:
    assert failed(record(batch(fact("Person Deleted", "09T12:00:00", person_id=CONTACT)), CONTEXT)) == []
    assert {place for place, _ in texts_in(known)} == {"FailuresTable", FAILED_RECORDS}


def test_a_large_history_goes_on_in_the_queue_of_facts(known: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase_people, "BATCH", 1)
    monkeypatch.setattr(erase_people, "STEPS", 1)
    answer = erase(CONTACT)
    assert (answer.status, answer.body["state"], answer.body["erased_at"]) == (202, "erasing", None)
    runs = 0
    while messages := known.messages(known.crm_changes):
        assert failed(record(batch(*(message["Body"] for message in messages)), CONTEXT)) == []
        runs += 1
    assert runs == 3 and texts_in(known) == set()
    answer = erase(CONTACT)
    assert (answer.status, answer.body["state"], answer.body["responses"]) == (200, "erased", 4)


def test_everything_that_is_stored_can_be_exported(known: Aws) -> None:
    answer = call(export, "GET", "people", LEAD, "export")
    assert answer.status == 200
    exported = answer.body
    assert (exported["person"]["person_id"], exported["person"]["first_name"]) == (CONTACT, "Zerlina")
    assert sorted(one["person_id"] for one in exported["former"]) == [FORMER, LEAD]
    assert [one["response_id"] for one in exported["responses"] if one["deleted"]] == ["r-4"]
    assert {one["opportunity_id"] for one in exported["opportunities"]} == {"o-1"}
    assert len(exported["failures"]) == 8
    assert any("Zerlina" in one["body"] for one in exported["failures"])
    assert {"decision", "merged"} <= {one["kind"] for one in exported["timeline"]}
