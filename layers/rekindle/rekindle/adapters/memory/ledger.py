"""Decisions and journeys in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.adapters.memory.pages import backward
from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.domain.core import times
from rekindle.domain.imports.file_import import ImportEnded
from rekindle.domain.lifecycle.journey import Entry, Interacted, entry_id
from rekindle.domain.reactivation.decision import Decision, Outcome
from rekindle.domain.reactivation.request import Call
from rekindle.domain.responses.member_change import MemberChange


def store(memory: Memory, decision: Decision) -> None:
    """Keep a decision, and put it on the streams that functions read."""
    memory.decisions[decision.decision_id] = decision
    records = memory.records.get(decision.person_id)
    if records is None:
        records = memory.records[decision.person_id] = {}
    records[decision.decision_id] = decision
    memory.outbox.append(decision)
    if decision.assignment is not None and decision.assignment.waits:
        memory.begun.append(decision)


@dataclass(frozen=True)
class MemoryLedger:
    memory: Memory

    def get(self, decision_id: str) -> Decision | None:
        return self.memory.decisions.get(decision_id)

    def add(self, decision: Decision) -> Decision:
        with self.memory.lock:
            stored = self.memory.decisions.get(decision.decision_id)
            if stored is None:
                store(self.memory, decision)
            return stored or decision

    def remember(self, call: Call) -> Call:
        with self.memory.lock:
            kept = self.memory.calls.get(call.key)
            if kept is None or (kept.lifetime is not None and kept.at + kept.lifetime < call.at):
                kept = self.memory.calls[call.key] = call
            return kept

    def add_member_change(self, change: MemberChange) -> None:
        with self.memory.lock:
            kept = self.memory.member_changes.setdefault((change.transaction, change.campaign_id), {})
            kept[change.response_id] = change

    def member_changes(self, transaction: str, campaign_id: str) -> Sequence[MemberChange]:
        with self.memory.lock:
            return list(self.memory.member_changes.get((transaction, campaign_id), {}).values())

    def add_import(self, ended: ImportEnded) -> None:
        with self.memory.lock:
            if ended not in self.memory.ended_imports:
                self.memory.ended_imports.append(ended)

    def interactions(self, person_id: str, since: datetime, until: datetime) -> Sequence[Interacted]:
        known = self.memory.records.get(person_id, {}).values()
        return [one for one in known if isinstance(one, Interacted) and since <= one.at <= until]

    def put_interaction(self, now: Interacted, before: Interacted | None) -> None:
        with self.memory.lock:
            if before is not None:
                self.memory.records.get(before.person_id, {}).pop(entry_id(before), None)
            self.memory.records.setdefault(now.person_id, {})[entry_id(now)] = now

    def decisions(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision]:
        records = self.memory.records.get(person_id, {})
        return backward({k: r for k, r in records.items() if isinstance(r, Decision)}, limit, start)

    def decided(
        self, since: datetime, until: datetime, limit: int, start: str | None = None, *, skipped: bool = False
    ) -> Page[Decision]:
        found = {
            f"{times.sortable(one.decided_at)}#{one.decision_id}": one
            for one in self.memory.decisions.values()
            if since <= one.decided_at < until and (one.outcome is Outcome.SKIPPED) == skipped
        }
        return backward(found, limit, start)

    def timeline(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision | Entry]:
        return backward(self.memory.records.get(person_id, {}), limit, start)
