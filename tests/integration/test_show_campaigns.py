"""GET of campaigns and of their members."""

from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.put_facts.app import handler as put_facts
from functions.record_responses.app import handler as respond
from functions.show_campaigns.app import handler
from tests.integration.conftest import Aws, answered, call, event

SETTINGS = {
    "person_statuses": {"New": {"active": False}, "Open - Not Contacted": {"active": True}},
    "responses": {"dark_after_days": 30},
}


@pytest.fixture
def known(aws: Aws) -> Aws:
    """Four members of the webinar: ada is active, bo responded, cy is new, and dee went dark."""
    for campaign_id in ("spring-webinar", "autumn-fair"):
        call(put_facts, "PUT", "campaigns", campaign_id, body={"name": campaign_id})
    call(change, "PUT", "settings", body=SETTINGS)
    call(put_facts, "PUT", "people", "ada", body={"status": "New", "score": 90})
    for number, (person_id, responded, at) in enumerate(
        [("ada", True, "2026-02-04"), ("bo", True, "2026-02-03"), ("cy", False, None), ("dee", False, "2020-02-01")], 1
    ):
        told: dict[str, Any] = {"response_id": f"r-{number}", "person_id": person_id, "responded": responded}
        dated = {"responded_at" if responded else "received_at": f"{at}T12:00:00Z"} if at else {}
        answer = call(respond, "POST", "responses", body={**told, "campaign_id": "spring-webinar", **dated})
        assert answer.body["results"][0]["is_success"], answer.text
    return aws


def members(**query: str) -> list[str]:
    body = call(handler, "GET", "campaigns", "spring-webinar", "members", query=query).body
    return [one["person_id"] for one in body["items"]]


def test_the_event_lists_those_who_responded(known: Aws) -> None:
    answer = answered(handler, event("show_campaigns"))
    assert [one["response_id"] for one in answer.body["items"]] == ["r-1", "r-2"]


def test_members_are_listed_by_their_state_newest_first(known: Aws) -> None:
    assert members() == members(state="targeted") == ["cy", "ada", "bo", "dee"]
    assert members(state="responded") == ["ada", "bo"]
    assert members(state="active") == ["ada"]
    assert members(state="dark") == ["dee"]


def test_who_responds_after_all_is_not_dark_any_more(known: Aws) -> None:
    body = {"response_id": "r-4", "person_id": "dee", "campaign_id": "spring-webinar", "responded": True}
    call(respond, "POST", "responses", body=body)
    assert (members(state="dark"), members(state="responded")[0]) == ([], "dee")


@pytest.mark.parametrize("state", ["targeted", "responded"])
def test_members_come_a_page_at_a_time(known: Aws, state: str) -> None:
    seen: list[str] = []
    query = {"state": state, "limit": "1"}
    while True:
        page = call(handler, "GET", "campaigns", "spring-webinar", "members", query=query).body
        seen += [one["person_id"] for one in page["items"]]
        if page["next"] is None:
            break
        query |= {"next": page["next"]}
    assert seen == members(state=state)


def test_campaigns_are_listed_newest_first_and_a_page_at_a_time(known: Aws) -> None:
    call(put_facts, "PUT", "campaigns", "spring-webinar", body={"name": "Spring webinar"})
    first = call(handler, "GET", "campaigns", query={"limit": "1"}).body
    second = call(handler, "GET", "campaigns", query={"limit": "1", "next": first["next"]}).body
    assert [one["campaign_id"] for one in (*first["items"], *second["items"])] == ["autumn-fair", "spring-webinar"]
    assert (second["items"][0]["name"], second["next"]) == ("Spring webinar", None)


def test_a_campaign_is_shown_and_what_is_not_there_is_said_so(known: Aws) -> None:
    assert call(handler, "GET", "campaigns", "autumn-fair").body["name"] == "autumn-fair"
    assert call(handler, "GET", "campaigns", "nowhere").refusal[:2] == (404, "NOT_FOUND")
    assert call(handler, "GET", "campaigns", "nowhere", "members").refusal[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize("query", [{"state": "gone"}, {"stat": "active"}, {"limit": "0"}, {"next": "%"}])
def test_what_cannot_be_asked_for_is_refused(known: Aws, query: dict[str, str]) -> None:
    answer = call(handler, "GET", "campaigns", "spring-webinar", "members", query=query)
    assert answer.refusal == (422, "INVALID_FIELD", next(iter(query)))
