"""The promises of all scenarios, kept on Amazon's own engine: the same machine, over the adapters that are deployed."""

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from rekindle.adapters.aws.scheduler import ScheduledAssignmentTimers, Schedules
from rekindle.adapters.dynamodb import ledger_encoding
from rekindle.adapters.dynamodb.ledger import DynamoDBLedger
from rekindle.adapters.dynamodb.people import DynamoDBPeople, person_in, response_in
from rekindle.adapters.dynamodb.scores import DynamoDBScores
from rekindle.adapters.dynamodb.tables import HOME, PERSON, LedgerItem, PeopleItem
from rekindle.adapters.dynamodb.timers import ScheduledReactivationTimers, timer_of
from rekindle.domain.lifecycle.journey import Entry, entry_id
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Crossing, Score
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.timer import ReactivationTimer
from rekindle.domain.responses.response import NO_ACTION_REQUIRED, Response
from tests.contract import stores as technologies
from tests.contract.stores import Tables
from tests.support.builders import DOCUMENT, Faults, Rekindle, people_merged, person_changed, response_recorded
from tests.unit.application.reactivation.test_promises import CAMPAIGNS, RESPONSES, STATUSES, late, people
from tests.unit.application.reactivation.test_promises_of_all_scenarios import AllScenarios

pytestmark = pytest.mark.dynamodb_local


@dataclass
class People:
    """Who stood in the table at one moment, and with which responses."""

    people: dict[str, Person] = field(default_factory=dict)
    responses: dict[str, dict[str, Response]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in PeopleItem.scan(consistent_read=True):
            if item.record == PERSON:
                self.people[item.person_id] = person_in(item)
            elif item.record != HOME:
                self.responses.setdefault(item.person_id, {})[item.response_id] = response_in(item)


@dataclass
class Told:
    """What stood in the ledger at one moment."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    records: dict[str, dict[str, Decision | Entry]] = field(default_factory=dict)
    calls: dict[str, Any] = field(default_factory=dict)
    timers: dict[str, ReactivationTimer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in LedgerItem.scan(consistent_read=True):
            if item.kind == "call":
                self.calls[item.person] = item.body
            elif item.kind == "timer":
                timer = timer_of(item.body)
                self.timers[timer.name] = timer
            else:
                self._keep(ledger_encoding.record(item.kind, item.body))

    def _keep(self, record: Decision | Entry) -> None:
        named = record.decision_id if isinstance(record, Decision) else entry_id(record)
        self.records.setdefault(record.person_id, {})[named] = record
        if isinstance(record, Decision):
            self.decisions[named] = record


class Stored:
    """The tables as the machine looks at them, each read anew after it was written; and the streams, in the order of
    what was committed."""

    def __init__(self, tables: Tables) -> None:
        self._names, self._events = tables.names, tables.client.meta.events
        self._events.register("before-call.dynamodb", self._asked)
        self._people: People | None = None
        self._told: Told | None = None
        self.crossings: deque[tuple[str, Crossing]] = deque()
        self.activations: deque[ReactivationTimer] = deque()
        self.outbox: deque[Decision | Entry] = deque()

    def close(self) -> None:
        self._events.unregister("before-call.dynamodb", self._asked)

    def _asked(self, model: Any, params: Mapping[str, Any], **_: Any) -> None:
        if model.name in ("Query", "Scan", "GetItem", "BatchGetItem"):
            return
        if self._names.people.encode() in params["body"]:
            self._people = None
        if self._names.ledger.encode() in params["body"]:
            self._told = None

    def __getattr__(self, name: str) -> Any:
        if name in ("people", "responses"):
            self._people = self._people or People()
            return getattr(self._people, name)
        self._told = self._told or Told()
        return getattr(self._told, name)


@dataclass(frozen=True, kw_only=True)
class StreamedPeople(DynamoDBPeople):
    stored: Stored
    faults: Faults

    def commit(self, *changes: Change) -> None:
        self.faults.before_a_commit()
        super().commit(*changes)
        for change in changes:
            if change.status_activated is not None:
                self.stored.activations.append(change.status_activated)
            self.stored.outbox.extend(r for r in (change.decision, *change.entries) if r is not None)
        self.faults.after_a_write()


@dataclass(frozen=True)
class StreamedScores(DynamoDBScores):
    stored: Stored
    faults: Faults

    def put(self, score: Score, read_version: int) -> None:
        super().put(score, read_version)
        if score.crosses and score.last_crossing is not None:
            self.stored.crossings.append((score.person_id, score.last_crossing))
        self.faults.after_a_write()


@dataclass(frozen=True, kw_only=True)
class StreamedLedger(DynamoDBLedger):
    stored: Stored
    faults: Faults

    def add(self, decision: Decision) -> Decision:
        answered = super().add(decision)
        if answered is decision:
            self.stored.outbox.append(decision)
        self.faults.after_a_write()
        return answered


class NoScheduler:
    """The machine fires the timers itself."""

    def create_schedule(self, **_: Any) -> None: ...

    def send_message(self, **_: Any) -> None: ...


class OnTables(Rekindle):
    """The use cases over the adapters that are deployed."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        bound, clock, faults = tables.people.connection, self.clock, self.faults
        schedules = Schedules(NoScheduler, NoScheduler, "", "", "", "", "", clock)
        self.memory = Stored(tables)
        self.use = technologies.use_cases_on(
            tables,
            clock,
            people=StreamedPeople(connection=bound, stored=self.memory, faults=faults),
            scores=StreamedScores(self.memory, faults),
            ledger=StreamedLedger(connection=bound, stored=self.memory, faults=faults),
            timers=ScheduledReactivationTimers(schedules),
            waits=ScheduledAssignmentTimers(schedules),
            continuations=None,  # As in memory, each run has all the time it needs.
        )

    def configure(self, document: Mapping[str, Any] | None = None, **score: Any) -> None:
        version, _ = self.use.ports.versions.current()
        body = {**DOCUMENT, "reactivation": {"score": score}, **(document or {})}
        self.use.ports.versions.put(body, version, self.clock())


class OnDynamoDB(AllScenarios):
    def __init__(self, client: Any) -> None:
        self._client, self._stack = client, ExitStack()
        super().__init__()

    def opened(self) -> Rekindle:
        return OnTables(self._tables)

    @initialize()
    def begin(self) -> None:
        """With a past to go through: few examples are all there is time for."""
        super().begin()
        for n, (response, person) in enumerate(RESPONSES.items()):
            at = self.at(0)
            self.tell(person_changed(person, at - 0.5, status="New"))
            if not response.endswith("r3"):
                self.tell(response_recorded(response, person, CAMPAIGNS[n % 3], at, responded=n % 4 > 0))

    # What needs a large part of the adapters, and is seldom drawn.

    @rule(survivor=people, merged=people, late=late)
    def histories_move(self, survivor: str, merged: str, late: int) -> None:
        self.tell(people_merged(survivor, merged, at=self.at(late)))

    @rule(person=people, of_most=st.sampled_from(["never_engaged", "formerly_engaged"]))
    def the_index_is_written_anew(self, person: str, of_most: str) -> None:
        for response_class in (None, of_most):
            classes = {NO_ACTION_REQUIRED: response_class}
            self.rekindle.configure({"person_statuses": STATUSES, "response_statuses": classes})
            self.a_quiet_person_s_score_crosses(person, 0)

    @rule(person=people, late=late)
    def what_was_active_ends(self, person: str, late: int) -> None:
        self.tell(person_changed(person, self.at(late), status="Disqualified", score=0))

    @cached_property
    def _tables(self) -> Tables:
        return self._stack.enter_context(technologies.on_tables(self._client))

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self.memory.close()
            self._stack.close()


@pytest.fixture
def client(local_endpoint: str) -> Iterator[Any]:
    client = technologies.open_client(local_endpoint)
    yield client
    client.close()


def test_promises_of_all_scenarios_on_the_real_engine(client: Any) -> None:
    few = settings(max_examples=20, stateful_step_count=30)
    run_state_machine_as_test(partial(OnDynamoDB, client), settings=few)
