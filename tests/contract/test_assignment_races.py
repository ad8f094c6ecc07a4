"""Engines and timers that answer at one instant, on the real engine: one completion, one first owner."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from rekindle.domain.assignment.timer import AssignmentTimer, assignment_timer
from rekindle.domain.core.errors import Conflict, NotPending
from rekindle.domain.notifications.event import Event
from rekindle.domain.notifications.events import events_from
from rekindle.domain.people.assignment import Assignment, AssignmentState, AssignmentStep, Step
from rekindle.domain.reactivation.decision import Decision
from rekindle.runtime.use_cases import UseCases
from tests.contract import stores as technologies
from tests.support.builders import DOCUMENT, campaign_changed, day, person_changed, response_recorded, user_changed

pytestmark = pytest.mark.dynamodb_local

ROUNDS = 25
DELIVERIES = 50
RULE = {"to": "u-routing", "deadline": "PT1H", "reminder": None, "fallback": "u-manager"}
BEGUN, DEADLINE = day(10), day(10) + timedelta(hours=1)


class At:
    """A clock that a test sets."""

    now: datetime = BEGUN

    def __call__(self) -> datetime:
        return self.now


CLOCK = At()


@pytest.fixture(scope="module")
def use(local_endpoint: str) -> Iterator[UseCases]:
    client = technologies.open_client(local_endpoint, pool=8)
    with technologies.on_tables(client, lifetime=600) as tables:
        use = technologies.use_cases_on(tables, CLOCK)
        use.ports.versions.put({**DOCUMENT, "assignment": {"rules": [RULE]}}, 0, BEGUN)
        use.record_crm_changes(campaign_changed("webinar"))
        for user in ("u-routing", "u-manager", "u1", "u2"):
            use.record_crm_changes(user_changed(user))
        yield use
    client.close()


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def a_wait(use: UseCases, person_id: str) -> AssignmentTimer:
    """Of a lead that waits for an owner since a moment ago."""
    CLOCK.now = BEGUN
    use.record_crm_changes(person_changed(person_id, 1, status="New", score=80))
    use.record_crm_changes(response_recorded(f"r-{person_id}", person_id, "webinar", 10))
    found = assignment_timer(person_id, the(use, person_id))
    assert found is not None and found.due == DEADLINE
    return found


def the(use: UseCases, person_id: str) -> Assignment:
    person = use.ports.people.get(person_id)
    assert person is not None and person.assignment is not None
    return person.assignment


def at_once(threads: ThreadPoolExecutor, *calls: Callable[[], Any]) -> list[Any]:
    """What each answers; what meets another is delivered again, as a queue does."""
    start = Barrier(len(calls))

    def call(what: Callable[[], Any]) -> Any:
        start.wait(60)
        for _ in range(DELIVERIES):
            try:
                return what()
            except Conflict:
                continue
            except NotPending as refused:
                return refused
        raise AssertionError(f"still in conflict after {DELIVERIES} deliveries")

    return [done.result() for done in [threads.submit(call, what) for what in calls]]


def steps(use: UseCases, person_id: str) -> Counter[Step]:
    """What happened after the beginning."""
    told = use.ports.ledger.timeline(person_id, 100).items
    return Counter(record.step for record in told if isinstance(record, AssignmentStep))


def events(use: UseCases, person_id: str) -> list[Event]:
    return [event for record in use.ports.ledger.timeline(person_id, 100).items for event in events_from(record)]


def notified(use: UseCases, person_id: str) -> Counter[tuple[str, str]]:
    """How many ids there are for each kind and owner."""
    asked = {e.event_id: e.detail for e in events(use, person_id) if e.detail_type == "Notification Requested"}
    return Counter((detail["kind"], detail["notify_id"]) for detail in asked.values())


def test_two_engines_answer_at_one_instant(use: UseCases, threads: ThreadPoolExecutor) -> None:
    winners: set[str | None] = set()
    for number in range(ROUNDS):
        person = f"two-{number}"
        a_wait(use, person)
        answers = [person_changed(person, 10.01, sequence=n, owner_id=owner) for n, owner in ((1, "u1"), (2, "u2"))]
        if number % 2:
            answers.reverse()
        at_once(threads, *(lambda fact=fact: use.record_crm_changes(fact) for fact in answers))  # type: ignore[misc]

        found, happened = the(use, person), steps(use, person)
        assert (found.state, found.owner_id) == (AssignmentState.ASSIGNED, "u2")
        # The one with the lower sequence is older: it was first, or it was dropped.
        assert happened == Counter([Step.COMPLETED] + [Step.REASSIGNED] * (found.first_owner_id == "u1"))
        assert [e.detail_type for e in events(use, person)].count("Assignment Completed") == 1
        assert set(notified(use, person).values()) == {1}
        winners.add(found.first_owner_id)
    assert winners <= {"u1", "u2"}


def test_an_engine_answers_by_the_api_and_another_by_the_crm(use: UseCases, threads: ThreadPoolExecutor) -> None:
    for number in range(ROUNDS):
        person = f"both-{number}"
        a_wait(use, person)
        CLOCK.now = BEGUN + timedelta(minutes=5)
        at_once(
            threads,
            lambda person=person: use.complete_assignments(person, "u1"),  # type: ignore[misc]
            lambda person=person: use.record_crm_changes(person_changed(person, 10.02, owner_id="u2")),  # type: ignore[misc]
        )
        found = the(use, person)
        assert (found.state, found.owner_id) == (AssignmentState.ASSIGNED, "u2")
        assert found.first_owner_id in ("u1", "u2")
        assert steps(use, person)[Step.COMPLETED] == 1


def test_an_engine_answers_as_the_deadline_fires(use: UseCases, threads: ThreadPoolExecutor) -> None:
    """In time by its own instant, whoever is served first: a completion, or a time-out and no second first owner."""
    states: Counter[AssignmentState] = Counter()
    for number in range(ROUNDS):
        person = f"deadline-{number}"
        wait = a_wait(use, person)
        CLOCK.now = DEADLINE
        late = number % 2 == 1
        fact = person_changed(person, 10 + (61 if late else 59) / 1440, owner_id="u1")
        at_once(
            threads,
            lambda fact=fact: use.record_crm_changes(fact),  # type: ignore[misc]
            lambda wait=wait: use.time_out_assignments(wait),  # type: ignore[misc]
        )
        found, happened = the(use, person), steps(use, person)
        states[found.state] += 1
        assert happened[Step.COMPLETED] + happened[Step.TIMED_OUT] == 1
        if late:
            assert (found.state, found.first_owner_id, found.late_owner_id) == (
                AssignmentState.TIMED_OUT,
                "u-manager",
                "u1",
            )
        elif found.state is AssignmentState.ASSIGNED:
            assert (found.first_owner_id, happened) == ("u1", {Step.COMPLETED: 1})
        else:
            assert (found.state, found.first_owner_id) == (AssignmentState.TIMED_OUT, "u-manager")
        assert set(notified(use, person).values()) == {1}
    assert states[AssignmentState.TIMED_OUT] >= ROUNDS // 2


def test_a_completion_is_delivered_three_times_at_one_instant(use: UseCases, threads: ThreadPoolExecutor) -> None:
    for number in range(ROUNDS):
        person = f"thrice-{number}"
        a_wait(use, person)
        CLOCK.now = BEGUN + timedelta(minutes=5)
        confirm = [lambda person=person: use.complete_assignments(person, "u1")] * 3  # type: ignore[misc]
        answers = at_once(threads, *confirm)

        assert answers == [answers[0]] * 3
        found = the(use, person)
        assert (found.state, found.first_owner_id) == (AssignmentState.ASSIGNED, "u1")
        assert steps(use, person) == {Step.COMPLETED: 1}
        assert notified(use, person) == {("assigned", "u1"): 1}


def test_an_owner_is_told_three_times_at_one_instant(use: UseCases, threads: ThreadPoolExecutor) -> None:
    for number in range(ROUNDS):
        person = f"told-{number}"
        a_wait(use, person)
        fact = person_changed(person, 10.01, owner_id="u1")
        at_once(threads, *[lambda fact=fact: use.record_crm_changes(fact)] * 3)  # type: ignore[misc]
        assert steps(use, person) == {Step.COMPLETED: 1}
        assert notified(use, person) == {("assigned", "u1"): 1}


def test_a_deadline_is_delivered_three_times_at_one_instant(use: UseCases, threads: ThreadPoolExecutor) -> None:
    for number in range(ROUNDS):
        person = f"timed-{number}"
        wait = a_wait(use, person)
        CLOCK.now = DEADLINE
        answers = at_once(threads, *[lambda wait=wait: use.time_out_assignments(wait)] * 3)  # type: ignore[misc]
        assert [answer is None for answer in answers].count(False) == 1
        assert steps(use, person) == {Step.TIMED_OUT: 1}
        assert notified(use, person) == {("timed_out", "u-manager"): 1}


def test_the_decision_tells_of_the_beginning_as_it_was(use: UseCases) -> None:
    """The assignment goes on; what was saved with the decision does not."""
    wait = a_wait(use, "began")
    CLOCK.now = BEGUN + timedelta(minutes=5)
    use.complete_assignments("began", "u1")
    decision = use.ports.ledger.get(wait.assignment_id)
    assert isinstance(decision, Decision) and decision.assignment is not None
    begun = replace(decision.assignment, owner_id=None)
    assert (begun.state, begun.first_owner_id, begun.deadline) == (AssignmentState.PENDING, None, DEADLINE)
