"""What time alone does next to a person: a step of a clock, a touch, or the end of a wait for a response."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.nurture import NextTouch, next_touch
from rekindle.domain.lifecycle.timing import Due, Rules, next_due
from rekindle.domain.people.lifecycle import AwaitedResponse, Lifecycle
from rekindle.domain.people.person import Person


@dataclass(frozen=True, slots=True)
class Dormant:
    """An active person of whom nothing was heard for so long goes back to marketing."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A member of a campaign who has not responded for so long went dark."""

    at: datetime
    awaited: AwaitedResponse


def next_of(person: Person, way: Lifecycle, rules: Rules) -> Due | NextTouch | Dormant | Unanswered | None:
    """What comes first; of one instant the touches, then the clocks, then who is dormant or went dark."""
    due: Due | NextTouch | Dormant | Unanswered | None = _next_of(person, way, rules)
    after = rules.lifecycle.dormant_after
    if way.heard_at is not None and after is not None and person.active is not None:
        dormant = Dormant(way.heard_at + after)
        due = dormant if due is None or dormant.at < due.at else due
    if way.awaited and rules.lifecycle.dark_after is not None:
        dark = Unanswered(way.awaited[0].since + rules.lifecycle.dark_after, way.awaited[0])
        due = dark if due is None or dark.at < due.at else due
    return due


def _next_of(person: Person, way: Lifecycle, rules: Rules) -> Due | NextTouch | None:
    """Of one instant, the touches come first: a clock may end the stay on a track."""
    due = next_due(person, way.handoff, rules) if way.handoff is not None else None
    touch = next_touch(way, rules) if way.enrollments else None
    if due is None or touch is None:
        return due or touch
    return touch if touch.at <= due.at else due


def with_due(person: Person, rules: Rules) -> Person:
    """The person, with the instant at which time alone does something next."""
    way = person.lifecycle
    if way is None:
        return person
    due = next_of(person, way, rules)
    at = due.at if due is not None else None
    return person if at == way.due_at else replace(person, lifecycle=replace(way, due_at=at))
