"""The same use cases over memory and a clock of their own: a history in, decisions out.

Not a second implementation: the facts are read, recorded and decided by the code that the functions run.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rekindle.adapters.memory import (
    Memory,
    MemoryCampaigns,
    MemoryLedger,
    MemoryPeople,
    MemoryReference,
    MemoryScores,
    MemorySettings,
    MemoryTimers,
    memory_opportunities,
    memory_tasks,
    memory_users,
)
from rekindle.adapters.wire.events import facts_of
from rekindle.application.reactivate_on_score import trigger_of
from rekindle.application.reconsider_responses import RECENT
from rekindle.application.recorded import Recorded
from rekindle.domain import times
from rekindle.domain.arrival import Arrival
from rekindle.domain.change import Change
from rekindle.domain.decision import Decision, Trigger
from rekindle.domain.errors import Conflict, Refusal, UnknownCampaign, UnknownResponse
from rekindle.domain.explanation import Explanation, explain
from rekindle.domain.facts import Fact, PersonChanged, ResponseRecorded
from rekindle.domain.ordering import Applied
from rekindle.domain.person import Engagement, Person, Profile
from rekindle.domain.reactivation import World
from rekindle.domain.recording import Told
from rekindle.domain.response import Details, Home, Response, Standing, Trace
from rekindle.domain.score import Crossing, Score
from rekindle.domain.search import Considered, Rules
from rekindle.domain.settings import Scenario
from rekindle.domain.values import quicken
from rekindle.runtime.use_cases import UseCases

quicken(
    *(
        Applied,
        Arrival,
        Change,
        Considered,
        Crossing,
        Decision,
        Details,
        Engagement,
        Explanation,
        Home,
        Person,
        Profile,
    ),
    *(PersonChanged, Recorded, Response, ResponseRecorded, Rules, Score, Standing, Told, Trace, Trigger, World),
)
"""What a history makes millions of."""

PATIENCE = timedelta(seconds=14)
"""How long the deployed functions deliver a fact again that names something unknown: after 2, 4 and 8 seconds."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact that names something unknown."""

    line: int
    fact: Fact


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

    def __post_init__(self) -> None:
        self.memory = Memory()
        self.now = times.FIRST
        reference = MemoryReference(self.memory)
        self.use_cases = UseCases(
            people=MemoryPeople(self.memory, reference),
            scores=MemoryScores(self.memory),
            ledger=MemoryLedger(self.memory),
            reference=reference,
            campaigns=MemoryCampaigns(self.memory),
            users=memory_users(self.memory),
            tasks=memory_tasks(self.memory),
            opportunities=memory_opportunities(self.memory),
            versions=MemorySettings(self.memory),
            timers=MemoryTimers(self.memory),
            clock=lambda: self.now,
        )
        self.memory.documents.append((self.document, self.now))
        self._waiting: list[Waiting] = []

    def play(self, line: int, envelope: Mapping[str, Any]) -> Iterable[Explanation]:
        """Record one event, and answer the decisions it led to. Raises Malformed where it is no event at all."""
        try:
            facts = facts_of(envelope)
        except Refusal as refusal:
            if refusal.code == "MALFORMED":
                raise
            self.refused.append(Refused(line, refusal))
            return ()
        for fact in facts:
            self._let_time_pass(fact.mark.at)
            self._record(line, fact)
        if self._waiting:
            self._try_again()
        return self._decided() if self.memory.outbox else ()

    def finish(self) -> Iterator[Explanation]:
        """The end of the history: what still waits for another fact is refused, and the timers that are set fire."""
        self.now += PATIENCE
        self._try_again()
        while self.memory.due:
            self._let_time_pass(self.memory.due[0][0])
        yield from self._decided()

    def _let_time_pass(self, moment: datetime) -> None:
        """Move the clock on; timers that are due by then fire at their own instants."""
        while self.memory.due and self.memory.due[0][0] <= moment:
            due, name = heapq.heappop(self.memory.due)
            timer = self.memory.timers.get(name)
            if timer is not None:
                self.now = max(self.now, due)
                self.use_cases.reactivate_on_status(timer)
        if moment > self.now:
            self.now = moment

    def _record(self, line: int, fact: Fact) -> None:
        try:
            self.use_cases.record_crm_changes(fact)
        except (UnknownCampaign, UnknownResponse, Conflict) as error:
            if self.now < fact.mark.at + PATIENCE:
                self._waiting.append(Waiting(line, fact))
            elif isinstance(error, Refusal):
                self.refused.append(Refused(line, error))
            return
        except Refusal as refusal:
            self.refused.append(Refused(line, refusal))
            return
        while self.memory.crossings:
            self.use_cases.reactivate_on_score(*self.memory.crossings.popleft())
        while self.memory.activations:
            person_id, change, user_id = self.memory.activations.popleft()
            self.use_cases.schedule_reactivation(person_id, change, user_id)

    def _try_again(self) -> None:
        held, self._waiting = self._waiting, []
        for waiting in held:
            self._record(waiting.line, waiting.fact)

    def _decided(self) -> Iterator[Explanation]:
        while self.memory.outbox:
            saved = self.memory.outbox.popleft()
            if isinstance(saved, Decision):
                self._give_credit(saved)
                yield self._explained(saved)
            if len(self.memory.records[saved.person_id]) > 2 * RECENT:
                self._let_go(saved.person_id)

    def _let_go(self, person_id: str) -> None:
        """Keep of what was told of a person only what the use cases may ask for again: the newest decisions, that on
        the last crossing, and those on requests, which may be delivered twice."""
        score = self.memory.scores.get(person_id)
        crossing = score.last_crossing if score else None
        last_crossing = trigger_of(person_id, crossing).decision_id if crossing else None
        told = self.memory.records[person_id]
        page = self.use_cases.ledger.decisions(person_id, RECENT)
        newest = {decision.decision_id: decision for decision in page.items}
        for record_id, record in told.items():
            if record_id in newest or record_id == last_crossing or not isinstance(record, Decision):
                continue
            if record.scenario not in (Scenario.INVOCABLE, Scenario.RESPONSE_PROMPT):
                del self.memory.decisions[record_id]
        self.memory.records[person_id] = dict(newest)

    def _give_credit(self, decision: Decision) -> None:
        if decision.activates and decision.campaign_id is not None:
            self.credit[decision.campaign_id] += 1
        if decision.replaced_campaign_id is not None:
            self.credit[decision.replaced_campaign_id] -= 1

    def _explained(self, decision: Decision) -> Explanation:
        # Where a guard stopped the decision there is nothing to go through.
        goes_through = decision.searched or decision.activates
        history = self.use_cases.people.responses(decision.person_id) if goes_through else ()
        reference = self.use_cases.reference
        return explain(decision, history, reference.campaign, reference.settings())
