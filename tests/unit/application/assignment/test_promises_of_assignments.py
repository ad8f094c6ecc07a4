"""The same promises with owners at work: owner changes, queues, timers, completions, tasks, and the merges besides."""

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.core.errors import InvalidField, NotFound, NotPending
from rekindle.domain.notifications.events import events_from
from rekindle.domain.people.assignment import Assignment, AssignmentState, AssignmentStep, Step
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.queue import QUEUE, Queue
from rekindle.domain.records.task import TASK
from tests.support.builders import day, person_changed, stamp, user_changed
from tests.unit.application.reactivation.test_promises import STATUSES, Promises, late, people

USERS = ("u1", "u2", "u3")
OWNERS = (None, "q-in", "q-temporary", "q-mid", "q-sales", *USERS)
RULES: tuple[list[dict[str, Any]], ...] = (
    [{"to": "q-temporary", "deadline": "P3D", "reminder": "P1D", "fallback": "u3"}],
    [{"to": "q-temporary", "owners": ["q-in"], "deadline": "P2D", "fallback": "q-sales"}],
    [{"to": "q-temporary", "deadline": "PT1H"}],
    [],
)
ENDS = {Step.COMPLETED, Step.TIMED_OUT, Step.CANCELLED}
FIRSTS = ("first_owner_id", "first_queue_id", "late_owner_id", "assigned_at")


class Assignments(Promises):
    def __init__(self) -> None:
        super().__init__()
        self.rekindle.clock.now = day(self.today)
        self.begun: list[Decision] = []
        self.waits: dict[str, AssignmentTimer] = {}
        self.active_users = set(USERS)
        self.firsts: dict[str, dict[str, Any]] = {}
        self.tasks = 0

    def at(self, late: int) -> float:
        at = super().at(late)
        self.rekindle.clock.now = max(self.rekindle.clock.now, day(self.today))
        return at

    @initialize()
    def begin(self) -> None:
        super().begin()
        for queue_id, members in {"q-in": (), "q-temporary": (), "q-mid": (), "q-sales": ("u1",)}.items():
            self.rekindle.use.ports.records(QUEUE).put(Queue(queue_id, member_ids=members, version=1), 0)
        self.rekindle.tell(*(user_changed(user, 1) for user in USERS))
        self.rules_change(RULES[0])

    # --- what can happen -------------------------------------------------------------------------------------------

    @rule(rules=st.sampled_from(RULES))
    def rules_change(self, rules: list[dict[str, Any]]) -> None:
        section = {"rules": rules, "intermediate_owners": ["q-mid"]}
        self.rekindle.configure({"person_statuses": STATUSES, "assignment": section})

    @rule(person=people, owner=st.sampled_from(OWNERS), late=late)
    def an_owner_changes(self, person: str, owner: str | None, late: int) -> None:
        self.tell(person_changed(person, self.at(late), owner_id=owner))

    @rule(person=people, owners=st.lists(st.sampled_from(OWNERS), min_size=2, max_size=4))
    def a_waiting_person_has_owner_after_owner(self, person: str, owners: list[str | None]) -> None:
        self.a_quiet_person_s_score_crosses(person, 0)
        for owner in owners:
            self.an_owner_changes(person, owner, 0)

    @rule(user=st.sampled_from(USERS))
    def a_user_leaves_or_returns(self, user: str) -> None:
        left = user in self.active_users
        self.rekindle.tell(user_changed(user, self.at(0), is_active=not left))
        (self.active_users.discard if left else self.active_users.add)(user)

    @rule(person=people, owner=st.sampled_from(OWNERS))
    def an_engine_confirms(self, person: str, owner: str | None) -> None:
        def confirm() -> None:
            try:
                self.rekindle.use.complete_assignments(person, owner)
            except (NotPending, NotFound, InvalidField):
                return

        self.attempt(confirm)

    @rule(person=people, late=late)
    def a_task_is_done(self, person: str, late: int) -> None:
        self.tasks += 1
        values = {"person_id": person, "completed": True}
        self.tell(RecordChanged(TASK, f"t{self.tasks}", stamp(self.at(late), None, self.tasks), values))

    @rule(data=st.data())
    def a_beginning_is_delivered(self, data: st.DataObject) -> None:
        """Any that ever was on the stream: late, and again."""
        self._read_the_beginnings()
        if self.begun:
            self.start(data.draw(st.sampled_from(self.begun)))

    def start(self, decision: Decision) -> None:
        self.attempt(lambda: self.rekindle.use.start_assignments(decision))
        self.waits.update(self.memory.waits)

    @rule(data=st.data())
    def a_wait_is_delivered(self, data: st.DataObject) -> None:
        """Any that ever was set: late, and again."""
        if self.waits:
            self.end(self.waits[data.draw(st.sampled_from(sorted(self.waits)))])

    def end(self, wait: AssignmentTimer) -> None:
        self.rekindle.clock.now = max(self.rekindle.clock.now, wait.due)
        self.today = max(self.today, (wait.due - day(0)).days + 1)
        self.attempt(lambda: self.rekindle.use.time_out_assignments(wait))
        self.waits.update(self.memory.waits)

    @rule()
    def waits_are_swept(self) -> None:
        self.attempt(lambda: self.rekindle.use.sweep_timers(10))

    def _read_the_beginnings(self) -> None:
        while self.memory.begun:
            self.begun.append(self.memory.begun.popleft())

    # --- what must hold --------------------------------------------------------------------------------------------

    def steps(self) -> list[AssignmentStep]:
        """What happened to assignments, the beginnings too that were an end at once."""
        found = [r for told in self.memory.records.values() for r in told.values() if isinstance(r, AssignmentStep)]
        for decision in self.memory.decisions.values():
            begun = decision.assignment
            if begun is not None and not begun.waits and begun.assigned_at is not None:
                found.append(AssignmentStep(decision.person_id, Step.COMPLETED, decision.as_of, begun, 0))
        return found

    def assigned(self) -> list[tuple[str, Assignment]]:
        return [(p.person_id, p.assignment) for p in self.memory.people.values() if p.assignment is not None]

    @invariant()
    def an_active_response_has_the_assignment_of_its_cycle_and_only_active_ones_wait(self) -> None:
        for home in self.homes():
            if home.active is not None:
                assert home.assignment is not None
                assert home.assignment.response_id == home.active.response_id
                assert home.assignment.cycle == home.active.cycle
            elif home.assignment is not None:
                assert not home.assignment.waits
        assert not [p for p in self.memory.people.values() if p.merged_into and p.assignment and p.assignment.waits]

    @invariant()
    def every_activation_has_exactly_one_assignment_and_nobody_has_anothers(self) -> None:
        begun = {d.decision_id for d in self.memory.decisions.values() if d.activates and not d.replaced_response_id}
        assert begun == {d.assignment.assignment_id for d in self.memory.decisions.values() if d.assignment is not None}
        ids = Counter(assignment.assignment_id for _, assignment in self.assigned())
        assert all(n == 1 for n in ids.values()) and ids.keys() <= begun

    @invariant()
    def an_assignment_ends_once(self) -> None:
        ends = Counter(s.assignment.assignment_id for s in self.steps() if s.step in ENDS)
        assert all(n == 1 for n in ends.values()), ends
        for _, assignment in self.assigned():
            if assignment.state in (AssignmentState.ASSIGNED, AssignmentState.TIMED_OUT, AssignmentState.CANCELLED):
                assert ends[assignment.assignment_id] == 1, assignment
            elif assignment.waits:
                assert assignment.assignment_id not in ends

    @invariant()
    def who_was_first_never_changes(self) -> None:
        for _, assignment in self.assigned():
            known = self.firsts.setdefault(assignment.assignment_id, {})
            for name in FIRSTS:
                value = getattr(assignment, name)
                assert known.get(name) in (None, value), (name, known, assignment)
                if value is not None:
                    known[name] = value

    @invariant()
    def an_inactive_user_never_becomes_the_first_owner(self) -> None:
        for _, assignment in self.assigned():
            known = self.firsts.setdefault(assignment.assignment_id, {})
            first = assignment.first_owner_id
            if first is not None and "checked" not in known:
                known["checked"] = True
                assert first not in USERS or first in self.active_users, assignment

    @invariant()
    def delays_are_never_negative(self) -> None:
        for _, held in self.assigned():
            for delay in (held.system_delay, held.human_delay):
                assert delay is None or delay.total_seconds() >= 0

    def teardown(self) -> None:
        """Every wait ends, and what is told is told under an id of its own, notifications once."""
        self._read_the_beginnings()
        for decision in self.begun:
            self.start(decision)
        super().teardown()
        self._read_the_beginnings()
        for decision in self.begun:
            self.start(decision)
        before: set[str] = set()
        while new := sorted(self.waits.keys() - before):
            before |= set(new)
            for name in new:
                self.end(self.waits[name])
        self.failing = 0
        self._deliver_failed_again()
        self.rekindle.clock.now = max(self.rekindle.clock.now, day(self.today + 30))
        self.rekindle.use.sweep_timers(100)
        assert not [assignment for _, assignment in self.assigned() if assignment.waits]
        self.an_assignment_ends_once()

    def _announcements_have_their_own_ids(self) -> None:
        """But for notifications, whose id is the same where the same is to be told once more."""
        told = [event for record in self.memory.outbox for event in events_from(record)]
        ids = Counter(event.event_id for event in told if event.detail_type != "Notification Requested")
        assert all(n == 1 for n in ids.values()), ids
        asked = {
            event.event_id: (event.detail["assignment_id"], event.detail["kind"], event.detail["notify_id"])
            for event in told
            if event.detail_type == "Notification Requested"
        }
        assert len(set(asked.values())) == len(asked)


TestPromisesOfAssignments = Assignments.TestCase
TestPromisesOfAssignments.settings = settings(max_examples=2 * settings.default.max_examples)
