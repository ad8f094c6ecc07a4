"""A response is converted once: by whom first asks, with the same answer to everybody who asks again."""

from typing import Any

import pytest

from rekindle.application.capture.convert_responses import Converted
from rekindle.domain.capture.converting import ConversionRequested, ConvertedTo
from rekindle.domain.core.errors import NotFound, Refusal, Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import ResponseConverted
from rekindle.domain.notifications.events import events_from
from rekindle.domain.records.opportunity import OPPORTUNITY
from tests.support.builders import (
    Rekindle,
    campaign_changed,
    day,
    opportunity_changed,
    people_merged,
    person_changed,
    response_recorded,
)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(
        campaign_changed("webinar"),
        person_changed("p1", 1, status="New", owner_id="marketing", email="mia@acme.example", account_id="a1"),
        response_recorded("r1", "p1", "webinar", 2, response_type="Registered", products=("platform",)),
    )
    return rekindle


def asked(to: str = "lead", user_id: str = "ada", at: float = 3, **more: Any) -> ConversionRequested:
    return ConversionRequested(more.pop("response_id", "r1"), ConvertedTo(to), user_id, day(at), **more)


def converted(rekindle: Rekindle, request: ConversionRequested) -> Converted:
    return rekindle.use.convert_responses(request)


def refusal(rekindle: Rekindle, request: ConversionRequested) -> str:
    before = rekindle.use.ports.people.get("p1")
    with pytest.raises(Refusal) as refused:
        converted(rekindle, request)
    assert rekindle.use.ports.people.get("p1") == before
    return refused.value.code


def owner(rekindle: Rekindle, person_id: str = "p1") -> str | None:
    person = rekindle.use.ports.people.get(person_id)
    assert person is not None
    return person.owner_id


def test_the_converting_user_becomes_the_owner_of_the_lead(rekindle):
    found = converted(rekindle, asked())
    assert (found.conversion.to, found.conversion.record_id, found.conversion.user_id) == ("lead", "p1", "ada")
    assert found.conversion.primary_interest == "platform"
    assert owner(rekindle) == "ada"


def test_a_lead_becomes_a_contact(rekindle):
    converted(rekindle, asked("contact"))
    person = rekindle.use.ports.people.get("p1")
    assert (person.kind, person.owner_id) == ("contact", "ada")


def test_an_opportunity_is_opened_for_the_person(rekindle):
    found = converted(rekindle, asked("opportunity", primary_interest="suite", opportunity={"amount": 900.0}))
    opportunity = rekindle.use.ports.records(OPPORTUNITY).get(found.conversion.record_id)
    assert (opportunity.person_ids, opportunity.product, opportunity.amount) == (("p1",), "suite", 900.0)
    assert (opportunity.account_id, opportunity.created_at) == ("a1", day(3))
    assert rekindle.use.ports.people.get("p1").has_open_opportunity


def test_no_default_takes_the_credit_of_the_response_that_was_converted(rekindle):
    rekindle.tell(campaign_changed("sales"))
    rekindle.configure({"reactivation": {"opportunity": {"default_campaign": {"single": "sales"}}}})
    rekindle.tell(
        person_changed("p9", 1, status="New"), response_recorded("r9", "p9", "webinar", 2, response_type="Registered")
    )
    found = converted(rekindle, replace(asked("opportunity", primary_interest="suite"), response_id="r9"))
    rekindle.tell(opportunity_changed(found.conversion.record_id, "p9", at=4, amount=5.0))
    assert rekindle.active("p9") is None
    rekindle.tell(opportunity_changed("of-the-crm", "p9", at=5))
    active = rekindle.person("p9").active
    assert active is not None and active.campaign_id == "sales"


def test_the_second_call_has_the_answer_of_the_first_and_changes_nothing(rekindle):
    first = converted(rekindle, asked("opportunity"))
    rekindle.tell(person_changed("p1", 4, owner_id="tom"))
    before = rekindle.use.ports.people.get("p1")
    assert converted(rekindle, asked("lead", user_id="eve", at=5)) == first
    assert rekindle.use.ports.people.get("p1") == before
    assert owner(rekindle) == "tom"


def test_of_two_who_convert_at_once_one_does(rekindle):
    rekindle.faults.meanwhile.append(lambda: converted(rekindle, asked(user_id="eve")))
    assert converted(rekindle, asked(user_id="ada")).conversion.user_id == "eve"
    assert owner(rekindle) == "eve"


@pytest.mark.parametrize("write", range(1, 4))
def test_what_died_in_between_is_finished_by_the_next_call(rekindle, write):
    request = asked("opportunity", opportunity={"amount": 900.0})
    rekindle.faults.writes = 0
    rekindle.faults.fails = lambda number: number == write
    try:
        first: Converted | None = converted(rekindle, request)
    except Unavailable:
        first = None
    second = converted(rekindle, request)
    assert first in (None, second)
    assert owner(rekindle) == "ada"
    opportunity = rekindle.use.ports.records(OPPORTUNITY).get(second.conversion.record_id)
    assert (opportunity.amount, opportunity.person_ids) == (900.0, ("p1",))


def test_the_event_names_both_sides(rekindle):
    found = converted(rekindle, asked("opportunity"))
    entries = [one for one in rekindle.memory.records["p1"].values() if isinstance(one, ResponseConverted)]
    ((event,),) = (events_from(entry) for entry in entries)
    assert event.detail_type == "Response Converted"
    assert event.detail == {
        "response_id": "r1",
        "campaign_id": "webinar",
        "to": "opportunity",
        "opportunity_id": found.conversion.record_id,
        "user_id": "ada",
    }


def test_a_merged_person_s_response_is_converted_for_the_survivor(rekindle):
    rekindle.tell(person_changed("p2", 1, status="New"), people_merged("p2", "p1", at=3))
    found = converted(rekindle, asked(at=4))
    assert (found.person_id, found.conversion.record_id, owner(rekindle, "p2")) == ("p2", "p2", "ada")


def test_a_later_change_of_the_response_keeps_the_conversion(rekindle):
    first = converted(rekindle, asked())
    rekindle.tell(response_recorded("r1", "p1", "webinar", 5, response_type="Registered", channel="web"))
    assert converted(rekindle, asked(user_id="eve", at=6)) == first


def test_who_opted_out_is_not_converted(rekindle):
    rekindle.tell(person_changed("p1", 3, do_not_contact=True))
    assert refusal(rekindle, asked()) == "OPTED_OUT"


def test_whose_address_receives_nothing_is_not_converted_by_another_response(rekindle):
    rekindle.tell(response_recorded("r2", "p1", "webinar", 3, responded=False, response_type="Hard Bounce"))
    assert refusal(rekindle, asked(at=4)) == "BOUNCED"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"response_type": "Hard Bounce"}, "BOUNCED"),
        ({"response_type": "Clicked"}, "NOT_POSITIVE"),
        ({"response_type": None, "member_status": "Attended", "products": ()}, "INTEREST_MISSING"),
    ],
)
def test_other_responses_are_refused_by_their_codes(rekindle, values, code):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 3, **values))
    assert refusal(rekindle, asked(at=4)) == code


def test_a_non_response_is_refused(rekindle):
    rekindle.tell(response_recorded("r2", "p1", "webinar", 3, responded=False, response_type="Registered"))
    assert refusal(rekindle, asked(response_id="r2", primary_interest="x")) == "NOT_POSITIVE"


def test_a_contact_needs_no_interest(rekindle):
    rekindle.tell(response_recorded("r1", "p1", "webinar", 3, response_type="Attended", products=()))
    assert converted(rekindle, asked("contact", at=4)).conversion.primary_interest is None


def test_a_response_with_an_opportunity_gets_no_second_one(rekindle):
    rekindle.tell(person_changed("p1", 3, score=90))
    rekindle.deliver()
    rekindle.tell(
        response_recorded("r2", "p1", "webinar", 4, response_type="Registered"),
    )
    active = rekindle.use.ports.people.get("p1").active
    assert active is not None
    converted(rekindle, asked("opportunity", response_id="r2", at=5, primary_interest="x"))
    assert refusal(rekindle, asked("opportunity", response_id=active.response_id, at=6)) == "ALREADY_LINKED"


def test_a_response_that_nobody_knows_is_not_found(rekindle):
    with pytest.raises(NotFound):
        converted(rekindle, asked(response_id="r9"))
