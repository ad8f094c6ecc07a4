"""Decisions and journeys in memory."""

from dataclasses import dataclass

from rekindle.adapters.memory.pages import backward
from rekindle.adapters.memory.state import Memory
from rekindle.application.ports import Page
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.reactivation.request import Call


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

    def decisions(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision]:
        records = self.memory.records.get(person_id, {})
        return backward({k: r for k, r in records.items() if isinstance(r, Decision)}, limit, start)

    def timeline(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision | Entry]:
        return backward(self.memory.records.get(person_id, {}), limit, start)
