"""The promises, whatever arrives, in whatever order, how often, and whatever fails after its write.

A state machine tells facts (on time, late, again), delivers crossings (late, again, out of order), lets writes
succeed and then fail, and looks after every step whether everything still holds.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rekindle.domain.capture.facts import Fact
from rekindle.domain.core.errors import Conflict, Refusal, Unavailable
from rekindle.domain.lifecycle.journey import ORDER, Deactivated, Ended, Resumed
from rekindle.domain.measures.cycles import Cycle, cycles
from rekindle.domain.notifications.events import events_from
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Crossing
from rekindle.domain.reactivation.arrival import MERGE_SUFFIX
from rekindle.domain.reactivation.decision import Decision, Outcome
from rekindle.domain.records.stamps import event_digest
from rekindle.domain.responses.response import Response
from tests.support.builders import (
    DOCUMENT,
    Rekindle,
    campaign_changed,
    campaign_deleted,
    day,
    people_merged,
    person_changed,
    person_deleted,
    response_changed,
    response_deleted,
    response_recorded,
)

LEADS = ("p1", "p2")
CONTACT = "k1"
CAMPAIGNS = ("c1", "c2", "c3")
RESPONSES = {f"{person}-r{n}": person for person in (*LEADS, CONTACT) for n in (1, 2, 3)}

people = st.sampled_from((*LEADS, CONTACT))
campaign_ids = st.sampled_from(CAMPAIGNS)
response_ids = st.sampled_from(sorted(RESPONSES))
scores = st.sampled_from([None, 0, 59, 60, 75])
late = st.sampled_from([0, 0, 0, 1, 2, 5, 20])
"""By how many days a fact comes after the instant it tells of."""

STATUSES = DOCUMENT["person_statuses"] | {
    "Nurture": {"active": False, "kind": "nurture", "response_status": "Nurture", "nurture_timeout_days": 3}
}

ACTIVE = {s["response_status"] for s in STATUSES.values() if s["active"]}
statuses = st.sampled_from([*STATUSES, "Unheard of"])
FOUND = (Outcome.REACTIVATED, Outcome.ACTIVATED_NON_RESPONSE)


def still_ended(end: Deactivated, records: Iterable[Any]) -> set[tuple[Ended, Any]]:
    """The one end of a cycle that counts, if any: the first that was not taken back."""
    same = (end.response_id, end.cycle)
    back = {(r.reason, r.ended_at) for r in records if isinstance(r, Resumed) and r.response_id == end.response_id}
    ends = {(r.reason, r.at) for r in records if isinstance(r, Deactivated) and (r.response_id, r.cycle) == same}
    return set(sorted(ends - back, key=lambda one: (one[1], one[0]))[:1])


def rarely(machine: "Promises") -> bool:
    """Not at every step: after it, little else can happen to the same people."""
    return machine.today % 5 == 0


class Promises(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.rekindle = self.opened()
        self.memory = self.rekindle.memory
        self.today = 30
        self.facts: list[Fact] = []
        self.failed: list[Callable[[], object]] = []
        self.crossings: list[tuple[str, Crossing]] = []
        self.answers: dict[tuple[str, str], Decision] = {}
        self.decided: dict[str, Decision] = {}
        self.held: dict[tuple[str, int], frozenset[str]] = {}
        self.ended: dict[str, Cycle] = {}
        self.rekindle.faults.fails = self._fails
        self.failing = 0

    def opened(self) -> Rekindle:
        """What is tried, wherever it keeps its records."""
        return Rekindle()

    def _fails(self, _: int) -> bool:
        self._remember_what_is_held()
        self.failing -= 1
        return self.failing == 0

    def _remember_what_is_held(self) -> None:
        """Which responses each person has at its present version: looked up here, not in the product's own trail."""
        for person_id, person in self.memory.people.items():
            held = self.memory.responses.get(person_id, {}).values()
            self.held[person_id, person.version] = frozenset(r.response_id for r in held if not r.state.deleted)

    # --- what can happen -------------------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        self.rekindle.configure({"person_statuses": STATUSES})
        for campaign in (*CAMPAIGNS, "web"):
            self.rekindle.tell(campaign_changed(campaign, default_responded_status="Attended"))

    def at(self, late: int) -> float:
        self.today += 1
        return self.today - late

    def tell(self, fact: Fact) -> None:
        """With an id of its own, as on the bus: of several without one at one instant, the first is a change back when
        it comes again."""
        stamp = fact.stamp._replace(digests=(event_digest(f"e{len(self.facts)}"),))
        fact = replace(fact, stamp=stamp)
        self.facts.append(fact)
        self.attempt(lambda: self.rekindle.tell(fact))

    def attempt(self, call: Callable[[], object]) -> None:
        try:
            call()
        except (Conflict, Unavailable, Refusal):
            self.failed.append(call)

    def cross(self, person_id: str, crossing: Crossing) -> None:
        decision = self.rekindle.use.reactivate_on_score(person_id, crossing)
        first = self.answers.setdefault((person_id, crossing.trigger_id), decision)
        assert first.decision_id == decision.decision_id, "one trigger has one decision"

    @rule(person=people, status=statuses, late=late)
    def status_changes(self, person: str, status: str, late: int) -> None:
        self.tell(person_changed(person, self.at(late), status=status))

    @rule(person=people, values=st.fixed_dictionaries({"email": st.sampled_from([None, "a@b.c"])}), late=late)
    def fields_change(self, person: str, values: dict[str, Any], late: int) -> None:
        self.tell(person_changed(person, self.at(late), **values))

    @rule(person=people, score=scores, late=late)
    def score_changes(self, person: str, score: float | None, late: int) -> None:
        self.tell(person_changed(person, self.at(late), score=score))

    @rule(person=people, late=late)
    def a_quiet_person_s_score_crosses(self, person: str, late: int) -> None:
        at = self.at(late)
        self.tell(person_changed(person, at - 0.5, score=0))
        self.tell(person_changed(person, at, score=75))
        self._read_the_stream()
        if self.crossings:
            self.attempt(lambda crossed=self.crossings[-1]: self.cross(*crossed))

    @rule(person=people, score=scores, status=statuses)
    def score_and_status_change(self, person: str, score: float | None, status: str) -> None:
        self.tell(person_changed(person, self.at(0), score=score, status=status))

    @rule(
        response=response_ids,
        campaign=campaign_ids,
        responded=st.sampled_from([True, True, True, False]),
        age=st.sampled_from([0, 0, 1, 3, 29, 31]),
        own_score=st.sampled_from([None, None, None, -20, 65]),
        late=late,
    )
    def response_arrives(
        self, response: str, campaign: str, responded: bool, age: int, own_score: float | None, late: int
    ) -> None:
        at = self.at(late)
        values: dict[str, Any] = {"responded_at": day(at - age)} if responded else {}
        values |= {} if own_score is None else {"score": own_score}
        self.tell(response_recorded(response, RESPONSES[response], campaign, at, responded=responded, **values))

    @rule(response=response_ids, campaign=campaign_ids, late=st.integers(1, 3))
    def response_arrives_late(self, response: str, campaign: str, late: int) -> None:
        self.tell(response_recorded(response, RESPONSES[response], campaign, self.at(late)))

    @rule(response=response_ids, values=st.sampled_from([{"channel": "web"}, {"score": -20}, {"score": 65}]), late=late)
    def response_changes(self, response: str, values: dict[str, Any], late: int) -> None:
        self.tell(response_changed(response, self.at(late), **values))

    @precondition(rarely)
    @rule(response=response_ids, late=late)
    def response_is_deleted(self, response: str, late: int) -> None:
        self.tell(response_deleted(response, RESPONSES[response], self.at(late)))

    @precondition(rarely)
    @rule(person=people, late=late)
    def person_is_deleted(self, person: str, late: int) -> None:
        self.tell(person_deleted(person, self.at(late)))

    @precondition(rarely)
    @rule(survivor=people, merged=people, late=late)
    def people_are_merged(self, survivor: str, merged: str, late: int) -> None:
        self.tell(people_merged(survivor, merged, at=self.at(late)))

    @precondition(rarely)
    @rule(lead=st.sampled_from(LEADS), late=late)
    def lead_is_converted(self, lead: str, late: int) -> None:
        self.tell(person_changed(lead, self.at(late), converted_contact_id=CONTACT))

    @rule(
        campaign=campaign_ids,
        values=st.sampled_from(
            [
                {"exclude_from_reactivation": True},
                {"exclude_from_reactivation": False},
                {"is_active": False},
                {"is_active": True},
                {"precedence": 1},
                {"default_responded_status": None},
                {"bypass_nurture_timeout": True},
                {"response_prompt": True},
                {"response_prompt": False},
            ]
        ),
    )
    def campaign_changes(self, campaign: str, values: dict[str, Any]) -> None:
        self.tell(campaign_changed(campaign, self.at(0), **values))

    @precondition(rarely)
    @rule(campaign=campaign_ids)
    def campaign_is_deleted(self, campaign: str) -> None:
        self.tell(campaign_deleted(campaign, self.at(0)))

    @rule(
        default=st.sampled_from([None, {"single": "web"}]),
        others=st.sampled_from(
            [
                {},
                {"include_non_responses": True},
                {"cool_down_days": 3},
                {"priority": ["formerly_engaged", "never_engaged"]},
                {"require_prior_mql": True},
            ]
        ),
        classes=st.sampled_from([{}, {"Resolved - Already Engaged": None}, {"Disqualified": "formerly_engaged"}]),
        cap=st.sampled_from([1, 2, 25]),
    )
    def settings_change(
        self, default: dict[str, Any] | None, others: dict[str, Any], classes: dict[str, Any], cap: int
    ) -> None:
        document = {"person_statuses": STATUSES, "response_statuses": classes, "qualification": {"repeat_cap": cap}}
        self.rekindle.configure(document, default_campaign=default, **others)

    @rule(data=st.data())
    def a_fact_comes_again(self, data: st.DataObject) -> None:
        if self.facts:
            fact = data.draw(st.sampled_from(self.facts))
            self.attempt(lambda: self.rekindle.tell(fact))

    @rule(data=st.data())
    def a_crossing_is_delivered(self, data: st.DataObject) -> None:
        """Any that ever was on the stream: late, again, before an earlier one."""
        self._read_the_stream()
        if self.crossings:
            person, crossing = data.draw(st.sampled_from(self.crossings))
            self.attempt(lambda: self.cross(person, crossing))

    @rule(after=st.integers(1, 4))
    def a_later_write_will_fail(self, after: int) -> None:
        self.failing = after

    @rule()
    def what_failed_is_delivered_again(self) -> None:
        self._deliver_failed_again()

    def _read_the_stream(self) -> None:
        while self.memory.crossings:
            self.crossings.append(self.memory.crossings.popleft())

    def _deliver_failed_again(self) -> None:
        again, self.failed = self.failed, []
        for call in again:
            self.attempt(call)

    # --- what must hold --------------------------------------------------------------------------------------------

    def homes(self) -> Iterable[Person]:
        return [person for person in self.memory.people.values() if person.merged_into is None]

    def records_of(self, home: Person) -> list[Any]:
        return [r for p in (home.person_id, *home.merged_ids) for r in self.memory.records.get(p, {}).values()]

    def responses_of(self, home: Person) -> dict[str, Response]:
        """A person's responses, those included that are still to be taken over."""
        everybody = (*home.merged_ids, home.person_id)
        return {i: r for p in everybody for i, r in self.memory.responses.get(p, {}).items()}

    @invariant()
    def a_person_has_exactly_the_active_response_whose_journey_is_open(self) -> None:
        for home in self.homes():
            opened: Counter[str] = Counter()
            everything = self.records_of(home)
            for record in everything:
                if isinstance(record, Decision) and record.activates:
                    opened[record.response_id or ""] += 1
                    if record.replaced_response_id:
                        opened[record.replaced_response_id] -= 1
                elif isinstance(record, Deactivated) and (record.reason, record.at) in still_ended(record, everything):
                    opened[record.response_id] -= 1
            journeys = {response_id: n for response_id, n in opened.items() if n}
            assert journeys == ({home.active.response_id: 1} if home.active else {}), home

    @invariant()
    def the_ledger_alone_tells_the_cycles(self) -> None:
        """Which are open, how far they came and who had them; and what has ended never changes."""
        told = [record for records in self.memory.records.values() for record in records.values()]
        found = cycles(told, self.rekindle.use.ports.reference.campaign_at)
        opened = {cycle.person_id: cycle for cycle in found if cycle.ended is None}
        assert len(opened) == sum(cycle.ended is None for cycle in found)
        finishing = {merged: p.person_id for p in self.memory.people.values() for merged in p.merging_ids}
        opened = {finishing.get(person_id, person_id): cycle for person_id, cycle in opened.items()}
        assert opened.keys() == {home.person_id for home in self.homes() if home.active}
        for home in self.homes():
            if home.active is not None:
                cycle, active, held = opened[home.person_id], home.active, home.assignment
                assert (cycle.response_id, cycle.activated_at) == (active.response_id, active.since)
                assert list(cycle.stages) == list(ORDER[: ORDER.index(active.stage) + 1])  # type: ignore[arg-type]
                assert held is not None
                assert (cycle.first_owner_id, cycle.first_queue_id) == (held.first_owner_id, held.first_queue_id)
                assert (cycle.assigned_at, cycle.worked_at) == (held.assigned_at, held.worked_at)
        for cycle in found:
            if cycle.ended is not None:
                before = self.ended.setdefault(cycle.decision_id, cycle)
                if cycle.opportunity_id is None and cycle.ended is before.ended:
                    # An opportunity may be opened again, and a merge take back the deletion that was its own.
                    assert replace(before, person_id=cycle.person_id) == cycle

    @invariant()
    def only_the_active_response_has_an_active_status(self) -> None:
        for home in self.homes():
            active = {i for i, r in self.responses_of(home).items() if r.state.status in ACTIVE}
            assert active == ({home.active.response_id} if home.active else set()), home

    @invariant()
    def the_active_response_is_there(self) -> None:
        for home in self.homes():
            if home.active is not None:
                response = self.responses_of(home)[home.active.response_id]
                assert not response.state.deleted and not home.deleted
                assert response.campaign_id == home.active.campaign_id
                assert response.state.activated_at == home.active.since

    @invariant()
    def nobody_merged_away_has_an_active_response(self) -> None:
        assert not [p for p in self.memory.people.values() if p.merged_into and p.active]

    @invariant()
    def a_person_s_responses_are_counted(self) -> None:
        for home in self.homes():
            held = self.memory.responses.get(home.person_id, {}).values()
            assert home.responses == sum(not r.state.deleted for r in held)

    @invariant()
    def a_response_is_reactivated_at_most_once(self) -> None:
        times: Counter[str] = Counter()
        for decision in self.memory.decisions.values():
            if decision.outcome in FOUND:
                times[decision.response_id or ""] += 1
        for decision in self.memory.decisions.values():
            late = not decision.trigger_id.endswith(f":{MERGE_SUFFIX}")
            if late and decision.replaced_response_id in times:
                times[decision.replaced_response_id or ""] -= 1
        assert all(n <= 1 for n in times.values()), times

    @invariant()
    def a_decision_once_stored_never_changes(self) -> None:
        for decision_id, decision in self.decided.items():
            assert self.memory.decisions[decision_id] == decision

    @invariant()
    def each_new_decision_is_whole_and_explained(self) -> None:
        self._remember_what_is_held()
        for decision_id in self.memory.decisions.keys() - self.decided.keys():
            decision = self.memory.decisions[decision_id]
            self.decided[decision_id] = decision
            self._has_its_effects(decision)
            self._is_explained(decision)

    def _has_its_effects(self, decision: Decision) -> None:
        if decision.activates:
            home = self.rekindle.person(decision.person_id)
            response = self.responses_of(home)[decision.response_id or ""]
            assert any(t.state.activated_at == decision.activated_at for t in response.trail)
            assert home.version > decision.person_version and home.cycles >= (decision.cycle or 0) > 0

    def _is_explained(self, decision: Decision) -> None:
        explanation = self.rekindle.use.show_records.decision(decision.decision_id)
        assert explanation.same_again, f"made again it came out otherwise: {decision}"
        if not decision.searched:
            return
        considered = [c.response_id for c in explanation.considered]
        assert sorted(considered) == sorted(self.held[decision.person_id, decision.person_version])
        assert decision.considered_total == len(considered)
        winners = [c.response_id for c in explanation.considered if c.excluded is None]
        assert winners == ([decision.response_id] if decision.outcome in FOUND else [])

    def teardown(self) -> None:
        """Everything that failed is delivered until it succeeds; nothing may stay behind."""
        self.failing = 0
        for _ in range(5):
            self._deliver_failed_again()
        self._read_the_stream()
        for person, crossing in self.crossings:
            self.attempt(lambda person=person, crossing=crossing: self.cross(person, crossing))
        assert not [p for p in self.memory.people.values() if p.merging_ids], "a merge was never finished"
        self._every_response_arrival_was_decided_once()
        self._announcements_have_their_own_ids()
        for decision in self.memory.decisions.values():
            self._is_explained(decision)
        self._delivered_again_nothing_changes()

    def _delivered_again_nothing_changes(self) -> None:
        """All that was told, from the beginning."""
        before = self._held_now()
        for fact in self.facts:
            self.attempt(lambda fact=fact: self.rekindle.tell(fact))
        assert self._held_now() == before

    def _held_now(self) -> tuple[Any, ...]:
        """What was decided, and where everybody stands."""
        homes = {p.person_id: (p.status, p.active, p.cycles, p.deleted, p.responses) for p in self.homes()}
        return homes, dict(self.memory.decisions)

    def _every_response_arrival_was_decided_once(self) -> None:
        arrivals = Counter(d.trigger_id for d in self.memory.decisions.values() if d.scenario == "response")
        assert all(n == 1 for n in arrivals.values()), arrivals

    def _announcements_have_their_own_ids(self) -> None:
        """But for a notification: one who gets a lead back is not to be notified again, so it is the same event."""
        announced = [event for record in self.memory.outbox for event in events_from(record)]
        notified = [event for event in announced if event.detail_type == "Notification Requested"]
        ids = Counter(event.event_id for event in announced if event.detail_type != "Notification Requested")
        assert all(n == 1 for n in ids.values()), ids
        told = {(e.event_id, *(e.detail[name] for name in ("assignment_id", "kind", "notify_id"))) for e in notified}
        assert len(told) == len({event.event_id for event in notified}), notified


TestPromises = Promises.TestCase
TestPromises.settings = settings(max_examples=5 * settings.default.max_examples)
