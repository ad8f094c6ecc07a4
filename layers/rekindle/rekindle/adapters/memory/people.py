"""Persons with their responses, in memory."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice

from rekindle.adapters.memory.ledger import store
from rekindle.adapters.memory.reference import MemoryReference
from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.application.ports.people import ListedBy, MemberState
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Conflict
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Entry, entry_id
from rekindle.domain.people.assignment import Assignment, AssignmentState, AssignmentStep
from rekindle.domain.people.directory import directory_keys
from rekindle.domain.people.lifecycle import Lifecycle
from rekindle.domain.people.person import IndexRewrite, Person, Profile, resumed_from
from rekindle.domain.reactivation.change import Change, origins
from rekindle.domain.reactivation.search import CandidatesByClass, grouped_by_class
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Response, ResponseClass, ResponseOwner


@dataclass(frozen=True)
class MemoryCandidates:
    person: Person | None
    responses: Mapping[str, Response]
    classes: Mapping[str, ResponseClass | None]

    def candidates_of(self, response_class: ResponseClass, newest: datetime) -> Iterable[Response]:
        for response in self._grouped(response_class):
            if response.state.effective_at <= newest and response.state.reactivated_at is None:
                yield Response(response.response_id, response.campaign_id, response.state)

    @cached_property
    def _grouped(self) -> CandidatesByClass:
        """Only once it is asked for: most triggers are skipped before the search."""
        return grouped_by_class(self.responses.values(), self.classes)


def _owed_at(person: Person) -> str:
    due = person.lifecycle.due_at if person.lifecycle is not None else None
    return f"{times.sortable(due or times.LAST)}#{person.person_id}"


@dataclass(frozen=True)
class MemoryPeople:
    memory: Memory
    reference: MemoryReference

    def get(self, person_id: str) -> Person | None:
        return self.memory.people.get(person_id)

    def get_response(self, person_id: str, response_id: str) -> Response | None:
        return self.memory.responses.get(person_id, {}).get(response_id)

    def load(self, person_id: str, response_id: str) -> tuple[Person | None, Response | None]:
        memory = self.memory
        with memory.lock:
            responses = memory.responses.get(person_id)
            return memory.people.get(person_id), responses.get(response_id) if responses is not None else None

    def responses(self, person_id: str, after: str | None = None, limit: int | None = None) -> Iterator[Response]:
        with self.memory.lock:
            ordered = sorted(self.memory.responses.get(person_id, {}).items())
        following = (response for response_id, response in ordered if after is None or response_id > after)
        return islice(following, limit)

    def in_campaign(self, person_id: str, campaign_id: str) -> Iterator[Response]:
        with self.memory.lock:
            responses = list(self.memory.responses.get(person_id, {}).values())
        found = (one for one in responses if one.campaign_id == campaign_id and not one.state.deleted)
        return (replace(response, details=None) for response in found)

    def with_last_responses(self, person_id: str, limit: int) -> tuple[Person | None, Sequence[Response]]:
        with self.memory.lock:
            ordered = sorted(self.memory.responses.get(person_id, {}).items())
            return self.memory.people.get(person_id), [response for _, response in ordered[-limit:]]

    def newest_responses(self, person_id: str, limit: int, start: str | None = None) -> Page[Response]:
        with self.memory.lock:
            held = self.memory.responses.get(person_id, {}).values()
            ordered = sorted(
                (response for response in held if not response.state.deleted),
                key=lambda one: (one.state.effective_at, digest(one.response_id)),
                reverse=True,
            )
        begin = int(start) if start else 0
        return Page(ordered[begin : begin + limit], str(begin + limit) if len(ordered) > begin + limit else None)

    def candidates(self, person_id: str) -> MemoryCandidates:
        with self.memory.lock:
            person = self.memory.people.get(person_id)
            responses = dict(self.memory.responses.get(person_id, {}))
            return MemoryCandidates(
                replace(person, profile=None) if person else None, responses, self.reference.settings().classes
            )

    def repeats(self, person_id: str, campaign_id: str, limit: int) -> int:
        with self.memory.lock:
            responses = list(self.memory.responses.get(person_id, {}).values())
        return min(limit, sum(r.campaign_id == campaign_id and not r.state.deleted for r in responses))

    def assigned(self, state: AssignmentState, limit: int, start: str | None = None) -> Page[Person]:
        def place(person: Person, assignment: Assignment) -> str:
            return f"{times.sortable(assignment.next_due or assignment.activated_at)}#{person.person_id}"

        with self.memory.lock:
            people = [
                p for p in self.memory.people.values() if p.assignment is not None and p.assignment.state is state
            ]
        placed = sorted((place(p, p.assignment), p) for p in people if p.assignment is not None)
        following = [(at, person) for at, person in placed if start is None or at > start][: limit + 1]
        return Page(
            [person for _, person in following[:limit]], following[limit - 1][0] if len(following) > limit else None
        )

    def owed(self, limit: int, start: str | None = None) -> Page[Person]:
        return self._by_clock(lambda person, lifecycle: lifecycle.is_owed, limit, start)

    def due(self, before: datetime, limit: int, start: str | None = None) -> Page[Person]:
        until = times.sortable(before)
        return self._by_clock(
            lambda person, lifecycle: lifecycle.due_at is not None and _owed_at(person) < until, limit, start
        )

    def _by_clock(self, has: Callable[[Person, Lifecycle], bool], limit: int, start: str | None) -> Page[Person]:
        with self.memory.lock:
            people = [p for p in self.memory.people.values() if p.lifecycle is not None and has(p, p.lifecycle)]
        placed = sorted((_owed_at(p), p.person_id, p) for p in people)
        following = [(at, person) for at, _, person in placed if start is None or at > start][: limit + 1]
        return Page([p for _, p in following[:limit]], following[limit - 1][0] if len(following) > limit else None)

    def count_assigned(self, state: AssignmentState) -> int:
        with self.memory.lock:
            people = self.memory.people.values()
            return sum(person.assignment is not None and person.assignment.state is state for person in people)

    def listed(self, by: ListedBy, key: str, limit: int, start: str | None = None) -> Page[str]:
        with self.memory.lock:
            person_ids = sorted(
                (entry, person.person_id)
                for person in self.memory.people.values()
                if (entry := getattr(directory_keys(person), by)) is not None
                and (entry.startswith(key) if by is ListedBy.NAME else entry == key)
            )
        begin = int(start) if start else 0
        ids = [person_id for _, person_id in person_ids[begin : begin + limit]]
        return Page(ids, str(begin + limit) if len(person_ids) > begin + limit else None)

    def members(
        self,
        campaign_id: str,
        state: MemberState,
        limit: int,
        start: str | None = None,
        before: datetime | None = None,
    ) -> Page[tuple[str, Response]]:
        with self.memory.lock:
            found = [
                (place, person_id, response)
                for person_id, responses in self.memory.responses.items()
                for response in responses.values()
                if (place := self._member_since(person_id, response, campaign_id, state)) is not None
                and (before is None or place < before)
            ]
        found.sort(key=lambda one: (one[0], one[1], one[2].response_id), reverse=True)
        begin = int(start) if start else 0
        page = [(person_id, response) for _, person_id, response in found[begin : begin + limit]]
        return Page(page, str(begin + limit) if len(found) > begin + limit else None)

    def _member_since(
        self, person_id: str, response: Response, campaign_id: str, state: MemberState
    ) -> datetime | None:
        current, person = response.state, self.memory.people.get(person_id)
        if current.deleted or response.campaign_id != campaign_id:
            return None
        active = person.active if person is not None else None
        asked = {
            MemberState.TARGETED: True,
            MemberState.RESPONDED: current.responded,
            MemberState.DARK: not current.responded,
            MemberState.ACTIVE: active is not None and active.response_id == response.response_id,
        }
        return current.effective_at if asked[state] else None

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
                    self._check_owners(change, leaving)
            for change in changes:
                self._write(change)

    def _check_owners(self, change: Change, leaving: Mapping[str, str]) -> None:
        owners, tombstone = self.memory.response_owners, change.tombstone
        for response in change.arriving():
            owner, origin = owners.get(response.response_id), leaving.get(response.response_id) if leaving else None
            read = ResponseOwner(origin, tombstone) if origin or tombstone else None
            if owner is not read and owner not in (read, ResponseOwner(change.person.person_id)):
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
            stored_score = memory.scores.get(person_id)
            if stored_score is not score and (stored_score.version if stored_score else 0) != (
                score.version if score else 0
            ):
                raise Conflict("the score was changed since")
        if change.new_score is not None:
            new, read_version = change.new_score
            current = memory.scores.get(new.person_id)
            if (current.version if current else 0) != read_version:
                raise Conflict("the score was changed since")
        claim = change.quota_claim
        if claim is not None and memory.claims.get((claim.pool, claim.user_id, claim.day), 0) >= claim.quota:
            raise Conflict("the quota is reached")

    def _write(self, change: Change) -> None:
        memory, person = self.memory, change.person
        person_id = person.person_id
        if person.profile is None:
            stored = memory.people.get(person_id)
            person = replace(person, profile=(stored.profile if stored else None) or Profile())
        lifecycle = person.lifecycle
        if lifecycle is not None:
            self._write_way(memory.people.get(person_id), person_id, lifecycle)
        elif memory.lifecycles is not None and person.merged_into is not None:
            self._forget_open_clocks(person_id)
        memory.people[person_id] = person
        if change.status_activated is not None:
            memory.activations.append(change.status_activated)
        if change.timer is not None:
            memory.timers[change.timer.name] = change.timer
        if change.responses or change.removed:
            self._write_responses(change, person_id)
        if change.decision is not None:
            store(memory, change.decision)
        if change.new_score is not None:
            memory.scores[change.new_score[0].person_id] = change.new_score[0]
        if change.member is not None:
            memory.members.setdefault(change.member.batch_id, {})[change.member.decision_id] = change.member
        if change.quota_claim is not None:
            claimed = (change.quota_claim.pool, change.quota_claim.user_id, change.quota_claim.day)
            memory.claims[claimed] = memory.claims.get(claimed, 0) + 1
        if change.entries:
            self._write_entries(change.entries)
        if memory.assignments is not None and person.assignment is not None:
            memory.assignments[person.assignment.assignment_id] = (person_id, person.assignment)

    def _write_way(self, before: Person | None, person_id: str, lifecycle: Lifecycle) -> None:
        memory = self.memory
        due = before.lifecycle.due_at if before is not None and before.lifecycle is not None else None
        if lifecycle.due_at is not None and lifecycle.due_at != due:
            heapq.heappush(memory.clocks_due, (lifecycle.due_at, person_id))
        if memory.lifecycles is not None:
            memory.lifecycles[(person_id, lifecycle.cycle)] = lifecycle

    def _forget_open_clocks(self, person_id: str) -> None:
        """They run on as another's, or nothing is owed any more."""
        lifecycles = self.memory.lifecycles or {}
        for (whose, cycle), lifecycle in lifecycles.items():
            if whose == person_id and lifecycle.handoff is not None:
                over = tuple(clock for clock in lifecycle.handoff.clocks if clock.is_over)
                lifecycles[(whose, cycle)] = replace(lifecycle, handoff=replace(lifecycle.handoff, clocks=over))

    def _write_responses(self, change: Change, person_id: str) -> None:
        memory = self.memory
        responses = memory.responses.get(person_id)
        if responses is None:
            responses = memory.responses[person_id] = {}
        for response in change.responses:
            before = responses.get(response.response_id)
            if before is None:
                memory.response_owners[response.response_id] = ResponseOwner(person_id)
            elif response.details is None:
                response = replace(response, details=before.details, trail=(*before.trail, *response.trail))
            responses[response.response_id] = response
        for response_id in change.removed:
            responses.pop(response_id, None)
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

    def reindex(
        self,
        person: Person,
        classes: Mapping[str, ResponseClass | None],
        class_map: str,
        at: datetime,
        most: int | None = None,
    ) -> bool:
        """Memory has no index: there is only to note how far it would be."""
        start = resumed_from(person, class_map)
        some = list(self.responses(person.person_id, start, most))
        rewrite = IndexRewrite(class_map, some[-1].response_id, at) if most and len(some) == most else None
        after = replace(person, version=person.version + 1, classes="" if rewrite else class_map, index_rewrite=rewrite)
        self.commit(Change(after, person.version))
        return rewrite is None
