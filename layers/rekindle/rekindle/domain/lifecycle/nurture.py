"""Tracks of nurture and the programme of customers: who enters, which touch is due when, who leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.entries import Entered, Left, TouchDue
from rekindle.domain.lifecycle.policies import Customers, LifecycleSettings, Reason, Track
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.lifecycle import Enrollment, Lifecycle
from rekindle.domain.people.person import Person

_LATE = timedelta(hours=1)
COMPLETED = "completed"
"""Of the end of a stay: its last touch was due."""
OPTED_OUT, DELETED, RECYCLED = "opted_out", "deleted", "recycled"
SUPPRESSING_REASONS = (OPTED_OUT, DELETED)
"""Ends after which nothing more is sent."""
MEMBER = "member"


@dataclass(frozen=True, slots=True)
class DueTouch:
    """The next touch of one of a person's enrollments."""

    at: datetime
    enrollment_index: int
    """Of `Lifecycle.enrollments`."""
    touch_index: int
    """Of the touches of its track or programme."""


def start_of(at: datetime, rules: Rules) -> datetime:
    """When a handoff or an enrollment begins that is dated `at`. If it is heard of more than an hour later, it begins
    when it is heard of: nobody could keep a promise before."""
    return at if rules.now - at <= _LATE else rules.now


def timeout_days(reason: Reason | None, settings: LifecycleSettings) -> int | None:
    """For how many days nobody who is recycled for a reason comes back; None where neither the reason nor the settings
    say it."""
    days = reason.nurture_timeout_days if reason is not None else None
    return max(days or 0, settings.cool_down_days) if settings.cool_down_days else days


def programme_of(enrollment: Enrollment, rules: Rules) -> Track | Customers | None:
    """What somebody goes through, as the settings said at the entry; None where they said nothing of it."""
    settings = rules.of_version(enrollment.settings_version)
    if settings is None:
        return None
    return settings.customers if enrollment.track is None else settings.tracks.get(enrollment.track)


def next_touch(lifecycle: Lifecycle, rules: Rules) -> DueTouch | None:
    """The touch that is due first; None where none is."""
    return min(
        _touches(lifecycle, rules), key=lambda one: (one.at, one.enrollment_index, one.touch_index), default=None
    )


def touches_ahead(lifecycle: Lifecycle, rules: Rules) -> list[DueTouch]:
    """Of each stay the touch that is due first."""
    first: dict[int, DueTouch] = {}
    for one in sorted(_touches(lifecycle, rules), key=lambda one: (one.at, one.touch_index)):
        first.setdefault(one.enrollment_index, one)
    return list(first.values())


def _touches(lifecycle: Lifecycle, rules: Rules) -> Iterator[DueTouch]:
    for index, enrollment in enumerate(lifecycle.enrollments):
        programme = programme_of(enrollment, rules)
        for number, touch in enumerate(programme.touches if programme is not None else ()):
            if not enrollment.touches_done & (1 << number):
                yield DueTouch(touch.due_at(enrollment.entered_at), index, number)


def may_be_contacted(person: Person) -> bool:
    """Whether messages may be sent to the person, and arrive."""
    profile = person.profile
    return not person.deleted and (profile is None or not (profile.do_not_contact or profile.undeliverable))


def _is_suppressed(person: Person, programme: Track | Customers, rules: Rules) -> bool:
    return isinstance(programme, Customers) and "open_case" in programme.suppress and rules.has_open_case(person)


def apply_touch(
    person: Person, lifecycle: Lifecycle, due: DueTouch, rules: Rules
) -> tuple[Lifecycle, list[TouchDue | Left]]:
    """The lifecycle after a touch was due, and the entries of it. To whoever may not be contacted nothing is due: the
    touch is left out, and the next comes at its own time."""
    enrollment = lifecycle.enrollments[due.enrollment_index]
    programme = programme_of(enrollment, rules)
    entries: list[TouchDue | Left] = []
    if programme is not None and may_be_contacted(person) and not _is_suppressed(person, programme, rules):
        entries.append(
            TouchDue(
                person.person_id,
                enrollment.cycle,
                due.at,
                enrollment.settings_version,
                enrollment.entered_at,
                programme.touches[due.touch_index].name,
                enrollment.track,
                enrollment.product,
                programme.campaign_id,
            )
        )
    enrollment = replace(enrollment, touches_done=enrollment.touches_done | (1 << due.touch_index))
    if programme is None or enrollment.touches_done == (1 << len(programme.touches)) - 1:
        entries.append(left(person, enrollment, COMPLETED, due.at, rules))
        return replace(lifecycle, enrollments=_without(lifecycle, due.enrollment_index)), entries
    return replace(
        lifecycle,
        enrollments=(
            *lifecycle.enrollments[: due.enrollment_index],
            enrollment,
            *lifecycle.enrollments[due.enrollment_index + 1 :],
        ),
    ), entries


def _without(lifecycle: Lifecycle, index: int) -> tuple[Enrollment, ...]:
    return (*lifecycle.enrollments[:index], *lifecycle.enrollments[index + 1 :])


def enter_track(
    person: Person, lifecycle: Lifecycle, track: str, at: datetime, rules: Rules, reason: str | None
) -> tuple[Lifecycle, list[Entered | Left]]:
    """Somebody enters a track: from its beginning, and in the place of another where the settings allow no more."""
    enrollments = list(lifecycle.enrollments)
    entries: list[Entered | Left] = []
    on_tracks = [one for one in enrollments if one.track is not None]
    too_many = len(on_tracks) + 1 - rules.lifecycle.tracks_at_once
    for number, one in enumerate(on_tracks):
        if one.track == track or number < too_many:
            enrollments.remove(one)
            entries.append(left(person, one, RECYCLED, at, rules))
    enrollment = Enrollment(lifecycle.cycle, rules.settings.version, at, track)
    lifecycle, entered = _with_enrollment(
        person, replace(lifecycle, enrollments=tuple(enrollments)), enrollment, rules.lifecycle.tracks.get(track), rules
    )
    first, *ended = entered
    return lifecycle, [*entries, replace(first, reason=reason) if isinstance(first, Entered) else first, *ended]


def start_programme(
    person: Person, lifecycle: Lifecycle, product: str | None, customers: Customers, at: datetime, rules: Rules
) -> tuple[Lifecycle, list[Entered | Left]]:
    """The programme for who bought something begins."""
    at = start_of(at, rules)
    enrollment = Enrollment(lifecycle.cycle, rules.settings.version, at, None, product)
    return _with_enrollment(person, lifecycle, enrollment, customers, rules)


def _with_enrollment(
    person: Person, lifecycle: Lifecycle, enrollment: Enrollment, programme: Track | Customers | None, rules: Rules
) -> tuple[Lifecycle, list[Entered | Left]]:
    """The lifecycle with an enrollment from its beginning; touches on dates that passed are left out."""
    touches, at = programme.touches if programme is not None else (), enrollment.entered_at
    over = sum(1 << number for number, touch in enumerate(touches) if touch.due_at(at) < at)
    entries: list[Entered | Left] = [
        Entered(
            person.person_id,
            enrollment.cycle,
            at,
            enrollment.settings_version,
            enrollment.track,
            enrollment.product,
            programme.campaign_id if programme is not None else None,
            responses=person.responses,
            cycles=person.cycles,
            recycled=len(lifecycle.recyclings),
        )
    ]
    if touches and over == (1 << len(touches)) - 1:
        return lifecycle, [*entries, left(person, enrollment, COMPLETED, at, rules)]
    return replace(lifecycle, enrollments=(*lifecycle.enrollments, replace(enrollment, touches_done=over))), entries


def is_over_cap(lifecycle: Lifecycle, at: datetime, settings: LifecycleSettings) -> bool:
    """Whether somebody was recycled as often as the settings allow."""
    since = at - timedelta(days=settings.cap_days)
    return settings.cap is not None and sum(one.at > since for one in lifecycle.recyclings) >= settings.cap


def left(person: Person, enrollment: Enrollment, reason: str, at: datetime, rules: Rules) -> Left:
    programme = programme_of(enrollment, rules)
    return Left(
        person.person_id,
        enrollment.cycle,
        at,
        enrollment.settings_version,
        enrollment.entered_at,
        reason,
        enrollment.track,
        enrollment.product,
        programme.campaign_id if programme is not None else None,
    )
