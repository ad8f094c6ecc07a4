"""Timers in memory: what is due is on a heap."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.adapters.memory.state import Memory
from rekindle.domain.assignment.timer import AssignmentTimer
from rekindle.domain.reactivation.timer import Timer


@dataclass(frozen=True)
class MemoryReactivationTimers:
    memory: Memory

    def set(self, timer: Timer) -> None:
        self.memory.timers[timer.name] = timer
        heapq.heappush(self.memory.due, (timer.due, timer.name))

    def done(self, timer: Timer) -> None:
        self.memory.timers.pop(timer.name, None)

    def overdue(self, before: datetime, limit: int) -> Sequence[Timer]:
        timers = sorted(self.memory.timers.values(), key=lambda t: (t.due, t.name))
        return [timer for timer in timers if timer.due < before][:limit]


@dataclass(frozen=True)
class MemoryAssignmentTimers:
    memory: Memory

    def set(self, wait: AssignmentTimer) -> None:
        if wait.name not in self.memory.waits:
            self.memory.waits[wait.name] = wait
            heapq.heappush(self.memory.waiting, (wait.due, wait.name))


@dataclass(frozen=True)
class MemoryRoutings:
    memory: Memory

    def again(self, person_id: str, assignment_id: str, at: datetime) -> None:
        heapq.heappush(self.memory.routings, (at, person_id, assignment_id))
