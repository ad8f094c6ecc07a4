"""A lead goes back to marketing, by a rule or by a user: the cycle ends with its dates kept, and the person waits for
the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.domain.assignment.transitions import Owners, reassign
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import customers, dark, nurture, timing
from rekindle.domain.lifecycle.due import Dormant, Unanswered, next_of, with_due
from rekindle.domain.lifecycle.entries import Action, ClockStep
from rekindle.domain.lifecycle.journey import Ended, Entry
from rekindle.domain.lifecycle.nurture import NextTouch
from rekindle.domain.lifecycle.policies import DORMANT, LifecycleSettings, Reason
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.lifecycle import KEPT, NEW, Lifecycle, Recycling
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Response
from rekindle.domain.settings.settings import Settings

RECYCLED = "Recycled"
"""The status of a response whose person went back to marketing, where no status of a person says another."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What time did to a person: what its clocks did, and which touches were due."""

    person: Person
    entries: tuple[Entry, ...]
    recycle: tuple[str | None, datetime] | None = None
    """The reason with which the lead is to be recycled, and when."""


def let_time_pass(person: Person, until: datetime, rules: Rules, owners: Owners) -> Passed:
    """What was due up to an instant, each at its own; of the memberships that go dark, the first few."""
    entries: list[Entry] = []
    silent = 0
    while True:
        way = person.lifecycle
        due = next_of(person, way, rules) if way is not None else None
        if way is None or due is None or due.at > until:
            return Passed(with_due(person, rules), tuple(entries))
        if isinstance(due, Dormant):
            return Passed(person, tuple(entries), (DORMANT, due.at))
        if isinstance(due, Unanswered):
            if silent == dark.AT_ONCE:
                return Passed(with_due(person, rules), tuple(entries))
            silent += 1
            entries.append(dark.went_dark(person, way, due.awaited, due.at, rules))
            person = replace(person, lifecycle=dark.without(way, due.awaited))
            continue
        if isinstance(due, NextTouch) and _has_churned(person, way, due, rules):
            way, ended = customers.churned(person, way, due.at, rules, everything=True)
            person = replace(person, lifecycle=way)
            entries += ended
            continue
        if isinstance(due, NextTouch):
            after, touched = nurture.take(person, way, due, rules)
            person = replace(person, lifecycle=after)
            entries += touched
            continue
        handoff = way.handoff
        taken = timing.take(person, handoff, due, rules) if handoff is not None else None
        if handoff is None or taken is None:
            return Passed(with_due(person, rules), tuple(entries))
        handoff, step = taken
        person = replace(person, lifecycle=replace(way, handoff=handoff))
        if step.action is Action.BREACHED:
            person, step, others, recycles = _breached(person, step, rules, owners)
            entries += (step, *others)
            if recycles:
                policy = rules.policy_of(handoff)
                return Passed(person, tuple(entries), (policy[0].reason if policy else None, step.at))
        else:
            entries.append(step)


def _has_churned(person: Person, way: Lifecycle, due: NextTouch, rules: Rules) -> bool:
    """Whether a touch for a customer comes after the CRM said of the account, or the person, that it is none more."""
    settings = rules.lifecycle.customers
    is_customers = way.enrollments[due.place].track is None and settings is not None
    if settings is None or not is_customers or customers.CHURNED not in settings.suppress:
        return False
    return customers.has_churned(person, settings, rules)


def _breached(
    person: Person, step: ClockStep, rules: Rules, owners: Owners
) -> tuple[Person, ClockStep, Sequence[Entry], bool]:
    """A promise is broken: another gets the lead, once; then it goes back to marketing, where the policy says so."""
    way = person.lifecycle or NEW
    held_to = rules.policy_of(way.handoff) if way.handoff is not None else None
    if way.handoff is None or held_to is None:
        return person, step, (), False
    policy, to = held_to[0], held_to[0].reassign_to
    if to is None or way.handoff.reassigned or to == person.owner_id or not owners.may_own(to):
        return person, step, (), policy.recycles
    handoff = timing.reassigned(way.handoff, step.at, rules)
    person, steps = reassign(
        replace(person, lifecycle=replace(way, handoff=handoff)), to, step.at, rules.settings, owners
    )
    return person, replace(step, owner_id=to, reassigned=True), steps, False


def recycled(
    person: Person,
    active: Response,
    reason: Reason | None,
    at: datetime,
    settings: Settings,
    lifecycle: LifecycleSettings,
    *,
    by_rule: bool,
    user_id: str | None = None,
) -> Change:
    """The change that takes a lead back: the response is closed, the status, the timeout and the track follow.

    Who was recycled too often enters no track, so that nobody is sent to and fro without end.
    """
    way = person.lifecycle or NEW
    again = nurture.is_over_cap(way, at, lifecycle)
    track = reason.track if reason is not None and not again else None
    passive = by_rule or (reason is not None and reason.passive)
    name = recycle_status(settings)
    one = Recycling(way.cycle, at, reason.name if reason else None, passive, track, user_id=user_id)
    days = reason.nurture_timeout_days if reason is not None else None
    days = max(days or 0, lifecycle.cool_down_days) if lifecycle.cool_down_days else days
    status = settings.status(name)
    if days is None and status is not None:
        days = status.nurture_timeout_days
    version = person.version
    person = replace(
        person,
        version=version + 1,
        status=name or person.status,
        status_stamp=person.status_stamp if name is None else _later(person.status_stamp, at),
        status_activated=None,
        nurture_until=at + timedelta(days=days) if days is not None else person.nurture_until,
        lifecycle=replace(way, recyclings=(*way.recyclings, one)[-KEPT:]),
    )
    closing = status.closing_status if status is not None else RECYCLED
    return deactivate(person, version, active, Ended.RECYCLED, at, settings, closing)


def _later(stamp: ChangeStamp | None, at: datetime) -> ChangeStamp:
    return stamp if stamp is not None and stamp.at >= at else ChangeStamp(at)


def recycle_status(settings: Settings) -> str | None:
    """The status of somebody who went back to marketing: the first of the kind `recycle`, else of `nurture`; None where
    the settings map none, and the CRM's own stays."""
    for kind in ("recycle", "nurture"):
        for name, status in settings.person_statuses.items():
            if status.kind == kind and not status.active:
                return name
    return None
