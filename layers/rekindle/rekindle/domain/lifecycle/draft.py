"""The lifecycle of one person while one change is applied to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.entries import Entered, Left, Transition
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.lifecycle import NEW, Handoff, Lifecycle, State
from rekindle.domain.people.person import Person


class DeadlineFirst(Exception):
    """What was due before the current change comes first: whoever called does it, and applies the change again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("a deadline comes first")
        self.until = until


@dataclass(slots=True)
class LifecycleDraft:
    person: Person
    """As the change leaves the person. Its lifecycle is still that before the change."""
    rules: Rules
    lifecycle: Lifecycle
    transitions: list[Transition] = field(default_factory=list)
    track_entries: list[Entered | Left] = field(default_factory=list)
    """Tracks that were entered and left."""

    @classmethod
    def of(cls, person: Person, rules: Rules) -> Self:
        return cls(person, rules, person.lifecycle or NEW)

    @property
    def handoff(self) -> Handoff | None:
        return self.lifecycle.handoff

    def move_to(self, state: State, at: datetime, reason: str | None = None, **details: object) -> None:
        """`details`: further fields of the `Transition`."""
        policy = self.handoff.policy if self.handoff is not None else None
        entry = Transition(
            self.person.person_id,
            self.lifecycle.cycle,
            self.lifecycle.state,
            state,
            at,
            self.rules.settings.version,
            str(reason) if reason is not None else None,
            policy,
            **details,  # type: ignore[arg-type]
        )
        self.transitions.append(entry)
        inquired = self.lifecycle.inquired_at or (at if state in (State.INQUIRY, State.QUALIFIED) else None)
        self.lifecycle = replace(self.lifecycle, state=state, since=at, inquired_at=inquired)
