"""Records that may be one person, over the API: listed, united, kept apart."""

from typing import Any

import pytest

from functions.answer_duplicates.app import handler
from functions.find_duplicates.app import handler as find
from functions.record_crm_changes.app import handler as record
from functions.show_records.app import handler as show
from rekindle.application.capture import merge_people
from tests.integration.conftest import CONTEXT, Aws, answered, batch, call, envelope, event, failed


def told(*facts: tuple[str, dict[str, Any]]) -> None:
    bodies = [envelope(name, f"2026-02-18T09:00:{place:02}Z", **detail) for place, (name, detail) in enumerate(facts)]
    assert failed(record(batch(*bodies), CONTEXT)) == []


@pytest.fixture
def pair(aws: Aws) -> str:
    """A lead with a score, a response and an account's contact of the same address."""
    told(
        ("Campaign Changed", {"campaign_id": "webinar", "name": "Webinar"}),
        ("Person Changed", {"person_id": "l", "email": "ada@example.com", "phone": "+44 20 7946 0991", "score": 40}),
        ("Person Changed", {"person_id": "c", "kind": "contact", "email": "ada@example.com", "account_id": "acme"}),
        ("Response Recorded", {"response_id": "r1", "person_id": "l", "campaign_id": "webinar", "responded": True}),
    )
    assert failed(find(aws.stream(aws.names.people, "FindDuplicatesFunction"), CONTEXT)) == []
    (one,) = call(handler, "GET", "duplicates").body["items"]
    return str(one["duplicate_id"])


def union_event(pair: str) -> dict[str, Any]:
    request = event("answer_duplicates")
    path = request["path"].replace("af03d", pair)
    return {**request, "path": path, "requestContext": {**request["requestContext"], "path": f"/dev{path}"}}


def test_the_event_unites_the_two(aws: Aws, pair: str) -> None:
    answer = answered(handler, union_event(pair))
    assert answer.status == 200
    assert (answer.body["state"], answer.body["survivor_id"], answer.body["merged_id"]) == ("united", "c", "l")
    assert (answer.body["user_id"], [one["person_id"] for one in answer.body["people"]]) == ("user-7", ["c"])
    person = call(show, "GET", "people", "l").body
    assert (person["person_id"], person["phone"], person["score"]) == ("c", "+44 20 7946 0991", 40)
    assert (person["former_ids"], person["responses"]) == (["l"], 1)
    timeline = call(show, "GET", "people", "c", "timeline").body["items"]
    assert [one["merged_id"] for one in timeline if one["kind"] == "merged"] == ["l"]
    before = aws.items()
    assert answered(handler, union_event(pair)).body == answer.body
    assert aws.items() == before


def test_they_are_kept_apart(aws: Aws, pair: str) -> None:
    answer = call(handler, "POST", "duplicates", pair, "dismissal", body={"user_id": "u-ada"})
    assert (answer.status, answer.body["state"], answer.body["user_id"]) == (200, "dismissed", "u-ada")
    assert call(handler, "GET", "duplicates").body == {"items": [], "next": None}
    assert call(handler, "GET", "duplicates", query={"state": "dismissed"}).body["items"] == [answer.body]
    assert call(handler, "GET", "duplicates", pair).body == answer.body


def test_without_a_body_the_contact_survives(pair: str) -> None:
    assert call(handler, "POST", "duplicates", pair, "union").body["survivor_id"] == "c"


def test_what_is_refused_changes_nothing(aws: Aws, pair: str) -> None:
    before = aws.items()

    def said(step: str, body: Any, name: str = pair) -> Any:
        return call(handler, "POST", "duplicates", name, step, body=body).refusal

    assert said("union", {"survivor_id": "x"}) == (422, "INVALID_FIELD", "survivor_id")
    assert said("union", {"surviver": "c"}) == (422, "INVALID_FIELD", "surviver")
    assert said("dismissal", {"user_id": ""}) == (422, "INVALID_FIELD", "user_id")
    assert said("union", "nonsense") == (400, "MALFORMED", None)
    assert said("dismissal", None, "nothing") == (404, "NOT_FOUND", "duplicate_id")
    assert call(handler, "GET", "duplicates", query={"state": "all"}).refusal == (422, "INVALID_FIELD", "state")
    assert call(handler, "GET", "duplicates", "nothing").status == 404
    assert aws.items() == before


def test_a_union_is_taken_back(aws: Aws, pair: str) -> None:
    people = [call(show, "GET", "people", person_id).body for person_id in ("l", "c")]
    assert call(handler, "POST", "duplicates", pair, "union").status == 200
    answer = call(handler, "POST", "duplicates", pair, "undo")
    assert (answer.status, answer.body["state"], answer.body["survivor_id"]) == (200, "open", None)
    assert [call(show, "GET", "people", person_id).body for person_id in ("l", "c")] == people
    for person_id, other_id in (("l", "c"), ("c", "l")):
        newest, *_ = call(show, "GET", "people", person_id, "timeline").body["items"]
        assert (newest["kind"], newest["other_id"]) == ("separated", other_id)
    told(("Response Deleted", {"response_id": "r1", "person_id": "l", "occurred_at": "2026-02-19T09:00:00Z"}))
    assert call(show, "GET", "people", "l").body["responses"] == 0


def test_what_happened_since_forbids_to_take_it_back(aws: Aws, pair: str) -> None:
    assert call(handler, "POST", "duplicates", pair, "union").status == 200
    told(("Person Changed", {"person_id": "l", "first_name": "Ada", "occurred_at": "2026-02-19T09:00:00Z"}))
    before = aws.items()
    assert call(handler, "POST", "duplicates", pair, "undo").refusal == (409, "CHANGED_SINCE", None)
    assert aws.items() == before


def test_united_they_can_not_be_kept_apart(pair: str) -> None:
    assert call(handler, "POST", "duplicates", pair, "union").status == 200
    assert call(handler, "POST", "duplicates", pair, "dismissal").refusal == (409, "ALREADY_UNITED", None)


def test_a_union_of_long_histories_goes_on_in_the_queue(aws: Aws, pair: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_people, "BATCH", 1)
    monkeypatch.setattr(merge_people, "STEPS", 1)
    response = {"campaign_id": "webinar", "responded": True}
    told(*(("Response Recorded", {**response, "response_id": f"r{n}", "person_id": "l"}) for n in range(2, 4)))
    assert call(handler, "POST", "duplicates", pair, "union").body["state"] == "united"
    while messages := aws.messages(aws.crm_changes):
        assert failed(record(batch(*(message["Body"] for message in messages)), CONTEXT)) == []
    person = call(show, "GET", "people", "c").body
    assert (person["former_ids"], person["responses"]) == (["l"], 3)
