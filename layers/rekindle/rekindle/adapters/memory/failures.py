"""Failures in memory."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from rekindle.adapters.memory.state import Memory
from rekindle.adapters.wire.failures import body_without, concerns
from rekindle.application.ports import Page
from rekindle.application.ports.notifications import CLAIMED
from rekindle.domain.core import times
from rekindle.domain.core.values import replace
from rekindle.domain.failures.failure import Backlog, Failure, FailureState


@dataclass(frozen=True)
class MemoryFailures:
    memory: Memory

    def add(self, failure: Failure) -> None:
        self.memory.failures.setdefault(failure.failure_id, failure)

    def get(self, failure_id: str) -> Failure | None:
        return self.memory.failures.get(failure_id)

    def page(self, state: FailureState, reason: str | None, limit: int, start: str | None = None) -> Page[Failure]:
        def place(failure: Failure) -> str:
            return f"{times.sortable(failure.failed_at)}#{failure.failure_id}"

        with self.memory.lock:
            matching = [
                one for one in self.memory.failures.values() if one.state is state and reason in (None, one.reason)
            ]
        rows = sorted((one for one in matching if start is None or place(one) < start), key=place, reverse=True)
        listed = [replace(one, body="") for one in rows[:limit]]
        return Page(listed, place(listed[-1]) if len(rows) > limit else None)

    def claim(self, failure_id: str, now: datetime) -> Failure | None:
        with self.memory.lock:
            failure = self.memory.failures.get(failure_id)
            claimed_until = self.memory.claimed_failures.get(failure_id)
            if failure is None or failure.state is not FailureState.OPEN or (claimed_until and claimed_until > now):
                return None
            self.memory.claimed_failures[failure_id] = now + CLAIMED
            return failure

    def release(self, failure: Failure) -> None:
        self.memory.claimed_failures.pop(failure.failure_id, None)

    def settle(self, failure: Failure) -> None:
        with self.memory.lock:
            if failure.failure_id in self.memory.failures:
                body = "" if failure.state is FailureState.RESENT else failure.body
                self.memory.failures[failure.failure_id] = replace(failure, body=body)

    def backlog(self) -> Backlog:
        with self.memory.lock:
            moments = [one.failed_at for one in self.memory.failures.values() if one.state is FailureState.OPEN]
        return Backlog(len(moments), min(moments, default=None))

    def about(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> list[Failure]:
        with self.memory.lock:
            kept = [failure for failure in self.memory.failures.values() if failure.body]
        return [failure for failure in kept if concerns(failure, person_ids, has_response)]

    def erase(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> int:
        removed = 0
        for failure in self.about(person_ids, has_response):
            left = body_without(failure, person_ids)
            removed += left != failure.body
            if left is None:
                del self.memory.failures[failure.failure_id]
            else:
                self.memory.failures[failure.failure_id] = replace(failure, body=left)
        return removed


@dataclass(frozen=True)
class MemoryDestinations:
    memory: Memory

    def send(self, failure: Failure) -> None:
        self.memory.resent.append(failure)
