"""Show what could not be processed, send it where it belongs, or discard it. Two callers who race send it once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from rekindle.application.ports import Clock, Page
from rekindle.application.ports.failures import Destinations, Failures, NotResent, Outdated
from rekindle.domain.core.errors import NotFound, NotOpen
from rekindle.domain.core.values import replace
from rekindle.domain.failures.failure import Failure, FailureState, Selection

WORKERS = 16
"""Failures handled at the same time: each waits for the services most of its time."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a failure."""

    failure: Failure
    problem: str | None = None
    """Why it stays open."""


@dataclass(frozen=True)
class ResendFailures:
    failures: Failures
    destinations: Destinations
    clock: Clock

    def listed(self, state: FailureState, reason: str | None, limit: int, start: str | None = None) -> Page[Failure]:
        return self.failures.page(state, reason, limit, start)

    def resend(self, failure_id: str, user: str) -> Handled:
        """Raises NotFound, NotOpen."""
        return self._resend(self._claimed(failure_id), user)

    def discard(self, failure_id: str, user: str, note: str) -> Failure:
        """Raises NotFound, NotOpen."""
        return self._discard(self._claimed(failure_id), user, note)

    def resend_many(self, selection: Selection, user: str) -> Sequence[Handled]:
        """Those of them that are open, several at the same time."""
        return self._many(selection, partial(self._resend, user=user))

    def discard_many(self, selection: Selection, user: str, note: str) -> Sequence[Handled]:
        return self._many(selection, lambda failure: Handled(self._discard(failure, user, note)))

    def _many(self, selection: Selection, handle: Callable[[Failure], Handled]) -> Sequence[Handled]:
        failure_ids: Sequence[str] = selection.failure_ids
        if not failure_ids:
            newest = self.failures.page(FailureState.OPEN, selection.reason, selection.limit)
            failure_ids = [failure.failure_id for failure in newest.items]

        def handled(failure_id: str) -> Handled | None:
            claimed = self.failures.claim(failure_id, self.clock())
            return handle(claimed) if claimed is not None else None

        with ThreadPoolExecutor(WORKERS) as workers:
            return [one for one in workers.map(handled, failure_ids) if one is not None]

    def _claimed(self, failure_id: str) -> Failure:
        claimed = self.failures.claim(failure_id, self.clock())
        if claimed is not None:
            return claimed
        known = self.failures.get(failure_id)
        if known is None:
            raise NotFound(f"there is no failure {failure_id!r}", "failure_id")
        raise NotOpen(f"the failure is {known.state}, or is being handled in this moment", "failure_id")

    def _resend(self, failure: Failure, user: str) -> Handled:
        try:
            self.destinations.send(failure)
        except Outdated as why:
            done = _handled(failure, FailureState.DISCARDED, self.clock(), user, str(why))
            self.failures.settle(done)
            return Handled(done)
        except NotResent as why:
            self.failures.release(failure)
            return Handled(failure, str(why))
        done = _handled(failure, FailureState.RESENT, self.clock(), user, None)
        self.failures.settle(done)
        return Handled(done)

    def _discard(self, failure: Failure, user: str, note: str) -> Failure:
        done = _handled(failure, FailureState.DISCARDED, self.clock(), user, note)
        self.failures.settle(done)
        return done


def _handled(failure: Failure, state: FailureState, at: datetime, user: str, note: str | None) -> Failure:
    return replace(failure, state=state, handled_at=at, handled_by=user, note=note)
