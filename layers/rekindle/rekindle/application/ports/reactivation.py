"""Ports of decisions: the ledger, backfills, timers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from rekindle.application.ports import Page

if TYPE_CHECKING:
    from rekindle.domain.imports.file_import import ImportEnded
    from rekindle.domain.lifecycle.journey import Entry, Interacted
    from rekindle.domain.reactivation.batch import Batch, Member
    from rekindle.domain.reactivation.decision import Decision
    from rekindle.domain.reactivation.request import Call
    from rekindle.domain.reactivation.timer import Timer
    from rekindle.domain.responses.member_change import MemberChange


class Ledger(Protocol):
    def get(self, decision_id: str) -> Decision | None: ...

    def add(self, decision: Decision) -> Decision:
        """Store a decision that changes nothing else; answers the one already stored under that id, if any."""
        ...

    def remember(self, call: Call) -> Call:
        """Keep a call under its key for its lifetime; answers the one already kept, if any."""
        ...

    def add_member_change(self, change: MemberChange) -> None:
        """Keep for a while that a transaction made or deleted a member."""
        ...

    def member_changes(self, transaction: str, campaign_id: str) -> Sequence[MemberChange]:
        """What is kept of a transaction's members in one campaign, as last written."""
        ...

    def decisions(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision]:
        """A person's decisions, newest first."""
        ...

    def decided(
        self, since: datetime, until: datetime, limit: int, start: str | None = None, *, skipped: bool = False
    ) -> Page[Decision]:
        """Decisions of all people that were made from an instant on up to another, newest first: those that gave
        credit, or those that were skipped. On a stack only those that were made while it lists decisions."""
        ...

    def timeline(self, person_id: str, limit: int, start: str | None = None) -> Page[Decision | Entry]:
        """Decisions, what became of the active responses, and interactions, newest first."""
        ...

    def interactions(self, person_id: str, since: datetime, until: datetime) -> Sequence[Interacted]:
        """The interactions of a person between two instants, both included, as last written."""
        ...

    def add_import(self, ended: ImportEnded) -> None:
        """Keep that an import ended, for other systems to hear of it. The same end again is one."""
        ...

    def put_interaction(self, now: Interacted, before: Interacted | None) -> None:
        """Show an interaction in its person's timeline, and no longer as it was `before`."""
        ...


class Batches(Protocol):
    """Backfills: how far each came, and the activations that it made. Those are written by `People.commit`."""

    def get(self, batch_id: str) -> Batch | None: ...

    def put(self, batch: Batch, read_version: int) -> None:
        """Raises Conflict where the stored version is no longer `read_version` (0: where there is one)."""
        ...

    def members(self, batch_id: str, limit: int, start: str | None = None) -> Page[Member]:
        """The activations of a batch, in the order of their decisions' ids."""
        ...


class ReactivationTimers(Protocol):
    """Delayed reactivations, responses whose date is still to come, and crossings that were put off."""

    def set(self, timer: Timer) -> None:
        """Set it; the same one again changes nothing."""
        ...

    def done(self, timer: Timer) -> None: ...

    def overdue(self, before: datetime, limit: int) -> Sequence[Timer]:
        """Timers that were due before an instant and are not done, the oldest first."""
        ...
