"""What a change of a person means for its enrollments: who enters a track, who leaves it, which customer churned."""

from collections.abc import Sequence
from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import nurture
from rekindle.domain.lifecycle.customers import churned, says_churned
from rekindle.domain.lifecycle.draft import DeadlineFirst, LifecycleDraft
from rekindle.domain.lifecycle.policies import LEAVE_ON, Track
from rekindle.domain.people.lifecycle import Enrollment, State


def update_tracks(draft: LifecycleDraft, responded: Sequence[datetime], member_of: tuple[str, datetime] | None) -> None:
    """Whoever is on a track stays, or leaves; whoever became a member of its campaign enters."""
    for enrollment in draft.lifecycle.enrollments:
        leaving = _reason_to_leave(draft, enrollment, responded)
        if leaving is None:
            continue
        reason, at = leaving
        at = max(at, enrollment.entered_at)
        if reason not in nurture.SUPPRESSING_REASONS:  # Else nothing more is sent, not even what was due before.
            _check_touch(draft, at)
        draft.track_entries.append(nurture.left(draft.person, enrollment, reason, at, draft.rules))
        others = tuple(one for one in draft.lifecycle.enrollments if one is not enrollment)
        draft.lifecycle = replace(draft.lifecycle, enrollments=others)
    if member_of is not None and draft.person.active is None and not may_not_be_contacted(draft):
        track, at = member_of
        if all(enrollment.track != track for enrollment in draft.lifecycle.enrollments):
            enter_track(draft, track, at, nurture.MEMBER)


def enter_track(draft: LifecycleDraft, track: str, at: datetime, reason: str | None) -> None:
    """From the beginning: where it is heard of late, not all at once."""
    at = nurture.start_of(at, draft.rules)
    _check_touch(draft, at)
    draft.lifecycle, entries = nurture.enter_track(draft.person, draft.lifecycle, track, at, draft.rules, reason)
    draft.track_entries += entries


def update_customers(draft: LifecycleDraft) -> None:
    """Whether the CRM says that a customer churned."""
    customers = draft.rules.lifecycle.customers
    if customers is None or all(purchase.churned_at is not None for purchase in draft.lifecycle.bought):
        return
    if says_churned(draft.person, customers):
        now = draft.rules.now
        draft.lifecycle, entries = churned(draft.person, draft.lifecycle, now, draft.rules, everything=True)
        draft.track_entries += entries


def may_not_be_contacted(draft: LifecycleDraft) -> bool:
    """Whether nobody is to write to the person."""
    profile = draft.person.profile
    return draft.person.deleted or (profile is not None and bool(profile.do_not_contact))


def _reason_to_leave(
    draft: LifecycleDraft, enrollment: Enrollment, responded: Sequence[datetime]
) -> tuple[str, datetime] | None:
    person, rules, lifecycle = draft.person, draft.rules, draft.lifecycle
    since = lifecycle.since or rules.now
    if person.deleted:
        return nurture.DELETED, rules.now
    if enrollment.track is None:
        return None
    if lifecycle.state in (State.WON, State.CUSTOMER):
        return "won", since
    if lifecycle.state is State.DISQUALIFIED:
        return "disqualified", since
    track = nurture.programme_of(enrollment, rules)
    leaves_on = track.leave_on if isinstance(track, Track) else frozenset(LEAVE_ON)
    profile, stamp = person.profile, person.status_stamp
    if "opted_out" in leaves_on and profile is not None and profile.do_not_contact:
        opted_out = profile.stamps.get("do_not_contact")
        return nurture.OPTED_OUT, opted_out.at if opted_out is not None else rules.now
    later = [at for at in responded if enrollment.entered_at < at <= rules.now]
    if "response" in leaves_on and later:
        return "response", min(later)
    if "active" in leaves_on:
        if person.active is not None:
            return "active", max(person.active.since, enrollment.entered_at)
        status = rules.settings.status(person.status)
        if status is not None and status.active and stamp is not None and stamp.at > enrollment.entered_at:
            return "active", stamp.at
    return None


def _check_touch(draft: LifecycleDraft, at: datetime) -> None:
    """A touch that was due before the current change comes first, even if nobody looked since. Raises
    DeadlineFirst."""
    before = draft.person.lifecycle
    due = nurture.next_touch(before, draft.rules) if before is not None and before.enrollments else None
    if due is not None and due.at <= at:
        raise DeadlineFirst(at)
