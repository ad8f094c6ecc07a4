"""People to whom sales owes something, by what their clocks do next: the same on every adapter."""

from datetime import timedelta

import pytest

from rekindle.domain.core.values import replace
from rekindle.domain.people.clock import ClockKind, ClockState, HandoffClock, Target
from rekindle.domain.people.lifecycle import Handoff, Lifecycle, Recycling, State
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from tests.contract.requests import Requests
from tests.contract.stores import Stores, Tables
from tests.support.builders import day


def way(due: float | None, state: ClockState = ClockState.RUNNING) -> Lifecycle:
    clock = HandoffClock(
        ClockKind.TOUCH, Target(2, in_days=True), day(1), day(2), 0.5, 30.5, state, 5, day(1.5), due_at=day(3)
    )
    handoff = Handoff(2, 7, day(1), "hot", (clock,), is_paused=state is ClockState.PAUSED, note="call later")
    recyclings = (Recycling(1, day(0), "no_budget", False, "budget", day(1), "u-1", "next year"),)
    return Lifecycle(
        State.HANDED_OFF,
        day(1),
        2,
        handoff,
        day(0),
        recyclings,
        None if due is None else day(due),
    )


@pytest.fixture
def owed(stores: Stores) -> Stores:
    keep(stores, "p1", way(5))
    keep(stores, "p2", way(4))
    keep(stores, "p3", way(None, ClockState.PAUSED))
    keep(stores, "p4", way(None, ClockState.MET))
    keep(stores, "p5", None)
    return stores


def keep(stores: Stores | Tables, person_id: str, lifecycle: Lifecycle | None) -> None:
    before = stores.people.get(person_id) or Person(person_id)
    after = replace(before, version=before.version + 1, lifecycle=lifecycle)
    stores.people.commit(Change(after, before.version))


def ids(stores: Stores, limit: int = 10, start: str | None = None, before: float | None = None) -> list[str]:
    people = stores.people
    found = people.owed(limit, start) if before is None else people.due(day(before), limit, start)
    return [person.person_id for person in found.items]


def test_the_way_is_read_as_it_was_written(owed: Stores) -> None:
    for person_id, written in (("p1", way(5)), ("p3", way(None, ClockState.PAUSED)), ("p5", None)):
        person = owed.people.get(person_id)
        assert person is not None
        assert person.lifecycle == written


def test_what_is_due_first_comes_first_and_what_stands_still_last(owed: Stores) -> None:
    assert ids(owed) == ["p2", "p1", "p3"]


def test_they_come_a_page_at_a_time(owed: Stores) -> None:
    first = owed.people.owed(2)
    assert [person.person_id for person in first.items] == ["p2", "p1"]
    assert ids(owed, 2, first.next) == ["p3"]
    only = owed.people.due(day(6), 1)
    assert ids(owed, 1, only.next, 6) == ["p1"]


def test_those_are_left_out_whose_clocks_do_nothing_by_then(owed: Stores) -> None:
    assert ids(owed, before=4) == []
    assert [person.person_id for person in owed.people.due(day(4) + timedelta(milliseconds=1), 10).items] == ["p2"]
    assert ids(owed, before=6) == ["p2", "p1"]


def test_whoever_did_what_was_owed_is_left_out(owed: Stores) -> None:
    keep(owed, "p2", way(None, ClockState.MET))
    keep(owed, "p1", None)
    assert ids(owed) == ["p3"]


def test_to_find_those_who_are_due_costs_the_same_however_many_are_not(real_tables: Tables) -> None:
    def asked() -> tuple[list[str], float]:
        with Requests(real_tables.client) as requests:
            assert len(real_tables.people.due(day(10), 100).items) == 20
        return requests.names, requests.capacity

    for n in range(20):
        keep(real_tables, f"due-{n}", way(5))
    few = asked()
    for n in range(400):
        keep(real_tables, f"later-{n}", way(20 + n))
    assert asked() == few
