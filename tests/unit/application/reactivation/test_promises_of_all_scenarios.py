"""The same promises with every scenario at work: delays, requests, prompts, tasks and opportunities besides."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.domain.reactivation.request import Call, ReactivationRequested, ResponsePrompted
from rekindle.domain.reactivation.timer import ReactivationTimer
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.task import TASK
from tests.support.builders import (
    campaign_changed,
    day,
    opportunity_changed,
    opportunity_deleted,
    person_changed,
    prompted,
    requested,
    task_logged,
    user_changed,
)
from tests.unit.application.reactivation.test_promises import STATUSES, Promises, campaign_ids, late, people

TASKS = ("t1", "t2", "t3")
OPPORTUNITIES = ("o1", "o2")
PATIENCE = 3
"""Deliveries of one trigger that may fail before it has to succeed."""


class AllScenarios(Promises):
    def __init__(self) -> None:
        super().__init__()
        self.rekindle.clock.now = day(self.today)
        self.activations: list[ReactivationTimer] = []
        self.timers: dict[str, ReactivationTimer] = {}
        self.requests: list[ReactivationRequested | ResponsePrompted] = []
        self.sent: list[ReactivationRequested] = []
        self.calls: list[tuple[Call, list[ReactivationRequested]]] = []
        self.first: dict[object, Decision] = {}

    def at(self, late: int) -> float:
        at = super().at(late)
        self.rekindle.clock.now = max(self.rekindle.clock.now, day(self.today))
        return at

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.rekindle.tell(campaign_changed("prompt", trigger_reactivation=True), user_changed("u1", role="SDR"))
        self.settings_of_all("P2D", "hybrid", True, "actor")

    def asked(self, trigger: object, ask: Callable[[], Decision | None]) -> None:
        """Each trigger has one decision, whatever happens between its deliveries."""

        def once() -> None:
            decision = ask()
            if decision is not None and not decision.dry_run:
                assert self.first.setdefault(trigger, decision).decision_id == decision.decision_id, trigger

        self.attempt(once)

    # --- what can happen -------------------------------------------------------------------------------------------

    @rule(
        delay=st.sampled_from(["PT0S", "P2D", "P9D"]),
        mode=st.sampled_from(["hybrid", "hybrid", "active", "passive"]),
        enabled=st.sampled_from([True, True, False]),
        source=st.sampled_from(["actor", "owner"]),
    )
    def settings_of_all(self, delay: str, mode: str, enabled: bool, source: str) -> None:
        by_role = {"by": "role", "map": {"SDR": "web", "AE": "c3"}, "user_source": source}
        sections: dict[str, Any] = {
            "active_status": {"delay": delay, "default_campaign": by_role, "enabled": enabled},
            "invocable": {"include_non_responses": enabled, "lookback_days": 60, "default_campaign": by_role},
        }
        modes = {"profiles": {"P": "passive"}, "record_types": {"partner": "active"}}
        document = {"person_statuses": STATUSES, "mode": mode, "mode_overrides": modes, "reactivation": sections}
        self.rekindle.configure(document)

    @rule(values=st.sampled_from([{"role": "SDR"}, {"role": "AE"}, {"mode": "active"}, {"mode": None, "profile": "P"}]))
    def a_user_changes(self, values: dict[str, Any]) -> None:
        self.tell(user_changed("u1", self.at(0), **values))

    @rule(person=people, values=st.sampled_from([{"owner_id": "u1"}, {"owner_id": "q"}, {"record_type": "partner"}]))
    def an_owner_changes(self, person: str, values: dict[str, Any]) -> None:
        self.tell(person_changed(person, self.at(0), **values))

    @rule(person=people, first=st.sampled_from(["New", "Nurture"]), then=st.sampled_from(["Working", "Qualified"]))
    def status_is_activated(self, person: str, first: str, then: str) -> None:
        at = self.at(0)
        self.tell(person_changed(person, at - 0.5, status=first))
        self.tell(person_changed(person, at, status=then, changed_by="u1"))

    @rule(data=st.data())
    def an_activation_is_delivered(self, data: st.DataObject) -> None:
        """Any that ever was on the stream: late, and again."""
        while self.memory.activations:
            self.activations.append(self.memory.activations.popleft())
        if self.activations:
            self.schedule(data.draw(st.sampled_from(self.activations)))

    def schedule(self, activation: ReactivationTimer) -> None:
        self.attempt(lambda: self.rekindle.use.schedule_reactivation(activation))
        self.timers.update(self.memory.timers)

    @rule(data=st.data())
    def a_timer_fires(self, data: st.DataObject) -> None:
        """Any that ever was set: late, and again."""
        if self.timers:
            self.fire(self.timers[data.draw(st.sampled_from(sorted(self.timers)))])

    def fire(self, timer: ReactivationTimer) -> None:
        self.rekindle.clock.now = max(self.rekindle.clock.now, timer.due)
        self.today = max(self.today, (timer.due - day(0)).days + 1)
        self.asked(("timer", timer.name), lambda: self.rekindle.use.reactivate_on_status(timer))

    @rule()
    def timers_are_swept(self) -> None:
        self.attempt(lambda: self.rekindle.use.sweep_timers(10))

    @rule(
        person=people,
        task=st.sampled_from([None, None, *TASKS]),
        overrides=st.sampled_from(
            [{}, {"fallback": "none"}, {"default_campaign_id": "web"}, {"bypass_nurture_timeout": True}]
        ),
        dry_run=st.sampled_from([False, False, True]),
        late=late,
    )
    def a_flow_asks(self, person: str, task: str | None, overrides: Any, dry_run: bool, late: int) -> None:
        request_id = f"q{len(self.requests)}"
        at = self.at(late)
        self.requests.append(requested(person, at, task_id=task, request_id=request_id, dry_run=dry_run, **overrides))
        self.ask(self.requests[-1])

    @rule(person=people, campaign=st.sampled_from(["prompt", "prompt", "c1"]), late=late)
    def a_user_prompts(self, person: str, campaign: str, late: int) -> None:
        self.requests.append(prompted(person, campaign, self.at(late)))
        self.ask(self.requests[-1])

    def ask(self, request: ReactivationRequested | ResponsePrompted) -> None:
        use = self.rekindle.use.request_reactivation
        before = self.stored()
        if isinstance(request, ResponsePrompted):
            self.asked(request, lambda: use.prompt(request))
            return
        self.asked(request, lambda: use(request))
        assert not request.dry_run or self.stored() == before, "a dry run stores nothing"

    def stored(self) -> tuple[Any, ...]:
        return dict(self.memory.people), dict(self.memory.decisions), dict(self.memory.calls)

    @rule(data=st.data())
    def a_request_comes_again(self, data: st.DataObject) -> None:
        if self.requests:
            self.ask(data.draw(st.sampled_from(self.requests)))

    @rule(person=people, late=late)
    def a_request_is_sent(self, person: str, late: int) -> None:
        """Over the bus, whose sender has no answer, and may send it again at another time."""
        self.sent.append(requested(person, self.at(late), request_id=f"sent{len(self.sent)}"))
        self.send(self.sent[-1])

    @rule(data=st.data(), late=late)
    def a_request_is_sent_again(self, data: st.DataObject, late: int) -> None:
        if self.sent:
            request = data.draw(st.sampled_from(self.sent))
            self.send(replace(request, stamp=ChangeStamp(day(self.at(late)))))

    def send(self, request: ReactivationRequested) -> None:
        self.asked(("sent", request.request_id), lambda: self.rekindle.tell(request).decision)

    @rule(asked=st.lists(people, min_size=1, max_size=4))
    def a_call_of_many(self, asked: list[str]) -> None:
        number, at = len(self.calls), self.at(0)
        requests = [requested(p, at, request_id=f"call{number}-{i}") for i, p in enumerate(asked)]
        self.calls.append((Call(f"k{number}", f"{asked}", day(at)), requests))
        self.call(*self.calls[-1])

    def call(self, call: Call, requests: list[ReactivationRequested]) -> None:
        for request, answer in zip(requests, self.rekindle.use.answer_requests(requests, call), strict=True):
            if isinstance(answer, Explanation):
                first = self.first.setdefault(("call", request.request_id), answer.decision)
                assert first.decision_id == answer.decision.decision_id

    @rule(data=st.data())
    def a_call_is_repeated(self, data: st.DataObject) -> None:
        if self.calls:
            call, requests = data.draw(st.sampled_from(self.calls))
            again: datetime = max(call.at, min(self.rekindle.clock.now, day(self.today)))
            if (again - call.at).days < 1:
                self.call(Call(call.key, call.content, again), requests)

    @rule(task=st.sampled_from(TASKS), person=st.one_of(st.none(), people))
    def a_task_is_logged(self, task: str, person: str | None) -> None:
        """For nobody first, it may be, and then for somebody; never for another."""
        held = self.rekindle.use.ports.records(TASK).get(task)
        if held is None or held.person_id is None:
            self.tell(task_logged(task, person, self.at(0)))

    @rule(
        opportunity=st.sampled_from(OPPORTUNITIES),
        contacts=st.lists(people, min_size=1, max_size=2, unique=True),
        ends=st.sampled_from([{}, {"is_closed": False, "is_won": False}, {"is_closed": True}, {"is_won": True}]),
        late=late,
    )
    def an_opportunity_changes(self, opportunity: str, contacts: list[str], ends: dict[str, bool], late: int) -> None:
        # Each at an instant of its own: of facts without an id, one that comes again after another of its instant is a
        # change back.
        self.tell(opportunity_changed(opportunity, *contacts, at=self.at(late) - self.today / 100_000, **ends))

    @rule(opportunity=st.sampled_from(OPPORTUNITIES), late=late)
    def an_opportunity_is_deleted(self, opportunity: str, late: int) -> None:
        self.tell(opportunity_deleted(opportunity, self.at(late)))

    @rule(campaign=campaign_ids, triggers=st.booleans())
    def a_campaign_becomes_a_prompt(self, campaign: str, triggers: bool) -> None:
        self.tell(campaign_changed(campaign, self.at(0), trigger_reactivation=triggers))

    # --- what must hold --------------------------------------------------------------------------------------------

    @invariant()
    def open_opportunities_stand_with_their_people(self) -> None:
        if self.failed:
            return
        for home in self.homes():
            for opportunity_id in home.opportunities:
                opportunity = self.rekindle.use.ports.records(OPPORTUNITY).get(opportunity_id)
                assert opportunity is not None and opportunity.is_open, home

    @invariant()
    def one_opportunity_belongs_to_one_response(self) -> None:
        held = [p.active or (p.ended.engagement if p.ended is not None else None) for p in self.homes()]
        named = [one.opportunity_id for one in held if one is not None and one.opportunity_id is not None]
        assert len(named) == len(set(named)), named

    @invariant()
    def nobody_is_active_for_an_opportunity_that_is_over(self) -> None:
        if self.failed:
            return
        for home in self.homes():
            if home.active is not None and home.active.opportunity_id is not None:
                opportunity = self.rekindle.use.ports.records(OPPORTUNITY).get(home.active.opportunity_id)
                assert opportunity is not None and opportunity.is_open, home
                assert self.responses_of(home)[home.active.response_id].state.status == "Qualified - New Opportunity"

    def teardown(self) -> None:
        """Every delay ends, and every trigger was decided."""
        self.failing = 0
        for activation in [*self.activations, *self.memory.activations]:
            for _ in range(PATIENCE):
                self.schedule(activation)
        super().teardown()
        for timer in list(self.memory.timers.values()):
            self.fire(timer)
        assert not self.memory.timers


TestPromisesOfAllScenarios = AllScenarios.TestCase
TestPromisesOfAllScenarios.settings = settings(max_examples=2 * settings.default.max_examples)
