"""When a clock does something by itself, and what."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import clocks
from rekindle.domain.lifecycle.calendar import Calendar
from rekindle.domain.lifecycle.entries import Action, ClockStep
from rekindle.domain.lifecycle.policies import BREACH, ESCALATE, WARN, LifecycleSettings, Policy, PolicyStep
from rekindle.domain.people.clock import ClockKind, ClockState, HandoffClock
from rekindle.domain.people.lifecycle import Handoff
from rekindle.domain.people.person import Person
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True)
class Rules:
    """What is looked at to update a person's lifecycle."""

    settings: Settings
    lifecycle: LifecycleSettings
    of_version: Callable[[int], LifecycleSettings | None]
    """The same of an earlier version of the settings: a running clock keeps its own."""
    known: Callable[[], Mapping[str, Any]]
    """The person's fields and score, by which a policy is chosen."""
    zone_of: Callable[[str], str | None]
    """The time zone of a user; None where it is not known."""
    now: datetime
    has_open_case: Callable[[Person], bool] = lambda person: False
    """Whether the person, or the person's account, has an open support case."""
    account_of: Callable[[Person], Mapping[str, Any]] = lambda person: {}
    """What is known of the person's account."""

    def policy_of(self, handoff: Handoff) -> tuple[Policy, Calendar] | None:
        """What a handoff is held to; None where nothing is owed."""
        if handoff.policy is None:
            return None
        settings = self.of_version(handoff.settings_version)
        policy = settings.policy(handoff.policy) if settings is not None else None
        if settings is None or policy is None:
            return None
        return policy, settings.calendars[policy.calendar]


@dataclass(frozen=True, slots=True)
class DueClockStep:
    """The next step that a clock of a handoff takes."""

    at: datetime
    clock_index: int
    """Of `Handoff.clocks`."""
    step_index: int
    """Of `Policy.steps`."""


def started(policy: Policy, calendar: Calendar, at: datetime, kinds: tuple[ClockKind, ...]) -> tuple[HandoffClock, ...]:
    return tuple(clocks.start(kind, policy.targets[kind], at, calendar) for kind in kinds if kind in policy.targets)


def next_clock_step(person: Person, handoff: Handoff, rules: Rules) -> DueClockStep | None:
    """What time alone does next; None where nothing."""
    terms = rules.policy_of(handoff)
    return min(_steps(person, handoff, *terms, rules), key=_in_order, default=None) if terms is not None else None


def _in_order(due: DueClockStep) -> tuple[datetime, int, int]:
    return due.at, due.step_index, due.clock_index


def _steps(
    person: Person, handoff: Handoff, policy: Policy, calendar: Calendar, rules: Rules
) -> Iterator[DueClockStep]:
    for clock_index, clock in enumerate(handoff.clocks):
        if clock.state is not ClockState.RUNNING:
            continue
        for number, step in enumerate(policy.steps):
            if clock.steps_done & (1 << number):
                continue
            at = clocks.instant_of(clock, step.at, calendar)
            if at is not None and step.action != BREACH:
                at = _in_business_time(at, calendar, rules.zone_of(receiver(person, step) or ""))
            if at is not None:
                yield DueClockStep(at, clock_index, number)


def _in_business_time(at: datetime, calendar: Calendar, zone: str | None) -> datetime | None:
    """When the recipient works, by the recipient's own clock: nobody is notified at night."""
    return calendar.in_zone(zone).next_open(at)


def receiver(person: Person, step: PolicyStep) -> str | None:
    """Who is notified: of a warning the owner."""
    return step.notify if step.action == ESCALATE else person.owner_id


_ACTIONS = {WARN: Action.WARNED, ESCALATE: Action.ESCALATED, BREACH: Action.BREACHED}


def apply_clock_step(
    person: Person, handoff: Handoff, due: DueClockStep, rules: Rules
) -> tuple[Handoff, ClockStep] | None:
    """The handoff after a step of a clock, and the entry of it."""
    terms = rules.policy_of(handoff)
    if terms is None:
        return None
    policy, calendar = terms
    step, clock = policy.steps[due.step_index], handoff.clocks[due.clock_index]
    after = replace(clock, steps_done=clock.steps_done | (1 << due.step_index))
    if step.action == WARN and clock.warned_at is None:
        after = replace(after, warned_at=due.at)
    if step.action == BREACH:
        after = clocks.breach(after, due.at, calendar)
    entry = ClockStep(
        person.person_id,
        handoff.cycle,
        policy.name,
        clock.kind,
        _ACTIONS[step.action],
        step.at,
        due.at,
        clock.started_at,
        clock.due_at,
        handoff.settings_version,
        person.owner_id,
        None if step.action == BREACH else receiver(person, step),
        assignment_id=person.assignment.assignment_id if person.assignment is not None else None,
    )
    return with_clock(handoff, due.clock_index, after), entry


def with_clock(handoff: Handoff, clock_index: int, clock: HandoffClock) -> Handoff:
    return replace(handoff, clocks=(*handoff.clocks[:clock_index], clock, *handoff.clocks[clock_index + 1 :]))


def reassigned(handoff: Handoff, at: datetime, rules: Rules) -> Handoff:
    """The handoff after a breach gave the lead to another: what is still owed is owed anew, from then on."""
    terms = rules.policy_of(handoff)
    if terms is None:
        return handoff
    policy, calendar = terms
    owed = tuple(
        kind
        for kind in ClockKind
        if any(clock.kind is kind and clock.state is not ClockState.MET for clock in handoff.clocks)
        and not any(clock.kind is kind and clock.state is ClockState.MET for clock in handoff.clocks)
    )
    ended = tuple(clocks.void(clock, at, calendar) for clock in handoff.clocks)
    again = started(policy, calendar, at, owed)
    if handoff.is_paused:
        again = tuple(clocks.pause(clock, at, calendar) for clock in again)
    return replace(handoff, clocks=(*ended, *again), reassigned=True)
