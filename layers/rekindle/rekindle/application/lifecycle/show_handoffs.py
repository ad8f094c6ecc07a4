"""What sales owes, by what is due next; and each clock of a lead with the explanation of its deadline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rekindle.application.core.attempts import current_person
from rekindle.application.core.paging import filtered
from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.application.ports import Page
from rekindle.application.ports.people import People
from rekindle.domain.core.errors import NotFound
from rekindle.domain.lifecycle.calendar import Calendar, Span
from rekindle.domain.people.clock import HandoffClock
from rekindle.domain.people.lifecycle import Handoff, State
from rekindle.domain.people.person import Person

COUNTED = 50
"""Windows that an explanation lists."""
LOOKS = 10
"""Pages of the index that one answer looks through for a filter."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A clock, the calendar it counts by, and what was counted of it up to its deadline or its end."""

    clock: HandoffClock
    calendar: Calendar | None
    windows: tuple[Span, ...] = ()
    holidays: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which handoffs are asked for."""

    state: State | None = None
    owner_id: str | None = None
    due_before: datetime | None = None

    def has(self, person: Person) -> bool:
        lifecycle = person.lifecycle
        if lifecycle is None or lifecycle.handoff is None:
            return False
        due = next_deadline(lifecycle.handoff)
        return (
            self.state in (None, lifecycle.state)
            and self.owner_id in (None, person.owner_id)
            and (self.due_before is None or (due is not None and due < self.due_before))
        )


def next_deadline(handoff: Handoff) -> datetime | None:
    """The first deadline of those that are still ahead, or were missed and are not acted upon yet."""
    return min((clock.due_at for clock in handoff.clocks if not clock.is_over and clock.due_at), default=None)


@dataclass(frozen=True)
class ShowHandoffs:
    people: People
    rules: LifecycleRules

    def owed(self, wanted: Wanted, limit: int, start: str | None) -> Page[Person]:
        """A page may be shorter than the limit, and yet not the last."""
        return filtered(self.people.owed, wanted.has, limit, start, LOOKS)

    def clocks(self, person_id: str) -> tuple[Person, list[Explained]]:
        """Those of the newest handoff. Raises NotFound."""
        person = current_person(self.people, person_id)
        if person is None:
            raise NotFound(f"there is no person {person_id!r}")
        handoff = person.lifecycle.handoff if person.lifecycle is not None else None
        rules = self.rules(person)
        terms = rules.policy_of(handoff) if handoff is not None and rules is not None else None
        calendar = terms[1] if terms is not None else None
        return person, [_explained(clock, calendar) for clock in (handoff.clocks if handoff is not None else ())]


def _explained(clock: HandoffClock, calendar: Calendar | None) -> Explained:
    if calendar is None:
        return Explained(clock, None)
    until = clock.counted_at if clock.is_over else clock.due_at or clock.counted_at
    return Explained(clock, calendar, tuple(_windows(clock, calendar, until)), _holidays(clock, calendar, until))


def _windows(clock: HandoffClock, calendar: Calendar, until: datetime) -> Iterator[Span]:
    for number, span in enumerate(calendar.spans(clock.started_at)):
        if span.start >= until or number == COUNTED:
            return
        yield Span(span.start, min(span.end, until), span.day)


def _holidays(clock: HandoffClock, calendar: Calendar, until: datetime) -> tuple[tuple[date, str], ...]:
    first, last = clock.started_at.date() - timedelta(days=1), until.date() + timedelta(days=1)
    return tuple(sorted((day, name) for day, name in calendar.holidays.items() if first <= day <= last))
