"""Ports of what could not be processed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from rekindle.application.ports import Page

if TYPE_CHECKING:
    from rekindle.domain.failures.failure import Backlog, Failure, FailureState


class Failures(Protocol):
    """What could not be processed, and waits for somebody who handles it."""

    def add(self, failure: Failure) -> None:
        """The same one again changes nothing."""
        ...

    def get(self, failure_id: str) -> Failure | None: ...

    def page(self, state: FailureState, reason: str | None, limit: int, start: str | None = None) -> Page[Failure]:
        """Failures in a state, the newest first, without their bodies."""
        ...

    def claim(self, failure_id: str, now: datetime) -> Failure | None:
        """Take it upon oneself to handle an open failure, for a minute; None where it is not open, or another's."""
        ...

    def release(self, failure: Failure) -> None:
        """Give the claim up: the failure stays open."""
        ...

    def settle(self, failure: Failure) -> None:
        """Store the state, the note and the user. What was sent again loses its body."""
        ...

    def backlog(self) -> Backlog: ...

    def about(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> Iterable[Failure]:
        """Failures about a person, who has these ids and these responses, as long as they have a body; among them the
        person's records of streams, which are no failures by themselves."""
        ...

    def erase(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> int:
        """Remove from those what is about the person; answers from how many."""
        ...


class NotResent(Exception):
    """Why a failure stays open."""


class Outdated(Exception):
    """Why a failure is not to be sent again: what it says no longer holds."""


class Destinations(Protocol):
    def send(self, failure: Failure) -> None:
        """Send the message of a failure to where it belongs. Raises NotResent, Outdated."""
        ...
