"""What fails is kept, unless it is about somebody who was erased since; it is sent again once, or says why not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from rekindle.application.ports.failures import NotResent, Outdated
from rekindle.application.ports.notifications import CLAIMED
from rekindle.domain.core.errors import NotFound, NotOpen
from rekindle.domain.failures.failure import Failure, FailureState, Selection
from rekindle.runtime.use_cases import UseCases
from tests.support.builders import Rekindle, a_failure, day, people_merged, person_changed, person_erased


@dataclass
class Destinations:
    sent: list[str] = field(default_factory=list)
    answer: Callable[[Failure], None] = lambda _: None

    def send(self, failure: Failure) -> None:
        self.answer(failure)
        self.sent.append(failure.failure_id)


@pytest.fixture
def rekindle() -> Rekindle:
    rekindle = Rekindle()
    rekindle.configure()
    return rekindle


def sending_to(rekindle: Rekindle, destinations: Destinations) -> None:
    ports: Any = rekindle.use.ports
    ports.destinations = destinations
    rekindle.use = UseCases(ports)


def refusing(rekindle: Rekindle, error: Exception) -> None:
    def answer(_: Failure) -> None:
        raise error

    sending_to(rekindle, Destinations(answer=answer))


def state_of(rekindle: Rekindle, failure_id: str = "f") -> FailureState:
    return rekindle.memory.failures[failure_id].state


# --- keeping -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("event_at", "kept"), [(19, False), (20, False), (21, True), (None, True)])
def test_what_happened_before_an_erasure_is_not_kept(rekindle: Rekindle, event_at: float | None, kept: bool):
    rekindle.tell(person_changed("p1", 1), person_changed("p2", 1), people_merged("p1", "p2", at=2))
    rekindle.tell(person_erased("p1", 20))
    failure = a_failure("f", 30, person_ids=("p2",), event_at=None if event_at is None else day(event_at))
    assert rekindle.use.keep_failures(failure) is kept
    assert ("f" in rekindle.memory.failures) is kept


def test_what_names_nobody_or_somebody_unknown_is_kept(rekindle: Rekindle):
    assert rekindle.use.keep_failures(a_failure("f"))
    assert rekindle.use.keep_failures(a_failure("g", person_ids=("nobody",)))
    assert rekindle.use.keep_failures.backlog().failures == 2


# --- sending again -------------------------------------------------------------------------------------------------


def test_a_failure_that_cannot_be_sent_stays_open_and_can_be_tried_again(rekindle: Rekindle):
    rekindle.memory.failures["f"] = a_failure("f")
    refusing(rekindle, NotResent("the queue is out of reach"))
    for _ in range(2):
        handled = rekindle.use.resend_failures.resend("f", "me")
        assert (handled.problem, state_of(rekindle)) == ("the queue is out of reach", FailureState.OPEN)


def test_of_callers_who_race_one_sends(rekindle: Rekindle):
    destinations = Destinations()
    sending_to(rekindle, destinations)
    rekindle.memory.failures["f"] = a_failure("f")
    resending = rekindle.use.resend_failures

    def resent(_: int) -> bool:
        try:
            return resending.resend("f", "me").problem is None
        except NotOpen:
            return False

    with ThreadPoolExecutor(8) as callers:
        assert sum(callers.map(resent, range(24))) == 1
    assert destinations.sent == ["f"]


def test_what_no_longer_holds_is_discarded_with_the_reason(rekindle: Rekindle):
    rekindle.memory.failures["f"] = a_failure("f")
    refusing(rekindle, Outdated("it no longer holds"))
    handled = rekindle.use.resend_failures.resend("f", "me").failure
    assert (handled.state, handled.note, handled.handled_by) == (FailureState.DISCARDED, "it no longer holds", "me")
    assert handled.handled_at == rekindle.clock.now


def test_a_claim_of_somebody_who_died_runs_out(rekindle: Rekindle):
    rekindle.memory.failures["f"] = a_failure("f")
    refusing(rekindle, RuntimeError("died"))
    with pytest.raises(RuntimeError):
        rekindle.use.resend_failures.resend("f", "me")
    sending_to(rekindle, Destinations())
    with pytest.raises(NotOpen):
        rekindle.use.resend_failures.resend("f", "me")
    rekindle.clock.now += CLAIMED
    assert rekindle.use.resend_failures.resend("f", "me").failure.state is FailureState.RESENT


def test_many_are_chosen_by_reason_and_number(rekindle: Rekindle):
    for number in range(6):
        reason = "EVEN" if number % 2 == 0 else "ODD"
        rekindle.memory.failures[f"f{number}"] = a_failure(f"f{number}", number, reason=reason)
    handled = rekindle.use.resend_failures.resend_many(Selection(limit=2, reason="EVEN"), "me")
    assert [one.failure.failure_id for one in handled] == ["f4", "f2"]
    again = rekindle.use.resend_failures.resend_many(Selection(limit=9, failure_ids=("f4", "f1", "nothing")), "me")
    assert [one.failure.failure_id for one in again] == ["f1"]
    states = {name: failure.state for name, failure in rekindle.memory.failures.items()}
    assert {name for name, state in states.items() if state is FailureState.RESENT} == {"f1", "f2", "f4"}


def test_what_is_not_there_is_not_found(rekindle: Rekindle):
    with pytest.raises(NotFound):
        rekindle.use.resend_failures.discard("f", "me", "a note")
