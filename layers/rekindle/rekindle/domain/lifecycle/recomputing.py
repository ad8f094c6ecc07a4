"""Running clocks and enrollments under the settings in force: nothing else ever moves them to another version."""

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import clocks
from rekindle.domain.lifecycle.calendar import Calendar
from rekindle.domain.lifecycle.due import with_due_at
from rekindle.domain.lifecycle.nurture import programme_of
from rekindle.domain.lifecycle.policies import BREACH, Policy
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.clock import HandoffClock, Target
from rekindle.domain.people.lifecycle import Enrollment, Handoff
from rekindle.domain.people.person import Person


def recomputed(person: Person, rules: Rules) -> Person:
    """A clock keeps its start and the share that it consumed, and gets the target and the calendar that its policy has
    now. A stay keeps the touches that were due, by their names. What the settings no longer have stays as it is."""
    lifecycle = person.lifecycle
    if lifecycle is None:
        return person
    handoff = _handoff(lifecycle.handoff, rules) if lifecycle.handoff is not None else None
    enrollments = tuple(_enrollment(enrollment, rules) for enrollment in lifecycle.enrollments)
    if handoff == lifecycle.handoff and enrollments == lifecycle.enrollments:
        return person
    return with_due_at(replace(person, lifecycle=replace(lifecycle, handoff=handoff, enrollments=enrollments)), rules)


def _handoff(handoff: Handoff, rules: Rules) -> Handoff:
    before, policy = rules.policy_of(handoff), rules.lifecycle.policy(handoff.policy)
    is_over = all(clock.is_over for clock in handoff.clocks)
    if before is None or policy is None or is_over or handoff.settings_version == rules.settings.version:
        return handoff
    calendar = rules.lifecycle.calendars[policy.calendar]
    moved = tuple(_clock(clock, before, (policy, calendar), rules) for clock in handoff.clocks)
    return replace(handoff, settings_version=rules.settings.version, clocks=moved)


def _clock(
    clock: HandoffClock, before: tuple[Policy, Calendar], now: tuple[Policy, Calendar], rules: Rules
) -> HandoffClock:
    policy, calendar = now
    target = policy.targets.get(clock.kind, clock.target)
    if not clock.is_over:
        clock = _with_target(clocks.counted(clock, rules.now, before[1]), target, calendar)
    return replace(clock, steps_done=_steps_done(clock, before[0], policy, calendar, rules))


def _with_target(clock: HandoffClock, target: Target, calendar: Calendar) -> HandoffClock:
    """In another unit, the share that was consumed is the same."""
    consumed = clock.consumed
    if target.in_days != clock.target.in_days:
        consumed = consumed / clock.target.amount * target.amount if clock.target.amount else 0.0
    clock = replace(clock, target=target, consumed=consumed)
    return replace(clock, due_at=clocks.instant_of(clock, 1.0, calendar))


def _steps_done(clock: HandoffClock, before: Policy, policy: Policy, calendar: Calendar, rules: Rules) -> int:
    """The steps that were taken, by what they are. A new warning whose time passed is left out."""
    known = {step for number, step in enumerate(before.steps) if clock.steps_done & (1 << number)}
    done = 0
    for number, step in enumerate(policy.steps):
        at = clocks.instant_of(clock, step.at, calendar)
        is_past = at is not None and at <= rules.now and step.action != BREACH
        if step in known or is_past or (clock.is_over and step.action == BREACH):
            done |= 1 << number
    return done


def _enrollment(enrollment: Enrollment, rules: Rules) -> Enrollment:
    before = programme_of(enrollment, rules)
    moved = replace(enrollment, settings_version=rules.settings.version)
    programme = programme_of(moved, rules)
    if before is None or programme is None or programme == before:
        return enrollment
    had = {touch.name for number, touch in enumerate(before.touches) if enrollment.touches_done & (1 << number)}
    done = 0
    for number, touch in enumerate(programme.touches):
        if touch.name in had or touch.due_at(enrollment.entered_at) < rules.now:
            done |= 1 << number
    # The last touch ends the enrollment: where all are over, it ends with the version that it began with.
    all_done = bool(programme.touches) and done == (1 << len(programme.touches)) - 1
    return enrollment if all_done else replace(moved, touches_done=done)
