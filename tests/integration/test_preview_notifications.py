"""A template tried over the API: on made-up people, or on one that is stored."""

from typing import Any

import pytest

from functions.change_settings.app import handler as change
from functions.preview_notifications.app import handler
from functions.put_facts.app import handler as put_facts
from functions.record_crm_changes.app import handler as record
from tests.integration.conftest import CONTEXT, Answer, Aws, answered, batch, call, envelope, event

SETTINGS = {
    "person_statuses": {"New": {"active": False}, "Open": {"active": True}},
    "notifications": {"templates": {"assigned": {"subject": "For {{ owner.name }}"}}},
}


def preview(**body: Any) -> Answer:
    return call(handler, "POST", "notifications", "previews", body=body)


def test_the_event_tries_a_subject_on_made_up_people(aws: Aws) -> None:
    answer = answered(handler, event("preview_notifications"))
    assert (answer.status, answer.body["subject"]) == (200, "For you: Grace Sample")
    assert "Spring webinar" in answer.body["body"]


def test_without_a_template_it_is_that_of_the_settings(aws: Aws) -> None:
    call(change, "PUT", "settings", body=SETTINGS)
    assert preview(kind="assigned").body["subject"] == "For Ada Byron"


def test_it_is_tried_on_a_person_who_is_stored(aws: Aws) -> None:
    call(change, "PUT", "settings", body=SETTINGS)
    call(put_facts, "PUT", "campaigns", "webinar", body={"name": "Webinar"})
    person = {"person_id": "p1", "score": 70, "owner_id": "u1", "company": "Example Ltd"}
    response = {"response_id": "r", "person_id": "p1", "campaign_id": "webinar", "responded": True}
    told = envelope("Person Changed", "2026-02-18T09:00:00Z", **person)
    record(batch(told, envelope("Response Recorded", "2026-03-01T12:00:00Z", **response)), CONTEXT)
    before = aws.items()
    body = "{{ person.name }} from {{ campaign.name }}"
    assert preview(kind="assigned", template={"body": body}, person_id="p1").body == {
        "subject": "For u1",
        "body": "Example Ltd from Webinar",
    }
    assert aws.items() == before


@pytest.mark.parametrize(
    ("body", "field", "line"),
    [
        ({"kind": "assigned", "template": {"body": "a\n{{ persn }}"}}, "template.body", "line 2: there is no 'persn'"),
        ({"kind": "digest", "template": {"subject": "{% if"}}, "template.subject", "line 1: unexpected"),
        ({"kind": "assigned", "template": {"body": "{{ 'x' * 9 }}"}}, "template.body", "line 1: arithmetic"),
        ({"kind": "assigned", "template": {"body": ""}}, "template.body", "expected a text"),
        ({"kind": "assigned", "template": {"body": "x" * 5001}}, "template.body", "expected a text"),
        ({"kind": "assigned", "template": {"text": "x"}}, "template.text", "there is no such field"),
        ({"kind": "assigned", "template": "x"}, "template", "expected an object"),
        ({"kind": "shouted"}, "kind", "expected"),
        ({}, "kind", "this field is required"),
        ({"kind": "assigned", "person": "p1"}, "person", "there is no such field"),
        ({"kind": "assigned", "person_id": ""}, "person_id", "expected an identifier"),
    ],
    ids=range(11),
)
def test_a_fault_is_a_problem_that_names_the_field_and_the_line(
    aws: Aws, body: dict[str, Any], field: str, line: str
) -> None:
    answer = preview(**body)
    assert answer.refusal == (422, "INVALID_FIELD", field)
    assert answer.body["detail"].startswith(line)


def test_what_is_no_object_is_malformed(aws: Aws) -> None:
    for body in ("", "[]", "{"):
        assert call(handler, "POST", "notifications", "previews", body=body).refusal[:2] == (400, "MALFORMED")


def test_nobody_is_tried_on_nobody(aws: Aws) -> None:
    assert preview(kind="assigned", person_id="nobody").refusal == (404, "NOT_FOUND", None)
