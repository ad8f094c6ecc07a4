"""Past crossings decided in a batch, with their true dates; and the batch undone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from rekindle.application.reactivation import backfill_crossings, undo_backfill
from rekindle.application.reactivation.undo_backfill import Undone
from rekindle.domain.capture.facts import Fact
from rekindle.domain.core.errors import NotFound, PreconditionFailed, Unavailable
from rekindle.domain.lifecycle.journey import Deactivated, Ended
from rekindle.domain.measures.cycles import Cycle, cycles
from rekindle.domain.notifications.events import events_from
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.backfill import Left
from rekindle.domain.reactivation.batch import Batch
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason
from rekindle.domain.responses.response import OPEN, Response
from tests.support.builders import (
    DOCUMENT,
    Rekindle,
    campaign_changed,
    day,
    opportunity_changed,
    people_merged,
    person_changed,
    person_deleted,
    response_changed,
    response_deleted,
    response_recorded,
)

LOWER = {"qualification": {"threshold": 40}}


def backfilled(rekindle: Rekindle, batch_id: str = "b1", *, dry_run: bool = False) -> list[Decision]:
    """All decisions of a run."""
    return [d for step in rekindle.use.backfill_crossings(batch_id, dry_run=dry_run) for d in step.decisions]


def undone(rekindle: Rekindle, batch_id: str = "b1", *, dry_run: bool = False) -> list[Undone]:
    return list(rekindle.use.undo_backfill(batch_id, dry_run=dry_run))


def batch(rekindle: Rekindle, batch_id: str = "b1") -> Batch:
    found = rekindle.use.ports.batches.get(batch_id)
    assert found is not None
    return found


def a_score_of_45(person_id: str = "p1", **status: Any) -> list[Fact]:
    """Below the threshold of its day, with a response in the look-back."""
    return [
        person_changed(person_id, 1, status="New", score=10),
        response_recorded(f"r-{person_id}", person_id, "webinar", 3),
        person_changed(person_id, 10, score=45, **status),
    ]


@pytest.fixture
def rekindle() -> Rekindle:
    """Three people of whom the first passed the threshold that came into force later."""
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(*(campaign_changed(c) for c in ("webinar", "fair", "web")))
    rekindle.tell(*a_score_of_45())
    assert rekindle.deliver() == []
    rekindle.configure(LOWER)
    return rekindle


# --- what is decided -------------------------------------------------------------------------------------------------


def test_a_passing_that_nobody_noticed_is_decided_with_its_true_date(rekindle: Rekindle):
    rekindle.tell(person_changed("p1", 20, score=55))
    (decision,) = backfilled(rekindle)
    assert (decision.outcome, decision.response_id) == (Outcome.REACTIVATED, "r-p1")
    assert (decision.as_of, decision.activated_at, decision.batch_id) == (day(10), day(10), "b1")
    assert (decision.previous_score, decision.score, decision.settings_version) == (10, 45, 2)
    assert rekindle.active() == "r-p1"
    assert rekindle.explanations()[-1].sentence.endswith("in batch b1.")


def test_a_score_below_the_threshold_and_a_crossing_that_was_noticed_are_left_out(rekindle: Rekindle):
    rekindle.tell(person_changed("low", 1, score=39), person_changed("high", 1, score=61))
    rekindle.deliver()
    assert [d.person_id for d in backfilled(rekindle)] == ["p1"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([person_changed("p1", 12, status="Disqualified")], Reason.STALE),
        ([person_changed("p1", 5, status="Nurture")], Reason.NURTURE_TIMEOUT),
        ([opportunity_changed("o1", "p1", at=15)], Reason.OPPORTUNITY_OPEN),
        ([response_recorded("r2", "p1", "fair", 15, score=20)], Reason.ACTIVE_EXISTS),
        ([person_deleted("p1", 15)], Reason.NO_PERSON),
        ([response_deleted("r-p1", "p1", 15)], Reason.NO_CANDIDATE),
    ],
)
def test_every_guard_holds(rekindle: Rekindle, facts: list[Fact], reason: Reason):
    rekindle.tell(*facts)
    before = rekindle.memory.people["p1"].active
    (decision,) = backfilled(rekindle)
    assert decision.reason is reason
    assert rekindle.memory.people["p1"].active == before
    assert batch(rekindle).skipped == {reason: 1}


def test_nothing_is_put_before_an_engagement_that_came_later(rekindle: Rekindle):
    rekindle.tell(response_recorded("r2", "p1", "fair", 15, score=20), response_deleted("r2", "p1", 16))
    assert rekindle.active() is None
    (decision,) = backfilled(rekindle)
    assert decision.reason is Reason.STALE
    assert rekindle.use.show_records.decision(decision.decision_id).same_again


def test_a_response_that_came_after_the_passing_becomes_active_by_itself():
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"), campaign_changed("fair"))
    rekindle.tell(person_changed("p1", 5, status="New", score=45))
    rekindle.tell(response_recorded("r1", "p1", "fair", 8), response_recorded("r2", "p1", "webinar", 9))
    rekindle.configure(LOWER)
    before = state(rekindle)
    predicted = backfilled(rekindle, dry_run=True)
    assert state(rekindle) == before
    crossing, arrival = backfilled(rekindle)
    assert in_short(predicted) == in_short([crossing, arrival])
    assert crossing.reason is Reason.NO_CANDIDATE
    assert (arrival.outcome, arrival.response_id, arrival.activated_at) == (Outcome.ACTIVATED, "r1", day(8))
    assert (arrival.batch_id, rekindle.active()) == ("b1", "r1")
    assert [one.left for one in undone(rekindle)] == [None]
    assert state(rekindle) == before


def test_a_batch_that_is_finished_decides_nothing_more_and_another_one_may(rekindle: Rekindle):
    backfilled(rekindle)
    before = rekindle.memory.people["p1"], rekindle.decisions()
    assert backfilled(rekindle) == []
    assert (rekindle.memory.people["p1"], rekindle.decisions()) == before
    assert [d.reason for d in backfilled(rekindle, "b2")] == [Reason.ACTIVE_EXISTS]


def test_a_dry_run_writes_nothing(rekindle: Rekindle):
    (decision,) = backfilled(rekindle, dry_run=True)
    assert (decision.outcome, decision.dry_run) == (Outcome.REACTIVATED, True)
    assert rekindle.active() is None
    assert rekindle.use.ports.batches.get("b1") is None
    assert rekindle.decisions()[-1].scenario == "response"


def test_events_tell_the_true_date_and_the_batch(rekindle: Rekindle):
    rekindle.announce()
    rekindle.bus.published.clear()
    backfilled(rekindle)
    rekindle.announce()
    activated, reached = rekindle.bus.published
    assert (activated.detail_type, reached.detail_type) == ("Response Activated", "Stage Reached")
    assert {activated.occurred_at, reached.occurred_at} == {day(10)}
    assert activated.detail["batch_id"] == "b1"


def test_a_batch_is_of_one_version_of_the_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backfill_crossings, "PAGE", 1)
    rekindle = crowd(2)
    steps = rekindle.use.backfill_crossings("b1")
    next(steps), next(steps)
    rekindle.configure({"qualification": {"threshold": 30}})
    for run in (steps, rekindle.use.backfill_crossings("b1")):
        with pytest.raises(PreconditionFailed, match="no longer version 2"):
            list(run)
    assert (rekindle.active("p0"), rekindle.active("p1")) == ("r-p0", None)


def test_a_person_who_is_being_united_waits_and_is_decided_by_the_next_run():
    rekindle = crowd(2)
    held = rekindle.memory.people["p1"]
    rekindle.memory.people["p1"] = replace(held, merging_ids=("gone",))
    assert [d.person_id for d in backfilled(rekindle)] == ["p0"]
    assert (batch(rekindle).waiting, batch(rekindle).finished) == (("p1",), False)
    rekindle.memory.people["p1"] = held
    assert [d.person_id for d in backfilled(rekindle)] == ["p1"]
    assert batch(rekindle).finished
    assert batch(rekindle).outcomes == {Outcome.REACTIVATED: 2}


def test_two_runs_of_one_batch_at_the_same_time_do_what_one_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backfill_crossings, "PAGE", 1)
    rekindle = crowd(4)
    one, other = rekindle.use.backfill_crossings("b1"), rekindle.use.backfill_crossings("b1")
    for run in (one, other, one, other, other, one):
        next(run)
    assert {d.person_id for run in (one, other) for step in run for d in step.decisions} <= set(rekindle.memory.people)
    assert batch(rekindle).outcomes == {Outcome.REACTIVATED: 4}
    assert batch(rekindle).read == 4
    assert all(len(rekindle.decisions(person_id)) == 2 for person_id in rekindle.memory.people)


def crowd(size: int) -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"))
    for number in range(size):
        rekindle.tell(*a_score_of_45(f"p{number}"))
    rekindle.configure(LOWER)
    return rekindle


# --- undo ------------------------------------------------------------------------------------------------------------


def test_an_undo_restores_what_was_there_and_says_so(rekindle: Rekindle):
    before = state(rekindle)
    backfilled(rekindle)
    rekindle.announce()
    (one,) = undone(rekindle)
    assert (one.left, one.member.response_id) == (None, "r-p1")
    assert state(rekindle) == before
    ended = rekindle.memory.outbox[-1]
    assert isinstance(ended, Deactivated) and ended.reason is Ended.BACKFILL_UNDONE
    assert rekindle.person().active is None
    assert undone(rekindle) == []


def test_a_nurture_timeout_that_was_over_is_restored():
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar"), person_changed("p1", -100, status="Nurture"), *a_score_of_45())
    rekindle.configure(LOWER)
    before = state(rekindle)
    assert before[0]["p1"].nurture_until == day(-10)
    (decision,) = backfilled(rekindle)
    assert decision.activates
    assert rekindle.person().nurture_until is None
    undone(rekindle)
    assert state(rekindle) == before


def test_a_default_that_was_inserted_is_withdrawn():
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("web"), person_changed("p1", 10, status="New", score=45))
    rekindle.configure(LOWER, default_campaign={"single": "web"})
    before = state(rekindle)
    (decision,) = backfilled(rekindle)
    assert decision.outcome is Outcome.INSERTED_DEFAULT
    undone(rekindle)
    assert state(rekindle) == before
    assert rekindle.responses() == {}
    assert backfilled(rekindle, "b2")[0].outcome is Outcome.INSERTED_DEFAULT


def a_non_response() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("fair", default_responded_status="Responded"))
    rekindle.tell(person_changed("p1", 1, status="New", score=10))
    rekindle.tell(response_recorded("r1", "p1", "fair", 3, responded=False, member_status="Sent"))
    rekindle.tell(person_changed("p1", 10, score=45))
    rekindle.configure(LOWER, include_non_responses=True)
    return rekindle


def test_a_non_response_is_one_again():
    rekindle = a_non_response()
    before = state(rekindle)
    (decision,) = backfilled(rekindle)
    assert decision.outcome is Outcome.ACTIVATED_NON_RESPONSE
    undone(rekindle)
    assert state(rekindle) == before
    details = rekindle.responses()["r1"].details
    assert details and details.member_status == "Sent"


@pytest.mark.parametrize(
    ("fact", "left"),
    [
        (person_changed("p1", 2000, status="Working"), Left.STAGE_REACHED),
        (person_changed("p1", 2000, status="Nurture"), Left.DEACTIVATED),
        (person_deleted("p1", 2000), Left.DEACTIVATED),
        (response_deleted("r-p1", "p1", 2000), Left.DEACTIVATED),
        (opportunity_changed("o1", "p1", at=2000), Left.OPPORTUNITY_OPEN),
        (people_merged("p0", "p1", at=2000), Left.MERGED),
        (response_recorded("r0", "p1", "fair", 9), Left.REPLACED),
    ],
)
def test_what_has_moved_on_is_left_alone(rekindle: Rekindle, fact: Fact, left: Left):
    backfilled(rekindle)
    rekindle.tell(fact)
    before = state(rekindle)
    assert [one.left for one in undone(rekindle, dry_run=True)] == [left]
    assert [one.left for one in undone(rekindle)] == [left]
    assert state(rekindle) == before


def test_a_status_that_a_human_changed_is_left_alone(rekindle: Rekindle):
    contacted = {**DOCUMENT["person_statuses"], "Contacted": {"active": True, "response_status": OPEN}}
    rekindle.configure({**LOWER, "person_statuses": contacted})
    backfilled(rekindle)
    rekindle.tell(person_changed("p1", 2000, status="Contacted"))
    assert [one.left for one in undone(rekindle)] == [Left.STATUS_CHANGED]


def test_a_survivor_with_cycles_of_its_own_is_left_alone(rekindle: Rekindle):
    rekindle.tell(person_changed("p2", 20, score=70), response_recorded("r2", "p2", "fair", 21))
    rekindle.tell(person_changed("p2", 22, status="Disqualified"))
    backfilled(rekindle)
    rekindle.tell(people_merged("p1", "p2", at=2000))
    assert [one.left for one in undone(rekindle)] == [Left.MERGED]


def test_a_status_that_the_crm_told_again_is_restored_and_keeps_its_place(rekindle: Rekindle):
    backfilled(rekindle)
    rekindle.tell(person_changed("p1", 2000, status="Open - Not Contacted"))
    assert [one.left for one in undone(rekindle)] == [None]
    assert rekindle.person().status == "New"
    rekindle.tell(person_changed("p1", 1500, status="Working"))
    assert rekindle.person().status == "New"


def test_a_member_that_did_respond_since_is_left_alone():
    rekindle = a_non_response()
    backfilled(rekindle)
    rekindle.tell(response_changed("r1", 2000, responded=True))
    assert [one.left for one in undone(rekindle)] == [Left.RESPONSE_CHANGED]
    assert rekindle.active() == "r1"


def test_what_the_crm_told_of_a_response_since_stays():
    rekindle = a_non_response()
    backfilled(rekindle)
    rekindle.tell(response_changed("r1", 2000, member_status="Clicked", channel="mail"))
    assert [one.left for one in undone(rekindle)] == [None]
    held = rekindle.responses()["r1"]
    assert held.details and (held.details.member_status, held.details.channel) == ("Clicked", "mail")
    assert not held.state.responded


def test_a_default_that_the_crm_took_over_is_left_alone():
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("web"), person_changed("p1", 10, status="New", score=45))
    rekindle.configure(LOWER, default_campaign={"single": "web"})
    (decision,) = backfilled(rekindle)
    rekindle.tell(response_recorded(decision.response_id or "", "p1", "web", 2000))
    assert [one.left for one in undone(rekindle)] == [Left.RESPONSE_CHANGED]


def test_a_dry_undo_writes_nothing(rekindle: Rekindle):
    backfilled(rekindle)
    before = state(rekindle)
    assert [one.left for one in undone(rekindle, dry_run=True)] == [None]
    assert state(rekindle) == before
    assert batch(rekindle).undone_at is None


def test_after_an_undo_the_batch_is_closed_and_another_one_activates_again(rekindle: Rekindle):
    (first,) = backfilled(rekindle)
    undone(rekindle)
    with pytest.raises(PreconditionFailed, match="was undone"):
        backfilled(rekindle)
    (second,) = backfilled(rekindle, "b2")
    assert second.decision_id != first.decision_id
    assert rekindle.active() == "r-p1"
    events = [told.event_id for decision in (first, second) for told in events_from(decision)]
    assert len(set(events)) == 4


def test_a_run_stops_where_the_batch_is_undone_meanwhile(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backfill_crossings, "PAGE", 1)
    rekindle = crowd(3)
    run = rekindle.use.backfill_crossings("b1")
    next(run), next(run)
    undone(rekindle)
    with pytest.raises(PreconditionFailed, match="was undone"):
        list(run)
    undone(rekindle)
    assert [rekindle.active(f"p{n}") for n in range(3)] == [None] * 3


def test_a_batch_that_broke_off_in_its_first_page_can_be_undone(rekindle: Rekindle):
    before, told = state(rekindle), rekindle.faults.writes
    rekindle.faults.fails = lambda write: write == told + 2
    with pytest.raises(Unavailable):
        backfilled(rekindle)
    assert rekindle.active() == "r-p1"
    undone(rekindle)
    assert state(rekindle) == before


def test_who_is_being_united_waits_for_the_next_undo(rekindle: Rekindle):
    backfilled(rekindle)
    held = rekindle.memory.people["p1"]
    rekindle.memory.people["p1"] = replace(held, merging_ids=("p0",))
    assert [one.waits for one in undone(rekindle)] == [True]
    rekindle.memory.people["p1"] = held
    assert [one.waits for one in undone(rekindle)] == [False]
    assert rekindle.active() is None


def test_there_is_nothing_to_undo_in_a_batch_that_never_was(rekindle: Rekindle):
    with pytest.raises(NotFound):
        undone(rekindle)


# --- any history -----------------------------------------------------------------------------------------------------

State = tuple[Mapping[str, Person], Mapping[tuple[str, str], Response], Mapping[str, Any]]


def state(rekindle: Rekindle) -> State:
    """All that is known, but for versions, trails, how the index is written, and what was withdrawn."""
    people = {i: replace(p, version=0, classes="") for i, p in rekindle.memory.people.items()}
    responses = {
        (person_id, response_id): replace(response, trail=())
        for person_id, held in rekindle.memory.responses.items()
        for response_id, response in held.items()
        if not response.state.deleted
    }
    return people, responses, dict(rekindle.memory.scores)


def credit(rekindle: Rekindle) -> Counter[str]:
    """How many people each campaign has the active response of."""
    active = (person.active for person in rekindle.memory.people.values())
    return Counter(engagement.campaign_id for engagement in active if engagement is not None)


def in_short(decisions: Sequence[Decision]) -> list[Decision]:
    """Decisions without what tells a dry run, or a second run, from a first."""
    return [replace(d, dry_run=False, decided_at=day(0), person_version=0) for d in decisions]


people = st.sampled_from(["p1", "p2", "p3"])
campaigns = st.sampled_from(["webinar", "fair", "web", "excluded"])


Story = tuple[list[tuple[Fact, bool]], dict[str, Any], dict[str, str]]
"""Facts, after each of which the stream of scores is delivered or not; the score's settings, and statuses' classes."""


@st.composite
def stories(draw: st.DrawFn) -> Story:
    told = [(draw(facts(number)), draw(st.booleans())) for number in range(draw(st.integers(12, 24)))]
    scenario = {
        "default_campaign": draw(st.sampled_from([None, {"single": "web"}])),
        "include_non_responses": draw(st.booleans()),
        "cool_down_days": draw(st.sampled_from([0, 5])),
        "priority": draw(st.permutations(["new", "never_engaged", "formerly_engaged"])),
    }
    return told, scenario, draw(st.sampled_from([{}, {"Disqualified": "formerly_engaged"}]))


def lived(story: Story) -> Rekindle:
    """A few people with scores, statuses and responses in any order, and a threshold that is lowered at the end."""
    told, scenario, classes = story
    rekindle = Rekindle()
    rekindle.configure()
    rekindle.tell(campaign_changed("webinar", default_responded_status="Responded"))
    rekindle.tell(campaign_changed("fair"), campaign_changed("web"))
    rekindle.tell(campaign_changed("excluded", exclude_from_reactivation=True))
    for fact, delivered in told:
        rekindle.tell(fact)
        if delivered:
            rekindle.deliver()
    rekindle.deliver()
    rekindle.configure({**LOWER, "response_statuses": classes}, **scenario)
    return rekindle


@st.composite
def facts(draw: st.DrawFn, number: int) -> Fact:
    person_id, at = draw(people), number + draw(st.integers(-3, 0))
    kind = draw(st.sampled_from([*["response", "score"] * 7, "status", "status", "merge", "opportunity"]))
    if kind == "score":
        return person_changed(person_id, at, score=draw(st.sampled_from([None, 10, 39, 40, 45, 45, 50, 58, 60])))
    if kind == "status":
        return person_changed(person_id, at, status=draw(st.sampled_from([*DOCUMENT["person_statuses"]])))
    if kind == "response":
        told = {"responded": draw(st.sampled_from([True, True, False])), "score": draw(st.sampled_from([None, 20]))}
        return response_recorded(f"r{number}", person_id, draw(campaigns), at, **told)
    if kind == "merge":
        return people_merged("p1", "p3", at=at)
    return opportunity_changed(draw(st.sampled_from(["o1", "o2"])), person_id, at=at, is_closed=draw(st.booleans()))


def tell_outcomes(decisions: Sequence[Decision]) -> None:
    for decision in decisions:
        event(decision.reason or decision.outcome)


@given(stories())
@settings(max_examples=150)
def test_a_dry_run_predicts_the_real_one_and_an_undo_takes_it_all_back(story: Story):
    rekindle = lived(story)
    before, given_before, engaged = state(rekindle), credit(rekindle), engagements(rekindle)
    predicted = backfilled(rekindle, dry_run=True)
    assert state(rekindle) == before
    real = backfilled(rekindle)
    tell_outcomes(real)
    assert in_short(predicted) == in_short(real)
    given_now = given_before + Counter(d.campaign_id for d in real if d.activates)
    assert credit(rekindle) == given_now
    assert batch(rekindle).credit == given_now - given_before
    for decision in real:
        if decision.searched:
            assert rekindle.use.show_records.explained(decision).agrees
    assert [one.left for one in undone(rekindle)] == [None] * sum(d.activates for d in real)
    assert state(rekindle) == before
    assert credit(rekindle) == given_before
    assert engagements(rekindle) == engaged
    again = backfilled(rekindle, "b2")
    assert [(d.outcome, d.reason, d.campaign_id) for d in again] == [(d.outcome, d.reason, d.campaign_id) for d in real]
    opened = {cycle.decision_id for cycle in engagements(rekindle) if cycle.in_retrospect}
    assert opened == {d.decision_id for d in again if d.activates}


@given(stories(), st.sets(st.integers(1, 20)), st.integers(1, 3))
@settings(max_examples=100)
def test_what_is_interrupted_and_gone_on_with_ends_as_if_it_were_not(story: Story, failing: set[int], page: int):
    rekindle = lived(story)
    before = state(rekindle)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill_crossings, "PAGE", page)
        patch.setattr(undo_backfill, "PAGE", page)
        expected = backfilled(rekindle, dry_run=True)
        told = rekindle.faults.writes
        rekindle.faults.fails = lambda write: write - told in failing
        run_again(lambda: backfilled(rekindle))
        stored = [rekindle.use.ports.ledger.get(decision.decision_id) for decision in expected]
        assert in_short([d for d in stored if d is not None]) == in_short(expected)
        assert batch(rekindle).finished
        assert sum(batch(rekindle).outcomes.values()) == len(expected)
        run_again(lambda: undone(rekindle))
    assert state(rekindle) == before


def engagements(rekindle: Rekindle) -> list[Cycle]:
    """What the ledger alone tells of them."""
    told = [record for records in rekindle.memory.records.values() for record in records.values()]
    return cycles(told, rekindle.use.ports.reference.campaign_at)


def run_again(run: Any) -> None:
    """Until it ends by itself."""
    for _ in range(100):
        try:
            run()
            return
        except Unavailable:
            continue
    raise AssertionError("it never ends")
