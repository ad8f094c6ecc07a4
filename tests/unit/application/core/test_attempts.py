"""A change that others win every time is raised after the last try, never lost in silence."""

from collections.abc import Callable
from typing import NoReturn

import pytest

from rekindle.application.core.attempts import ATTEMPTS, current_person, until_committed
from rekindle.domain.capture.facts import Fact
from rekindle.domain.capture.kinds import KINDS
from rekindle.domain.core.errors import Conflict, MergeInProgress
from tests.support.builders import (
    Rekindle,
    account_changed,
    account_deleted,
    campaign_changed,
    campaign_deleted,
    crossing,
    day,
    opportunity_changed,
    opportunity_deleted,
    people_merged,
    person_changed,
    person_deleted,
    queue_changed,
    response_changed,
    response_deleted,
    response_recorded,
    task_logged,
    user_changed,
)

QUEUE = "q-routing"
RULE = {"owners": ["q-inbound"], "to": QUEUE, "deadline": "PT1H"}


def test_a_step_is_taken_again_until_nobody_was_faster():
    tries = iter((Conflict("one"), Conflict("two"), None, None))

    def step() -> str:
        lost = next(tries)
        if lost is not None:
            raise lost
        return "committed"

    assert until_committed(step) == "committed"
    assert len(list(tries)) == 1


@pytest.mark.parametrize(("error", "tries"), [(Conflict("faster"), len(ATTEMPTS)), (MergeInProgress("merging"), 1)])
def test_after_the_last_try_and_in_a_merge_at_once_it_is_a_conflict(error: Conflict, tries: int):
    taken: list[int] = []

    def step() -> None:
        taken.append(1)
        raise error

    with pytest.raises(Conflict):
        until_committed(step)
    assert len(taken) == tries


def test_the_current_person_is_the_last_that_was_merged_into():
    rekindle = Rekindle()
    rekindle.tell(*(person_changed(one, 0, status="New") for one in ("p1", "p2", "p3")))
    rekindle.tell(people_merged("p2", "p1", at=1), people_merged("p3", "p2", at=2))
    found = current_person(rekindle.use.ports.people, "p1")
    assert found is not None and found.person_id == "p3"
    assert current_person(rekindle.use.ports.people, "nobody") is None


def _prepared() -> Rekindle:
    rekindle = Rekindle()
    rekindle.tell(
        campaign_changed("web", name="Web"),
        account_changed("a1", name="A"),
        queue_changed(QUEUE, name="Routing"),
        user_changed("u1", is_active=True),
        person_changed("p1", 0, status="New", score=10),
        person_changed("p2", 0, status="New", score=10),
        response_recorded("r1", "p1", "web", 1),
        opportunity_changed("o2", "p2", at=1, is_closed=False),
    )
    return rekindle


def _faster(*_: object, **__: object) -> NoReturn:
    raise Conflict("somebody was faster")


FACTS: list[Fact] = [
    person_changed("p1", 5, status="Working"),
    person_changed("p1", 5, score=20),
    person_changed("unheard-of", 5, score=20),
    person_deleted("p1", 5),
    people_merged("p1", "p2", at=5),
    response_recorded("r2", "p1", "web", 5),
    response_changed("r1", 5, member_status="Attended"),
    response_deleted("r1", "p1", 5),
    response_deleted("unheard-of", None, 5),
    opportunity_changed("o1", "p1", at=5, is_closed=False),
    opportunity_deleted("o2", 5),
    campaign_changed("web", 5, name="Webinar"),
    campaign_deleted("web", 5),
    account_changed("a1", 5, name="B"),
    account_deleted("a1", 5),
    queue_changed(QUEUE, 5, name="Queue"),
    user_changed("u1", 5, is_active=False),
    task_logged("t1", "p1", 5),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{type(fact).__name__}")
def test_a_fact_that_others_win_every_time_is_a_conflict(monkeypatch: pytest.MonkeyPatch, fact: Fact):
    rekindle = _prepared()
    _let_others_win(monkeypatch, rekindle)
    with pytest.raises(Conflict, match="10 times in a row"):
        rekindle.use.record_crm_changes(fact)


REQUESTS: list[Callable[[Rekindle], object]] = [
    lambda rekindle: rekindle.use.reactivate(crossing("p1", 5)),
    lambda rekindle: rekindle.use.change_settings({}, None),
]


@pytest.mark.parametrize("request_of", REQUESTS, ids=("reactivate", "change_settings"))
def test_a_request_that_others_win_every_time_is_a_conflict(
    monkeypatch: pytest.MonkeyPatch, request_of: Callable[[Rekindle], object]
):
    rekindle = _prepared()
    _let_others_win(monkeypatch, rekindle)
    with pytest.raises(Conflict, match="10 times in a row"):
        request_of(rekindle)


def test_an_answer_to_a_wait_that_others_win_every_time_is_a_conflict(monkeypatch: pytest.MonkeyPatch):
    rekindle = _prepared()
    rekindle.configure({"assignment": {"rules": [RULE]}})
    rekindle.tell(person_changed("p1", 5, score=90, owner_id="q-inbound"))
    rekindle.deliver()
    rekindle.begin()
    assignment = rekindle.person("p1").assignment
    assert assignment is not None and assignment.waits
    (wait,) = rekindle.waits()
    _let_others_win(monkeypatch, rekindle)
    with pytest.raises(Conflict, match="10 times in a row"):
        rekindle.use.complete_assignments("p1", "u1")
    rekindle.clock.now = day(400)
    with pytest.raises(Conflict, match="10 times in a row"):
        rekindle.use.time_out_assignments(wait)


def _let_others_win(monkeypatch: pytest.MonkeyPatch, rekindle: Rekindle) -> None:
    """Whatever is written from here on, somebody was faster."""
    ports = rekindle.use.ports
    for port, write in (
        (ports.people, "commit"),
        (ports.people, "record_tombstone"),
        *((port, "put") for port in (ports.scores, ports.versions, *(ports.records(kind) for kind in KINDS))),
    ):
        monkeypatch.setattr(type(port), write, _faster)
