"""Members of a campaign who do not respond in time: the mark, the event, the refinement campaign, the way back."""

from typing import Any

import pytest

from rekindle.adapters.wire.views import people
from rekindle.application.ports.people import MemberState
from rekindle.domain.lifecycle.entries import WentDark
from rekindle.domain.measures.metrics import CountedAs, metrics
from rekindle.domain.notifications.events import events_from
from rekindle.domain.people.lifecycle import State
from tests.support.builders import Rekindle, campaign_changed, day, person_changed, person_deleted, response_recorded
from tests.unit.application.lifecycle.test_handoffs import lifecycle_of


def targeted(**responses: Any) -> Rekindle:
    """Somebody who became a member of a campaign on the first day, without a response."""
    rekindle = Rekindle()
    rekindle.configure({"responses": {"dark_after_days": 14, **responses}})
    rekindle.clock.now = day(1)
    rekindle.tell(
        campaign_changed("mail"),
        campaign_changed("again"),
        campaign_changed("web"),
        person_changed("p1", 0, status="New"),
    )
    rekindle.tell(response_recorded("m1", "p1", "mail", 1, responded=False))
    return rekindle


def pass_time(rekindle: Rekindle, upto: float) -> None:
    rekindle.clock.now = day(upto)
    for person_id in rekindle.use.process_due_actions.due(100).items:
        rekindle.use.process_due_actions(person_id)


def gone(rekindle: Rekindle) -> list[WentDark]:
    return [one for one in rekindle.memory.outbox if isinstance(one, WentDark)]


def test_who_does_not_respond_in_time_is_marked_once_and_heard_of():
    rekindle = targeted()
    pass_time(rekindle, 14.9)
    assert (gone(rekindle), lifecycle_of(rekindle).state) == ([], State.TARGET)
    pass_time(rekindle, 15.1)
    pass_time(rekindle, 16)
    (event,) = [event for one in gone(rekindle) for event in events_from(one)]
    assert (event.detail_type, event.occurred_at) == ("Person Went Dark", day(15))
    assert event.detail == {
        "cycle": 0, "campaign_id": "mail", "response_id": "m1", "targeted_at": "2026-01-02T00:00:00Z",
        "refinement_campaign_id": None, "responses": 1, "cycles": 0, "recycled": 0,
    }  # fmt: skip
    assert (lifecycle_of(rekindle).state, lifecycle_of(rekindle).since, lifecycle_of(rekindle).awaited) == (
        State.DARK,
        day(15),
        (),
    )
    member = rekindle.memory.responses["p1"]["m1"]
    assert people.response("p1", member)["dark_at"] == "2026-01-16T00:00:00Z"
    (counted,) = metrics([[member]], [], {}, CountedAs())
    assert (counted.counts.targeted, counted.counts.went_dark) == (1, 1)


@pytest.mark.parametrize(
    "fact",
    [
        lambda: response_recorded("m1", "p1", "mail", 10, responded=True),
        lambda: response_recorded("m2", "p1", "mail", 10, responded=True),
        lambda: person_deleted("p1", 10),
    ],
    ids=["responds", "responds by another membership", "deleted"],
)
def test_what_ends_the_wait(fact: Any):
    rekindle = targeted()
    rekindle.clock.now = day(10)
    rekindle.tell(fact())
    pass_time(rekindle, 20)
    assert gone(rekindle) == []
    assert rekindle.memory.people["p1"].lifecycle is None or lifecycle_of(rekindle).awaited == ()


def test_those_who_went_dark_become_targets_of_the_refinement_campaign_and_wait_there_in_their_turn():
    rekindle = targeted(refinement_campaign="again")
    pass_time(rekindle, 15)
    members = rekindle.use.show_campaigns.members("again", MemberState.TARGETED, 10, None).items
    assert [(person_id, one.state.responded) for person_id, one in members] == [("p1", False)]
    pass_time(rekindle, 29)
    pass_time(rekindle, 60)
    assert [(one.campaign_id, one.refinement_campaign_id, one.responses) for one in gone(rekindle)] == [
        ("mail", "again", 1),
        ("again", None, 2),
    ]


@pytest.mark.parametrize("barred", ["do_not_contact", "undeliverable", "unknown", "member"])
def test_nobody_is_targeted_again_who_may_not_be(barred: str):
    named = "nowhere" if barred == "unknown" else "again"
    rekindle = targeted(refinement_campaign=named)
    if barred == "do_not_contact":
        rekindle.tell(person_changed("p1", 1, do_not_contact=True))
    if barred == "undeliverable":
        rekindle.tell(response_recorded("b1", "p1", "web", 1, responded=False, member_status="Hard Bounced"))
    if barred == "member":
        rekindle.tell(response_recorded("r1", "p1", "again", 1))
    pass_time(rekindle, 16)
    assert {one.refinement_campaign_id for one in gone(rekindle) if one.campaign_id == "mail"} == {None}


def test_a_response_leads_out_of_the_dark_and_one_dated_in_time_is_not_counted():
    rekindle = targeted()
    pass_time(rekindle, 15)
    rekindle.clock.now = day(20)
    rekindle.tell(response_recorded("m1", "p1", "mail", 20, responded=True, responded_at=day(9)))
    assert lifecycle_of(rekindle).state is not State.DARK
    (counted,) = metrics([rekindle.memory.responses["p1"].values()], [], {}, CountedAs())
    assert (counted.counts.went_dark, counted.counts.unique) == (0, 1)


def test_many_memberships_that_are_heard_of_late_go_dark_a_few_at_a_time():
    rekindle = targeted()
    rekindle.clock.now = day(100)
    rekindle.tell(*(campaign_changed(f"c{n}") for n in range(24)))
    rekindle.tell(*(response_recorded(f"x{n}", "p1", f"c{n}", 2 + n / 10, responded=False) for n in range(24)))
    for _ in range(3):
        pass_time(rekindle, 100)
    assert len(gone(rekindle)) == len({one.response_id for one in gone(rekindle)}) == 25
    assert lifecycle_of(rekindle).due_at is None
