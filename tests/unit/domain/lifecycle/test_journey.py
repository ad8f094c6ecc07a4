"""What names the entries of a journey, and which stages a status reaches."""

from datetime import timedelta

import pytest

from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core.digests import digest
from rekindle.domain.lifecycle.entries import Action, ClockStep, Transition
from rekindle.domain.lifecycle.journey import (
    Deactivated,
    Ended,
    Entry,
    Erased,
    Interacted,
    Merged,
    ResponseRenamed,
    Resumed,
    Stage,
    StageReached,
    entry_id,
    stages_reached,
    with_stage,
)
from rekindle.domain.people.assignment import Assignment, AssignmentState, AssignmentStep, Step
from rekindle.domain.people.clock import ClockKind
from rekindle.domain.people.lifecycle import State
from rekindle.domain.people.person import Engagement
from tests.support.builders import day

AT = day(5)
WAIT = Assignment("d1", 2, "r1", "webinar", AssignmentState.PENDING, day(4), owner_id="u1")
KIND, STATE = next(iter(ClockKind)), next(iter(State))

ENTRIES: dict[str, Entry] = {
    "266013188c9066d1bd40": StageReached("p1", "r1", "webinar", 2, Stage.SAL, AT, 1),
    "1ede5ddfc1c407f1ecf6": Deactivated("p1", "r1", "webinar", 2, Ended.MERGED, AT, 1),
    "52ab91729a4ed2d7142c": Resumed("p1", "r1", "webinar", 2, Ended.MERGED, day(4), AT, 1),
    "a8de2191bd31ece40c7f": AssignmentStep("p1", Step.STARTED, AT, WAIT, 1),
    "2c17e9b82a3be63bb9fd": Routing("p1", "d1", AT, 1),
    "6ca1acd84326794a9271": ResponseRenamed("p1", "r1", "r0", "webinar", AT, 1),
    "5cd5d89010c69cfdbda3": Merged("p1", "p2", False, AT, 1),
    "1dd9fb612aac31eccdb1": Erased("p1", 1, 2, 3, AT, 1),
    "888f63a6fdeb79a39633": Interacted("p1", "i1", AT),
    "t0093c347a6d048027e0a4": Transition("p1", 2, STATE, STATE, AT, 1),
    "38fa8b15a3841cd26787": ClockStep("p1", 2, "policy", KIND, Action.WARNED, 0.5, AT, day(4), None, 1, notify_id="u1"),
}
"""By the last part of the id. Entries are stored under their ids: another id would make an entry twice."""


@pytest.mark.parametrize(("name", "entry"), ENTRIES.items(), ids=lambda value: type(value).__name__)
def test_an_entry_keeps_its_id(name: str, entry: Entry):
    assert entry_id(entry) == f"{digest('p1')}-063903254400000-{name}"


def test_entries_sort_by_their_instants():
    later = AT + timedelta(milliseconds=1)
    assert entry_id(Merged("p1", "p2", False, AT, 1)) < entry_id(Merged("p1", "p0", False, later, 1))


@pytest.mark.parametrize(
    ("status", "stage", "reached"),
    [
        ("Working", "MQL", [Stage.SAL]),
        ("Qualified - New Opportunity", "MQL", [Stage.SAL, Stage.SQL]),
        ("Qualified - New Opportunity", "SAL", [Stage.SQL]),
        ("Working", "SAL", []),
        ("Working", "SQL", []),
        ("Nurture", "MQL", []),
        (None, "MQL", []),
    ],
)
def test_a_status_reaches_the_stages_up_to_its_own(status: str | None, stage: str, reached: list[Stage]):
    assert list(stages_reached(status, stage)) == reached


def test_only_sql_has_an_instant_of_its_own():
    engagement = Engagement("r1", "webinar", 1, day(1), "d1", "score")
    assert with_stage(engagement, Stage.SAL, AT).qualified_at is None
    assert with_stage(engagement, Stage.SQL, AT).qualified_at == AT
