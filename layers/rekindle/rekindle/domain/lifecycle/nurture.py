"""Tracks of nurture and the programme of customers: who enters, which touch is due when, who leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.entries import Entered, Left, TouchDue
from rekindle.domain.lifecycle.policies import Customers, LifecycleSettings, Track
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.lifecycle import Enrollment, Lifecycle
from rekindle.domain.people.person import Person

LATE = timedelta(hours=1)
"""A handoff, or an entry, that is heard of later than that begins when it is heard of: nobody could keep a promise
before."""
COMPLETED = "completed"
"""Of the end of a stay: its last touch was due."""
OPTED_OUT, DELETED, RECYCLED = "opted_out", "deleted", "recycled"
SILENT = (OPTED_OUT, DELETED)
"""Ends after which nothing more is sent."""
MEMBER = "member"


@dataclass(frozen=True, slots=True)
class NextTouch:
    at: datetime
    place: int
    """Of the stay among those of the person."""
    touch: int
    """Of the track's touches."""


def course_of(stay: Enrollment, rules: Rules) -> Track | Customers | None:
    """What somebody goes through, as the settings said at the entry; None where they said nothing of it."""
    settings = rules.of_version(stay.settings_version)
    if settings is None:
        return None
    return settings.customers if stay.track is None else settings.tracks.get(stay.track)


def next_touch(way: Lifecycle, rules: Rules) -> NextTouch | None:
    """The touch that is due first; None where none is."""
    return min(_touches(way, rules), key=lambda one: (one.at, one.place, one.touch), default=None)


def touches_ahead(way: Lifecycle, rules: Rules) -> list[NextTouch]:
    """Of each stay the touch that is due first."""
    first: dict[int, NextTouch] = {}
    for one in sorted(_touches(way, rules), key=lambda one: (one.at, one.touch)):
        first.setdefault(one.place, one)
    return list(first.values())


def _touches(way: Lifecycle, rules: Rules) -> Iterator[NextTouch]:
    for place, stay in enumerate(way.enrollments):
        course = course_of(stay, rules)
        for number, touch in enumerate(course.touches if course is not None else ()):
            if not stay.taken & (1 << number):
                yield NextTouch(touch.due_at(stay.entered_at), place, number)


def may_be_contacted(person: Person) -> bool:
    """Whether messages may be sent to the person, and arrive."""
    profile = person.profile
    return not person.deleted and (profile is None or not (profile.do_not_contact or profile.undeliverable))


def _is_suppressed(person: Person, course: Track | Customers, rules: Rules) -> bool:
    return isinstance(course, Customers) and "open_case" in course.suppress and rules.has_open_case(person)


def take(person: Person, way: Lifecycle, due: NextTouch, rules: Rules) -> tuple[Lifecycle, list[TouchDue | Left]]:
    """The way after a touch was due, and the entries of it. To whoever may not be contacted nothing is due: the touch
    is left out, and the next comes at its own time."""
    stay = way.enrollments[due.place]
    course = course_of(stay, rules)
    entries: list[TouchDue | Left] = []
    if course is not None and may_be_contacted(person) and not _is_suppressed(person, course, rules):
        entries.append(
            TouchDue(
                person.person_id,
                stay.cycle,
                due.at,
                stay.settings_version,
                stay.entered_at,
                course.touches[due.touch].name,
                stay.track,
                stay.product,
                course.campaign_id,
            )
        )
    stay = replace(stay, taken=stay.taken | (1 << due.touch))
    if course is None or stay.taken == (1 << len(course.touches)) - 1:
        entries.append(left(person, stay, COMPLETED, due.at, rules))
        return replace(way, enrollments=_without(way, due.place)), entries
    return replace(way, enrollments=(*way.enrollments[: due.place], stay, *way.enrollments[due.place + 1 :])), entries


def _without(way: Lifecycle, place: int) -> tuple[Enrollment, ...]:
    return (*way.enrollments[:place], *way.enrollments[place + 1 :])


def enter(
    person: Person, way: Lifecycle, track: str, at: datetime, rules: Rules, reason: str | None
) -> tuple[Lifecycle, list[Entered | Left]]:
    """Somebody enters a track: from its beginning, and in the place of another where the settings allow no more."""
    stays = list(way.enrollments)
    entries: list[Entered | Left] = []
    on_tracks = [one for one in stays if one.track is not None]
    too_many = len(on_tracks) + 1 - rules.lifecycle.tracks_at_once
    for number, one in enumerate(on_tracks):
        if one.track == track or number < too_many:
            stays.remove(one)
            entries.append(left(person, one, RECYCLED, at, rules))
    stay = Enrollment(way.cycle, rules.settings.version, at, track)
    way, entered = _begun(
        person, replace(way, enrollments=tuple(stays)), stay, rules.lifecycle.tracks.get(track), rules
    )
    first, *ended = entered
    return way, [*entries, replace(first, reason=reason) if isinstance(first, Entered) else first, *ended]


def start(
    person: Person, way: Lifecycle, product: str | None, customers: Customers, at: datetime, rules: Rules
) -> tuple[Lifecycle, list[Entered | Left]]:
    """The programme for who bought something begins."""
    at = at if rules.now - at <= LATE else rules.now
    stay = Enrollment(way.cycle, rules.settings.version, at, None, product)
    return _begun(person, way, stay, customers, rules)


def _begun(
    person: Person, way: Lifecycle, stay: Enrollment, course: Track | Customers | None, rules: Rules
) -> tuple[Lifecycle, list[Entered | Left]]:
    """The way with a stay from its beginning; touches on dates that passed are left out."""
    touches, at = course.touches if course is not None else (), stay.entered_at
    over = sum(1 << number for number, touch in enumerate(touches) if touch.due_at(at) < at)
    entries: list[Entered | Left] = [
        Entered(
            person.person_id,
            stay.cycle,
            at,
            stay.settings_version,
            stay.track,
            stay.product,
            course.campaign_id if course is not None else None,
            responses=person.responses,
            cycles=person.cycles,
            recycled=len(way.recyclings),
        )
    ]
    if touches and over == (1 << len(touches)) - 1:
        return way, [*entries, left(person, stay, COMPLETED, at, rules)]
    return replace(way, enrollments=(*way.enrollments, replace(stay, taken=over))), entries


def is_over_cap(way: Lifecycle, at: datetime, lifecycle: LifecycleSettings) -> bool:
    """Whether somebody was recycled as often as the settings allow."""
    since = at - timedelta(days=lifecycle.cap_days)
    return lifecycle.cap is not None and sum(one.at > since for one in way.recyclings) >= lifecycle.cap


def left(person: Person, stay: Enrollment, reason: str, at: datetime, rules: Rules) -> Left:
    course = course_of(stay, rules)
    return Left(
        person.person_id,
        stay.cycle,
        at,
        stay.settings_version,
        stay.entered_at,
        reason,
        stay.track,
        stay.product,
        course.campaign_id if course is not None else None,
    )
