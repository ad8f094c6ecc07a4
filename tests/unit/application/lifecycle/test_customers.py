"""The programme for customers: it starts with a won opportunity, and ends with its touches, or with the customer."""

from typing import Any

import pytest

from rekindle.domain.capture.facts import Fact, RecordChanged
from rekindle.domain.lifecycle.entries import Left, TouchDue
from rekindle.domain.notifications.events import events_from
from rekindle.domain.people.lifecycle import State
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.case import CASE
from tests.support.builders import (
    Rekindle,
    opportunity_changed,
    people_merged,
    person_changed,
    response_recorded,
    stamp,
)
from tests.unit.application.lifecycle.test_handoffs import LIFECYCLE, at, lifecycle_of, moment, pass_time, started
from tests.unit.application.lifecycle.test_nurture import section as nurture_section

CUSTOMERS: dict[str, Any] = {
    "campaign_id": "customers",
    "touches": [{"after": "P1D", "name": "welcome"}, {"after": "P2D", "name": "survey"}],
    "churn": {"person": {"status": "Disqualified"}, "account": {"type": "Former Customer"}},
}


def section(**more: Any) -> dict[str, Any]:
    return {**LIFECYCLE, "customers": {**CUSTOMERS, **more}}


def won(opportunity_id: str, when: str, *people: str, product: str | None = "Basic", **more: Any) -> Fact:
    values = {"is_closed": True, "is_won": True, "product": product, **more}
    return opportunity_changed(opportunity_id, *(people or ("p1",)), at=at(when), **values)


def lost(opportunity_id: str, when: str, **more: Any) -> Fact:
    return won(opportunity_id, when, is_won=False, **more)


def case(when: str, *, is_closed: bool = False, **of: Any) -> RecordChanged:
    values = {"is_closed": is_closed, **of}
    return RecordChanged(CASE, "c1", stamp(at(when), None, ("c1", values)), values)


def account(when: str, **values: Any) -> RecordChanged:
    return RecordChanged(ACCOUNT, "a1", stamp(at(when), None, ("a1", values)), values)


def customer(lifecycle: dict[str, Any] | None = None) -> Rekindle:
    """A lead whose opportunity is won on Monday at noon."""
    rekindle = started(lifecycle or section())
    rekindle.clock.now = moment("mon 12:00")
    rekindle.tell(won("o1", "mon 12:00"))
    return rekindle


def say(rekindle: Rekindle, when: str, *facts: Fact) -> None:
    pass_time(rekindle, when)
    rekindle.tell(*facts)


def touches(rekindle: Rekindle) -> list[tuple[str, str | None]]:
    return [(one.name, one.product) for one in rekindle.memory.outbox if isinstance(one, TouchDue)]


def ends(rekindle: Rekindle) -> list[str]:
    return [one.reason for one in rekindle.memory.outbox if isinstance(one, Left)]


def test_whoever_buys_is_won_and_gets_the_touches_at_their_times():
    rekindle = customer()
    assert lifecycle_of(rekindle).state is State.WON
    pass_time(rekindle, "tue 12:00")
    assert touches(rekindle) == [("welcome", "Basic")]
    pass_time(rekindle, "fri 12:00")
    assert touches(rekindle) == [("welcome", "Basic"), ("survey", "Basic")]
    assert ends(rekindle) == ["completed"]
    events = [event for one in rekindle.memory.outbox for event in events_from(one)]
    touch = next(event for event in events if event.detail_type == "Customer Touch Due")
    assert (touch.detail["programme"], touch.detail["name"]) == ("Basic", "welcome")
    assert "Nurture Left" not in [event.detail_type for event in events]


def test_the_programme_starts_once_for_each_product():
    rekindle = customer()
    say(rekindle, "mon 13:00", won("o2", "mon 13:00"), won("o1", "mon 13:00"), won("o3", "mon 13:00", product="Plus"))
    pass_time(rekindle, "fri 12:00")
    assert sorted(touches(rekindle)) == [
        ("survey", "Basic"), ("survey", "Plus"), ("welcome", "Basic"), ("welcome", "Plus"),
    ]  # fmt: skip


def test_the_programme_starts_once_for_each_customer_if_the_settings_say_so():
    rekindle = customer(section(per="customer"))
    say(rekindle, "mon 13:00", won("o3", "mon 13:00", product="Plus"))
    pass_time(rekindle, "fri 12:00")
    assert touches(rekindle) == [("welcome", None), ("survey", None)]


def test_everybody_whom_the_opportunity_names_is_a_customer():
    rekindle = started(section())
    rekindle.tell(person_changed("p2", at("mon 10:00"), status="New"))
    say(rekindle, "mon 12:00", won("o1", "mon 12:00", "p1", "p2"))
    assert [lifecycle_of(rekindle, person_id).state for person_id in ("p1", "p2")] == [State.WON, State.WON]
    pass_time(rekindle, "tue 12:00")
    assert len(touches(rekindle)) == 2


def test_whoever_buys_leaves_every_track_whatever_the_settings_say():
    tracks = {"budget": {"touches": [{"after": "P1D", "name": "guide"}], "leave_on": []}}
    rekindle = started({**nurture_section(tracks=tracks), "customers": CUSTOMERS})
    say(rekindle, "mon 11:00", person_changed("p1", at("mon 11:00"), status="Back",
                                              fields={"recycle_reason": "no_budget"}))  # fmt: skip
    assert [enrollment.track for enrollment in lifecycle_of(rekindle).enrollments] == ["budget"]
    say(rekindle, "mon 12:00", won("o1", "mon 12:00"))
    assert ends(rekindle) == ["won"]
    assert [(enrollment.track, enrollment.product) for enrollment in lifecycle_of(rekindle).enrollments] == [
        (None, "Basic")
    ]


def test_nothing_is_due_while_a_case_of_the_person_is_open():
    rekindle = customer()
    say(rekindle, "tue 10:00", case("tue 10:00", person_id="p1"))
    say(rekindle, "tue 13:00", case("tue 13:00", is_closed=True))
    pass_time(rekindle, "fri 12:00")
    assert touches(rekindle) == [("survey", "Basic")]


def test_nothing_is_due_while_a_case_of_the_account_is_open_unless_the_settings_allow_it():
    for suppress, expected in (({}, 0), ({"suppress": ["churned"]}, 2)):
        rekindle = customer(section(**suppress))
        say(
            rekindle,
            "mon 14:00",
            account("mon 14:00", name="Acme"),
            person_changed("p1", at("mon 14:00"), account_id="a1"),
        )
        rekindle.tell(case("mon 14:00", account_id="a1"))
        pass_time(rekindle, "fri 12:00")
        assert len(touches(rekindle)) == expected


@pytest.mark.parametrize("field", ["do_not_contact", "undeliverable"])
def test_nothing_is_due_to_whom_nobody_may_write_or_reaches(field: str):
    rekindle = customer(section(suppress=[]))
    say(rekindle, "tue 10:00", person_changed("p1", at("tue 10:00"), **{field: True}))
    pass_time(rekindle, "fri 12:00")
    assert touches(rekindle) == []


@pytest.mark.parametrize(
    "says",
    [
        lambda: [person_changed("p1", at("tue 14:00"), status="Disqualified")],
        lambda: [lost("o2", "tue 14:00")],
        lambda: [account("tue 14:00", type="Former Customer"), person_changed("p1", at("tue 14:00"), account_id="a1")],
    ],
)
def test_churn_ends_the_programme(says: Any):
    rekindle = customer()
    say(rekindle, "tue 14:00", *says())
    pass_time(rekindle, "fri 12:00")
    assert touches(rekindle) == [("welcome", "Basic")]
    assert ends(rekindle) == ["churned"]


def test_a_lost_opportunity_for_something_else_is_no_churn():
    rekindle = customer(section(churn={"lost_renewal": {"stage": "Renewal Lost"}}))
    say(rekindle, "tue 14:00", lost("o2", "tue 14:00", product="Plus"), lost("o3", "tue 14:00", stage="Closed Lost"))
    pass_time(rekindle, "fri 12:00")
    assert len(touches(rekindle)) == 2


def test_whoever_buys_again_after_churn_is_a_customer_anew():
    rekindle = customer()
    say(rekindle, "mon 14:00", lost("o2", "mon 14:00"))
    say(rekindle, "mon 15:00", won("o4", "mon 15:00"))
    pass_time(rekindle, "fri 12:00")
    assert len(touches(rekindle)) == 2


def test_a_deal_that_was_not_won_after_all_ends_the_programme():
    rekindle = customer()
    say(rekindle, "mon 14:00", opportunity_changed("o1", "p1", at=at("mon 14:00"), is_closed=False, is_won=False))
    pass_time(rekindle, "fri 12:00")
    assert touches(rekindle) == []
    assert ends(rekindle) == ["not_won"]


def test_a_customer_who_responds_again_opens_a_fresh_cycle():
    rekindle = customer()
    say(rekindle, "wed 10:00", response_recorded("r2", "p1", "web", at("wed 10:00")))
    person = rekindle.person()
    assert person.active is not None
    assert (person.active.cycle, person.active.response_id, lifecycle_of(rekindle).state) == (2, "r2", State.HANDED_OFF)
    assert [enrollment.product for enrollment in lifecycle_of(rekindle).enrollments] == ["Basic"]


def test_of_two_records_that_became_one_the_programme_goes_on_once():
    rekindle = started(section())
    rekindle.tell(person_changed("p2", at("mon 10:00"), status="New"))
    say(rekindle, "mon 12:00", won("o1", "mon 12:00", "p1", "p2"))
    rekindle.tell(people_merged("p2", "p1", at=at("mon 13:00")))
    pass_time(rekindle, "fri 12:00")
    assert touches(rekindle) == [("welcome", "Basic"), ("survey", "Basic")]
