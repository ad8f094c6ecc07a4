"""A template is tried before anybody is sent what it makes."""

from typing import Any

import pytest

from rekindle.adapters.templates import JinjaTemplates
from rekindle.application.notifications.preview_notifications import PreviewNotifications
from rekindle.domain.core.errors import InvalidField, NotFound
from rekindle.domain.notifications.template import TEMPLATES, Text
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    person_changed,
    person_deleted,
    response_recorded,
    user_changed,
)


@pytest.fixture
def rekindle() -> Rekindle:
    """A lead that its owner keeps."""
    rekindle = Rekindle()
    rekindle.configure({"notifications": {"templates": {"assigned": {"subject": "Stored: {{ person.name }}"}}}})
    rekindle.tell(
        campaign_changed("webinar", name="Spring webinar"),
        user_changed("u-1", name="Ada Byron"),
        person_changed("p1", 1, status="New", owner_id="u-1", last_name="Müller", score=70),
        response_recorded("r1", "p1", "webinar", 2),
        person_changed("p2", 1, status="New"),
    )
    return rekindle


def preview(rekindle: Rekindle, name: str = "assigned", person_id: str | None = None, **given: str) -> Text:
    use = rekindle.use
    return PreviewNotifications(use.ports.people, use.ports.reference, JinjaTemplates())(name, given, person_id)


def test_without_a_template_it_is_the_one_of_the_settings(rekindle: Rekindle) -> None:
    assert preview(rekindle).subject == "Stored: Grace Sample"


def test_a_part_that_is_not_given_is_that_of_the_settings(rekindle: Rekindle) -> None:
    written = preview(rekindle, body="Only {{ campaign.name }}")
    assert (written.subject, written.body) == ("Stored: Grace Sample", "Only Spring webinar")


def test_it_is_tried_on_a_person(rekindle: Rekindle) -> None:
    written = preview(rekindle, person_id="p1", body="{{ owner.name }}, {{ campaign.name }}")
    assert (written.subject, written.body) == ("Stored: Müller", "Ada Byron, Spring webinar")


def test_a_digest_is_tried_on_a_person(rekindle: Rekindle) -> None:
    assert preview(rekindle, "digest", "p1").body == "- Müller (p1): Spring webinar"


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_kind_can_be_tried(rekindle: Rekindle, name: str) -> None:
    assert preview(rekindle, name).body


@pytest.mark.parametrize("person_id", ["nobody", "p2"])
def test_who_is_unknown_or_was_never_assigned_is_not_found(rekindle: Rekindle, person_id: str) -> None:
    with pytest.raises(NotFound, match=person_id):
        preview(rekindle, person_id=person_id)


def test_who_was_deleted_is_not_found(rekindle: Rekindle) -> None:
    rekindle.tell(person_deleted("p1", 20))
    with pytest.raises(NotFound, match="p1"):
        preview(rekindle, person_id="p1")


@pytest.mark.parametrize(
    ("given", "field", "line"),
    [
        ({"body": "a\n{{ persn.name }}"}, "template.body", "line 2"),
        ({"subject": "{% if"}, "template.subject", "line 1"),
        ({"body": "{{ person.name < 3 }}"}, "template.body", "line 1"),
    ],
)
def test_a_fault_names_the_part_and_the_line(rekindle: Rekindle, given: Any, field: str, line: str) -> None:
    with pytest.raises(InvalidField) as refused:
        preview(rekindle, **given)
    assert refused.value.field == field
    assert refused.value.message.startswith(line)


def test_a_stored_template_that_fails_is_named_by_its_path(rekindle: Rekindle) -> None:
    rekindle.configure({"notifications": {"templates": {"reminder": {"body": "{{ gone }}"}}}})
    with pytest.raises(InvalidField) as refused:
        preview(rekindle, "reminder", subject="x")
    assert refused.value.field == "notifications.templates.reminder.body"


def test_it_links_to_the_person_s_page_where_there_is_a_console(rekindle: Rekindle) -> None:
    ports = rekindle.use.ports
    rekindle.tell(person_changed("p/1", 1, status="New", owner_id="u-1", last_name="Slash", score=70))
    rekindle.tell(response_recorded("r-slash", "p/1", "webinar", 2))
    with_console = PreviewNotifications(
        ports.people, ports.reference, JinjaTemplates(), "https://c.example/dev/console"
    )
    assert with_console("assigned", {}, "p/1").body.endswith("https://c.example/dev/console/people/p%2F1")
    assert with_console("digest", {}, "p1").body.endswith("\n  https://c.example/dev/console/people/p1")
    assert "http" not in preview(rekindle, person_id="p1").body
