"""Who is on which track of nurture, and which touch is due next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rekindle.application.lifecycle.rules import LifecycleRules
from rekindle.application.ports import Page
from rekindle.application.ports.people import People
from rekindle.domain.lifecycle.nurture import programme_of, touches_ahead
from rekindle.domain.people.person import Person


@dataclass(frozen=True, slots=True)
class TrackEnrollment:
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

    def __call__(self, before: datetime, limit: int, start: str | None) -> Page[TrackEnrollment]:
        """Whose next touch is due before an instant. A page may hold fewer than `limit`, also none: it reads so many
        people to whom anything is due, deadlines of sales too."""
        found = self.people.due(before, limit, start)
        enrollments = (one for person in found.items for one in self._enrollments(person) if one.due_at < before)
        return Page(sorted(enrollments, key=lambda one: (one.due_at, one.person_id, one.touch)), found.next)

    def _enrollments(self, person: Person) -> Iterator[TrackEnrollment]:
        lifecycle, rules = person.lifecycle, self.rules(person)
        if lifecycle is None or rules is None:
            return
        for ahead in touches_ahead(lifecycle, rules):
            enrollment = lifecycle.enrollments[ahead.enrollment_index]
            programme = programme_of(enrollment, rules)
            if programme is not None:
                touch = programme.touches[ahead.touch_index]
                on = (person.person_id, enrollment.track, enrollment.product, enrollment.entered_at)
                yield TrackEnrollment(*on, touch.name, ahead.at)
