"""The ports in memory: for the simulator, and for tests. The same promises as on DynamoDB, under one lock."""

import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from rekindle.application.ports import CLAIMED, SENT_KEPT, Claim, ListedBy, Page
from rekindle.domain.assignment.matching import Candidate, candidate_of, keys_of, place_of
from rekindle.domain.assignment.round_robin import Capacities
from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict, Unavailable
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Entry, entry_id
from rekindle.domain.notifications.events import Event
from rekindle.domain.notifications.notification import Message
from rekindle.domain.people.assignment import Assignment, AssignmentState, AssignmentStep
from rekindle.domain.people.directory import directory_keys
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.people.score import Crossing, Score
from rekindle.domain.reactivation.batch import Batch, Member
from rekindle.domain.reactivation.change import Change, origins
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.request import Call
from rekindle.domain.reactivation.search import CandidatesByClass, grouped_by_class
from rekindle.domain.reactivation.timer import Timer
from rekindle.domain.records.account import Account
from rekindle.domain.records.opportunity import Opportunity
from rekindle.domain.records.queue import Queue
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.task import Task
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Response, ResponseClass, ResponseOwner
from rekindle.domain.settings.settings import Settings


@dataclass
class Memory:
    """What the tables hold, and the streams that functions read."""

    people: dict[str, Person] = field(default_factory=dict)
    responses: dict[str, dict[str, Response]] = field(default_factory=dict)
    response_owners: dict[str, ResponseOwner] = field(default_factory=dict)
    scores: dict[str, Score] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    records: dict[str, dict[str, Decision | Entry]] = field(default_factory=dict)
    campaigns: dict[str, list[Campaign]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    listed: dict[str, dict[str, Candidate]] = field(default_factory=dict)
    """The accounts under each key of matching."""
    addresses: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of each address the contacts that have it, with the version that told so."""
    queues: dict[str, Queue] = field(default_factory=dict)
    users: dict[str, list[User]] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    opportunities: dict[str, Opportunity] = field(default_factory=dict)
    documents: list[tuple[Mapping[str, Any], datetime]] = field(default_factory=list)
    crossings: deque[tuple[str, Crossing]] = field(default_factory=deque)
    activations: deque[tuple[str, ChangeStamp, str | None]] = field(default_factory=deque)
    """Who went from inactive to active, by which change, and which user did it."""
    outbox: deque[Decision | Entry] = field(default_factory=deque)
    calls: dict[str, Call] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    members: dict[str, dict[str, Member]] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    due: list[tuple[datetime, str]] = field(default_factory=list)
    """A heap of the timers that were set, by the instant they are due."""
    begun: deque[Decision] = field(default_factory=deque)
    """Decisions with which a wait for an owner began."""
    waits: dict[str, AssignmentTimer] = field(default_factory=dict)
    waiting: list[tuple[datetime, str]] = field(default_factory=list)
    """A heap of the waits, by the instant they are due."""
    routings: list[tuple[datetime, str, str]] = field(default_factory=list)
    """A heap of the leads that are to be routed again: when, whose, for which assignment."""
    turns: dict[tuple[str, Capacities], int] = field(default_factory=dict)
    claims: dict[tuple[str, str, date], int] = field(default_factory=dict)
    assignments: dict[str, tuple[str, Assignment]] | None = None
    """Each assignment in its last state, and whose it is, where somebody wants to know."""
    sent_notifications: dict[str, tuple[Claim, datetime]] = field(default_factory=dict)
    """Notifications that are being sent, or were, and until when that holds."""
    lock: threading.RLock = field(default_factory=threading.RLock)


@dataclass(frozen=True)
class MemoryCandidates:
    person: Person | None
    responses: Mapping[str, Response]
    classes: Mapping[str, ResponseClass | None]

    def candidates_of(self, response_class: ResponseClass, newest: datetime) -> Iterable[Response]:
        for held in self._grouped(response_class):
            if held.state.effective_at <= newest and held.state.reactivated_at is None:
                yield Response(held.response_id, held.campaign_id, held.state)

    @cached_property
    def _grouped(self) -> CandidatesByClass:
        """Only once it is asked for: a guard stops most decisions before the search."""
        return grouped_by_class(self.responses.values(), self.classes)


@dataclass(frozen=True)
class MemoryPeople:
    memory: Memory
    reference: "MemoryReference"

    def get(self, person_id: str) -> Person | None:
        return self.memory.people.get(person_id)

    def get_response(self, person_id: str, response_id: str) -> Response | None:
        return self.memory.responses.get(person_id, {}).get(response_id)

    def load(self, person_id: str, response_id: str) -> tuple[Person | None, Response | None]:
        memory = self.memory
        with memory.lock:
            held = memory.responses.get(person_id)
            return memory.people.get(person_id), held.get(response_id) if held is not None else None

    def responses(self, person_id: str, after: str | None = None) -> Iterator[Response]:
        with self.memory.lock:
            held = sorted(self.memory.responses.get(person_id, {}).items())
        return (response for response_id, response in held if after is None or response_id > after)

    def candidates(self, person_id: str) -> MemoryCandidates:
        with self.memory.lock:
            person = self.memory.people.get(person_id)
            held = dict(self.memory.responses.get(person_id, {}))
            return MemoryCandidates(
                replace(person, profile=None) if person else None, held, self.reference.settings().classes
            )

    def repeats(self, person_id: str, campaign_id: str, limit: int) -> int:
        with self.memory.lock:
            held = list(self.memory.responses.get(person_id, {}).values())
        return min(limit, sum(r.campaign_id == campaign_id and not r.state.deleted for r in held))

    def assigned(self, state: AssignmentState, limit: int, start: str | None = None) -> Page[Person]:
        def place(person: Person, assignment: Assignment) -> str:
            return f"{times.sortable(assignment.next_due or assignment.activated_at)}#{person.person_id}"

        with self.memory.lock:
            held = [p for p in self.memory.people.values() if p.assignment is not None and p.assignment.state is state]
        placed = sorted((place(p, p.assignment), p) for p in held if p.assignment is not None)
        found = [(at, person) for at, person in placed if start is None or at > start][: limit + 1]
        return Page([person for _, person in found[:limit]], found[limit - 1][0] if len(found) > limit else None)

    def listed(self, by: ListedBy, key: str, limit: int, start: str | None = None) -> Page[str]:
        with self.memory.lock:
            found = sorted(
                (entry, person.person_id)
                for person in self.memory.people.values()
                if (entry := getattr(directory_keys(person), by)) is not None
                and (entry.startswith(key) if by is ListedBy.NAME else entry == key)
            )
        begin = int(start) if start else 0
        ids = [person_id for _, person_id in found[begin : begin + limit]]
        return Page(ids, str(begin + limit) if len(found) > begin + limit else None)

    def owner_of_response(self, response_id: str) -> ResponseOwner | None:
        return self.memory.response_owners.get(response_id)

    def record_tombstone(self, response_id: str, deleted: ChangeStamp, read: ChangeStamp | None) -> None:
        with self.memory.lock:
            if self.memory.response_owners.get(response_id) != (ResponseOwner(deleted=read) if read else None):
                raise Conflict("the response has another home by now")
            self.memory.response_owners[response_id] = ResponseOwner(deleted=deleted)

    def commit(self, *changes: Change) -> None:
        with self.memory.lock:
            leaving = origins(changes) if len(changes) > 1 else {}
            for change in changes:
                self._check(change)
                if change.responses:
                    self._check_homes(change, leaving)
            for change in changes:
                self._write(change)

    def _check_homes(self, change: Change, leaving: Mapping[str, str]) -> None:
        homes, tombstone = self.memory.response_owners, change.tombstone
        for response in change.arriving():
            home, origin = homes.get(response.response_id), leaving.get(response.response_id) if leaving else None
            read = ResponseOwner(origin, tombstone) if origin or tombstone else None
            if home is not read and home not in (read, ResponseOwner(change.person.person_id)):
                raise Conflict("the response has another home by now")

    def _check(self, change: Change) -> None:
        memory, decision = self.memory, change.decision
        if change.removed or len(change.responses) > 1:
            written = [response.response_id for response in change.responses]
            if len({*written, *change.removed}) < len(written) + len(change.removed):
                raise ValueError("a transaction writes no item twice")
        stored = memory.people.get(change.person.person_id)
        if (stored.version if stored is not None else 0) != change.read_version:
            raise Conflict("the person was changed since")
        if decision is not None and decision.decision_id in memory.decisions:
            raise Conflict("the decision is stored already")
        if change.unchanged_score is not None:
            person_id, score = change.unchanged_score
            held = memory.scores.get(person_id)
            if held is not score and (held.version if held else 0) != (score.version if score else 0):
                raise Conflict("the score was changed since")

    def _write(self, change: Change) -> None:
        memory, person = self.memory, change.person
        person_id = person.person_id
        if person.profile is None:
            stored = memory.people.get(person_id)
            person = replace(person, profile=(stored.profile if stored else None) or Profile())
        memory.people[person_id] = person
        if change.status_activated and person.status_activated is not None:
            acted = person.profile.who_made(person.status_activated) if person.profile else None
            memory.activations.append((person_id, person.status_activated, acted))
        if change.responses or change.removed:
            self._write_responses(change, person_id)
        if change.decision is not None:
            _store(memory, change.decision)
        if change.member is not None:
            memory.members.setdefault(change.member.batch_id, {})[change.member.decision_id] = change.member
        if change.entries:
            self._write_entries(change.entries)
        if memory.assignments is not None and person.assignment is not None:
            memory.assignments[person.assignment.assignment_id] = (person_id, person.assignment)

    def _write_responses(self, change: Change, person_id: str) -> None:
        memory = self.memory
        held = memory.responses.get(person_id)
        if held is None:
            held = memory.responses[person_id] = {}
        for response in change.responses:
            before = held.get(response.response_id)
            if before is None:
                memory.response_owners[response.response_id] = ResponseOwner(person_id)
            elif response.details is None:
                response = replace(response, details=before.details, trail=(*before.trail, *response.trail))
            held[response.response_id] = response
        for response_id in change.removed:
            held.pop(response_id, None)
            if memory.response_owners.get(response_id) == ResponseOwner(person_id):
                del memory.response_owners[response_id]

    def _write_entries(self, entries: Iterable[Entry]) -> None:
        memory = self.memory
        for entry in entries:
            memory.records.setdefault(entry.person_id, {})[entry_id(entry)] = entry
            memory.outbox.append(entry)
            # A wait may end in the very change in which the person takes over another's.
            if memory.assignments is not None and isinstance(entry, AssignmentStep):
                memory.assignments[entry.assignment.assignment_id] = (entry.person_id, entry.assignment)

    def reindex(self, person: Person, classes: Mapping[str, ResponseClass | None], class_map: str) -> None:
        self.commit(Change(replace(person, version=person.version + 1, classes=class_map), person.version))


def _store(memory: Memory, decision: Decision) -> None:
    memory.decisions[decision.decision_id] = decision
    told = memory.records.get(decision.person_id)
    if told is None:
        told = memory.records[decision.person_id] = {}
    told[decision.decision_id] = decision
    memory.outbox.append(decision)
    if decision.assignment is not None and decision.assignment.waits:
        memory.begun.append(decision)


@dataclass(frozen=True)
class MemoryScores:
    memory: Memory

    def get(self, person_id: str) -> Score | None:
        return self.memory.scores.get(person_id)

    def put(self, score: Score, read_version: int) -> None:
        memory, person_id = self.memory, score.person_id
        with memory.lock:
            stored = memory.scores.get(person_id)
            if (stored.version if stored is not None else 0) != read_version:
                raise Conflict("the score was changed since")
            memory.scores[person_id] = score
            if score.crosses and score.last_crossing is not None:
                memory.crossings.append((person_id, score.last_crossing))

    def page(self, limit: int, start: str | None = None) -> Page[Score]:
        with self.memory.lock:
            return _forward(self.memory.scores, limit, start)


def _forward[T](held: Mapping[str, T], limit: int, start: str | None) -> Page[T]:
    ids = sorted(i for i in held if start is None or i > start)
    return Page([held[i] for i in ids[:limit]], ids[limit - 1] if len(ids) > limit else None)


@dataclass(frozen=True)
class MemoryBatches:
    memory: Memory

    def get(self, batch_id: str) -> Batch | None:
        return self.memory.batches.get(batch_id)

    def put(self, batch: Batch, read_version: int) -> None:
        with self.memory.lock:
            stored = self.memory.batches.get(batch.batch_id)
            if (stored.version if stored else 0) != read_version:
                raise Conflict("the batch was changed since")
            self.memory.batches[batch.batch_id] = batch

    def members(self, batch_id: str, limit: int, start: str | None = None) -> Page[Member]:
        with self.memory.lock:
            return _forward(self.memory.members.get(batch_id, {}), limit, start)


@dataclass(frozen=True)
class MemoryLedger:
    memory: Memory

    def get(self, decision_id: str) -> Decision | None:
        return self.memory.decisions.get(decision_id)

    def add(self, decision: Decision) -> Decision:
        with self.memory.lock:
            stored = self.memory.decisions.get(decision.decision_id)
            if stored is None:
                _store(self.memory, decision)
            return stored or decision

    def remember(self, call: Call) -> Call:
        with self.memory.lock:
            kept = self.memory.calls.get(call.key)
            if kept is None or (kept.lifetime is not None and kept.at + kept.lifetime < call.at):
                kept = self.memory.calls[call.key] = call
            return kept

    def decisions(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision]:
        held = self.memory.records.get(person_id, {})
        return _page({k: r for k, r in held.items() if isinstance(r, Decision)}, limit, start)

    def timeline(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision | Entry]:
        return _page(self.memory.records.get(person_id, {}), limit, start)


def _page[T](held: Mapping[str, T], limit: int, start: str | None) -> Page[T]:
    ids = sorted((i for i in held if start is None or i < start), reverse=True)
    return Page([held[i] for i in ids[:limit]], ids[limit - 1] if len(ids) > limit else None)


@dataclass(frozen=True)
class MemoryReactivationTimers:
    memory: Memory

    def set(self, timer: Timer) -> None:
        if timer.name not in self.memory.timers:
            self.memory.timers[timer.name] = timer
            heapq.heappush(self.memory.due, (timer.due, timer.name))

    def done(self, timer: Timer) -> None:
        self.memory.timers.pop(timer.name, None)

    def overdue(self, before: datetime, limit: int) -> Sequence[Timer]:
        held = sorted(self.memory.timers.values(), key=lambda t: (t.due, t.name))
        return [timer for timer in held if timer.due < before][:limit]


@dataclass(frozen=True)
class MemoryAssignmentTimers:
    memory: Memory

    def set(self, wait: AssignmentTimer) -> None:
        if wait.name not in self.memory.waits:
            self.memory.waits[wait.name] = wait
            heapq.heappush(self.memory.waiting, (wait.due, wait.name))


@dataclass(frozen=True)
class MemoryPools:
    memory: Memory

    def turn(self, pool: str, capacities: Capacities) -> int:
        with self.memory.lock:
            turn = self.memory.turns.get((pool, capacities), 0)
            self.memory.turns[pool, capacities] = turn + 1
            return turn

    def claim(self, pool: str, user_id: str, day: date, quota: int) -> bool:
        with self.memory.lock:
            claimed = self.memory.claims.get((pool, user_id, day), 0)
            if claimed < quota:
                self.memory.claims[pool, user_id, day] = claimed + 1
            return claimed < quota

    def give_back(self, pool: str, user_id: str, day: date) -> None:
        with self.memory.lock:
            self.memory.claims[pool, user_id, day] -= 1


@dataclass(frozen=True)
class MemoryRoutings:
    memory: Memory

    def again(self, person_id: str, assignment_id: str, at: datetime) -> None:
        heapq.heappush(self.memory.routings, (at, person_id, assignment_id))


@dataclass(frozen=True)
class MemoryVersions[R: (Campaign, User)]:
    """Records of which every version is kept: past decisions are explained by them."""

    lock: threading.RLock
    held: dict[str, list[R]]
    id_of: Callable[[R], str]

    def get(self, record_id: str) -> R | None:
        held = self.held.get(record_id)
        return held[-1] if held else None

    def put(self, record: R, read_version: int) -> None:
        with self.lock:
            held = self.held.setdefault(self.id_of(record), [])
            if (held[-1].version if held else 0) != read_version:
                raise Conflict("the record was changed since")
            held.append(record)

    def at(self, record_id: str, moment: datetime) -> R | None:
        held = self.held.get(record_id, [])
        known = [record for record in held if record.changed_at is None or record.changed_at <= moment]
        return known[-1] if known else None


def memory_campaigns(memory: Memory) -> MemoryVersions[Campaign]:
    return MemoryVersions(memory.lock, memory.campaigns, lambda campaign: campaign.campaign_id)


def memory_users(memory: Memory) -> MemoryVersions[User]:
    return MemoryVersions(memory.lock, memory.users, lambda user: user.user_id)


@dataclass(frozen=True)
class MemoryRecords[R: (Queue, Task, Opportunity)]:
    lock: threading.RLock
    held: dict[str, R]
    id_of: Callable[[R], str]

    def get(self, record_id: str) -> R | None:
        return self.held.get(record_id)

    def put(self, record: R, read_version: int) -> None:
        with self.lock:
            stored = self.held.get(self.id_of(record))
            if (stored.version if stored else 0) != read_version:
                raise Conflict("the record was changed since")
            self.held[self.id_of(record)] = record


@dataclass(frozen=True)
class MemoryAccounts:
    memory: Memory

    def get(self, account_id: str) -> Account | None:
        return self.memory.accounts.get(account_id)

    def put(self, account: Account, read_version: int) -> None:
        with self.memory.lock:
            stored = self.memory.accounts.get(account.account_id)
            if (stored.version if stored else 0) != read_version:
                raise Conflict("the account was changed since")
            for key in keys_of(candidate_of(stored)) if stored else ():
                del self.memory.listed[key][account.account_id]
            now = candidate_of(account)
            for key in keys_of(now):
                self.memory.listed.setdefault(key, {})[account.account_id] = now
            self.memory.accounts[account.account_id] = account

    def listed(self, key: str, limit: int) -> Sequence[Candidate]:
        with self.memory.lock:
            held = list(self.memory.listed.get(key, {}).values())
        return sorted(held, key=lambda one: place_of(one.account_id))[:limit]


@dataclass(frozen=True)
class MemoryContacts:
    memory: Memory

    def add(self, address: str, person_id: str, version: int) -> None:
        with self.memory.lock:
            held = self.memory.addresses.setdefault(address, {})
            held[person_id] = max(version, held.get(person_id, version))

    def remove(self, address: str, person_id: str, version: int) -> None:
        with self.memory.lock:
            held = self.memory.addresses.get(address, {})
            if held.get(person_id, version) < version:
                del held[person_id]

    def having(self, address: str, limit: int) -> Sequence[str]:
        with self.memory.lock:
            return sorted(self.memory.addresses.get(address, {}))[:limit]


def memory_queues(memory: Memory) -> MemoryRecords[Queue]:
    return MemoryRecords(memory.lock, memory.queues, lambda queue: queue.queue_id)


def memory_tasks(memory: Memory) -> MemoryRecords[Task]:
    return MemoryRecords(memory.lock, memory.tasks, lambda task: task.task_id)


def memory_opportunities(memory: Memory) -> MemoryRecords[Opportunity]:
    return MemoryRecords(memory.lock, memory.opportunities, lambda opportunity: opportunity.opportunity_id)


@dataclass(frozen=True)
class MemorySettings:
    memory: Memory

    def current(self) -> tuple[int, Mapping[str, Any]]:
        held = self.memory.documents
        return len(held), held[-1][0] if held else {}

    def get(self, version: int) -> Mapping[str, Any] | None:
        held = self.memory.documents
        return held[version - 1][0] if 0 < version <= len(held) else None

    def put(self, document: Mapping[str, Any], read_version: int, at: datetime) -> int:
        with self.memory.lock:
            if len(self.memory.documents) != read_version:
                raise Conflict("the settings were changed since")
            self.memory.documents.append((document, at))
            return read_version + 1

    def versions(self, limit: int, start: str | None = None) -> Page[tuple[int, datetime]]:
        newest = int(start) - 1 if start else len(self.memory.documents)
        numbers = list(range(newest, max(newest - limit, 0), -1))
        following = str(numbers[-1]) if numbers and numbers[-1] > 1 else None
        return Page([(n, self.memory.documents[n - 1][1]) for n in numbers], following)


@dataclass
class MemoryReference:
    memory: Memory
    age: timedelta = timedelta()

    def __post_init__(self) -> None:
        self._settings, self._version = Settings(), 0
        self._campaigns, self._users = memory_campaigns(self.memory), memory_users(self.memory)

    def settings(self) -> Settings:
        version = len(self.memory.documents)
        if version != self._version:
            self._settings, self._version = Settings.of(self.memory.documents[-1][0], version), version
        return self._settings

    def settings_at(self, version: int) -> Settings:
        if version == len(self.memory.documents):
            return self.settings()
        return Settings.of(self.memory.documents[version - 1][0], version) if version else Settings()

    def campaign(self, campaign_id: str) -> Campaign | None:
        held = self.memory.campaigns.get(campaign_id)
        return held[-1] if held else None

    def campaign_at(self, campaign_id: str, moment: datetime) -> Campaign | None:
        return self._campaigns.at(campaign_id, moment)

    def account(self, account_id: str) -> Account | None:
        return self.memory.accounts.get(account_id)

    def queue(self, queue_id: str) -> Queue | None:
        return self.memory.queues.get(queue_id)

    def user(self, user_id: str) -> User | None:
        return self._users.get(user_id)

    def user_at(self, user_id: str, moment: datetime) -> User | None:
        return self._users.at(user_id, moment)


@dataclass(frozen=True)
class MemorySentNotifications:
    memory: Memory

    def claim(self, event_id: str, now: datetime) -> Claim:
        with self.memory.lock:
            held = self.memory.sent_notifications.get(event_id)
            if held is not None and held[1] > now:
                return held[0]
            self.memory.sent_notifications[event_id] = (Claim.ANOTHERS, now + CLAIMED)
            return Claim.OURS

    def sent(self, event_id: str, now: datetime) -> None:
        self.memory.sent_notifications[event_id] = (Claim.SENT, now + SENT_KEPT)


@dataclass
class MemoryTopic:
    """Keeps what was published; refuses as often as `refusals` says."""

    published: list[Message] = field(default_factory=list)
    refusals: int = 0

    def publish(self, message: Message) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("the topic did not answer")
        self.published.append(message)


@dataclass
class MemoryBus:
    """Keeps what was published; `refusals` are the positions of events that are not taken, one set for each call."""

    published: list[Event] = field(default_factory=list)
    refusals: deque[set[int]] = field(default_factory=deque)

    def publish(self, events: Sequence[Event]) -> Sequence[Event]:
        refused = self.refusals.popleft() if self.refusals else set()
        self.published.extend(event for i, event in enumerate(events) if i not in refused)
        return [event for i, event in enumerate(events) if i in refused]
