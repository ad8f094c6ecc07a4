"""Sales' side of the handoff over the API: accepted, rejected, given back; what is owed, and why until then."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.answer_handoffs.app import handler
from functions.change_settings.app import handler as change
from functions.put_facts.app import handler as put_facts
from functions.show_records.app import handler as show
from rekindle.runtime import aws as root
from tests.integration.conftest import Answer, Aws, answered, call, event
from tests.integration.test_process_due_actions import LIFECYCLE, STATUSES, at, handed_over, kinds, told

__all__ = ["at"]
SECTION: dict[str, Any] = {
    **LIFECYCLE,
    "recycle": {
        "reasons": {
            **LIFECYCLE["recycle"]["reasons"],
            "no_budget": {"track": "budget", "nurture_timeout_days": 90, "score": "reset"},
            "other": {"note": "required"},
        }
    },
}


@pytest.fixture
def passed(aws: Aws, at: Callable[[str], None]) -> Aws:
    """A lead of `owner` since ten o'clock; it is half past ten."""
    at("10:00:01")
    handed_over()
    at("10:30:00")
    configured()
    return aws


def configured(**more: Any) -> None:
    document = {"person_statuses": STATUSES, "lifecycle": SECTION, **more}
    assert call(change, "PUT", "settings", body=document).status == 200
    root.use_cases.cache_clear()


def say(said: str, person_id: str = "p", **body: Any) -> Answer:
    return call(handler, "POST", "people", person_id, said, body={"user_id": "owner", **body})


def test_the_event_accepts_the_lead(passed: Aws) -> None:
    answer = answered(handler, event("answer_handoffs"))
    assert answer.status == 200
    assert (answer.body["state"], answer.body["owner_id"]) == ("accepted", "owner")
    assert [clock["state"] for clock in answer.body["clocks"]] == ["met"]
    assert kinds()[0] == "to_accepted"


def test_the_event_again_answers_the_same_and_changes_nothing(passed: Aws) -> None:
    first = answered(handler, event("answer_handoffs"))
    before = passed.items()
    assert answered(handler, event("answer_handoffs")).body == first.body
    assert passed.items() == before


def test_a_lead_of_another_user_is_not_accepted(passed: Aws) -> None:
    assert say("acceptance", user_id="second").refusal == (422, "INVALID_FIELD", "user_id")
    assert say("acceptance", user_id="nobody").refusal == (422, "INVALID_FIELD", "user_id")


def test_whoever_accepts_the_lead_of_a_queue_gets_it(passed: Aws) -> None:
    assert call(put_facts, "PUT", "queues", "q", body={"name": "Inbound"}).status == 200
    told("10:10:00", "Person Changed", person_id="p", owner_id="q")
    assert say("acceptance", user_id="second").body["owner_id"] == "second"


def test_what_comes_after_the_breach_finds_another_owner(passed: Aws, at: Callable[[str], None]) -> None:
    at("14:30:00")  # The clocks were not looked at since.
    assert say("acceptance").refusal == (422, "INVALID_FIELD", "user_id")
    assert call(show, "GET", "people", "p").body["owner_id"] == "second"


def test_a_rejected_lead_that_waited_nowhere_goes_back_to_marketing(passed: Aws) -> None:
    answer = say("rejection", reason="definition", note="a student")
    assert (answer.body["state"], answer.body["rejections"], answer.body["recycled"]) == ("recycled", 1, 1)
    assert say("rejection", reason="definition").body["state"] == "recycled"
    assert kinds()[0] == "to_recycled"


def test_a_rejected_lead_waits_again_where_it_waited_and_the_second_time_goes_back(
    aws: Aws, at: Callable[[str], None]
) -> None:
    at("10:00:01")
    told("08:00:00", "User Changed", user_id="routing", name="Routing")
    handed_over()
    rules = {"rules": [{"to": "routing", "deadline": "PT1H", "owners": []}]}
    configured(assignment=rules)
    told("10:10:00", "Person Changed", person_id="q", status="New", score=70, owner_id="owner", company="Acme")
    told("10:11:00", "Response Recorded", response_id="r2", person_id="q", campaign_id="spring", responded=True)
    told("10:12:00", "Person Changed", person_id="q", owner_id="routing")
    told("10:13:00", "Person Changed", person_id="q", owner_id="owner")
    at("10:30:00")
    assert say("rejection", "q", reason="routing").body["state"] == "qualified"
    person = call(show, "GET", "people", "q").body
    assert (person["owner_id"], person["assignment"]["state"]) == ("routing", "pending")
    told("10:31:00", "Person Changed", person_id="q", owner_id="second")
    assert call(handler, "GET", "people", "q", "clocks").body["items"][-1]["started_at"] == "2026-03-01T10:31:00Z"
    at("10:40:00")
    answer = say("rejection", "q", reason="routing", user_id="second")
    assert (answer.body["state"], answer.body["rejections"]) == ("recycled", 2)


def test_a_lead_that_was_contacted_is_not_rejected(passed: Aws) -> None:
    told("10:10:00", "Task Logged", task_id="t", person_id="p", completed=True)
    assert say("rejection", reason="routing").refusal == (409, "NOT_PENDING", None)


def test_a_lead_is_given_back_with_a_reason_and_a_date(passed: Aws) -> None:
    answer = say("recycle", reason="no_budget", note="next year", until="2026-09-01T00:00:00Z")
    assert (answer.body["state"], answer.body["recycled"]) == ("recycled", 1)
    person = call(show, "GET", "people", "p").body
    assert (person["status"], person["nurture_until"]) == ("Back", "2026-09-01T00:00:00Z")
    assert person["score"] == 0
    (stay,) = person["lifecycle"]["tracks"]
    assert (person["lifecycle"]["state"], stay["track"], stay["touches_done"]) == ("recycled", "budget", 0)
    before = passed.items()
    assert say("recycle", reason="no_budget").status == 200
    assert passed.items() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "sla_expired"}, "reason"),
        ({"reason": "unheard-of"}, "reason"),
        ({"reason": "other"}, "note"),
        ({"reason": "no_budget", "until": "2026-01-01T00:00:00Z"}, "until"),
        ({"reason": "no_budget", "until": "tomorrow"}, "until"),
        ({"reason": "no_budget", "note": " "}, "note"),
        ({"reason": "no_budget", "why": "x"}, "why"),
        ({}, "reason"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(passed: Aws, body: dict[str, Any], field: str) -> None:
    before = passed.items()
    assert say("recycle", **body).refusal == (422, "INVALID_FIELD", field)
    assert passed.items() == before


@pytest.mark.parametrize("said", ["acceptance", "rejection", "recycle"])
def test_who_is_not_there_or_was_not_handed_off_cannot_be_answered(passed: Aws, said: str) -> None:
    body = {"rejection": {"reason": "routing"}, "recycle": {"reason": "no_budget"}}.get(said, {})
    assert say(said, "nobody", **body).refusal == (404, "NOT_FOUND", None)
    told("10:10:00", "Person Changed", person_id="new", status="New")
    assert say(said, "new", **body).refusal == (409, "NOT_PENDING", None)


def test_what_is_owed_is_listed_by_what_is_due_next(passed: Aws) -> None:
    told("10:12:00", "Person Changed", person_id="q", status="New", score=70, owner_id="second", company="Acme")
    told("10:20:00", "Response Recorded", response_id="r-q", person_id="q", campaign_id="spring", responded=True)

    def listed(**query: str) -> list[str]:
        return [one["person_id"] for one in call(handler, "GET", "handoffs", query=query or None).body["items"]]

    assert listed() == ["p", "q"]
    assert listed(owner="second") == ["q"]
    assert listed(state="accepted") == []
    assert listed(due_before="2026-03-01T12:00:01Z") == ["p"]
    first = call(handler, "GET", "handoffs", query={"limit": "1"}).body
    assert [one["person_id"] for one in first["items"]] == ["p"]
    assert listed(limit="1", next=first["next"]) == ["q"]
    assert call(handler, "GET", "handoffs", query={"state": "x", "due_before": "y"}).status == 422


def test_a_clock_is_explained(passed: Aws) -> None:
    answer = call(handler, "GET", "people", "p", "clocks")
    (clock,) = answer.body["items"]
    assert (clock["due_at"], clock["due_local"]) == ("2026-03-01T12:00:00Z", "Sun 2026-03-01 12:00")
    assert (clock["target"], clock["unit"], clock["calendar"], clock["settings_version"]) == (
        7200,
        "seconds",
        "always",
        1,
    )
    assert clock["windows"] == [{"opens": "2026-03-01T10:00:00Z", "closes": "2026-03-01T12:00:00Z", "seconds": 7200}]
    assert call(handler, "GET", "people", "nobody", "clocks").refusal[0] == 404
