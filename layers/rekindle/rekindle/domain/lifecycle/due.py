"""What time alone does next to a person: a step of a clock, or a touch."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.nurture import NextTouch, next_touch
from rekindle.domain.lifecycle.timing import Due, Rules, next_due
from rekindle.domain.people.lifecycle import Lifecycle
from rekindle.domain.people.person import Person


@dataclass(frozen=True, slots=True)
class Dormant:
    """An active person of whom nothing was heard for so long goes back to marketing."""

    at: datetime


def next_of(person: Person, way: Lifecycle, rules: Rules) -> Due | NextTouch | Dormant | None:
    """What comes first; of one instant the touches, then the clocks."""
    due, after = _next_of(person, way, rules), rules.lifecycle.dormant_after
    if way.heard_at is None or after is None or person.active is None:
        return due
    dormant = Dormant(way.heard_at + after)
    return dormant if due is None or dormant.at < due.at else due


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
