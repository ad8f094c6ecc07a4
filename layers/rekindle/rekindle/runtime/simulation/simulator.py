"""The same use cases over memory and a clock of their own: a history in, decisions out.

Not a second implementation: the facts are read, recorded and decided by the code that the functions run.

It is longer than other files: playing a fact and what is due before it are steps of one loop over millions of facts,
which share its queues and its clock without a call between objects.
"""

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rekindle.adapters.memory import Memory, MemoryCandidates, MemoryPorts
from rekindle.adapters.sources.salesforce_mapping import mapping_of
from rekindle.adapters.wire.events import ended_at, facts_of, ignored_by
from rekindle.application.capture.recorded import Recorded
from rekindle.application.reactivation.reactivate_on_score import trigger_of
from rekindle.application.reactivation.reconsider_responses import RECENT
from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.capture.facts import Fact, PassedOver, PersonChanged, ResponseRecorded
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict, NotYetKnown, Refusal
from rekindle.domain.core.values import unfreeze
from rekindle.domain.lifecycle.entries import TouchDue, Transition
from rekindle.domain.lifecycle.journey import Deactivated, Entry, ResponseRenamed, StageReached
from rekindle.domain.measures.cycles import Cycle, concerns_cycles, cycles
from rekindle.domain.people.assignment import Assignment, AssignmentStep
from rekindle.domain.people.clock import ClockKind, HandoffClock
from rekindle.domain.people.lifecycle import Handoff, Recycling
from rekindle.domain.people.person import Engagement, Person, Profile
from rekindle.domain.people.score import Crossing, Rise, Score
from rekindle.domain.reactivation.arrival import Arrival
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import Decision, DecisionBasis, Trigger
from rekindle.domain.reactivation.explanation import Explanation, explain
from rekindle.domain.reactivation.fallback import Fallback, FallbackCampaign
from rekindle.domain.reactivation.search import Considered, SearchRules
from rekindle.domain.reactivation.timer import ReactivationTimer, ResponseTimer
from rekindle.domain.records.stamps import Applied
from rekindle.domain.responses.response import Details, Response, ResponseOwner, ResponseState, Trace
from rekindle.domain.settings.settings import Scenario
from rekindle.runtime.use_cases import UseCases

unfreeze(
    *(
        Applied,
        Arrival,
        Assignment,
        AssignmentStep,
        DecisionBasis,
        Change,
        Considered,
        Crossing,
        Deactivated,
        Decision,
        FallbackCampaign,
        Details,
        Engagement,
        Explanation,
        Fallback,
        ResponseOwner,
        MemoryCandidates,
        Owners,
        Person,
        Profile,
    ),
    *(PersonChanged, Recorded, Response, ResponseRecorded, Rise, SearchRules, Score, StageReached, ResponseState),
    *(Trace, Trigger, DecisionContext),
)
"""What a history makes millions of."""

_NEVER = times.LAST
ORDER = tuple(ClockKind)
_RESPONSE = Scenario.RESPONSE
_MAY_COME_AGAIN = {Scenario.INVOCABLE, Scenario.RESPONSE_PROMPT, Scenario.OPPORTUNITY}

REDELIVERY_WINDOW = timedelta(seconds=14)
"""How long the deployed functions deliver a fact again that names something unknown: after 2, 4 and 8 seconds."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact that names something unknown."""

    line: int
    fact: Fact


@dataclass(slots=True)
class Instant:
    """The changes of one instant from transactions of Salesforce, which wait for the rest of them."""

    at: datetime
    crossings: list[tuple[str, Crossing]] = field(default_factory=list)
    activations: list[ReactivationTimer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refused:
    line: int
    refusal: Refusal


@dataclass
class Simulation:
    """Plays events in the order given. `refused` is what the deployed functions would have put into the failure
    queue; `credit` counts, for each campaign, the responses that became active and were not replaced."""

    document: Mapping[str, Any]
    refused: list[Refused] = field(default_factory=list)
    credit: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    """Parts of events that change nothing, by the reason."""
    unmapped_statuses: Counter[str] = field(default_factory=Counter)
    """Statuses that the settings do not map, by how often the history gives one to a person."""

    def __post_init__(self) -> None:
        self.applied = self.older = self.duplicate = 0
        self.memory = Memory()
        self.now = times.FIRST
        self.use_cases = UseCases(MemoryPorts(self.memory, lambda: self.now))
        self._record_fact = self.use_cases.record_crm_changes.__call__
        self.memory.documents.append((self.document, self.now))
        self._waiting: list[Waiting] = []
        self._instant: Instant | None = None
        fields = mapping_of(self.document)
        self._fields = lambda: fields
        ignored = frozenset(ignored_by(self.document))
        self._ignored = lambda: ignored
        self._journeys: list[Decision | Entry] | None = None
        self._keeps_ledger = False
        self._decisions = 0
        self.happened: deque[tuple[int, Transition | TouchDue]] | None = None
        """Transitions and touches, each with the number of decisions before it, if `keep_lifecycles` was called."""
        self.saved: deque[Decision | Entry] | None = None
        """Where it is set to a deque before: the records of the ledger. Whoever reads them takes them out."""

    def play(self, line: int, envelope: Mapping[str, Any]) -> Iterable[Explanation]:
        """Record one event, and answer the decisions it led to. Raises Malformed where it is no event at all."""
        try:
            facts = facts_of(envelope, self._fields, self._ignored)
        except Refusal as refusal:
            if refusal.code == "MALFORMED":
                raise
            self.refused.append(Refused(line, refusal))
            return ()
        explained: list[Explanation] = []
        if not facts and (end := ended_at(envelope)) is not None:
            explained.extend(self._settled())
            explained.extend(self._advance_to(end))
        memory = self.memory
        for fact in facts:
            if isinstance(fact, PassedOver):
                self._record(line, fact)
                continue
            at = fact.stamp.at
            if self._instant is not None and self._instant.at != at:
                explained.extend(self._settled())
            # Time alone may do something only where somebody waits.
            if self._waiting or memory.due or memory.waiting or memory.routings or memory.clocks_due:
                explained.extend(self._advance_to(at))
            elif at > self.now:
                self.now = at
            self._record(line, fact)
            while memory.clocks_due and memory.clocks_due[0][0] <= self.now:
                self._process_due_actions()  # A promise of nothing is broken at once.
        if self._waiting:
            self._try_again()
        if memory.outbox:
            explained += self._decided()
        return explained

    def finish(self) -> Iterator[Explanation]:
        """The end of the history: delays that run come to their end, so that every trigger has its decision, and what
        still waits for another fact is refused. A wait for an owner stays one: who would have answered is not known."""
        yield from self._settled()
        while self.memory.due:
            if isinstance(self.memory.timers.get(self.memory.due[0][1]), ResponseTimer):
                heapq.heappop(self.memory.due)  # Its date is beyond the history.
                continue
            self._end_delay()
            yield from self._decided()
        self.now += REDELIVERY_WINDOW
        self._try_again()
        yield from self._decided()

    def assignments(self) -> list[tuple[str, Assignment]]:
        """Each assignment in its last state, and whose it is, the earliest first. They are kept only where
        `keep_assignments` was called before the history was played."""
        kept = self.memory.assignments or {}
        return sorted(kept.values(), key=lambda one: (one[1].activated_at, one[0], one[1].cycle))

    def keep_assignments(self) -> None:
        self.memory.assignments = {}

    @property
    def journeys(self) -> Sequence[Decision | Entry]:
        """What was kept of the ledger."""
        return self._journeys or ()

    def cycles(self) -> list[Cycle]:
        """Each engagement, the earliest first. They are known only where `keep_journeys` was called before the history
        was played."""
        return cycles(self.journeys, self.use_cases.ports.reference.campaign_at)

    def keep_lifecycles(self) -> None:
        self.memory.lifecycles, self.happened = {}, deque()

    def clocks(self) -> list[tuple[str, Handoff, HandoffClock]]:
        """Each clock in its last state, and whose it is, the earliest first; known only after `keep_lifecycles`."""
        found = [
            (person_id, lifecycle.handoff, clock)
            for (person_id, _), lifecycle in (self.memory.lifecycles or {}).items()
            if lifecycle.handoff is not None
            for clock in lifecycle.handoff.clocks
        ]
        return sorted(found, key=lambda one: (one[2].started_at, one[0], one[1].cycle, ORDER.index(one[2].kind)))

    def recyclings(self) -> list[tuple[str, Recycling]]:
        """Each lead that went back to marketing, the earliest first; known only after `keep_lifecycles`."""
        found: dict[tuple[str, int, datetime], Recycling] = {}
        for (person_id, _), lifecycle in sorted((self.memory.lifecycles or {}).items()):
            found |= {(person_id, one.cycle, one.at): one for one in lifecycle.recyclings}
        return sorted(((key[0], one) for key, one in found.items()), key=lambda one: (one[1].at, one[0]))

    def keep_journeys(self) -> None:
        self._journeys = []

    def keep_ledger(self) -> None:
        """Keep all decisions, to be shown after the history was played."""
        self._keeps_ledger = True

    def count(self) -> None:
        """Count campaigns and cycles, to be shown; they are known only where `keep_ledger` was called before the
        history was played."""
        self.use_cases.count_campaigns()

    def _advance_to(self, moment: datetime) -> Iterator[Explanation]:
        """Move the clock on; what is due by then happens at its own instant, in that order, and what has waited long
        enough by then is refused. Both happen before any change of that moment, so that a person's decisions do
        not depend on how often others change in between."""
        memory = self.memory
        while memory.due or memory.waiting or memory.routings or memory.clocks_due:
            delay = memory.due[0][0] if memory.due else _NEVER
            wait = memory.waiting[0][0] if memory.waiting else _NEVER
            routing = memory.routings[0][0] if memory.routings else _NEVER
            clock = memory.clocks_due[0][0] if memory.clocks_due else _NEVER
            first = min(delay, wait, routing, clock)
            if first > moment:
                break
            if delay == first:
                self._end_delay()
            elif wait == first:
                self._end_wait()
            elif routing == first:
                self._route()
            else:
                self._process_due_actions()
            yield from self._decided()
        self.now = max(self.now, moment)
        if self._waiting and any(waiting.fact.stamp.at + REDELIVERY_WINDOW <= self.now for waiting in self._waiting):
            self._try_again()

    def _end_delay(self) -> None:
        due, name = heapq.heappop(self.memory.due)
        timer = self.memory.timers.get(name)
        if timer is not None:
            self.now = max(self.now, due)
            self.use_cases.end_timer(timer)
            self._follow()

    def _end_wait(self) -> None:
        due, name = heapq.heappop(self.memory.waiting)
        self.now = max(self.now, due)
        self.use_cases.time_out_assignments(self.memory.waits.pop(name))
        self._follow()

    def _process_due_actions(self) -> None:
        due, person_id = heapq.heappop(self.memory.clocks_due)
        self.now = max(self.now, due)
        before = self.memory.people.get(person_id)
        self.use_cases.process_due_actions(person_id, due)
        after = self.memory.people.get(person_id)
        if after is not before and after is not None and after.lifecycle is not None and after.lifecycle.due_at == due:
            heapq.heappush(self.memory.clocks_due, (due, person_id))  # A touch that is due at once.
        self._follow()

    def _route(self) -> None:
        due, person_id, assignment_id = heapq.heappop(self.memory.routings)
        self.now = max(self.now, due)
        self.use_cases.route_leads(person_id, assignment_id)

    def _record(self, line: int, fact: Fact) -> None:
        try:
            recorded = self._record_fact(fact)
        except (NotYetKnown, Conflict) as error:
            if self.now < fact.stamp.at + REDELIVERY_WINDOW:
                self._waiting.append(Waiting(line, fact))
            elif isinstance(error, Refusal):
                self.refused.append(Refused(line, error))
            return
        except Refusal as refusal:
            self.refused.append(Refused(line, refusal))
            return
        self.applied += recorded.applied
        if recorded.older or recorded.duplicate:
            self.older += recorded.older
            self.duplicate += recorded.duplicate
        if recorded.passed_over:
            self.passed_over.update(passed.reason for passed in recorded.passed_over)
        if recorded.unmapped_status is not None:
            self.unmapped_statuses[recorded.unmapped_status] += 1
        memory = self.memory
        if fact.stamp.minor and (memory.crossings or memory.activations):
            self._hold(fact.stamp.at)
        if memory.crossings or memory.activations or memory.begun:
            self._follow()

    def _hold(self, at: datetime) -> None:
        """What Salesforce changes in one transaction arrives in several events of one instant, and is a unit: a contact
        is decided about as whom the lead became by the next event."""
        memory = self.memory
        instant = self._instant = self._instant or Instant(at)
        instant.crossings.extend(memory.crossings)
        instant.activations.extend(memory.activations)
        memory.crossings.clear()
        memory.activations.clear()

    def _settled(self) -> Iterator[Explanation]:
        """The instant is over: what was held is decided about."""
        instant, memory = self._instant, self.memory
        if instant is None:
            return
        memory.crossings.extend(instant.crossings)
        memory.activations.extend(instant.activations)
        self._instant = None
        self._follow()
        yield from self._decided()

    def _follow(self) -> None:
        """What the functions do that read the streams."""
        memory = self.memory
        while memory.crossings:
            self.use_cases.reactivate_on_score(*memory.crossings.popleft())
        while memory.activations:
            self.use_cases.schedule_reactivation(memory.activations.popleft())
        while memory.begun:
            decision = memory.begun.popleft()
            self.use_cases.start_assignments(decision)
            if decision.assignment is not None and decision.assignment.routed:
                self.use_cases.route_leads(decision.person_id, decision.assignment.assignment_id)

    def _try_again(self) -> None:
        """What waits for a fact may itself be waited for: until nothing more is recorded."""
        before = len(self._waiting) + 1
        while len(self._waiting) < before:
            before = len(self._waiting)
            answers, self._waiting = self._waiting, []
            for waiting in answers:
                self._record(waiting.line, waiting.fact)

    def _decided(self) -> list[Explanation]:
        explained, outbox, records = [], self.memory.outbox, self.memory.records
        while outbox:
            saved = outbox.popleft()
            if self.saved is not None:
                self.saved.append(saved)
            if self._journeys is not None and concerns_cycles(saved):
                self._journeys.append(saved)
            if self.happened is not None and isinstance(saved, Transition | TouchDue):
                self.happened.append((self._decisions, saved))
            if isinstance(saved, ResponseRenamed) and saved.voided_decision_id is not None:
                self.credit[saved.campaign_id] -= 1
            if isinstance(saved, Decision):
                self._give_credit(saved)
                self._decisions += 1
                explained.append(self._explained(saved))
                if saved.scenario is _RESPONSE and not saved.activates and not self._keeps_ledger:
                    # Most decisions are such, and nobody asks for one again: a response that arrives once more is
                    # known by itself.
                    records[saved.person_id].pop(saved.decision_id, None)
                    self.memory.decisions.pop(saved.decision_id, None)
                    continue
            if len(records[saved.person_id]) > 2 * RECENT and not self._keeps_ledger:
                self._let_go(saved.person_id)
        return explained

    def _let_go(self, person_id: str) -> None:
        """Keep of a person's changes only what the use cases may ask for again: the newest decisions, that on
        the last crossing, and those whose trigger may come again."""
        score = self.memory.scores.get(person_id)
        crossing = score.last_crossing if score else None
        last_crossing = trigger_of(person_id, crossing).decision_id if crossing else None
        records = self.memory.records[person_id]
        page = self.use_cases.ports.ledger.decisions(person_id, RECENT)
        newest = {decision.decision_id: decision for decision in page.items}
        for record_id, record in records.items():
            if record_id in newest or record_id == last_crossing or not isinstance(record, Decision):
                continue
            if record.scenario not in _MAY_COME_AGAIN:
                del self.memory.decisions[record_id]
        self.memory.records[person_id] = dict(newest)

    def _give_credit(self, decision: Decision) -> None:
        if not decision.activates:
            return
        if decision.campaign_id is not None:
            self.credit[decision.campaign_id] += 1
        if decision.replaced_campaign_id is not None:
            self.credit[decision.replaced_campaign_id] -= 1

    def _explained(self, decision: Decision) -> Explanation:
        # Where the trigger was skipped before the search, there is nothing to go through.
        goes_through = decision.activates or decision.searched
        history = self.use_cases.ports.people.responses(decision.person_id) if goes_through else ()
        reference = self.use_cases.ports.reference
        return explain(decision, history, reference.campaign, reference.settings())
