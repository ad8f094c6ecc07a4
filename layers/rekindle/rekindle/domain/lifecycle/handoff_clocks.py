"""What a change of a person means for the clocks of its handoff: they start, are met, pause, and stop."""

from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import clocks, timing
from rekindle.domain.lifecycle.draft import DeadlineFirst, LifecycleDraft
from rekindle.domain.people.assignment import AssignmentReason
from rekindle.domain.people.clock import ClockKind, HandoffClock
from rekindle.domain.people.lifecycle import Handoff, State

_BY_SALES = (State.WORKED, State.OPPORTUNITY)


def with_policy(draft: LifecycleDraft, handoff: Handoff, *, is_owed: bool) -> Handoff:
    """A handoff that begins, with the policy that is for this lead and its clocks; `is_owed`: whether there may be one.
    What a backfill handed over is owed nothing."""
    assignment, rules = draft.person.assignment, draft.rules
    is_owed = is_owed and assignment is not None and assignment.reason != AssignmentReason.BACKFILL
    policy = rules.lifecycle.policy_for(rules.known()) if is_owed and rules.lifecycle.policies else None
    if policy is None:
        return handoff
    calendar = rules.lifecycle.calendars[policy.calendar]
    started = timing.started(policy, calendar, handoff.passed_at, tuple(ClockKind))
    return replace(handoff, policy=policy.name, clocks=started)


def is_in_pause_status(draft: LifecycleDraft) -> bool:
    """Whether the person has a status in which the clocks pause, which is no step forward or back."""
    terms = draft.rules.policy_of(draft.handoff) if draft.handoff is not None else None
    return terms is not None and draft.person.status in terms[0].pause_in


def update_clocks(draft: LifecycleDraft) -> None:
    """What the person's state, its status and its first touch mean for the clocks."""
    handoff = draft.handoff
    terms = draft.rules.policy_of(handoff) if handoff is not None else None
    if handoff is None or terms is None:
        return
    policy, calendar = terms
    _pause_or_resume(draft, pause=draft.person.status in policy.pause_in)
    state, assignment = draft.lifecycle.state, draft.person.assignment
    at = draft.lifecycle.since or handoff.passed_at
    if state is State.ACCEPTED or state in _BY_SALES:
        _meet(draft, ClockKind.ACCEPT, at)
    if assignment is not None and assignment.worked_at is not None:
        _meet(draft, ClockKind.TOUCH, assignment.worked_at)
    if state in _BY_SALES:
        _meet(draft, ClockKind.TOUCH, at)
    if any(transition.after in _BY_SALES for transition in draft.transitions):
        _meet(draft, ClockKind.MOVE, at)
    is_watched = state is not State.OPPORTUNITY and ClockKind.MOVE in policy.targets
    runs = any(clock.kind is ClockKind.MOVE and not clock.is_over for clock in _clocks(draft))
    stepped = any(State.WORKED in (transition.before, transition.after) for transition in draft.transitions)
    if is_watched and stepped and not runs:
        # The next step is owed from here on, also by one who went back.
        again = timing.started(policy, calendar, at, (ClockKind.MOVE,))
        _set_clocks(draft, (*_clocks(draft), *again))


def void_clocks(draft: LifecycleDraft, at: datetime) -> None:
    """Nothing is waited for any more."""
    handoff = draft.handoff
    terms = draft.rules.policy_of(handoff) if handoff is not None else None
    if handoff is None or terms is None or all(clock.is_over for clock in handoff.clocks):
        return
    if draft.person.active is None and not _was_recycled_by_rekindle(draft):
        _check_deadline(draft, at)
    _set_clocks(draft, tuple(clocks.void(clock, at, terms[1]) for clock in handoff.clocks))


def _was_recycled_by_rekindle(draft: LifecycleDraft) -> bool:
    recyclings = draft.lifecycle.recyclings
    return bool(recyclings) and recyclings[-1].cycle == draft.lifecycle.cycle


def _clocks(draft: LifecycleDraft) -> tuple[HandoffClock, ...]:
    return draft.handoff.clocks if draft.handoff is not None else ()


def _set_clocks(draft: LifecycleDraft, changed: tuple[HandoffClock, ...]) -> None:
    handoff = draft.handoff
    if handoff is not None and changed != handoff.clocks:
        draft.lifecycle = replace(draft.lifecycle, handoff=replace(handoff, clocks=changed))


def _pause_or_resume(draft: LifecycleDraft, *, pause: bool) -> None:
    handoff, stamp = draft.handoff, draft.person.status_stamp
    terms = draft.rules.policy_of(handoff) if handoff is not None else None
    if handoff is None or terms is None or pause == handoff.is_paused:
        return
    at = max(stamp.at if stamp is not None else handoff.passed_at, handoff.passed_at)
    if pause:
        _check_deadline(draft, at)
    change = clocks.pause if pause else clocks.resume
    changed = tuple(change(clock, at, terms[1]) for clock in handoff.clocks)
    draft.lifecycle = replace(draft.lifecycle, handoff=replace(handoff, clocks=changed, is_paused=pause))


def _meet(draft: LifecycleDraft, kind: ClockKind, at: datetime) -> None:
    handoff = draft.handoff
    terms = draft.rules.policy_of(handoff) if handoff is not None else None
    if handoff is None or terms is None:
        return
    if any(clock.kind is kind and not clock.is_over for clock in handoff.clocks):
        _check_deadline(draft, at)
    met = (clocks.meet(clock, at, terms[1]) if clock.kind is kind else clock for clock in handoff.clocks)
    _set_clocks(draft, tuple(met))


def _check_deadline(draft: LifecycleDraft, at: datetime) -> None:
    """A deadline that passed before the current change comes first, even if its timer was late. Raises
    DeadlineFirst."""
    before, handoff = draft.person.lifecycle, draft.handoff
    if before is None or before.due_at is None or before.handoff is None or handoff is None:
        return
    if before.due_at <= at and before.handoff.passed_at == handoff.passed_at:
        raise DeadlineFirst(at)
