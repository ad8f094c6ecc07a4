"""Turns and quotas of the router's pools, in memory."""

from dataclasses import dataclass
from datetime import date

from rekindle.adapters.memory.state import Memory
from rekindle.domain.assignment.round_robin import Capacities


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
