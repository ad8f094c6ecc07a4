"""The queue of clicks in memory."""

from dataclasses import dataclass
from datetime import timedelta

from rekindle.adapters.memory.state import Memory
from rekindle.domain.links.click import Click


@dataclass(frozen=True)
class MemoryClicks:
    memory: Memory

    def keep(self, click: Click) -> None:
        self.memory.clicks.append(click)

    def judge(self, click: Click, after: timedelta) -> None:
        self.memory.judged.append((click, after))
