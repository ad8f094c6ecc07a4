"""Which of two engagements stays, and what a response takes along when it becomes another person's."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from rekindle.domain.assignment.transitions import NOBODY
from rekindle.domain.capture.moving import move_responses, transfer_response
from rekindle.domain.capture.transferring import alive_again, closed_since, stays
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.people.assignment import Assignment, AssignmentReason, AssignmentState
from rekindle.domain.people.person import EndedEngagement, Engagement, Person, Profile
from rekindle.domain.responses.response import ALREADY_ENGAGED, Response
from tests.support.builders import a_response, day, settings, stamp

SETTINGS = settings()
AT = day(20)


def engagement(response_id: str = "r1", since: float = 5, **values: Any) -> Engagement:
    return Engagement(response_id, "webinar", 1, day(since), "d", "score", **values)


def person(person_id: str = "p1", active: Engagement | None = None, **values: Any) -> Person:
    return Person(
        person_id, **{"version": 7, "cycles": 3, "responses": 4, "profile": Profile(), "active": active, **values}
    )


def transfer(to: Person, other: Person, response: Response, mine: Response | None = None) -> tuple[Any, Any]:
    return transfer_response(to, other, response, mine, AT, SETTINGS, NOBODY)


# --- which one stays -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("since", "expected"), [(4, True), (5, True), (6, False)])
def test_of_two_engagements_the_earlier_stays_and_ones_own_of_the_same_instant(since: float, expected: bool):
    assert stays(person(active=engagement(since=since)), engagement(since=5), False) is expected


def test_an_engagement_that_a_rep_works_on_goes_before_an_earlier_one():
    assert stays(person(active=engagement(since=9, stage="SAL")), engagement(since=5), False)
    assert not stays(person(active=engagement(since=5)), engagement(since=9, stage="SAL"), False)


def test_an_opportunity_goes_before_everything():
    assert not stays(person(active=engagement(since=5, stage="SAL")), engagement(since=9), True)
    assert stays(person(active=engagement(since=9), opportunities={"o1": day(1)}), engagement(stage="SAL"), False)


def test_where_there_is_no_engagement_none_stays():
    assert not stays(person(), engagement(), False)


@pytest.mark.parametrize(("changed", "expected"), [(4, None), (5, None), (5.1, "Nurture")])
def test_only_a_status_after_the_engagement_began_closes_it(changed: float, expected: str | None):
    closed = person(status="Nurture", status_stamp=stamp(changed))
    assert closed_since(closed, engagement(since=5), SETTINGS) == expected


def test_an_active_status_and_one_without_a_change_close_nothing():
    assert closed_since(person(status="Working", status_stamp=stamp(9)), engagement(), SETTINGS) is None
    assert closed_since(person(status="Nurture"), engagement(), SETTINGS) is None
    assert closed_since(person(status="unmapped", status_stamp=stamp(9)), engagement(), SETTINGS) is None


def waiting(state: AssignmentState, reason: str) -> Assignment:
    return Assignment("d", 1, "r1", "webinar", state, day(5), reason)


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (AssignmentState.CANCELLED, "PERSON_DELETED", (AssignmentState.PENDING, AssignmentReason.WAITS_FOR_OWNER)),
        (AssignmentState.CANCELLED, "STATUS_INACTIVE", (AssignmentState.CANCELLED, "STATUS_INACTIVE")),
        (AssignmentState.ASSIGNED, "PERSON_DELETED", (AssignmentState.ASSIGNED, "PERSON_DELETED")),
    ],
)
def test_only_what_the_end_itself_cancelled_waits_again(state: AssignmentState, reason: str, expected: tuple[Any, ...]):
    ended = EndedEngagement(engagement(), "PERSON_DELETED", day(9), "Working")
    before = person(ended=ended, assignment=waiting(state, reason))
    after, response = alive_again(before, ended, a_response("r1", status="Closed"))
    assert after.assignment is not None
    assert (after.assignment.state, after.assignment.reason) == expected
    assert (after.active, after.ended, response.state.status) == (ended.engagement, None, "Working")


# --- a response becomes another person's -----------------------------------------------------------------------------


@pytest.mark.parametrize(("deleted", "counts"), [(False, (5, 3)), (True, (4, 4))])
def test_a_response_that_moves_counts_unless_it_is_deleted(deleted: bool, counts: tuple[int, int]):
    arriving, leaving = transfer(person(), person("p2"), a_response("r9", deleted=deleted))
    assert (arriving.person.responses, leaving.person.responses) == counts
    assert (arriving.person.version, arriving.read_version) == (leaving.person.version, leaving.read_version) == (8, 7)
    assert arriving.person.classes == "" and leaving.removed == ("r9",) and leaving.responses == ()
    (arrived,) = arriving.responses
    assert (arrived.trail[-1].person_id, arrived.trail[-1].version) == ("p1", 8)


def test_an_index_of_another_map_that_a_response_reaches_is_of_none():
    arriving, leaving = transfer(person(classes="map"), person("p2", classes="map"), a_response("r9"))
    arriving = arriving.indexed_by(SETTINGS)
    assert (arriving.person.classes, leaving.person.classes) == ("", "map")


def test_the_active_response_is_active_with_its_new_person():
    arriving, leaving = transfer(person(), person("p2", engagement()), a_response("r1"))
    assert arriving.person.active == replace(engagement(), cycle=4)
    assert (arriving.person.cycles, leaving.person.active, leaving.entries) == (4, None, ())


def test_the_active_response_of_whom_it_reaches_ends_where_it_began_later():
    mine = a_response("r8", status="Open")
    arriving, _ = transfer(person(active=engagement("r8", since=9)), person("p2", engagement()), a_response("r1"), mine)
    assert arriving.person.active is not None and arriving.person.active.response_id == "r1"
    ended = {one.response_id: one.state.status for one in arriving.responses}
    assert ended == {"r8": ALREADY_ENGAGED, "r1": None}
    assert [entry.reason for entry in arriving.entries] == [Ended.MERGED]


def test_an_engagement_that_stays_ends_the_one_that_arrives():
    to = person(active=engagement("r8", since=1))
    arriving, leaving = transfer(to, person("p2", engagement()), a_response("r1", status="Open"))
    assert arriving.person.active == to.active
    assert [one.state.status for one in arriving.responses] == [ALREADY_ENGAGED]
    assert [(entry.reason, entry.at) for entry in leaving.entries] == [(Ended.MERGED, AT)]
    assert (leaving.person.active, leaving.responses) == (None, ())


@pytest.mark.parametrize("opportunities", [{}, {"o1": day(1)}])
def test_an_opportunity_of_whom_a_response_leaves_counts(opportunities: dict[str, datetime]):
    to = person(active=engagement("r8", since=1))
    other = person("p2", engagement(), opportunities=opportunities)
    arriving, _ = transfer(to, other, a_response("r1"), a_response("r8"))
    assert arriving.person.active is not None
    assert arriving.person.active.response_id == ("r1" if opportunities else "r8")


def test_a_status_that_was_closed_meanwhile_ends_the_response_that_arrives():
    to = person(status="Nurture", status_stamp=stamp(9))
    arriving, leaving = transfer(to, person("p2", engagement()), a_response("r1", status="Open"))
    assert (arriving.person.active, leaving.person.active) == (None, None)
    assert [one.state.status for one in arriving.responses] == ["Nurture"]
    assert [(entry.reason, entry.at, entry.person_id) for entry in leaving.entries] == [
        (Ended.STATUS_INACTIVE, AT, "p2")
    ]
    assert (leaving.read_version, leaving.person.version) == (7, 8)


def test_a_deleted_person_takes_over_nothing():
    arriving, leaving = transfer(person(deleted=True), person("p2", engagement()), a_response("r1"))
    assert (arriving.person.active, leaving.person.active) == (None, None)
    assert [entry.reason for entry in leaving.entries] == [Ended.MERGED]


# --- a batch moves ---------------------------------------------------------------------------------------------------


def move(*batch: Response, own: tuple[Response, ...] = (), **values: Any) -> Any:
    twins = {(one.campaign_id, one.state.effective_at): one for one in own}
    return move_responses(person(**values), person("p2"), batch, twins)


def states(change: Any) -> dict[str, tuple[bool, datetime | None]]:
    return {one.response_id: (one.state.deleted, one.state.reactivated_at) for one in change.responses}


def test_a_batch_arrives_with_the_one_and_leaves_the_other():
    arriving, leaving = move(a_response("r6"), a_response("r7", deleted=True))
    assert [one.response_id for one in arriving.responses] == ["r6", "r7"]
    assert arriving.person.responses == 5, "a deleted response is not counted"
    assert leaving.removed == ("r6", "r7")
    assert (arriving.person.version, leaving.person.version) == (8, 8)
    assert {(one.trail[-1].person_id, one.trail[-1].version) for one in arriving.responses} == {("p1", 8)}


def test_of_two_of_one_campaign_and_date_one_is_withdrawn_and_counted_once():
    arriving, _ = move(a_response("r5"), own=(a_response("r1"),))
    assert (states(arriving), arriving.person.responses) == ({"r5": (True, None)}, 4)


def test_a_deleted_response_takes_the_place_of_no_twin():
    arriving, _ = move(a_response("r5", deleted=True, activated=1), own=(a_response("r1"),))
    assert states(arriving) == {"r5": (True, None)}


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [({"activated": 1}, {}), ({"reactivated": 2}, {"activated": 1})],
    ids=["activated", "reactivated"],
)
def test_the_twin_that_came_further_stays(theirs: dict[str, float], mine: dict[str, float]):
    arriving, _ = move(a_response("r5", **theirs), own=(a_response("r1", **mine),))
    once = day(2) if "reactivated" in theirs else None
    assert states(arriving) == {"r1": (True, None), "r5": (False, once)}
    assert arriving.person.responses == 4
    assert {(one.trail[-1].person_id, one.trail[-1].version) for one in arriving.responses} == {("p1", 8)}


def test_the_active_twin_stays_whatever_the_other_reached():
    arriving, _ = move(a_response("r5", reactivated=2), own=(a_response("r1"),), active=engagement("r1"))
    assert states(arriving) == {"r1": (False, day(2)), "r5": (True, day(2))}
    assert {(one.trail[-1].person_id, one.trail[-1].version) for one in arriving.responses} == {("p1", 8)}


def test_several_twins_are_each_counted_once():
    own = (a_response("r1"), a_response("r2", effective_at=1))
    arriving, _ = move(a_response("r5", activated=1), a_response("r6", effective_at=1, activated=1), own=own)
    assert arriving.person.responses == 4
    assert states(arriving) == {name: (name in ("r1", "r2"), None) for name in ("r1", "r5", "r2", "r6")}


def test_a_persons_own_repeats_are_no_twins():
    arriving, _ = move(a_response("r5"), a_response("r6"), own=(a_response("r1"),))
    assert states(arriving) == {"r5": (True, None), "r6": (False, None)}
    assert arriving.person.responses == 5


def test_a_reactivation_of_either_twin_is_the_one_that_stays():
    twin = replace(a_response("r1"), state=a_response("r1", reactivated=3).state)
    arriving, _ = move(a_response("r5", activated=1, reactivated=2), own=(twin,))
    assert states(arriving) == {"r1": (True, day(3)), "r5": (False, day(2))}
