"""The stream of the ledger: what was saved is told on the bus, under ids that stay; what failed comes again alone."""

import copy
import json
from typing import Any

from functions.announce_changes.app import handler
from functions.change_settings.app import handler as change_settings
from functions.reactivate_on_score.app import handler as reactivate
from functions.record_crm_changes.app import handler as record
from functions.request_reactivation.app import handler as request
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Aws, call, envelope, event, failed
from tests.integration.conftest import batch as messages


def saved(aws: Aws) -> dict[str, Any]:
    return aws.stream(aws.names.ledger, "AnnounceChangesFunction")


def batch_of(*numbers: int) -> dict[str, Any]:
    """The event's record for several people."""
    (record,) = event("announce_changes")["Records"]
    records = []
    for number in numbers:
        one = copy.deepcopy(record)
        body = json.loads(one["dynamodb"]["NewImage"]["body"]["S"])
        body |= {"person_id": f"lead-{number}", "decision_id": f"decision-{number}"}
        one["dynamodb"]["NewImage"]["body"]["S"] = json.dumps(body)
        one["dynamodb"]["SequenceNumber"] = str(number)
        records.append(one)
    return {"Records": records}


class Refusing:
    """Has the bus refuse the events of some people, for as many calls as is said."""

    def __init__(self, *people: str, calls: int = 100) -> None:
        self.people, self.calls, self.sent = people, calls, []
        root.bus().client.meta.events.register("before-call.eventbridge.PutEvents", self)

    def __call__(self, params: dict[str, Any], **_: Any) -> Any:
        people = [json.loads(entry["Detail"])["person_id"] for entry in json.loads(params["body"])["Entries"]]
        self.sent.append(people)
        refused = [person in self.people and len(self.sent) <= self.calls for person in people]
        entries = [{"ErrorCode": "InternalFailure"} if bad else {"EventId": "e"} for bad in refused]
        return type("Answered", (), {"status_code": 200})(), {"FailedEntryCount": sum(refused), "Entries": entries}


def test_the_event_is_what_the_ledger_writes(aws: Aws) -> None:
    record(event("record_crm_changes"), CONTEXT)
    reactivate(event("reactivate_on_score"), CONTEXT)
    (written,) = saved(aws)["Records"]
    (expected,) = event("announce_changes")["Records"]
    images = [one["dynamodb"]["NewImage"] for one in (written, expected)]
    bodies = [json.loads(image.pop("body")["S"]) for image in images]
    for body in bodies:
        del body["decided_at"]
    # These tests have decisions listed for all people, which a stack does only where a parameter says so.
    del images[0]["due_shard"], images[0]["due_at"]
    assert (images[0], bodies[0]) == (images[1], bodies[1])


def test_the_event_is_told_on_the_bus(aws: Aws) -> None:
    assert failed(handler(event("announce_changes"), CONTEXT)) == []
    activated, stage = aws.published()
    assert (activated["detail-type"], stage["detail-type"]) == ("Response Activated", "Stage Reached")
    assert activated["source"] == "rekindle"
    assert activated["time"] == "2026-03-01T12:00:00Z"
    detail = activated["detail"]
    assert {k: detail[k] for k in ("person_id", "campaign_id", "outcome", "cycle", "score", "schema_version")} == {
        "person_id": "lead-1",
        "campaign_id": "spring-webinar",
        "outcome": "reactivated",
        "cycle": 1,
        "score": 64,
        "schema_version": 1,
    }
    assert (stage["detail"]["stage"], stage["detail"]["reached_at"]) == ("MQL", "2026-03-01T12:00:00Z")


def test_what_is_told_twice_has_one_id(aws: Aws) -> None:
    for _ in range(2):
        handler(event("announce_changes"), CONTEXT)
    ids = [told["detail"]["event_id"] for told in aws.published()]
    assert len(ids) == 4 and len(set(ids)) == 2


def test_an_end_is_told_too(aws: Aws) -> None:
    record(event("record_crm_changes"), CONTEXT)
    reactivate(event("reactivate_on_score"), CONTEXT)
    gone = envelope("Response Deleted", "2026-03-02T12:00:00Z", response_id="member-1", person_id="lead-1")
    record(messages(gone), CONTEXT)
    assert failed(handler(saved(aws), CONTEXT)) == []
    ended = aws.published()[-1]
    assert (ended["detail-type"], ended["detail"]["reason"]) == ("Response Deactivated", "RESPONSE_DELETED")


def test_what_was_skipped_is_told_where_the_settings_say_so(aws: Aws) -> None:
    for announced in (False, True):
        document = {"reactivation": {"invocable": {"announce_skipped": announced}}, "person_statuses": {}}
        assert call(change_settings, "PUT", "settings", body=document).status == 200
        asked = {"inputs": [{"person_id": "nobody", "user_id": "user-1"}]}
        assert call(request, "POST", "reactivations", body=asked).status == 200
    assert failed(handler(saved(aws), CONTEXT)) == []
    (skipped,) = aws.published()
    assert (skipped["detail-type"], skipped["detail"]["reason"]) == ("Reactivation Skipped", "NO_PERSON")
    assert (skipped["detail"]["scenario"], skipped["detail"]["settings_version"]) == ("invocable", 2)


def test_what_the_bus_refused_is_sent_again_alone(aws: Aws) -> None:
    refusing = Refusing("lead-2", calls=1)
    assert failed(handler(batch_of(1, 2, 3), CONTEXT)) == []
    assert refusing.sent == [["lead-1", "lead-1", "lead-2", "lead-2", "lead-3", "lead-3"], ["lead-2", "lead-2"]]


def test_only_what_the_bus_refuses_again_and_again_is_delivered_again(aws: Aws) -> None:
    refusing = Refusing("lead-2")
    assert failed(handler(batch_of(1, 2, 3), CONTEXT)) == ["2"]
    assert len(refusing.sent) == 3


def test_a_bus_that_does_not_answer_has_every_record_delivered_again(aws: Aws) -> None:
    aws.events.remove_targets(Rule="heard", EventBusName="rekindle", Ids=["heard"])
    root.bus().client.meta.events.register("before-call.eventbridge.PutEvents", _no_answer)
    assert failed(handler(batch_of(1, 2), CONTEXT)) == ["1", "2"]


def _no_answer(**_: Any) -> Any:
    return type("Answered", (), {"status_code": 503})(), {"Error": {"Code": "ServiceUnavailable", "Message": ""}}


def test_ten_events_at_most_go_in_one_request(aws: Aws) -> None:
    refusing = Refusing()
    handler(batch_of(*range(1, 13)), CONTEXT)
    assert [len(sent) for sent in refusing.sent] == [10, 10, 4]


def test_a_record_that_cannot_be_read_fails_alone(aws: Aws) -> None:
    records = batch_of(1, 2)
    records["Records"][0]["dynamodb"]["NewImage"]["body"]["S"] = "{"
    assert failed(handler(records, CONTEXT)) == ["1"]
    assert {told["detail"]["person_id"] for told in aws.published()} == {"lead-2"}


def test_an_event_that_a_target_did_not_take_is_put_again_as_it_was(aws: Aws) -> None:
    detail = {"person_id": "p", "event_id": "e"}
    again = {"source": "rekindle", "detail-type": "Stage Reached", "time": "2026-03-01T12:00:00Z", "detail": detail}
    assert failed(handler({"again": again}, CONTEXT)) == []
    (published,) = aws.published()
    assert (published["source"], published["detail-type"], published["detail"]) == ("rekindle", "Stage Reached", detail)


def test_an_event_that_the_bus_does_not_take_again_is_not_lost(aws: Aws) -> None:
    Refusing("p")
    again = {"detail-type": "Stage Reached", "time": "2026-03-01T12:00:00Z", "detail": {"person_id": "p"}}
    assert failed(handler({"again": again}, CONTEXT)) == ["again"]
