"""The same promises while everybody has a lifecycle: handoffs, clocks that end late and again, sales' own word."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from rekindle.application.lifecycle.answer_handoffs import GivenBack, Rejection
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.lifecycle.entries import Transition
from rekindle.domain.lifecycle.states import allowed_transition
from rekindle.domain.people.clock import ClockState
from rekindle.domain.people.lifecycle import ENGAGED
from rekindle.domain.records.interaction import INTERACTION
from tests.support.builders import day, stamp, user_changed
from tests.unit.application.lifecycle.test_handoffs import LIFECYCLE, OFFICE, POLICY
from tests.unit.application.reactivation.test_promises import people
from tests.unit.application.reactivation.test_promises_of_all_scenarios import AllScenarios

SECTION: dict[str, Any] = {
    **LIFECYCLE,
    "calendars": {"office": {**OFFICE, "hours": {**OFFICE["hours"], "sat": ["22:00-06:00"]}}},
    "handoff": {"policies": [{**POLICY, "move": {"business_days": 3}, "pause_in": ["Working"]}]},
    "recycle": {"reasons": {**LIFECYCLE["recycle"]["reasons"], "no_budget": {"track": "budget"}}, "cap": 2},
}


class WithHandoffs(AllScenarios):
    def __init__(self) -> None:
        super().__init__()
        configure = self.rekindle.configure

        def with_section(document: dict[str, Any] | None = None, **score: Any) -> None:
            configure({"lifecycle": SECTION, **(document or {})}, **score)

        setattr(self.rekindle, "configure", with_section)  # noqa: B010 - whoever changes the settings keeps the section

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.rekindle.tell(user_changed("q", name="Q"), user_changed("second"), user_changed("boss"))

    @rule(person=people, later=st.sampled_from([0, 0, 1, 4]))
    def clocks_are_looked_at(self, person: str, later: int) -> None:
        self.today += later
        self.rekindle.clock.now = max(self.rekindle.clock.now, day(self.today))
        self.attempt(lambda: self.rekindle.use.process_due_actions(person))

    @rule(person=people, late=st.sampled_from([0, 0, 2]))
    def sales_makes_contact(self, person: str, late: int) -> None:
        told = {"person_id": person, "direction": "outbound"}
        at = self.at(late)
        self.tell(RecordChanged(INTERACTION, f"i-{person}-{at}", stamp(at, None, told), told))

    @rule(person=people, said=st.sampled_from(["accept", "reject", "recycle"]), user=st.sampled_from(["u1", "q"]))
    def sales_answers(self, person: str, said: str, user: str) -> None:
        use = self.rekindle.use.answer_handoffs
        self.at(0)
        if said == "accept":
            self.attempt(lambda: use.accept(person, user))
        elif said == "reject":
            self.attempt(lambda: use.reject(person, user, Rejection("routing")))
        else:
            self.attempt(lambda: use.recycle(person, user, GivenBack("no_budget")))

    @invariant()
    def everybody_stands_where_the_active_response_is(self) -> None:
        for person in self.memory.people.values():
            if person.merged_into is not None:
                assert person.lifecycle is None
            elif person.lifecycle is not None:
                assert (person.active is not None) == (person.lifecycle.state in ENGAGED), person

    @invariant()
    def every_step_is_one_of_the_table(self) -> None:
        for one in self.memory.outbox:
            if isinstance(one, Transition):
                assert allowed_transition(one.before, one.after) is not None, one

    @invariant()
    def a_clock_that_runs_is_of_an_active_response_and_is_due(self) -> None:
        for person in self.memory.people.values():
            handoff = person.lifecycle.handoff if person.lifecycle is not None else None
            if handoff is None or not any(clock.state is ClockState.RUNNING for clock in handoff.clocks):
                continue
            assert person.active is not None
            assert handoff.cycle == person.active.cycle
            assert person.lifecycle is not None
            assert person.lifecycle.due_at is not None


TestPromisesWithHandoffs = WithHandoffs.TestCase
TestPromisesWithHandoffs.settings = settings(max_examples=settings.default.max_examples)
