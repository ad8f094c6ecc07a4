"""Turns and quotas of the router's pools, in memory."""

from dataclasses import dataclass
from datetime import date

from rekindle.adapters.memory.state import Memory
from rekindle.domain.assignment.round_robin import Capacities, counter_of, turn_of


@dataclass(frozen=True)
class MemoryPools:
    memory: Memory

    def turn(self, pool: str, capacities: Capacities, assignment_id: str) -> int:
        counter = counter_of(capacities, assignment_id)
        with self.memory.lock:
            drawn = self.memory.turns.get((pool, capacities, counter), 0)
            self.memory.turns[pool, capacities, counter] = drawn + 1
        return turn_of(capacities, counter, drawn)

    def claimed(self, pool: str, user_id: str, day: date) -> int:
        return self.memory.claims.get((pool, user_id, day), 0)
