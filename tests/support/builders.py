"""Short ways to say what a test is about: instants, facts, responses, campaigns, and a whole Rekindle in memory."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rekindle.adapters.memory import (
    Memory,
    MemoryBatches,
    MemoryBus,
    MemoryLedger,
    MemoryPeople,
    MemoryPorts,
    MemoryReference,
    MemoryScores,
)
from rekindle.application.capture.recorded import Recorded
from rekindle.application.notifications.announce_changes import AnnounceChanges
from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.campaigns.campaign import CAMPAIGN, Campaign
from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
    UserDeleted,
)
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.failures.failure import Failure
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.batch import Batch
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Decision, Trigger
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.domain.reactivation.request import ReactivationRequested, ResponsePrompted
from rekindle.domain.reactivation.search import CampaignOf, Considered, SearchRules
from rekindle.domain.reactivation.timer import Timer
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.queue import QUEUE
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.task import TASK
from rekindle.domain.records.user import USER
from rekindle.domain.responses.response import Details, Response, ResponseClass, ResponseState
from rekindle.domain.settings.settings import Overrides, Scenario, ScenarioSettings, Settings
from rekindle.runtime.use_cases import UseCases

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)

DOCUMENT: dict[str, Any] = {
    "person_statuses": {
        "New": {"active": False},
        "Open - Not Contacted": {"active": True, "response_status": "Open - Not Contacted"},
        "Working": {"active": True, "response_status": "Working"},
        "Qualified": {"active": True, "response_status": "Qualified - New Opportunity"},
        "Nurture": {"active": False, "kind": "nurture", "response_status": "Nurture", "nurture_timeout_days": 90},
        "Disqualified": {"active": False, "kind": "disqualified"},
    },
}
"""Settings with every kind of person status, and no default campaign."""


def day(number: float) -> datetime:
    """An instant, by its days after the first of January 2026."""
    return DAY_0 + timedelta(days=number)


def stamp(at: float | datetime, sequence: int | None = None, content: object = "") -> ChangeStamp:
    digest = hashlib.sha256(repr(content).encode()).hexdigest()[:16]
    return ChangeStamp(at if isinstance(at, datetime) else day(at), sequence, 0, (digest,))


# --- facts ---------------------------------------------------------------------------------------------------------


def person_changed(person_id: str, at: float, *, sequence: int | None = None, **values: Any) -> PersonChanged:
    return PersonChanged(person_id, stamp(at, sequence, (person_id, values)), values)


def person_deleted(person_id: str, at: float) -> PersonDeleted:
    return PersonDeleted(person_id, stamp(at, None, ("deleted", person_id)))


def person_erased(person_id: str, at: float) -> PersonDeleted:
    return PersonDeleted(person_id, stamp(at, None, ("erased", person_id)), erase=True)


def user_deleted(user_id: str, at: float) -> UserDeleted:
    return UserDeleted(user_id, stamp(at, None, ("deleted", user_id)))


def a_failure(failure_id: str, at: float = 0, **values: Any) -> Failure:
    """An open failure: of a person changed, unless other values are given."""
    known: dict[str, Any] = {"reason": "INVALID_FIELD", "body": "{}", "record": "person"}
    return Failure(failure_id, day(at), **{**known, **values})


def people_merged(survivor_id: str, *merged_ids: str, at: float) -> PeopleMerged:
    return PeopleMerged(survivor_id, merged_ids, stamp(at, None, ("merged", survivor_id, merged_ids)))


def campaign_changed(campaign_id: str, at: float = 0, **values: Any) -> RecordChanged:
    return RecordChanged(CAMPAIGN, campaign_id, stamp(at, None, (campaign_id, values)), values)


def campaign_deleted(campaign_id: str, at: float) -> RecordDeleted:
    return RecordDeleted(CAMPAIGN, campaign_id, stamp(at, None, ("deleted", campaign_id)))


def response_recorded(
    response_id: str, person_id: str | None, campaign_id: str | None, at: float, **values: Any
) -> ResponseRecorded:
    """A response, unless `responded=False` is said."""
    told = {"responded": True, **values}
    return ResponseRecorded(
        response_id, stamp(at, None, (response_id, person_id, campaign_id, told)), person_id, campaign_id, told
    )


def response_changed(response_id: str, at: float, **values: Any) -> ResponseRecorded:
    """Only what changed, as Salesforce tells it."""
    return ResponseRecorded(response_id, stamp(at, None, (response_id, values)), None, None, values)


def response_deleted(response_id: str, person_id: str | None, at: float) -> ResponseDeleted:
    return ResponseDeleted(response_id, stamp(at, None, ("deleted", response_id)), person_id)


def account_changed(account_id: str, at: float = 0, **values: Any) -> RecordChanged:
    return RecordChanged(ACCOUNT, account_id, stamp(at, None, (account_id, values)), values)


def account_deleted(account_id: str, at: float) -> RecordDeleted:
    return RecordDeleted(ACCOUNT, account_id, stamp(at, None, ("deleted", account_id)))


def queue_changed(queue_id: str, at: float = 0, **values: Any) -> RecordChanged:
    return RecordChanged(QUEUE, queue_id, stamp(at, None, (queue_id, values)), values)


def user_changed(user_id: str, at: float = 0, **values: Any) -> RecordChanged:
    return RecordChanged(USER, user_id, stamp(at, None, (user_id, values)), values)


def task_logged(task_id: str, person_id: str | None, at: float = 0) -> RecordChanged:
    return RecordChanged(TASK, task_id, stamp(at, None, (task_id, person_id)), {"person_id": person_id})


def opportunity_changed(opportunity_id: str, *person_ids: str, at: float, **values: Any) -> OpportunityChanged:
    told = {"person_ids": person_ids, **values}
    return OpportunityChanged(opportunity_id, stamp(at, None, (opportunity_id, told)), told)


def opportunity_deleted(opportunity_id: str, at: float) -> OpportunityDeleted:
    return OpportunityDeleted(opportunity_id, stamp(at, None, ("deleted", opportunity_id)))


def requested(
    person_id: str | None = "p1",
    at: float = 10,
    *,
    task_id: str | None = None,
    user_id: str = "u1",
    request_id: str = "q1",
    dry_run: bool = False,
    **overrides: Any,
) -> ReactivationRequested:
    """A person is to be reactivated, or the person of a task where there is one."""
    person_id = None if task_id else person_id
    return ReactivationRequested(
        request_id, stamp(at), person_id, task_id, user_id, Overrides(**overrides), dry_run=dry_run
    )


def prompted(
    person_id: str = "p1", campaign_id: str = "prompt", at: float = 10, *, user_id: str = "u1", **overrides: Any
) -> ResponsePrompted:
    return ResponsePrompted("q1", stamp(at), person_id, campaign_id, user_id, Overrides(**overrides))


# --- values of the domain ------------------------------------------------------------------------------------------


def a_response(
    response_id: str = "r1",
    campaign_id: str = "webinar",
    effective_at: float | datetime = 0,
    *,
    status: str | None = None,
    responded: bool = True,
    received: float | datetime | None = None,
    activated: float | None = None,
    reactivated: float | None = None,
    deleted: bool = False,
) -> Response:
    """A response of which nothing is known but what the search looks at."""
    date = effective_at if isinstance(effective_at, datetime) else day(effective_at)
    arrival = date if received is None else received if isinstance(received, datetime) else day(received)
    state = ResponseState(
        responded=responded,
        responded_at=date if responded else None,
        received_at=arrival,
        status=status,
        activated_at=None if activated is None else day(activated),
        reactivated_at=None if reactivated is None else day(reactivated),
        deleted=deleted,
    )
    return Response(response_id, campaign_id, state, Details())


def campaigns(*held: Campaign) -> CampaignOf:
    return {campaign.campaign_id: campaign for campaign in held}.get


def rules(as_of: float | datetime = 10, *, prompted: str | None = None, **scenario: Any) -> SearchRules:
    moment = as_of if isinstance(as_of, datetime) else day(as_of)
    return SearchRules.of(ScenarioSettings(**scenario), Settings().classes, moment, prompted)


def crossing(person_id: str = "p1", at: float = 10, previous: float | None = 50, score: float | None = 70) -> Trigger:
    return Trigger(Scenario.SCORE, f"score:{at}", person_id, day(at), score, previous)


def settings(document: dict[str, Any] | None = None, **score: Any) -> Settings:
    """The settings of `DOCUMENT`, with a section for the scenario `score`."""
    return Settings.of({**DOCUMENT, "reactivation": {"score": score}, **(document or {})}, 1)


# --- a whole Rekindle in memory ------------------------------------------------------------------------------------


@dataclass
class Clock:
    """Ticks by a millisecond each time it is read, so that no two things happen at one instant."""

    now: datetime = field(default_factory=lambda: day(1000))

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass
class Faults:
    """Lets a write succeed and then fail, as if the function had died before it could say so."""

    fails: Callable[[int], bool] = lambda _: False
    """Asked with the number of the write, from 1."""
    writes: int = 0
    meanwhile: deque[Callable[[], object]] = field(default_factory=deque)
    """What somebody else does just before the next commits, one for each."""

    def before_a_commit(self) -> None:
        if self.meanwhile:
            self.meanwhile.popleft()()

    def after_a_write(self) -> None:
        self.writes += 1
        if self.fails(self.writes):
            raise Unavailable(f"the function died after write {self.writes}")


def check_commit(change: Change, before: Mapping[str, Response], after: Mapping[str, Response]) -> None:
    """What holds of every commit, with the person's responses before and after: its version follows the one that was
    read, a response that it brings is traced with it, and the person counts the responses that are not deleted."""
    person = change.person
    assert person.version == change.read_version + 1
    for response in change.responses:
        if response.response_id not in before:
            last = response.trail[-1]
            assert (last.person_id, last.version, last.state) == (person.person_id, person.version, response.state)
    if not person.merging_ids and person.merged_into is None:
        assert person.responses == sum(not response.state.deleted for response in after.values())


@dataclass(frozen=True)
class FaultyPeople(MemoryPeople):
    faults: Faults

    def commit(self, *changes: Change) -> None:
        self.faults.before_a_commit()
        stored = self.memory.responses
        before = {change.person.person_id: dict(stored.get(change.person.person_id, {})) for change in changes}
        super().commit(*changes)
        for change in changes:
            person_id = change.person.person_id
            check_commit(change, before[person_id], stored.get(person_id, {}))
        self.faults.after_a_write()


@dataclass(frozen=True)
class FaultyScores(MemoryScores):
    faults: Faults

    def put(self, score: Score, read_version: int) -> None:
        super().put(score, read_version)
        self.faults.after_a_write()


@dataclass(frozen=True)
class FaultyLedger(MemoryLedger):
    faults: Faults

    def add(self, decision: Decision) -> Decision:
        stored = super().add(decision)
        self.faults.after_a_write()
        return stored


@dataclass(frozen=True)
class FaultyBatches(MemoryBatches):
    faults: Faults

    def put(self, batch: Batch, read_version: int) -> None:
        super().put(batch, read_version)
        self.faults.after_a_write()


@dataclass
class Rekindle:
    """The use cases over the adapters in memory, and the two streams, delivered when a test says so."""

    memory: Memory = field(default_factory=Memory)
    bus: MemoryBus = field(default_factory=MemoryBus)
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        ports = MemoryPorts(self.memory, self.clock)
        ports.people = FaultyPeople(self.memory, MemoryReference(self.memory), self.faults)
        ports.scores = FaultyScores(self.memory, self.faults)
        ports.ledger = FaultyLedger(self.memory, self.faults)
        ports.batches = FaultyBatches(self.memory, self.faults)
        self.use = UseCases(ports)

    def configure(self, document: dict[str, Any] | None = None, **score: Any) -> None:
        """The settings of `DOCUMENT`, with a section for the scenario `score`."""
        version = len(self.memory.documents)
        body = {**DOCUMENT, "reactivation": {"score": score}, **(document or {})}
        self.use.ports.versions.put(body, version, self.clock())

    def tell(self, *facts: Fact) -> Recorded:
        """Record facts; answers what became of the last."""
        recorded = Recorded()
        for fact in facts:
            recorded = self.use.record_crm_changes(fact)
        return recorded

    def deliver(self) -> list[Decision]:
        """What is on the stream of scores, in its order."""
        delivered = list(self.memory.crossings)
        self.memory.crossings.clear()
        return [self.use.reactivate_on_score(person_id, found) for person_id, found in delivered]

    def schedule(self) -> list[Decision]:
        """What is on the stream of people: answers what is decided at once, the rest waits for its delay."""
        activations = list(self.memory.activations)
        self.memory.activations.clear()
        decided = [self.use.schedule_reactivation(activation) for activation in activations]
        return [decision for decision in decided if decision is not None]

    def timers(self) -> list[Timer]:
        """What waits, in the order it is due."""
        return sorted(self.memory.timers.values(), key=lambda timer: (timer.due, timer.name))

    def fire(self) -> list[Decision]:
        """Every timer that waits, as its schedule delivers it."""
        decided = [self.use.end_timer(timer) for timer in self.timers()]
        return [decision for decision in decided if decision is not None]

    def begin(self) -> None:
        """What is on the stream of the ledger for those who set schedules: waits that began."""
        begun = list(self.memory.begun)
        self.memory.begun.clear()
        for decision in begun:
            self.use.start_assignments(decision)

    def waits(self) -> list[AssignmentTimer]:
        """What waits for an owner, in the order it is due."""
        return sorted(self.memory.waits.values(), key=lambda wait: (wait.due, wait.name))

    def wait(self, until: float) -> list[Assignment]:
        """Let time pass: every schedule that is due by then delivers its wait. Answers what time changed."""
        changed: list[Assignment | None] = []
        while (wait := next(iter(self.waits()), None)) is not None and wait.due <= day(until):
            del self.memory.waits[wait.name]
            self.clock.now = max(self.clock.now, wait.due)
            changed.append(self.use.time_out_assignments(wait))
        self.clock.now = max(self.clock.now, day(until))
        return [assignment for assignment in changed if assignment is not None]

    def announce(self) -> list[int]:
        """What is on the stream of the ledger."""
        records: list[Decision | Entry] = list(self.memory.outbox)
        self.memory.outbox.clear()
        return AnnounceChanges(self.bus)(records)

    def person(self, person_id: str = "p1") -> Person:
        return self.use.show_records.person(person_id).person

    def active(self, person_id: str = "p1") -> str | None:
        """The id of the active response."""
        engagement = self.person(person_id).active
        return engagement.response_id if engagement else None

    def credited(self, person_id: str = "p1") -> str | None:
        """The campaign of the active response."""
        engagement = self.person(person_id).active
        return engagement.campaign_id if engagement else None

    def responses(self, person_id: str = "p1") -> dict[str, Response]:
        return {r.response_id: r for r in self.use.show_records.responses(person_id, 10_000, None).items}

    def status_of(self, response_id: str, person_id: str = "p1") -> str | None:
        return self.responses(person_id)[response_id].state.status

    def explanations(self, person_id: str = "p1") -> list[Explanation]:
        """All of a person's decisions, the oldest first."""
        page = self.use.show_records.decisions(person_id, 10_000, None)
        return list(reversed(page.items))

    def decisions(self, person_id: str = "p1") -> list[Decision]:
        return [explanation.decision for explanation in self.explanations(person_id)]

    def told(self) -> list[str]:
        """What was published, in short."""
        return [event.detail_type for event in self.bus.published]


def winner_of(considered: Iterable[Considered]) -> str | None:
    """The one response that is not excluded."""
    return next((c.response_id for c in considered if c.excluded is None), None)


NEW, NEVER_ENGAGED, FORMERLY_ENGAGED, NON_RESPONSE = ResponseClass
