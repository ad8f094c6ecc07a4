"""Cycles, folded from the ledger in any order; and the funnel over them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.lifecycle.journey import ORDER, Deactivated, Ended, Entry, Merged, Stage, StageReached
from rekindle.domain.measures.cycles import Cycle, cycles
from rekindle.domain.measures.funnel import By, Group, funnel, year_before
from rekindle.domain.people.assignment import Assignment, AssignmentState, AssignmentStep, Step
from rekindle.domain.reactivation.decision import Decision, Outcome, Reason, decision_id
from rekindle.domain.settings.settings import Scenario
from tests.support.builders import day

MQL, SAL, SQL, WON = ORDER
Records = Sequence[Decision | Entry]


def opened(at: float, cycle: int = 1, person: str = "p1", response: str = "r1", **values: Any) -> Decision:
    """A decision that opened a cycle, and handed nobody over."""
    named = decision_id(person, Scenario.SCORE, f"{values}", day(at))
    assignment = Assignment(named, cycle, response, "c1", AssignmentState.NOT_REQUIRED, day(at))
    told = {
        "outcome": Outcome.REACTIVATED,
        "reason": None,
        "decided_at": day(at),
        "response_id": response,
        "campaign_id": "c1",
        "activated_at": day(at),
        "cycle": cycle,
        "assignment": assignment,
    }
    told = {"as_of": day(at), "settings_version": 1, "person_version": 1, **told, **values}
    return Decision(decision_id=named, person_id=person, scenario=Scenario.SCORE, trigger_id="t", **told)


def reached(stage: Stage, at: float, cycle: int = 1, person: str = "p1", response: str = "r1") -> StageReached:
    return StageReached(person, response, "c1", cycle, stage, day(at), 1)


def deactivate(
    at: float,
    cycle: int = 1,
    person: str = "p1",
    response: str = "r1",
    reason: Ended = Ended.STATUS_INACTIVE,
) -> Deactivated:
    return Deactivated(person, response, "c1", cycle, reason, day(at), 1)


def undone(at: float, **named: Any) -> Deactivated:
    return deactivate(at, reason=Ended.BACKFILL_UNDONE, **named)


def step(opening: Decision, kind: Step, at: float, **values: Any) -> AssignmentStep:
    assert opening.assignment is not None
    return AssignmentStep(opening.person_id, kind, day(at), replace(opening.assignment, **values), 1)


def folded(*records: Decision | Entry) -> list[Cycle]:
    return cycles(records, lambda campaign_id, at: Campaign(campaign_id, type=f"type of {campaign_id} at {at:%d}"))


def the(*records: Decision | Entry) -> Cycle:
    (cycle,) = folded(*records)
    return cycle


def dates(cycle: Cycle) -> dict[Stage, float]:
    return {stage: (at - day(0)) / timedelta(days=1) for stage, at in cycle.stages.items()}


# --- cycles ----------------------------------------------------------------------------------------------------------


def test_a_cycle_begins_with_its_decision_and_ends_with_its_response() -> None:
    cycle = the(opened(1), reached(SAL, 3), deactivate(9))
    assert dates(cycle) == {MQL: 1, SAL: 3}
    assert (cycle.ended, cycle.ended_at) == (Ended.STATUS_INACTIVE, day(9))
    assert (cycle.person_id, cycle.response_id, cycle.campaign_id) == ("p1", "r1", "c1")


def test_decisions_that_activate_nothing_open_none() -> None:
    skipped = replace(opened(1), outcome=Outcome.SKIPPED, reason=Reason.COOL_DOWN)
    assert folded(skipped, opened(2, dry_run=True)) == []


def test_a_skipped_stage_has_the_date_of_the_next_that_was_attained() -> None:
    assert dates(the(opened(1), reached(SQL, 5))) == {MQL: 1, SAL: 5, SQL: 5}


def test_no_stage_is_later_than_the_next_or_earlier_than_the_first() -> None:
    assert dates(the(opened(4), reached(SAL, 6), reached(SQL, 5))) == {MQL: 4, SAL: 5, SQL: 5}
    assert dates(the(opened(4), reached(SAL, 3))) == {MQL: 4, SAL: 4}


def test_a_response_that_took_the_place_of_another_has_the_cycle_and_the_credit() -> None:
    first, second = opened(1), opened(1, response="r2", campaign_id="c2", replaced_response_id="r1", decided_at=day(2))
    third = opened(1, response="r3", campaign_id="c3", replaced_response_id="r2", decided_at=day(3))
    cycle = the(third, first, second, reached(SAL, 1.5), reached(SQL, 4, response="r3"), deactivate(9, response="r3"))
    assert (cycle.response_id, cycle.campaign_id, cycle.campaign_type) == ("r3", "c3", "type of c3 at 04")
    assert dates(cycle) == {MQL: 1, SAL: 1.5, SQL: 4}
    assert cycle.decision_id == first.decision_id
    assert cycle.ended is Ended.STATUS_INACTIVE


def test_a_response_that_lost_its_place_may_get_it_back() -> None:
    second = opened(1, response="r2", replaced_response_id="r1", decided_at=day(2))
    third = opened(1, response="r1", replaced_response_id="r2", decided_at=day(3))
    assert the(opened(1), second, third, reached(SAL, 4)).response_id == "r1"


def test_a_cycle_of_the_same_response_has_dates_of_its_own() -> None:
    first, second = folded(
        opened(1),
        reached(SAL, 2),
        deactivate(3),
        opened(5, cycle=2),
        reached(SAL, 6, cycle=2),
        reached(SQL, 7, cycle=2),
    )
    assert (dates(first), dates(second)) == ({MQL: 1, SAL: 2}, {MQL: 5, SAL: 6, SQL: 7})
    assert (first.ended, second.ended) == (Ended.STATUS_INACTIVE, None)


def test_an_engagement_that_another_record_took_over_goes_on() -> None:
    """Its number is another there; the contact's own cycle of that number is not meant."""
    told = (
        opened(1),
        deactivate(2),
        opened(5, cycle=2),
        opened(3, person="contact", response="r9"),
        deactivate(4, person="contact", response="r9"),
        Merged("contact", "p1", True, day(6), 1),
        reached(SAL, 7, cycle=3, person="contact"),
        deactivate(8, cycle=3, person="contact"),
    )
    found = folded(*told)
    assert [dates(cycle) for cycle in found] == [{MQL: 1}, {MQL: 3}, {MQL: 5, SAL: 7}]
    assert [cycle.ended_at for cycle in found] == [day(2), day(4), day(8)]
    assert {cycle.person_id for cycle in found} == {"contact"}


def test_merges_can_follow_each_other() -> None:
    chain = Merged("p3", "p2", False, day(4), 1), Merged("p2", "p1", False, day(3), 1)
    assert the(opened(1), *chain).person_id == "p3"


def test_a_backfill_that_was_undone_counts_for_nothing() -> None:
    assert folded(opened(1, batch_id="b"), reached(SAL, 1), undone(9)) == []


@pytest.mark.parametrize("again", [{"batch_id": "b2"}, {"batch_id": None}, {"batch_id": "b2", "response": "r2"}])
def test_after_an_undo_the_same_cycle_may_be_opened_again(again: dict[str, Any]) -> None:
    first = opened(1, batch_id="b", decided_at=day(8))
    second = opened(2, decided_at=day(10), **again)
    cycle = the(first, reached(SAL, 1), undone(9), second)
    assert (cycle.decision_id, dates(cycle)) == (second.decision_id, {MQL: 2})


def test_each_undo_takes_back_one() -> None:
    opening = [opened(1, batch_id=batch, decided_at=day(d)) for batch, d in (("b1", 5), ("b2", 7), ("b3", 9))]
    assert the(*opening, undone(6), undone(8)).decision_id == opening[2].decision_id
    assert folded(*opening, undone(6), undone(8), undone(10)) == []


def test_the_delays_are_those_of_the_first_owner_and_the_first_work() -> None:
    opening = opened(1)
    given = {"first_queue_id": "q1", "owner_id": "q1", "assigned_at": day(2)}
    claimed = given | {"owner_id": "u1", "first_owner_id": "u1"}
    cycle = the(
        opening,
        step(opening, Step.REASSIGNED, 9, **claimed | {"owner_id": "u2"}, worked_at=day(4)),
        step(opening, Step.WORKED, 6, **claimed, worked_at=day(6)),
        step(opening, Step.WORKED, 4, **claimed, worked_at=day(4)),
        step(opening, Step.COMPLETED, 2, **given),
        step(opening, Step.CLAIMED, 3, **claimed),
    )
    assert (cycle.first_queue_id, cycle.first_owner_id) == ("q1", "u1")
    assert (cycle.system_delay, cycle.human_delay) == (timedelta(days=1), timedelta(days=2))


def test_work_before_somebody_has_the_lead_is_no_negative_delay() -> None:
    opening = opened(1)
    cycle = the(opening, step(opening, Step.WORKED, 2, worked_at=day(2), assigned_at=day(3)))
    assert cycle.human_delay == timedelta()


def test_what_was_opened_in_retrospect_has_no_delays() -> None:
    opening = opened(1, batch_id="b")
    cycle = the(opening, step(opening, Step.WORKED, 9, worked_at=day(9), assigned_at=day(1), first_owner_id="u1"))
    assert cycle.in_retrospect
    assert (cycle.system_delay, cycle.human_delay, cycle.first_owner_id) == (None, None, "u1")


# --- any life, in any order ------------------------------------------------------------------------------------------

lives = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.sampled_from(["p1", "p2"]),
            "response": st.sampled_from(["r1", "r2"]),
            "stages": st.lists(st.sampled_from([SAL, SQL]), max_size=2, unique=True).map(sorted),
            "replaced": st.booleans(),
            "batch": st.sampled_from([None, "stays", "undone"]),
        }
    ),
    max_size=6,
)


def lived(life: Sequence[dict[str, Any]]) -> list[list[Decision | Entry]]:
    """The records of each cycle, one cycle after the other, each with a beginning, stages and an end."""
    found: list[list[Decision | Entry]] = []
    number = {"p1": 0, "p2": 0}
    for turn, one in enumerate(life):
        start, person = 10 * turn, one["person"]
        cycle = number[person] + 1
        response = f"{person}-{one['response']}"
        named: dict[str, Any] = {"cycle": cycle, "person": person}
        batch = None if one["batch"] is None else f"batch {turn}"
        told: list[Decision | Entry] = [opened(start, response=response, batch_id=batch, **named)]
        if one["batch"] == "undone":
            found.append([*told, undone(start + 9, response=response, **named)])
            continue
        if one["replaced"]:
            other = f"{person}-late-{turn}"
            told.append(
                opened(start, response=other, replaced_response_id=response, decided_at=day(start + 1), **named)
            )
            response = other
        told += [reached(stage, start + n, response=response, **named) for n, stage in enumerate(one["stages"], 2)]
        number[person] = cycle
        found.append([*told, deactivate(start + 9, response=response, **named)])
    return found


@given(lives, st.randoms(use_true_random=False))
def test_neither_order_nor_repeats_matter(life: list[dict[str, Any]], chance: Any) -> None:
    told = [record for records in lived(life) for record in records]
    shuffled = told + chance.sample(told, len(told) // 2)
    chance.shuffle(shuffled)
    assert folded(*shuffled) == folded(*told)


@given(lives)
def test_a_later_cycle_never_moves_an_earlier_one_s_dates(life: list[dict[str, Any]]) -> None:
    told: list[Decision | Entry] = []
    before: list[Cycle] = []
    for records in lived(life):
        told += records
        after = folded(*told)
        assert after[: len(before)] == before
        before = after
    assert len(before) == sum(one["batch"] != "undone" for one in life)


@given(lives)
def test_stages_have_no_gap_and_stand_in_their_order(life: list[dict[str, Any]]) -> None:
    for cycle in folded(*(record for records in lived(life) for record in records)):
        assert list(cycle.stages) == list(ORDER[: len(cycle.stages)])
        assert list(cycle.stages.values()) == sorted(cycle.stages.values())


@given(lives, st.sampled_from([None, *By]), st.integers(0, 60), st.integers(0, 60))
def test_volumes_never_increase_and_groups_add_up(
    life: list[dict[str, Any]], by: By | None, since: int, until: int
) -> None:
    found = folded(*(record for records in lived(life) for record in records))
    told = funnel(found, day(since), day(until), by)
    for group in (told.total, *told.groups):
        volumes = [group.volumes[stage] for stage in ORDER]
        assert volumes == sorted(volumes, reverse=True)
    if by is not None:
        for stage in ORDER:
            assert sum(group.volumes[stage] for group in told.groups) == told.total.volumes[stage]
    assert told.total.volumes[MQL] == sum(since <= dates(cycle)[MQL] < until for cycle in found)


# --- the funnel ------------------------------------------------------------------------------------------------------


def a_cycle(
    at: float, sal: float | None = None, sql: float | None = None, won: float | None = None, **values: Any
) -> Cycle:
    stages = {stage: day(date) for stage, date in zip(ORDER, (at, sal, sql, won), strict=True) if date is not None}
    named: dict[str, Any] = {"campaign_id": "c1", "campaign_type": "Webinar", **values}
    return Cycle(f"d-{at}", "p1", 1, "r1", stages=stages, **named)


def over(*found: Cycle, by: By | None = None, until: float = 1000) -> Sequence[Group]:
    told = funnel(found, day(0), day(until), by)
    return told.groups if by else [told.total]


def test_conversion_and_velocity_are_from_a_stage_to_the_next_and_from_first_to_last() -> None:
    (group,) = over(a_cycle(1, 2, 4, 10), a_cycle(1, 4), a_cycle(1, 7, 7), a_cycle(1))
    assert dict(group.volumes) == {MQL: 4, SAL: 3, SQL: 2, WON: 1}
    assert [(p.start, p.end, p.conversion) for p in group.passages] == [
        (MQL, SAL, 3 / 4),
        (SAL, SQL, 2 / 3),
        (SQL, WON, 1 / 2),
        (MQL, WON, 1 / 4),
    ]
    found = [p.velocity for p in group.passages if p.velocity is not None]
    days = [(v.count, v.mean / timedelta(days=1), v.median / timedelta(days=1)) for v in found]
    assert days == [(3, 10 / 3, 3), (2, 1, 1), (1, 6, 6), (1, 9, 9)]


def test_where_nobody_came_from_there_is_no_conversion() -> None:
    (nobody,) = over()
    assert [p.conversion for p in nobody.passages] == [None] * 4
    (stayed,) = over(a_cycle(1))
    assert [p.conversion for p in stayed.passages] == [0, None, None, 0]
    assert [p.velocity for p in stayed.passages] == [None] * 4


def test_nine_in_ten_waited_no_longer() -> None:
    waited = [a_cycle(n, assigned_at=day(n) + timedelta(hours=n), worked_at=day(n + 2)) for n in range(1, 11)]
    (group,) = over(*waited, a_cycle(11), a_cycle(12, assigned_at=day(400), in_retrospect=True))
    system, human = group.system_delay, group.human_delay
    assert system is not None
    assert human is not None
    assert (system.count, system.median, system.ninety) == (10, timedelta(hours=5.5), timedelta(hours=9))
    assert (human.count, human.median, human.ninety) == (10, timedelta(hours=42.5), timedelta(hours=46))


def test_a_cycle_counts_by_its_mql_date_from_the_first_instant_up_to_the_last() -> None:
    (group,) = over(a_cycle(-0.001, 1), a_cycle(0), a_cycle(9.999, 40, 50), a_cycle(10), until=10)
    assert dict(group.volumes) == {MQL: 2, SAL: 1, SQL: 1, WON: 0}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.CAMPAIGN, [("c1", 2), ("c2", 1)]),
        (By.TYPE, [("Webinar", 2), (None, 1)]),
        (By.OWNER, [("q1", 1), ("u1", 1), (None, 1)]),
        (By.MONTH, [("2026-01", 1), ("2026-02", 2)]),
    ],
)
def test_cycles_are_grouped_the_largest_first_and_months_in_their_order(by: By, expected: list[Any]) -> None:
    found = (
        a_cycle(40, first_queue_id="q1", first_owner_id="u1"),
        a_cycle(41, first_queue_id="q1"),
        a_cycle(2, campaign_id="c2", campaign_type=None),
    )
    assert [(group.key, group.volumes[MQL]) for group in over(*found, by=by)] == expected


def test_a_year_before_the_last_day_of_february() -> None:
    leap = day(0).replace(year=2024, month=2, day=29, hour=7)
    assert year_before(leap) == leap.replace(year=2023, day=28)
    assert year_before(day(5)) == day(5).replace(year=2025)


def test_months_are_those_of_the_time_zone() -> None:
    at = datetime(2025, 4, 1, 3, 30, tzinfo=UTC)
    found = [Cycle("d1", "p1", 1, "r1", "webinar", None, {Stage.MQL: at})]
    period = (at - timedelta(days=1), at + timedelta(days=1), By.MONTH)
    assert [group.key for group in funnel(found, *period).groups] == ["2025-04"]
    assert [group.key for group in funnel(found, *period, ZoneInfo("America/New_York")).groups] == ["2025-03"]


@pytest.mark.parametrize(("minute", "month"), [(59, "2025-03"), (0, "2025-04")])
def test_a_month_ends_by_daylight_saving_time(minute: int, month: str) -> None:
    """New York is four hours behind at the end of March, whatever offset a source writes into its events."""
    at = datetime(2025, 4, 1, 4 if minute == 0 else 3, minute, tzinfo=UTC)
    found = [Cycle("d1", "p1", 1, "r1", "webinar", None, {Stage.MQL: at})]
    period = (at - timedelta(days=1), at + timedelta(days=1), By.MONTH, ZoneInfo("America/New_York"))
    assert [group.key for group in funnel(found, *period).groups] == [month]


def test_a_year_before_is_counted_in_the_time_zone() -> None:
    oslo = ZoneInfo("Europe/Oslo")
    midnight = datetime(2025, 4, 1, tzinfo=oslo).astimezone(UTC)
    assert year_before(midnight, oslo) == datetime(2024, 4, 1, tzinfo=oslo)
