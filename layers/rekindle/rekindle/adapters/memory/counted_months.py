"""The shares of won deals, and the engagement cycles, as they were counted last, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.adapters.memory.state import Memory
from rekindle.domain.core.values import replace
from rekindle.domain.measures.counted_cycles import CountedCycles
from rekindle.domain.measures.shared_days import CountedShares


@dataclass(frozen=True)
class MemoryStoredShares:
    memory: Memory

    def put(self, counted: CountedShares) -> None:
        self.memory.counted_shares = counted

    def get(self, months: Sequence[str]) -> CountedShares | None:
        counted = self.memory.counted_shares
        if counted is None:
            return None
        recycled = [one for one in counted.recycled if one.month in months]
        return replace(counted, days=[one for one in counted.days if one.month in months], recycled=recycled)


@dataclass(frozen=True)
class MemoryStoredCycles:
    memory: Memory

    def put(self, counted: CountedCycles) -> None:
        self.memory.counted_cycles = counted

    def get(self, months: Sequence[str]) -> CountedCycles | None:
        counted = self.memory.counted_cycles
        if counted is None:
            return None
        return replace(counted, months={month: counted.months[month] for month in months if month in counted.months})
