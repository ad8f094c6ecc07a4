"""Clicks are led on, and go to a queue."""

import json

import pytest

from functions.follow_links.app import handler as follow
from rekindle.runtime import aws as root
from tests.integration.conftest import Answer, Aws, answered, call, event
from tests.integration.test_create_links import LINK, configured, token_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
def known(aws: Aws) -> Aws:
    return configured(aws)


def click(token: str, method: str = "GET") -> Answer:
    return call(follow, method, "r", token, headers={"user-agent": FIREFOX}, query={"utm_source": "mail"})


def kept(aws: Aws) -> list[bool]:
    """Of each click in the queue whether it is suspected."""
    messages = aws.messages(aws.queues["CLICKS_QUEUE_URL"])
    return [json.loads(message["Body"])["click"]["suspected"] for message in messages]


@pytest.mark.parametrize(("method", "suspected"), [("GET", False), ("HEAD", True)])
def test_a_click_is_led_on_and_kept(known: Aws, method: str, suspected: bool) -> None:
    answer = click(token_of(LINK, sent_at="2026-01-01T09:00:00Z"), method)
    assert (answer.status, answer.headers["Location"], answer.text) == (302, LINK["destination"], "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert kept(known) == [suspected]


def test_the_event_is_of_a_token_that_nobody_signed(known: Aws) -> None:
    assert answered(follow, event("follow_links")).refusal == (404, "NOT_FOUND", None)
    assert kept(known) == []


def test_a_link_whose_time_is_over_is_gone(known: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    later = root.now().replace(year=root.now().year + 2)
    token = token_of(LINK)
    monkeypatch.setattr(root, "now", lambda: later)
    root.use_cases.cache_clear()
    assert click(token).refusal == (410, "EXPIRED", None)


def test_who_clicks_is_led_on_also_where_the_queue_is_gone(known: Aws) -> None:
    token = token_of(LINK)
    known.sqs.delete_queue(QueueUrl=known.queues["CLICKS_QUEUE_URL"])
    assert click(token).status == 302
