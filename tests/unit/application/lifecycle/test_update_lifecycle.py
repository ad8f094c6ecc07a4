"""Random histories, and what holds of everybody's lifecycle in all of them."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rekindle.adapters.wire.views import lifecycle as shown
from rekindle.domain.core import times
from rekindle.domain.lifecycle.entries import TouchDue, Transition
from rekindle.domain.lifecycle.policies import lifecycle_of
from rekindle.domain.lifecycle.states import allowed_transition
from rekindle.domain.people.clock import ClockKind, ClockState
from rekindle.domain.people.lifecycle import ENGAGED, State
from rekindle.domain.settings.settings import Settings
from rekindle.runtime.simulation.simulator import Simulation
from tests.unit.application.lifecycle.test_handoffs import LIFECYCLE, POLICY, STATUSES

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
DOCUMENT: dict[str, Any] = {
    "person_statuses": STATUSES,
    "qualification": {"threshold": 60},
    "assignment": {"rules": [{"owners": ["u0"], "to": "q1", "deadline": "PT2H", "fallback": "u1"}]},
    "lifecycle": {
        **LIFECYCLE,
        "handoff": {
            "policies": [
                {**POLICY, "name": "hot", "where": {"score": {"at_least": 80}}, "move": {"business_days": 5}},
                {**POLICY, "name": "warm", "where": {"score": {"at_least": 65}}, "accept": "PT0S", "touch": "PT30M"},
            ]
        },
        "recycle": {
            "reasons": {
                "sla_expired": {"track": "general", "passive": True, "nurture_timeout_days": 10, "score": "reset"},
                "no_budget": {"track": "budget"},
            },
            "cap": 2,
            "cool_down_days": 3,
        },
        "tracks": {
            "general": {"campaign_id": "drip", "touches": [{"after": f"P{n}D", "name": f"g{n}"} for n in (1, 5, 9)]},
            "budget": {"touches": [{"after": "PT0S", "name": "now"}, {"date": "2026-07-01", "name": "fair"}]},
        },
        "customers": {
            "touches": [{"after": "P3D", "name": "welcome"}],
            "churn": {"person": {"status": "Disqualified"}},
        },
        "dormant_after_days": 40,
    },
}
Json = dict[str, Any]


def event(detail_type: str, at: datetime, **detail: Any) -> Json:
    return {"source": "crm", "detail-type": detail_type, "time": times.text(at), "detail": detail}


def histories(seed: int, people: int, days: int = 365) -> Iterator[Json]:
    """A year of some people, in the order of time, now and then out of order, twice, or merged."""
    chance = random.Random(seed)
    for campaign_id in ("web", "drip"):
        yield event("Campaign Changed", YEAR, campaign_id=campaign_id, is_active=True)
    for user in ("u0", "u1", "u2", "second", "boss"):
        yield event("User Changed", YEAR, user_id=user, is_active=True, time_zone=chance.choice([None, "Asia/Tokyo"]))
    told: list[tuple[datetime, Json]] = []
    for number in range(people):
        person_id, at = f"p{number}", YEAR + timedelta(hours=chance.randrange(days * 12))
        told.append((at, event("Person Changed", at, person_id=person_id, owner_id=f"u{number % 3}", status="New")))
        for _ in range(chance.randrange(12)):
            at += timedelta(minutes=chance.choice([1, 30, 400, 3000, 30_000]) * chance.randrange(1, 5))
            told.append((at, _something(chance, person_id, at, number, people)))
    for at, one in sorted(told, key=lambda pair: pair[0]):
        yield one
        if chance.random() < 0.03:
            yield one
        if chance.random() < 0.03:
            late = at - timedelta(days=chance.randrange(4))
            yield event("Person Changed", late, person_id=f"p{chance.randrange(people)}", status="Working")


def _something(chance: random.Random, person_id: str, at: datetime, number: int, people: int) -> Json:
    match chance.randrange(15):
        case 0 | 1 | 2:
            response_id = f"r-{person_id}-{at:%m%d%H%M}"
            return event(
                "Response Recorded", at, response_id=response_id, person_id=person_id, campaign_id="web", responded=True
            )
        case 3 | 4:
            return event("Person Changed", at, person_id=person_id, score=chance.choice([10, 62, 70, 90]))
        case 5 | 6:
            return event("Person Changed", at, person_id=person_id, status=chance.choice([*STATUSES]))
        case 7:
            return event("Person Changed", at, person_id=person_id, owner_id=chance.choice(["u1", "u2"]))
        case 8:
            return event("Task Logged", at, task_id=f"t-{person_id}-{at:%m%d%H%M}", person_id=person_id, completed=True)
        case 9:
            closed = chance.random() < 0.5
            return event(
                "Opportunity Changed", at, opportunity_id=f"o-{person_id}", person_ids=[person_id], stage="x",
                is_closed=closed, is_won=closed and chance.random() < 0.5, created_at=times.text(at),
                product=chance.choice(["basic", None]),
            )  # fmt: skip
        case 10:
            other = f"p{chance.randrange(people)}"
            if other != person_id and chance.random() < 0.3:
                return event("People Merged", at, survivor_id=other, merged_ids=[person_id])
            return event("Person Changed", at, person_id=person_id, company=f"C{number}")
        case 11:
            return event(
                "Person Changed", at, person_id=person_id, status="Back", fields={"recycle_reason": "no_budget"}
            )
        case 12:
            name, value = chance.choice(["do_not_contact", "undeliverable"]), chance.random() < 0.7
            return event("Person Changed", at, person_id=person_id, **{name: value})
        case 13:
            return event(
                "Case Changed", at, case_id=f"c-{person_id}", person_id=person_id, is_closed=chance.random() < 0.5
            )
    return event(
        "Interaction Logged", at, interaction_id=f"i-{person_id}-{at:%m%d%H%M}", person_id=person_id,
        direction=chance.choice(["outbound", "inbound"]), occurred_at=times.text(at - timedelta(minutes=5)),
    )  # fmt: skip


def play(events: list[Json], document: Json = DOCUMENT) -> Simulation:
    simulation = Simulation(document)
    simulation.keep_lifecycles()
    for line, one in enumerate(events, 1):
        for _ in simulation.play(line, one):
            pass
    for _ in simulation.finish():
        pass
    return simulation


def moves(simulation: Simulation) -> list[Transition]:
    return [one for _, one in simulation.happened or () if isinstance(one, Transition)]


def records(simulation: Simulation) -> list[str]:
    transitions = [shown.transition(one) for one in moves(simulation)]
    clocks = [shown.clock(*one) for one in simulation.clocks()]
    recyclings = [shown.recycling(*one) for one in simulation.recyclings()]
    touches = [shown.touch(one) for _, one in simulation.happened or () if isinstance(one, TouchDue)]
    return [json.dumps(one) for one in (*transitions, *touches, *clocks, *recyclings)]


SEEDS = range(4)


@pytest.fixture(scope="module", params=SEEDS)
def played(request: pytest.FixtureRequest) -> tuple[list[Json], Simulation]:
    events = list(histories(request.param, 250))
    return events, play(events)


def test_the_same_history_makes_the_same_bytes(played: tuple[list[Json], Simulation]):
    events, simulation = played
    assert records(play(events)) == records(simulation)


def test_everybody_is_in_one_state_and_every_step_is_one_of_the_table(played: tuple[list[Json], Simulation]):
    _, simulation = played
    stands: dict[str, State] = defaultdict(lambda: State.TARGET)
    merged = {p.person_id for p in simulation.memory.people.values() if p.merged_ids or p.merged_into}
    for one in moves(simulation):
        assert allowed_transition(one.before, one.after) is not None, one
        if one.person_id not in merged:
            assert stands[one.person_id] is one.before, one
        stands[one.person_id] = one.after
    for person in simulation.memory.people.values():
        if person.merged_into is not None:
            assert person.lifecycle is None
            continue
        state = person.lifecycle.state if person.lifecycle is not None else State.TARGET
        assert (person.active is not None) == (state in ENGAGED), person
        if person.person_id not in merged:
            assert state is stands[person.person_id]


def test_nobody_is_past_a_deadline_unseen(played: tuple[list[Json], Simulation]):
    _, simulation = played
    lifecycle = lifecycle_of(Settings.of(DOCUMENT, 1))
    assert lifecycle is not None
    for person_id, handoff, clock in simulation.clocks():
        policy = lifecycle.policy(handoff.policy)
        assert policy is not None
        if clock.state is ClockState.RUNNING:
            person = simulation.memory.people[person_id]
            assert person.lifecycle is not None
            assert person.active is not None
            assert person.lifecycle.due_at is not None
            assert person.lifecycle.due_at >= simulation.now - timedelta(seconds=14)
        ends = [clock.met_at, clock.breached_at]
        assert sum(end is not None for end in ends) == (clock.state in (ClockState.MET, ClockState.BREACHED)), clock
    per_kind = Counter((p, h.cycle, c.kind) for p, h, c in simulation.clocks() if not c.is_over)
    assert all(count == 1 for count in per_kind.values())


def test_every_recycling_ends_a_cycle_and_has_a_way_back(played: tuple[list[Json], Simulation]):
    _, simulation = played
    recyclings = simulation.recyclings()
    assert recyclings
    assert any(one.returned_at is not None for _, one in recyclings)
    for person_id, one in recyclings:
        person = simulation.memory.people[person_id]
        if one.returned_at is None and person.merged_into is None and not person.merged_ids:
            assert person.active is None
            assert allowed_transition(person.lifecycle.state, State.QUALIFIED) is not None  # type: ignore[union-attr]


def test_nobody_gets_a_touch_twice_nor_after_the_track_nor_against_the_own_word(
    played: tuple[list[Json], Simulation],
):
    events, simulation = played
    touches = [one for _, one in simulation.happened or () if isinstance(one, TouchDue)]
    assert {one.name for one in touches} >= {"g1", "now", "welcome"}
    named = [(one.person_id, one.track, one.product, one.entered_at, one.name) for one in touches]
    assert len(named) == len(set(named))
    lifecycle = lifecycle_of(Settings.of(DOCUMENT, 1))
    assert lifecycle is not None
    merged = {p.person_id for p in simulation.memory.people.values() if p.merged_ids or p.merged_into}
    opted: dict[str, list[tuple[datetime, str, bool]]] = defaultdict(list)
    for one in events:
        for name in ("do_not_contact", "undeliverable"):
            if name in one["detail"]:
                told = one["detail"]
                opted[told["person_id"]].append((times.instant(one["time"]), name, told[name]))
    for touch in touches:
        course = lifecycle.tracks[touch.track] if touch.track is not None else lifecycle.customers
        assert course is not None
        (planned,) = [one for one in course.touches if one.name == touch.name]
        assert touch.at == planned.due_at(touch.entered_at)
        if touch.person_id not in merged:
            said = {name: value for at, name, value in opted[touch.person_id] if at < touch.at}
            assert not any(said.values()), touch
    for person in simulation.memory.people.values():
        way_of = person.lifecycle
        stays = way_of.enrollments if way_of is not None else ()
        assert sum(stay.track is not None for stay in stays) <= 1
        assert person.active is None or all(stay.track is None for stay in stays)
        if way_of is not None and way_of.due_at is not None:
            assert way_of.due_at >= simulation.now - timedelta(seconds=14)


def test_what_is_delivered_twice_changes_nothing():
    events = list(histories(7, 120))
    once = play(events)
    settled = play([one for one in events for _ in range(2)])
    assert records(settled) == records(once)


def test_decisions_and_assignments_are_the_same_without_anybody_going_back_by_rule():
    """Where no rule takes a lead back or hands it on, the section changes nothing else."""
    events = list(histories(11, 150))
    policies = [{**one, "breach": {"at": 3}} for one in DOCUMENT["lifecycle"]["handoff"]["policies"]]
    with_section = play(events, {**DOCUMENT, "lifecycle": {**LIFECYCLE, "handoff": {"policies": policies}}})
    without = play([one for one in events if one["detail-type"] != "Interaction Logged"], _without(DOCUMENT))
    assert with_section.credit == without.credit
    assert {kind for kind in ClockKind} >= {clock.kind for _, _, clock in with_section.clocks()}


def _without(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != "lifecycle"}


def test_a_touch_that_is_due_at_once_follows_the_breach_of_the_same_instant():
    tracks = {"general": {"touches": [{"after": "PT0S", "name": "now"}, {"after": "P1D", "name": "later"}]}}
    section = {
        **LIFECYCLE,
        "handoff": {"policies": [{**POLICY, "breach": {"at": 1, "then": "recycle"}}]},
        "tracks": tracks,
    }
    section["handoff"]["policies"][0]["breach"]["reason"] = "sla_expired"
    at = datetime(2026, 1, 7, 10, tzinfo=UTC)
    events = [
        event("Campaign Changed", YEAR, campaign_id="web", is_active=True),
        event("User Changed", YEAR, user_id="owner", is_active=True),
        event("Person Changed", YEAR, person_id="p", status="New", owner_id="owner", score=90),
        event("Response Recorded", at, response_id="r", person_id="p", campaign_id="web", responded=True),
        event("User Changed", at + timedelta(days=5), user_id="other", is_active=True),
    ]
    simulation = play(events, {**DOCUMENT, "lifecycle": section})
    touches = [(one.name, one.at) for _, one in simulation.happened or () if isinstance(one, TouchDue)]
    breach = datetime(2026, 1, 7, 14, tzinfo=UTC)
    assert touches == [("now", breach), ("later", breach + timedelta(days=1))]
