"""Settings over the API: one document, refused as a whole with all its faults, each accepted change a version."""

from typing import Any

import pytest

from functions.change_settings.app import handler
from functions.put_facts.app import handler as put_facts
from functions.record_crm_changes.app import handler as record
from rekindle.adapters.wire.settings.schema import DEFAULTS, SCHEMA
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, batch, call, envelope, event
from tests.support.broken_settings import GONE, IDLE, KNOWN, QUEUES, USER, WHOLE, broken

DOCUMENT: dict[str, Any] = {"person_statuses": {"New": {"active": False}, "Open": {"active": True}}}


def with_default(campaign: str, **more: Any) -> dict[str, Any]:
    return {**DOCUMENT, "reactivation": {"score": {"default_campaign": {"single": campaign}}}, **more}


def put(document: Any, if_match: str | None = None) -> Answer:
    return call(handler, "PUT", "settings", body=document, headers={"If-Match": if_match} if if_match else None)


def get(*steps: str, **query: str) -> Answer:
    return call(handler, "GET", "settings", *steps, query=query or None)


def test_the_event_stores_the_first_version(aws: Aws) -> None:
    answer = answered(handler, event("change_settings"))
    assert (answer.status, answer.headers["ETag"], answer.body["version"]) == (200, '"1"', 1)
    assert answer.body["settings"]["person_statuses"]["Nurture"]["nurture_timeout_days"] == 90
    assert get().body == answer.body


def test_before_the_first_version_the_defaults_hold(aws: Aws) -> None:
    answer = get()
    assert (answer.headers["ETag"], answer.body) == ('"0"', {"version": 0, "settings": DEFAULTS})
    assert get("versions", "0").body == answer.body
    assert put(answer.body["settings"], '"0"').body["version"] == 1


def test_the_same_document_again_is_no_new_version(aws: Aws) -> None:
    assert [put(DOCUMENT).body["version"] for _ in range(2)] == [1, 1]
    assert put({**DOCUMENT, "mode": "active"}).body["version"] == 2


def test_every_version_can_be_read(aws: Aws) -> None:
    for threshold in range(1, 6):
        put({**DOCUMENT, "qualification": {"threshold": threshold}})
    assert get("versions", "3").body["settings"]["qualification"] == {"threshold": 3}
    first = get("versions", limit="2")
    rest = get("versions", next=first.body["next"])
    assert [one["version"] for one in first.body["items"] + rest.body["items"]] == [5, 4, 3, 2, 1]
    assert rest.body["next"] is None


@pytest.mark.parametrize("version", ["9", "-1", "one", "1.0", "٣", "9" * 30])
def test_there_is_no_such_version(aws: Aws, version: str) -> None:
    assert get("versions", version).refusal == (404, "NOT_FOUND", None)


@pytest.mark.parametrize("if_match", ['"1"', "1", "*", None])
def test_the_current_version_may_be_changed(aws: Aws, if_match: str | None) -> None:
    put(DOCUMENT)
    assert put({**DOCUMENT, "mode": "active"}, if_match).body["version"] == 2


@pytest.mark.parametrize("if_match", ['"0"', '"2"', "7"])
def test_another_version_is_not_overwritten(aws: Aws, if_match: str) -> None:
    put(DOCUMENT)
    before = aws.items()
    assert put({**DOCUMENT, "mode": "active"}, if_match).refusal == (412, "PRECONDITION_FAILED", "If-Match")
    assert aws.items() == before


@pytest.mark.parametrize("if_match", ["one", '"1', '"', '""', "-1", 'W/"1"', '"1", "2"'])
def test_what_names_no_version_is_refused(aws: Aws, if_match: str) -> None:
    assert put(DOCUMENT, if_match).refusal == (422, "INVALID_FIELD", "If-Match")
    assert not any(aws.items().values())


def test_all_faults_are_told_and_nothing_is_stored(aws: Aws) -> None:
    answer = put({"mode": "x", "reactivation": {"score": {"lookback_days": -1}}})
    assert answer.refusal == (422, "INVALID_SETTINGS", "mode")
    assert [fault["path"] for fault in answer.body["errors"]] == [
        "mode",
        "person_statuses",
        "reactivation.score.lookback_days",
    ]
    assert not any(aws.items().values())


def test_a_document_broken_in_one_place_is_refused_by_it_and_not_stored(aws: Aws) -> None:
    for campaign in (*KNOWN, GONE):
        call(put_facts, "PUT", "campaigns", campaign, body={})
    call(put_facts, "PUT", "campaigns", IDLE, body={"is_active": False})
    for queue in QUEUES:
        call(put_facts, "PUT", "queues", queue, body={})
    call(put_facts, "PUT", "users", USER, body={})
    record(batch(envelope("Campaign Deleted", "2030-03-01T12:00:00Z", campaign_id=GONE)), CONTEXT)
    assert put(WHOLE).body["version"] == 1
    before = aws.items()
    for one in [*broken()][::25]:
        status, code, field = put(one.body.decode()).refusal
        assert (status, code) in ((422, "INVALID_SETTINGS"), (400, "MALFORMED")), one
        assert field == one.path, one
    assert aws.items() == before


def test_a_default_campaign_has_to_be_there_and_active(aws: Aws) -> None:
    call(put_facts, "PUT", "campaigns", "off", body={"is_active": False})
    call(put_facts, "PUT", "campaigns", "on", body={"name": "On"})
    by_role = {"by": "role", "map": {"A.E.": "off", "SDR": "on"}, "otherwise": "none"}
    answer = put({**DOCUMENT, "reactivation": {"invocable": {"default_campaign": by_role}}})
    assert [fault["path"] for fault in answer.body["errors"]] == [
        'reactivation.invocable.default_campaign.map["A.E."]',
        "reactivation.invocable.default_campaign.otherwise",
    ]
    assert put(with_default("on")).status == 200


@pytest.mark.parametrize("body", [None, "", "{", "[]", "a: [", "a: 2024-01-01", "x" * 200_001])
def test_what_cannot_be_read_is_malformed(aws: Aws, body: str | None) -> None:
    assert put(body).refusal[:2] == (400, "MALFORMED")
    assert call(handler, "POST", "settings", "validations", body=body).refusal[:2] == (400, "MALFORMED")


def test_a_document_is_validated_without_being_stored(aws: Aws) -> None:
    def validation(document: Any) -> Any:
        return call(handler, "POST", "settings", "validations", body=document).body

    assert validation(DOCUMENT) == {"valid": True, "faults": [], "warnings": []}
    assert validation({})["faults"] == [{"path": "person_statuses", "message": "is needed"}]
    (fault,) = validation(with_default("none"))["faults"]
    assert fault == {"path": "reactivation.score.default_campaign.single", "message": "campaign 'none' is not known"}
    assert not any(aws.items().values())


@pytest.mark.parametrize("statuses", [{}, {"New": {"active": False}}], ids=["no status", "no active status"])
def test_a_document_that_maps_no_active_status_is_warned_of_and_accepted(aws: Aws, statuses: Any) -> None:
    document = {"person_statuses": statuses}
    answer = call(handler, "POST", "settings", "validations", body=document).body
    assert (answer["valid"], [warning["path"] for warning in answer["warnings"]]) == (True, ["person_statuses"])
    assert call(handler, "PUT", "settings", body=document).status == 200


def test_what_does_not_exist_is_told_beside_the_faults_of_the_shape(aws: Aws) -> None:
    call(put_facts, "PUT", "campaigns", "on", body={"name": "On"})
    score = {"lookback_days": -1, "default_campaign": {"single": "none"}}
    invocable = {"enabled": "yes", "default_campaign": {"by": "role", "map": {"SDR": "on", "AE": "nowhere"}}}
    document = {
        "person_statuses": {"New": {"active": 1}},
        "reactivation": {"score": score, "invocable": invocable, "active_status": {"default_campaign": {"single": 3}}},
        "assignment": {"rules": [{"to": "nobody"}]},
        "qualification": {"threshold": "many"},
    }
    paths = [
        "assignment.rules[0].to",
        "person_statuses.New.active",
        "qualification.threshold",
        "reactivation.active_status.default_campaign.single",
        "reactivation.invocable.default_campaign.map.AE",
        "reactivation.invocable.enabled",
        "reactivation.score.default_campaign.single",
        "reactivation.score.lookback_days",
    ]
    validated = call(handler, "POST", "settings", "validations", body=document)
    for faults in (put(document).body["errors"], validated.body["faults"]):
        assert [fault["path"] for fault in faults] == paths
    assert put(document).refusal == (422, "INVALID_SETTINGS", paths[0])


def test_the_schema_is_published(aws: Aws) -> None:
    assert get("schema").body == SCHEMA


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"next": "!"}, "next"),
        ({"next": "eA=="}, "next"),
        ({"next": "MTAw" * 100}, "next"),
    ],
    ids=str,
)
def test_bad_paging_is_refused(aws: Aws, query: dict[str, str], field: str) -> None:
    assert get("versions", **query).refusal == (422, "INVALID_FIELD", field)


def test_there_is_no_such_route(aws: Aws) -> None:
    assert get("version").refusal == (404, "NOT_FOUND", None)
