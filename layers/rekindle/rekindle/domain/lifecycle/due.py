"""What time alone does next to a person: a step of a clock, a touch, or the end of a wait for a response."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.nurture import DueTouch, next_touch
from rekindle.domain.lifecycle.timing import DueClockStep, Rules, next_clock_step
from rekindle.domain.people.lifecycle import AwaitedResponse, Lifecycle
from rekindle.domain.people.person import Person


@dataclass(frozen=True, slots=True)
class DueDormancy:
    """An active person of whom nothing was heard for so long goes back to marketing."""

    at: datetime


@dataclass(frozen=True, slots=True)
class DueWentDark:
    """A member of a campaign who has not responded for so long went dark."""

    at: datetime
    awaited: AwaitedResponse


type DueAction = DueClockStep | DueTouch | DueDormancy | DueWentDark


def next_due_action(person: Person, lifecycle: Lifecycle, rules: Rules) -> DueAction | None:
    """What comes first; of one instant the touches, then the clocks, then who is dormant or went dark."""
    due: DueAction | None = _next_step(person, lifecycle, rules)
    after = rules.lifecycle.dormant_after
    if lifecycle.heard_at is not None and after is not None and person.active is not None:
        dormant = DueDormancy(lifecycle.heard_at + after)
        due = dormant if due is None or dormant.at < due.at else due
    if lifecycle.awaited and rules.lifecycle.dark_after is not None:
        dark = DueWentDark(lifecycle.awaited[0].since + rules.lifecycle.dark_after, lifecycle.awaited[0])
        due = dark if due is None or dark.at < due.at else due
    return due


def _next_step(person: Person, lifecycle: Lifecycle, rules: Rules) -> DueClockStep | DueTouch | None:
    """Of one instant, the touches come first: a clock may end the enrollment on a track."""
    due = next_clock_step(person, lifecycle.handoff, rules) if lifecycle.handoff is not None else None
    touch = next_touch(lifecycle, rules) if lifecycle.enrollments else None
    if due is None or touch is None:
        return due or touch
    return touch if touch.at <= due.at else due


def with_due_at(person: Person, rules: Rules) -> Person:
    """The person, with the instant at which time alone does something next."""
    lifecycle = person.lifecycle
    if lifecycle is None:
        return person
    due = next_due_action(person, lifecycle, rules)
    at = due.at if due is not None else None
    return person if at == lifecycle.due_at else replace(person, lifecycle=replace(lifecycle, due_at=at))
