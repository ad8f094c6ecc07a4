"""Responses that name a source code: it resolves campaign, treatment, list and channel, and may create interactions."""

from typing import Any

import pytest

from rekindle.adapters.wire.events import facts_of
from rekindle.adapters.wire.views.people import response as shown
from rekindle.domain.campaigns.source_code import SOURCE_CODE
from rekindle.domain.capture.facts import RecordChanged, ResponseRecorded
from rekindle.domain.core.errors import InvalidField, UnknownSourceCode
from rekindle.domain.lifecycle.journey import Interacted
from rekindle.runtime.simulation.simulator import Simulation
from tests.support.builders import (
    DOCUMENT,
    Rekindle,
    campaign_changed,
    day,
    person_deleted,
    response_recorded,
    stamp,
)


def code_changed(source_code: str, at: float = 0, **values: Any) -> RecordChanged:
    return RecordChanged(SOURCE_CODE, source_code, stamp(at, None, (source_code, values)), values)


SPRING = code_changed("SPRING-A", campaign_id="webinar", treatment="A", list_id="list-7", channel="email")


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"), campaign_changed("fair"))
    return rekindle


def by_code(response_id: str = "r1", at: float = 5, **values: Any) -> ResponseRecorded:
    return response_recorded(response_id, "p1", None, at, source_code="SPRING-A", **values)


def details(rekindle: Rekindle, response_id: str = "r1") -> dict[str, Any]:
    response = rekindle.use.ports.people.get_response("p1", response_id)
    assert response is not None
    return shown("p1", response)


def said(rekindle: Rekindle, *names: str) -> tuple[Any, ...]:
    return tuple(details(rekindle)[name] for name in names)


def interactions(rekindle: Rekindle) -> list[Interacted]:
    page = rekindle.use.show_records.timeline("p1", 50, None)
    return [one for one in page.items if isinstance(one, Interacted)]


def test_a_code_resolves_campaign_treatment_list_and_channel(rekindle: Rekindle) -> None:
    rekindle.tell(SPRING)
    decision = rekindle.tell(by_code()).decision
    assert decision is not None and decision.person_id == "p1"
    assert said(rekindle, "campaign_id", "treatment", "list_id", "channel") == ("webinar", "A", "list-7", "email")


def test_the_channel_of_the_response_comes_before_that_of_the_message(rekindle: Rekindle) -> None:
    rekindle.tell(SPRING, by_code(channel="phone"), by_code(at=6))
    assert said(rekindle, "channel", "treatment") == ("phone", "A")


def test_the_campaign_of_the_response_comes_before_that_of_the_code(rekindle: Rekindle) -> None:
    rekindle.tell(SPRING, response_recorded("r1", "p1", "fair", 5, source_code="SPRING-A"))
    assert said(rekindle, "campaign_id", "treatment") == ("fair", "A")


def test_an_unknown_code_beside_a_campaign_hinders_nothing(rekindle: Rekindle) -> None:
    rekindle.tell(response_recorded("r1", "p1", "fair", 5, source_code="UNHEARD"))
    assert said(rekindle, "campaign_id", "source_code", "treatment") == ("fair", "UNHEARD", None)


@pytest.mark.parametrize("known", [[], [code_changed("SPRING-A", treatment="A")]], ids=["no code", "no campaign"])
def test_without_a_campaign_the_response_waits_for_its_code(rekindle: Rekindle, known: list[RecordChanged]) -> None:
    rekindle.tell(*known)
    with pytest.raises(UnknownSourceCode) as refused:
        rekindle.tell(by_code())
    assert (refused.value.code, refused.value.field) == ("UNKNOWN_SOURCE_CODE", "detail.source_code")
    assert not rekindle.memory.people, "nothing is stored"

    rekindle.tell(code_changed("SPRING-A", 1, campaign_id="webinar"), by_code())
    assert said(rekindle, "campaign_id") == ("webinar",), "sent again, it is applied"


def test_a_code_that_changes_later_moves_no_credit(rekindle: Rekindle) -> None:
    rekindle.tell(SPRING, by_code(), code_changed("SPRING-A", 6, campaign_id="fair"), by_code(at=7))
    assert said(rekindle, "campaign_id") == ("webinar",)


def test_a_second_delivery_changes_nothing_also_when_the_code_changed(rekindle: Rekindle) -> None:
    rekindle.tell(SPRING, by_code())
    before = details(rekindle)
    recorded = rekindle.tell(code_changed("SPRING-A", 6, treatment="B"), by_code())
    assert (recorded.applied, details(rekindle)) == (0, before)


def test_a_deletion_takes_what_the_code_says_too(rekindle: Rekindle) -> None:
    rekindle.tell(SPRING, by_code(), person_deleted("p1", 8))
    assert said(rekindle, "source_code", "treatment", "list_id") == (None, None, None)


def test_a_code_may_create_an_interaction_with_each_response(rekindle: Rekindle) -> None:
    creating = code_changed("SPRING-A", campaign_id="webinar", channel="email", creates_interaction=True)
    rekindle.tell(creating, by_code(response_type="Click-thru"), by_code(response_type="Click-thru"))
    (one,) = interactions(rekindle)
    assert (one.direction, one.channel, one.campaign_id, one.kind) == ("inbound", "email", "webinar", "Click-thru")
    assert one.at == day(5)

    rekindle.tell(by_code("r2", 6, responded=False))
    assert interactions(rekindle) == [one], "who did not respond made no contact"


def test_a_response_lists_its_products(rekindle: Rekindle) -> None:
    rekindle.tell(SPRING, by_code(products=("crm", "cpq")))
    assert said(rekindle, "products") == (["crm", "cpq"],)
    rekindle.tell(by_code(at=6, products=None))
    assert said(rekindle, "products") == ([],)


def envelope(detail_type: str, second: int, **detail: Any) -> dict[str, Any]:
    return {"source": "crm", "detail-type": detail_type, "time": f"2026-03-01T09:00:{second:02d}Z", "detail": detail}


def test_a_campaign_or_a_source_code_has_to_be_there() -> None:
    sent = envelope("Response Recorded", 0, response_id="r1", person_id="p1", responded=True)
    with pytest.raises(InvalidField) as refused:
        facts_of(sent)
    assert refused.value.field == "detail.campaign_id"


@pytest.mark.parametrize(("second", "refused"), [(9, []), (40, ["UNKNOWN_SOURCE_CODE"])])
def test_in_a_history_the_code_may_come_a_little_later(second: int, refused: list[str]) -> None:
    simulation = Simulation(DOCUMENT)
    told = [
        envelope("Campaign Changed", 0, campaign_id="webinar", name="Webinar"),
        envelope("Response Recorded", 1, response_id="r1", person_id="p1", source_code="SPRING-A", responded=True),
        envelope("Source Code Changed", second, source_code="SPRING-A", campaign_id="webinar"),
    ]
    decided = [one for line, event in enumerate(told) for one in simulation.play(line, event)]
    decided += simulation.finish()
    assert [one.refusal.code for one in simulation.refused] == refused
    assert [one.decision.scenario.value for one in decided] == ([] if refused else ["response"])
