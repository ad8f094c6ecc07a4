"""What the survivor of a merge takes over, at the very instants between which it matters."""

from datetime import datetime
from typing import Any

import pytest

from rekindle.domain.assignment.transitions import NOBODY
from rekindle.domain.capture.merging import link, opt_out_of_merged, score_of_both, with_inherited
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.people.person import EndedEngagement, Engagement, Person, Profile
from rekindle.domain.people.score import Score
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Response
from tests.support.builders import a_response, day, settings, stamp

AT = day(20)
SETTINGS = settings()


def engagement(response_id: str = "r1", since: float = 5, **values: Any) -> Engagement:
    return Engagement(response_id, "webinar", 1, day(since), "d", "score", **values)


def merged(survivor: Person, other: Person, *active: tuple[str, Response]) -> Any:
    return link(survivor, other, dict(active), AT, SETTINGS, NOBODY)


@pytest.mark.parametrize(("told", "expected"), [(19, True), (20, True), (21, False)])
def test_an_opt_out_holds_until_a_word_after_the_merge(told: float, expected: bool):
    survivor = Person("p1", profile=Profile(do_not_contact=False, stamps={"do_not_contact": stamp(told)}))
    after = with_inherited(survivor, Person("p2", profile=Profile(do_not_contact=True)), AT)
    assert after.profile is not None and after.profile.do_not_contact is expected
    assert after.profile.stamps["do_not_contact"].at == (AT if expected else day(told))


def test_what_the_survivor_has_itself_stays():
    mine = Profile(company="Acme", phone=" ", fields={"a": 1, "b": " "}, stamps={"company": stamp(1)})
    theirs = Profile(company="Other", phone="1", email="e", fields={"a": 2, "b": 3, "c": 4}, stamps={"email": stamp(1)})
    after = with_inherited(
        Person("p1", status=" ", owner_id="u1", opportunities={"o1": day(1)}, profile=mine),
        Person("p2", status="New", owner_id="u2", opportunities={"o1": day(2), "o2": day(3)}, profile=theirs),
        AT,
    )
    assert after.profile == Profile("e", None, None, "Acme", "1", fields={"a": 1, "b": 3, "c": 4}, stamps=mine.stamps)
    assert (after.status, after.owner_id) == ("New", "u1")
    assert after.opportunities == {"o1": day(1), "o2": day(3)}


@pytest.mark.parametrize(("mine", "theirs", "later"), [(1, 2, 2), (3, 2, 3), (None, 2, 2), (3, None, 3)])
def test_the_later_timeout_and_activation_count(mine: float | None, theirs: float | None, later: float):
    def moment(number: float | None) -> datetime | None:
        return None if number is None else day(number)

    after = with_inherited(
        Person("p1", nurture_until=moment(mine), score_activated_at=moment(mine)),
        Person("p2", nurture_until=moment(theirs), score_activated_at=moment(theirs)),
        AT,
    )
    assert (after.nurture_until, after.score_activated_at) == (day(later), day(later))


@pytest.mark.parametrize(("told", "counts_as"), [(19, 20), (20, 20), (21, 21)])
def test_an_opt_out_of_a_merged_record_counts_as_of_the_merge_at_the_earliest(told: float, counts_as: float):
    gone = Person("p2", profile=Profile(stamps={"merged_into": ChangeStamp(AT)}))
    values, opted_out = opt_out_of_merged(gone, {"do_not_contact": True, "company": "Acme"}, stamp(told))
    assert opted_out is not None
    assert (values, opted_out.at) == ({"company": "Acme"}, day(counts_as))


def test_a_merged_record_lifts_no_opt_out():
    assert opt_out_of_merged(Person("p2"), {"do_not_contact": False}, stamp(1)) == ({}, None)
    assert opt_out_of_merged(Person("p2"), {"do_not_contact": True}, stamp(1)) == ({}, stamp(1))


def test_the_index_of_the_responses_that_were_there_stays_as_it_is():
    survivor = Person("p1", 4, responses=1, classes="another map")
    assert merged(survivor, Person("p2", 6)).survivor.person.classes == "another map"


def test_both_are_linked_by_their_next_versions():
    survivor = Person("p1", 4, cycles=2, merged_ids=("a",), merging_ids=("b",), classes="map")
    other = Person("p2", 6, cycles=3, merged_ids=("c",), merging_ids=("d",))
    linked = merged(survivor, other)
    keep, gone = linked.survivor.person, linked.merged.person
    assert (linked.survivor.read_version, keep.version, linked.merged.read_version, gone.version) == (4, 5, 6, 7)
    assert (keep.merged_ids, keep.merging_ids) == (("a", "p2", "c"), ("b", "p2", "d"))
    assert (keep.cycles, keep.classes) == (5, SETTINGS.class_map)
    assert (gone.merged_into, gone.merging_ids) == ("p1", ())
    assert gone.profile is not None and gone.profile.stamps == {"merged_into": ChangeStamp(AT)}


@pytest.mark.parametrize(("status", "waits"), [("Working", False), ("Nurture", True), (None, True)])
def test_an_active_status_ends_an_inherited_timeout(status: str | None, waits: bool):
    linked = merged(Person("p1", status=status), Person("p2", nurture_until=day(30)))
    assert (linked.survivor.person.nurture_until is not None) is waits


def test_an_active_response_ends_an_inherited_timeout():
    linked = merged(Person("p1", active=engagement()), Person("p2", nurture_until=day(30)))
    assert linked.survivor.person.nurture_until is None


@pytest.mark.parametrize(
    ("survivor", "other", "reasons"),
    [
        ({}, {}, []),
        ({"active": engagement("r8", since=1)}, {}, [Ended.MERGED]),
        ({"active": engagement("r8", since=1)}, {"opportunities": {"o1": day(1)}}, [Ended.MERGED]),
        ({"status": "Nurture", "status_stamp": stamp(9)}, {}, [Ended.STATUS_INACTIVE]),
        ({"deleted": True}, {}, [Ended.MERGED]),
    ],
)
def test_one_engagement_stays_and_the_other_ends_once(
    survivor: dict[str, Any], other: dict[str, Any], reasons: list[Ended]
):
    linked = merged(
        Person("p1", 4, **survivor),
        Person("p2", 6, active=engagement(), cycles=1, **other),
        *([("p1", a_response("r8"))] if "active" in survivor else []),
        ("p2", a_response("r1")),
    )
    entries = [*linked.survivor.entries, *linked.merged.entries]
    assert [(entry.reason, entry.at) for entry in entries] == [(reason, AT) for reason in reasons]
    assert linked.merged.person.active is None
    active = linked.survivor.person.active
    own_stays = "active" in survivor and not other
    expected = "r8" if own_stays else "r1" if not reasons or other else None
    assert (active.response_id if active else None) == expected


def test_the_engagement_that_ended_last_may_go_on():
    def ended(response_id: str, at: float) -> EndedEngagement:
        return EndedEngagement(engagement(response_id), "STATUS_INACTIVE", day(at), "Working")

    def last(mine: float, theirs: float) -> tuple[str, int]:
        survivor = Person("p1", cycles=2, ended=ended("r1", mine))
        kept = merged(survivor, Person("p2", cycles=3, ended=ended("r2", theirs))).survivor.person.ended
        assert kept is not None
        return kept.engagement.response_id, kept.engagement.cycle

    assert (last(1, 2), last(2, 1)) == (("r2", 5), ("r1", 1))


@pytest.mark.parametrize(
    ("status", "own", "expected"), [("Working", None, 3), (None, None, 3), ("Nurture", None, None), ("Nurture", 4, 4)]
)
def test_a_delay_of_the_merged_person_runs_on_unless_the_survivors_status_is_inactive(
    status: str | None, own: float | None, expected: float | None
):
    survivor = Person("p1", status=status, status_activated=None if own is None else stamp(own))
    kept = merged(survivor, Person("p2", status="Working", status_activated=stamp(3))).survivor.person
    assert kept.status_activated == (None if expected is None else stamp(expected))


def test_a_score_that_is_taken_over_is_no_crossing():
    theirs = Score("p2", 70, stamp(3, 5), rises=((day(3), 70),))
    taken = score_of_both(None, theirs, "p1")
    assert taken == Score("p1", 70, ChangeStamp(day(3)), rises=theirs.rises)
    assert score_of_both(Score("p1", 1, stamp(1)), theirs, "p1") == Score("p1", 1, stamp(1))
    assert score_of_both(None, None, "p1") is None
