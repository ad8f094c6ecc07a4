"""From a link to a response: created, sent to a person, clicked, judged."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from rekindle.adapters.memory.ports import LINK_KEY
from rekindle.adapters.wire.events import facts_of
from rekindle.adapters.wire.links import click_message, click_of, link_of
from rekindle.application.links.create_links import LIFETIME
from rekindle.domain.core.errors import (
    Expired,
    InvalidField,
    Malformed,
    NotFound,
    Unavailable,
    UnknownCampaign,
    UnknownSourceCode,
)
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Interacted
from rekindle.domain.links.click import Click
from rekindle.domain.links.link import Link
from tests.support.builders import DOCUMENT, Rekindle, campaign_changed, day, person_changed

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
HOME = "https://www.example.com/webinar"


@dataclass
class Links:
    rekindle: Rekindle
    now: datetime = field(default_factory=lambda: day(1))

    def create(self, link_id: str | None = "a", **values: Any) -> Link:
        told = {"link_id": link_id, "destination": HOME, "campaign_id": "webinar", **values}
        made = replace(self.rekindle.use.create_links, clock=lambda: self.now)
        return made(link_of(json.dumps(told).encode()))

    def token(self, link_id: str = "a", sent_at: datetime | None = None, expires_at: datetime | None = None) -> str:
        made = replace(self.rekindle.use.create_links, clock=lambda: self.now)
        ((_, token),) = made.tokens(link_id, ["p1"], sent_at, expires_at)
        return token

    def click(self, token: str, after: timedelta, method: str = "GET", agent: str = FIREFOX) -> str:
        at = self.now + after
        followed = replace(self.rekindle.use.follow_links, clock=lambda: at)(token, method, agent, f"{at} {method}")
        return followed.destination

    def settle(self, *, again: int = 1) -> list[dict[str, Any]]:
        """Works off the queue, each message so many times; answers the facts that were sent."""
        memory, judge = self.rekindle.memory, self.rekindle.use.judge_clicks
        while memory.clicks:
            click = memory.clicks.popleft()
            for _ in range(again):
                judge.store(click)
        while memory.judged:
            click, _ = memory.judged.popleft()
            for _ in range(again):
                judge(click)
        facts = [dict(event) for event in memory.facts]
        memory.facts.clear()
        for event in facts:
            self.rekindle.tell(*facts_of(event))
        return facts

    def clicks(self) -> list[Interacted]:
        page = self.rekindle.use.show_records.timeline("p1", 50, None)
        return sorted((one for one in page.items if isinstance(one, Interacted)), key=lambda one: one.at)

    def opted_out(self) -> bool | None:
        profile = self.rekindle.person().profile
        return profile.do_not_contact if profile else None


@pytest.fixture
def links() -> Links:
    rekindle = Rekindle()
    document = {**DOCUMENT, "responses": {"links": {"allowed_destinations": ["https://www.example.com"]}}}
    rekindle.memory.documents.append((document, day(0)))
    rekindle.memory.secrets[LINK_KEY] = ("key",)
    rekindle.tell(campaign_changed("webinar"), person_changed("p1", 0, status="New"))
    return Links(rekindle)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_a_click_leads_on_and_becomes_a_response(links: Links) -> None:
    links.create(channel="email")
    assert links.click(links.token(), seconds(600)) == HOME
    assert not links.clicks(), "it is led on before anything is stored"
    (fact, *_) = links.settle(again=2)
    assert (fact["detail-type"], fact["time"]) == ("Response Recorded", "2026-01-02T00:10:00Z")
    (response,) = links.rekindle.use.show_records.responses("p1", 9, None).items
    assert (response.campaign_id, response.state.responded) == ("webinar", True)
    assert response.details is not None
    assert (response.details.response_type, response.details.click_url) == ("Click-thru", HOME)
    (click,) = links.clicks()
    assert (click.kind, click.link_id, click.channel, click.suspected_bot) == ("click", "a", "email", False)


def test_many_clicks_of_one_link_are_one_response_of_the_first(links: Links) -> None:
    links.create()
    token = links.token()
    for after in (7200, 600, 86_400):
        links.click(token, seconds(after))
    links.settle()
    (response,) = links.rekindle.use.show_records.responses("p1", 9, None).items
    assert response.state.responded_at == links.now + seconds(600)
    assert len(links.clicks()) == 3


@pytest.mark.parametrize("start", [3.1, 600], ids=["just sent", "later"])
def test_a_scanner_that_follows_every_link_is_no_response_and_opts_nobody_out(links: Links, start: float) -> None:
    links.create("a")
    links.create("b")
    links.create("unsubscribe", campaign_id=None, opts_out=True)
    tokens = {name: links.token(name) for name in ("a", "b", "unsubscribe")}
    for place, token in enumerate(tokens.values()):
        links.click(token, seconds(start + place / 20))
    links.click(tokens["a"], timedelta(hours=5, minutes=12))
    facts = links.settle(again=2)
    assert {(fact["detail-type"], fact["time"]) for fact in facts} == {("Response Recorded", "2026-01-02T05:12:00Z")}
    assert [click.suspected_bot for click in links.clicks()] == [True, True, True, False]
    assert links.opted_out() is None


@pytest.mark.parametrize(("method", "agent"), [("HEAD", FIREFOX), ("GET", "Barracuda Sentinel"), ("GET", "")])
def test_a_known_program_is_kept_and_never_judged(links: Links, method: str, agent: str) -> None:
    links.create()
    assert links.click(links.token(), seconds(600), method, agent) == HOME
    assert links.settle() == []
    assert [click.suspected_bot for click in links.clicks()] == [True]


def test_a_person_may_opt_out_by_a_link(links: Links) -> None:
    links.create("unsubscribe", campaign_id=None, opts_out=True)
    links.click(links.token("unsubscribe"), seconds(600))
    links.settle()
    assert links.opted_out() is True
    assert not links.rekindle.use.show_records.responses("p1", 9, None).items


def test_a_click_that_cannot_be_kept_is_led_on(links: Links) -> None:
    links.create()

    class Down:
        def keep(self, click: Click) -> None:
            raise Unavailable("no queue")

    follow = replace(links.rekindle.use.follow_links, clicks=Down(), clock=lambda: links.now)
    assert follow(links.token(), "GET", FIREFOX, "r").kept is False


def test_a_link_is_followed_only_with_a_token_in_its_time_to_an_allowed_destination(links: Links) -> None:
    links.create()
    token = links.token(expires_at=links.now + seconds(60))
    with pytest.raises(Expired):
        links.click(token, seconds(60))
    with pytest.raises(NotFound):
        links.click(f"{token}x", seconds(1))
    with pytest.raises(Expired):
        links.click(links.token(), LIFETIME)
    links.rekindle.memory.documents.append((DOCUMENT, day(0)))
    with pytest.raises(NotFound):
        links.click(token, seconds(1))
    assert not links.rekindle.memory.clicks


# --- links themselves ------------------------------------------------------------------------------------------------


def test_a_link_never_changes(links: Links) -> None:
    first = links.create()
    assert links.create() == first
    with pytest.raises(InvalidField) as refused:
        links.create(channel="sms")
    assert refused.value.field == "link_id"
    assert links.create(None) == links.create(None), "what it says names it"


@pytest.mark.parametrize(
    ("values", "error", "name"),
    [
        ({"destination": "https://other.example/"}, InvalidField, "destination"),
        ({"destination": "ftp://www.example.com/"}, InvalidField, "destination"),
        ({"destination": None}, InvalidField, "destination"),
        ({"campaign_id": "unknown"}, UnknownCampaign, "campaign_id"),
        ({"campaign_id": None}, InvalidField, "campaign_id"),
        ({"campaign_id": None, "source_code": "unheard"}, UnknownSourceCode, "source_code"),
        ({"unknown": 1}, InvalidField, "unknown"),
    ],
)
def test_a_link_that_is_refused_is_not_stored(
    links: Links, values: dict[str, Any], error: type[Exception], name: str
) -> None:
    with pytest.raises(error) as refused:
        links.create(**values)
    assert getattr(refused.value, "field", None) == name
    with pytest.raises(NotFound):
        links.rekindle.use.create_links.shown("a")


def test_a_token_needs_a_link_and_a_time_to_come(links: Links) -> None:
    with pytest.raises(NotFound):
        links.token("unknown")
    links.create()
    with pytest.raises(InvalidField):
        links.token(expires_at=links.now)


def test_a_message_holds_a_click(links: Links) -> None:
    click = Click("c", "a", "p1", None, day(1), suspected=True)
    assert click_of(json.loads(click_message(click, judge=True))) == (click, True)
    messages: list[dict[str, Any]] = [{}, {"click": 7}, {"click": {"click_id": "c"}}]
    for message in messages:
        with pytest.raises(Malformed):
            click_of(message)


def test_a_click_of_an_unknown_link_waits_in_the_failures(links: Links) -> None:
    for judge in (links.rekindle.use.judge_clicks.store, links.rekindle.use.judge_clicks):
        with pytest.raises(NotFound):
            judge(Click("c", "gone", "p1", None, day(1), suspected=False))
