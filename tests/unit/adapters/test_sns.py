"""A notification as SNS takes it."""

import json
import string
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.aws.sns import SnsTopic, ascii_subject
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.notifications.notification import Message, Notice
from rekindle.domain.notifications.template import LONGEST_BODY, Kind, Text

LARGEST = 262_144
"""Bytes of a message with all its forms."""


def message(subject: str = "New lead", body: str = "A lead", count: int = 1) -> Message:
    notices = tuple(Notice(f"a-{n}", Kind.ASSIGNED, f"p{n}", f"as-{n}", "u-1") for n in range(count))
    return Message(Kind.ASSIGNED, "u-1", Text(subject, body), notices)


def published(sent: Message) -> dict[str, Any]:
    calls: list[dict[str, Any]] = []
    SnsTopic(SimpleNamespace(publish=lambda **call: calls.append(call)), "arn").publish(sent)
    (call,) = calls
    return call


def test_people_read_a_text_and_programs_a_document() -> None:
    call = published(message("Neue Anfrage: Zoë", "Für Sie:\n- Zoë"))
    assert (call["TopicArn"], call["Subject"], call["MessageStructure"]) == ("arn", "Neue Anfrage: Zoe", "json")
    forms = json.loads(call["Message"])
    assert forms["email"] == "Für Sie:\n- Zoë"
    document = json.loads(forms["default"])
    assert document["content"] == {"title": "Neue Anfrage: Zoë", "description": "Für Sie:\n- Zoë"}
    assert (document["version"], document["source"]) == ("1.0", "custom")
    assert document["metadata"]["additionalContext"] == {
        "kind": "assigned",
        "owner_id": "u-1",
        "digest": "false",
        "count": "1",
        "event_id": "a-0",
        "person_id": "p0",
        "assignment_id": "as-0",
    }


def test_subscriptions_can_filter_by_kind_recipient_and_digest() -> None:
    told = [
        {name: value["StringValue"] for name, value in published(message(count=count))["MessageAttributes"].items()}
        for count in (1, 5)
    ]
    assert told == [{"kind": "assigned", "owner_id": "u-1", "digest": digest} for digest in ("false", "true")]


@given(st.text())
def test_a_subject_is_what_sns_takes(text: str) -> None:
    subject = ascii_subject(text)
    assert 0 < len(subject) < 100
    assert set(subject) <= set(string.printable) - set("\t\n\r\x0b\x0c")
    assert subject[0] != " "


@pytest.mark.parametrize(
    ("given_", "taken"),
    [
        ("Ørsted für Žofie", "?rsted fur Zofie"),
        ("a\n b", "a b"),
        ("東京", "??"),
        (" \x00\n", "Notification"),
        ("x" * 200, "x" * 96 + "..."),
    ],
)
def test_what_a_subject_becomes(given_: str, taken: str) -> None:
    assert ascii_subject(given_) == taken


@pytest.mark.parametrize("letter", ["x", "\n", '"', "\\", "東", "😀", "\x07", "\ud800"])
def test_the_longest_message_fits(letter: str) -> None:
    text = message("😀" * 255, letter * LONGEST_BODY, count=100)
    assert len(published(text)["Message"].encode()) <= LARGEST


def test_a_text_that_came_out_empty_still_says_something() -> None:
    assert json.loads(published(message("", ""))["Message"])["email"] == "assigned"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ClientError({"Error": {"Code": "Throttling", "Message": "for Zoë"}}, "Publish"), "SNS: Throttling"),
        (ReadTimeoutError(endpoint_url="x"), "SNS: ReadTimeoutError"),
    ],
)
def test_a_topic_that_does_not_take_it_is_unavailable(error: Exception, told: str) -> None:
    def publish(**_: Any) -> None:
        raise error

    with pytest.raises(Unavailable) as raised:
        SnsTopic(SimpleNamespace(publish=publish), "arn").publish(message())
    assert str(raised.value) == told
