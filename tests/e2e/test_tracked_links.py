"""Tracked links on the local cloud: a click is led on, and becomes a response through the queues."""

import urllib.error
import urllib.request
from typing import Any

from tests.e2e.test_scenarios import event
from tests.local_cloud.stack import Stack

DESTINATION = "https://www.example.com/events/webinar"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


class NotFollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """The answer is looked at, and not the destination."""


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), NotFollowed())


def test_a_click_is_led_on_and_becomes_a_response(stack: Stack) -> None:
    before = stack.api.get("settings").json()
    document = {"person_statuses": {"New": {"active": False}}, **(before["settings"] if before["version"] else {})}
    links = {"links": {"allowed_destinations": ["https://www.example.com/events"]}}
    stack.send([event("Campaign Changed", campaign_id="c-links", name="Links", is_active=True)])
    stack.settle()
    try:
        assert stack.api.put("settings", body={**document, "responses": links}).status == 200
        _clicked(stack)
    finally:
        assert stack.api.put("settings", body=document).status == 200


def _clicked(stack: Stack) -> None:
    link = {"link_id": "e2e", "destination": DESTINATION, "campaign_id": "c-links"}
    made = stack.until(lambda: (found := stack.api.post("links", body=link)).status == 201 and found)
    assert made.json()["destination"] == DESTINATION
    asked = {"person_ids": ["p-links"], "sent_at": "2026-01-01T09:00:00Z"}
    token = stack.api.post("links", "e2e", "tokens", body=asked).json()["tokens"][0]["token"]
    request = urllib.request.Request(stack.api.url("r", token), headers={"User-Agent": FIREFOX})
    try:
        OPENER.open(request, timeout=30)
        raise AssertionError("it was not redirected")
    except urllib.error.HTTPError as redirect:
        with redirect:
            assert (redirect.code, redirect.headers["Location"]) == (302, DESTINATION)
    assert stack.api_as("", "").get("r", f"{token}x").status == 404
    # A click is judged a minute later.
    responses = stack.until(
        lambda: (found := stack.api.get("people", "p-links", "responses")).status == 200 and found.json()["items"],
        patience=240,
    )
    assert [one["campaign_id"] for one in responses] == ["c-links"]
