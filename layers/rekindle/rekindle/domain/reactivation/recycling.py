"""A lead goes back to marketing, by a rule or by a user: the cycle ends with its dates kept, and the person waits for
the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.domain.assignment.transitions import Owners, reassign
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import customers, dark, nurture, timing
from rekindle.domain.lifecycle.due import DueDormancy, DueWentDark, next_due_action, with_due_at
from rekindle.domain.lifecycle.entries import Action, ClockStep
from rekindle.domain.lifecycle.journey import Ended, Entry
from rekindle.domain.lifecycle.nurture import DueTouch
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
class DueActionsApplied:
    """What time did to a person: what its clocks did, and which touches were due."""

    person: Person
    entries: tuple[Entry, ...]
    recycle: tuple[str | None, datetime] | None = None
    """The reason with which the lead is to be recycled, and when."""


def apply_due_actions(person: Person, until: datetime, rules: Rules, owners: Owners) -> DueActionsApplied:
    """What was due up to an instant, each at its own; of the memberships that go dark, the first few."""
    entries: list[Entry] = []
    silent = 0
    while True:
        lifecycle = person.lifecycle
        due = next_due_action(person, lifecycle, rules) if lifecycle is not None else None
        if lifecycle is None or due is None or due.at > until:
            return DueActionsApplied(with_due_at(person, rules), tuple(entries))
        if isinstance(due, DueDormancy):
            return DueActionsApplied(person, tuple(entries), (DORMANT, due.at))
        if isinstance(due, DueWentDark):
            if silent == dark.AT_ONCE:
                return DueActionsApplied(with_due_at(person, rules), tuple(entries))
            silent += 1
            entries.append(dark.went_dark(person, lifecycle, due.awaited, due.at, rules))
            person = replace(person, lifecycle=dark.without(lifecycle, due.awaited))
            continue
        if isinstance(due, DueTouch) and _has_churned(person, lifecycle, due, rules):
            lifecycle, ended = customers.churned(person, lifecycle, due.at, rules, everything=True)
            person = replace(person, lifecycle=lifecycle)
            entries += ended
            continue
        if isinstance(due, DueTouch):
            after, touched = nurture.apply_touch(person, lifecycle, due, rules)
            person = replace(person, lifecycle=after)
            entries += touched
            continue
        handoff = lifecycle.handoff
        applied = timing.apply_clock_step(person, handoff, due, rules) if handoff is not None else None
        if handoff is None or applied is None:
            return DueActionsApplied(with_due_at(person, rules), tuple(entries))
        handoff, step = applied
        person = replace(person, lifecycle=replace(lifecycle, handoff=handoff))
        if step.action is Action.BREACHED:
            person, step, others, recycles = _breached(person, step, rules, owners)
            entries += (step, *others)
            if recycles:
                policy = rules.policy_of(handoff)
                return DueActionsApplied(person, tuple(entries), (policy[0].reason if policy else None, step.at))
        else:
            entries.append(step)


def _has_churned(person: Person, lifecycle: Lifecycle, due: DueTouch, rules: Rules) -> bool:
    """Whether a touch for a customer comes after the CRM said of the account, or the person, that it is none more."""
    settings = rules.lifecycle.customers
    is_customers = lifecycle.enrollments[due.enrollment_index].track is None and settings is not None
    if settings is None or not is_customers or customers.CHURNED not in settings.suppress:
        return False
    return customers.has_churned(person, settings, rules)


def _breached(
    person: Person, step: ClockStep, rules: Rules, owners: Owners
) -> tuple[Person, ClockStep, Sequence[Entry], bool]:
    """A promise is broken: another gets the lead, once; then it goes back to marketing, where the policy says so."""
    lifecycle = person.lifecycle or NEW
    terms = rules.policy_of(lifecycle.handoff) if lifecycle.handoff is not None else None
    if lifecycle.handoff is None or terms is None:
        return person, step, (), False
    policy, to = terms[0], terms[0].reassign_to
    if to is None or lifecycle.handoff.reassigned or to == person.owner_id or not owners.may_own(to):
        return person, step, (), policy.recycles
    handoff = timing.reassigned(lifecycle.handoff, step.at, rules)
    person, steps = reassign(
        replace(person, lifecycle=replace(lifecycle, handoff=handoff)), to, step.at, rules.settings, owners
    )
    return person, replace(step, owner_id=to, reassigned=True), steps, False


def recycled(
    person: Person,
    active: Response,
    reason: Reason | None,
    at: datetime,
    settings: Settings,
    lifecycle_settings: LifecycleSettings,
    *,
    by_rule: bool,
    user_id: str | None = None,
) -> Change:
    """The change that takes a lead back: the response is closed, the status, the timeout and the track follow.

    Who was recycled too often enters no track, so that nobody is sent to and fro without end.
    """
    lifecycle = person.lifecycle or NEW
    again = nurture.is_over_cap(lifecycle, at, lifecycle_settings)
    track = reason.track if reason is not None and not again else None
    passive = by_rule or (reason is not None and reason.passive)
    name = recycle_status(settings)
    one = Recycling(lifecycle.cycle, at, reason.name if reason else None, passive, track, user_id=user_id)
    days = nurture.timeout_days(reason, lifecycle_settings)
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
        lifecycle=replace(lifecycle, recyclings=(*lifecycle.recyclings, one)[-KEPT:]),
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
