"""What waits for an owner, over the API; and an engine that confirms the owner it found."""

from typing import Any

import pytest

from functions.complete_assignments.app import handler
from functions.put_facts.app import handler as put_facts
from functions.record_crm_changes.app import handler as record
from functions.show_records.app import handler as show
from rekindle.runtime import aws as root
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, batch, call, envelope, event
from tests.integration.test_start_assignments import history, just_after_the_crossing

__all__ = ["just_after_the_crossing"]


@pytest.fixture
def waiting(aws: Aws) -> Aws:
    history()
    return aws


def complete(person_id: str = "lead-1", body: Any = None) -> Answer:
    return call(handler, "POST", "assignments", person_id, "completion", body=body)


def listed(**query: str) -> Answer:
    return call(handler, "GET", "assignments", query=query or None)


def more_leads(number: int) -> list[str]:
    """Further leads that wait, in the order in which they began to."""
    leads = [f"lead-{n}" for n in range(2, 2 + number)]
    for place, lead in enumerate(leads, start=1):
        at = f"2026-03-01T12:0{place}:00Z"
        told: dict[str, Any] = {"responded": True, "campaign_id": "spring-webinar", "score": 70}
        record(
            batch(
                envelope("Person Changed", at, person_id=lead, score=70),
                envelope("Response Recorded", at, response_id=f"member-{lead}", person_id=lead, **told),
            ),
            CONTEXT,
        )
    return leads


def test_the_event_completes_with_the_owner_it_names(waiting: Aws) -> None:
    answer = answered(handler, event("complete_assignments"))
    assert answer.status == 200
    told = answer.body
    assert (told["state"], told["reason"], told["owner_id"]) == ("assigned", "OWNER_CONFIRMED", "user-7")
    assert (told["first_owner_id"], told["first_owner_type"], told["system_delay_seconds"]) == ("user-7", "user", 1)
    assert call(show, "GET", "people", "lead-1").body["owner_id"] == "user-7"


@pytest.mark.parametrize("body", [None, "", "{}"])
def test_without_a_name_it_confirms_who_has_the_lead(waiting: Aws, body: str | None) -> None:
    told = complete(body=body).body
    assert (told["state"], told["first_owner_id"]) == ("assigned", "user-routing")


def test_the_event_again_answers_the_same_and_changes_nothing(waiting: Aws) -> None:
    first = answered(handler, event("complete_assignments"))
    before = waiting.items()
    again = [answered(handler, event("complete_assignments")) for _ in range(2)]
    assert [one.body for one in again] == [first.body, first.body]
    assert waiting.items() == before


def test_another_owner_is_refused_once_it_is_done(waiting: Aws) -> None:
    complete(body={"owner_id": "user-7"})
    before = waiting.items()
    assert complete(body={"owner_id": "user-manager"}).refusal == (409, "NOT_PENDING", None)
    assert waiting.items() == before


def test_an_inactive_user_is_refused_by_field(waiting: Aws) -> None:
    call(put_facts, "PUT", "users", "user-9", body={"is_active": False})
    before = waiting.items()
    assert complete(body={"owner_id": "user-9"}).refusal == (422, "INVALID_FIELD", "owner_id")
    assert waiting.items() == before


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ("{", (400, "MALFORMED", None)),
        ("[]", (400, "MALFORMED", None)),
        ({"owner": "user-7"}, (422, "INVALID_FIELD", "owner")),
        ({"owner_id": ""}, (422, "INVALID_FIELD", "owner_id")),
        ({"owner_id": None}, (422, "INVALID_FIELD", "owner_id")),
        ({"owner_id": 7}, (422, "INVALID_FIELD", "owner_id")),
    ],
    ids=str,
)
def test_bad_input_names_the_field(waiting: Aws, body: Any, refusal: tuple[int, str, str | None]) -> None:
    before = waiting.items()
    assert complete(body=body).refusal == refusal
    assert waiting.items() == before


def test_nobody_is_waited_for(aws: Aws) -> None:
    assert complete("nobody").refusal == (404, "NOT_FOUND", None)
    record(event("record_crm_changes"), CONTEXT)
    assert complete("lead-1").refusal == (404, "NOT_FOUND", None)


def test_what_waits_is_listed_by_what_is_due_first(waiting: Aws) -> None:
    leads = more_leads(4)
    assert [one["person_id"] for one in listed().body["items"]] == ["lead-1", *leads]
    assert listed(state="pending").body == listed().body


def test_each_state_has_its_list(waiting: Aws) -> None:
    more_leads(2)
    complete("lead-2", {"owner_id": "user-7"})
    assert [one["person_id"] for one in listed(state="assigned").body["items"]] == ["lead-2"]
    assert [one["person_id"] for one in listed(state="pending").body["items"]] == ["lead-1", "lead-3"]
    assert listed(state="timed_out").body == {"items": [], "next": None}


def test_pages_follow_each_other_without_gap_or_repeat(waiting: Aws) -> None:
    leads = ["lead-1", *more_leads(6)]
    found: list[str] = []
    page = listed(limit="3").body
    while True:
        found += [one["person_id"] for one in page["items"]]
        if page["next"] is None:
            break
        page = listed(limit="3", next=page["next"]).body
    assert found == leads


@pytest.mark.parametrize(
    ("query", "field"),
    [({"state": "done"}, "state"), ({"limit": "0"}, "limit"), ({"limit": "101"}, "limit"), ({"next": "!"}, "next")],
    ids=str,
)
def test_bad_queries_name_the_field(aws: Aws, query: dict[str, str], field: str) -> None:
    assert listed(**query).refusal == (422, "INVALID_FIELD", field)


def test_a_store_that_does_not_answer_is_told_as_such(waiting: Aws) -> None:
    root.use_cases()
    waiting.dynamodb.delete_table(TableName=waiting.names.people)
    assert complete().refusal == (503, "UNAVAILABLE", None)
