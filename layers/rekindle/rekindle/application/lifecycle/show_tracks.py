"""Who is on which track of nurture, and which touch is due next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.application.ports import Page
from rekindle.application.ports.people import People
from rekindle.domain.lifecycle.nurture import course_of, touches_ahead
from rekindle.domain.people.person import Person


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody on a track, or in the programme of customers, and the touch that is due next."""

    person_id: str
    track: str | None
    """None in the programme of customers."""
    product: str | None
    entered_at: datetime
    touch: str
    due_at: datetime


@dataclass(frozen=True)
class ShowTracks:
    people: People
    rules: LifecycleRules

    def __call__(self, before: datetime, limit: int, start: str | None) -> Page[Stay]:
        """Whose next touch is due before an instant. A page may hold fewer than `limit`, also none: it reads so many
        people to whom anything is due, deadlines of sales too."""
        found = self.people.due(before, limit, start)
        stays = (stay for person in found.items for stay in self._stays(person) if stay.due_at < before)
        return Page(sorted(stays, key=lambda stay: (stay.due_at, stay.person_id, stay.touch)), found.next)

    def _stays(self, person: Person) -> Iterator[Stay]:
        way, rules = person.lifecycle, self.rules(person)
        if way is None or rules is None:
            return
        for ahead in touches_ahead(way, rules):
            stay = way.enrollments[ahead.place]
            course = course_of(stay, rules)
            if course is not None:
                touch = course.touches[ahead.touch]
                yield Stay(person.person_id, stay.track, stay.product, stay.entered_at, touch.name, ahead.at)
