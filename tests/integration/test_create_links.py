"""Tracked links over the API: created, sent to people, followed, judged."""

from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.create_links.app import handler as create
from functions.record_crm_changes.app import handler as record
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, call, event

ALLOWED = ["https://www.example.com/events"]
LINK = {"link_id": "a", "destination": "https://www.example.com/events/webinar", "campaign_id": "spring-webinar"}


def configured(aws: Aws) -> Aws:
    record(event("record_crm_changes"), CONTEXT)
    links = {"allowed_destinations": ALLOWED}
    document = {"person_statuses": {"New": {"active": False}}, "responses": {"links": links}}
    assert call(change, "PUT", "settings", body=document).status == 200
    return aws


@pytest.fixture
def known(aws: Aws) -> Aws:
    return configured(aws)


def post(*steps: str, body: Any) -> Answer:
    return call(create, "POST", *steps, body=body)


def token_of(link: dict[str, Any], person_id: str = "lead-9", **times: str) -> str:
    assert post("links", body=link).status == 201
    answer = post("links", link["link_id"], "tokens", body={"person_ids": [person_id], **times})
    token: str = answer.body["tokens"][0]["token"]
    return token


def test_the_event_creates_a_link(known: Aws) -> None:
    answer = answered(create, event("create_links"))
    assert answer.status == 201
    assert call(create, "GET", "links", "a").body == answer.body


def test_a_token_leads_through_the_stack_that_made_it(known: Aws) -> None:
    post("links", body=LINK)
    answer = post("links", "a", "tokens", body={"person_ids": ["lead-9", "lead-10"]})
    urls = [one["url"] for one in answer.body["tokens"]]
    assert all(url.startswith("https://") and "/dev/r/" in url for url in urls) and len(set(urls)) == 2


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"destination": "https://www.example.com/"}, (422, "INVALID_FIELD", "destination")),
        ({"campaign_id": "nowhere"}, (422, "UNKNOWN_CAMPAIGN", "campaign_id")),
        ({"campaign_id": None, "source_code": "x"}, (422, "UNKNOWN_SOURCE_CODE", "source_code")),
        ({"destiny": "x"}, (422, "INVALID_FIELD", "destiny")),
    ],
)
def test_a_link_is_refused_by_its_field(known: Aws, change: dict[str, Any], fault: tuple[int, str, str]) -> None:
    assert post("links", body={**LINK, **change}).refusal == fault
    assert call(create, "GET", "links", "a").refusal == (404, "NOT_FOUND", None)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, (422, "INVALID_FIELD", "person_ids")),
        ({"person_ids": []}, (422, "INVALID_FIELD", "person_ids")),
        ({"person_ids": ["p"] * 201}, (422, "INVALID_FIELD", "person_ids")),
        ({"person_ids": ["p"], "expires_at": "2020-01-01T00:00:00Z"}, (422, "INVALID_FIELD", "expires_at")),
    ],
)
def test_tokens_are_refused_by_their_field(known: Aws, body: Any, fault: tuple[int, str, str]) -> None:
    post("links", body=LINK)
    assert post("links", "a", "tokens", body=body).refusal == fault
    assert post("links", "unknown", "tokens", body={"person_ids": ["p"]}).refusal == (404, "NOT_FOUND", None)
