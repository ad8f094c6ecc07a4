"""How a change of a person changes its lifecycle: its state, the handoff, recyclings and enrollments.

Every change of a person passes here on its way to the store. What happened is read from the change itself: from the
engagement, the assignment and the status as they are afterwards, and from the entries of how they came to be so.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rekindle.domain.assignment.transitions import is_worked
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import handoff_clocks, nurture, track_changes
from rekindle.domain.lifecycle.dark import awaited_after
from rekindle.domain.lifecycle.draft import LifecycleDraft
from rekindle.domain.lifecycle.due import with_due_at
from rekindle.domain.lifecycle.entries import WentDark
from rekindle.domain.lifecycle.journey import Deactivated, Ended, Entry, Stage
from rekindle.domain.lifecycle.states import BEFORE_SALES, GO_DARK
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.lifecycle import ENGAGED, KEPT, NEW, Handoff, Recycling, State
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.responses.response import Response

REJECTED_FOR = "rejected:"
"""How the reason of a transition begins that a rejection made."""
REASON_FIELD = "recycle_reason"
"""The person's own named value that says why a status takes the lead back to marketing: a reason of the settings."""
_STATE_OF_STATUS_KIND = {
    "new": State.INQUIRY,
    "nurture": State.NURTURE,
    "recycle": State.RECYCLED,
    "disqualified": State.DISQUALIFIED,
    "customer": State.CUSTOMER,
}
_LEFT_BY_NEW = (State.NURTURE, State.RECYCLED, State.DISQUALIFIED, State.WON, State.CUSTOMER)


def update_lifecycle(
    person: Person,
    ends: Iterable[Deactivated],
    rules: Rules,
    *,
    begins: bool = False,
    responses: Sequence[Response] = (),
    arriving: Sequence[Response] = (),
    dark: Sequence[WentDark] = (),
    member_of: tuple[str, datetime] | None = None,
) -> tuple[Person, tuple[Entry, ...]]:
    """The person after a change, and the entries of what it made of the lifecycle. `ends` are the ends of engagements
    in the change; `begins`: whether it began one; `responses`: those that it writes; `arriving`: those of them that
    become the person's; `dark`: on which campaigns the person went dark; `member_of`: the track of a campaign of which
    the person became a member, and when.

    Raises DeadlineFirst.
    """
    if person.merged_into is not None:
        return (person if person.lifecycle is None else replace(person, lifecycle=None)), ()
    draft = LifecycleDraft.of(person, rules)
    responded = [one.state.effective_at for one in responses if one.state.responded and not one.state.deleted]
    if person.active is not None:
        # What was handed over before the settings had a lifecycle owes nothing.
        _apply_engagement(draft, person.active, is_owed=begins or person.lifecycle is not None)
    elif draft.lifecycle.state in ENGAGED:
        _apply_end(draft, [end for end in ends if end.person_id == person.person_id])
    else:
        _apply_without_engagement(draft, min(responded, default=None))
        _go_dark(draft, dark)
    track_changes.update_tracks(draft, responded, member_of)
    track_changes.update_customers(draft)
    _update_heard_at(draft, responded)
    _update_awaited(draft, responses, arriving)
    if draft.lifecycle == (person.lifecycle or NEW):
        return person, ()
    after = with_due_at(replace(draft.person, lifecycle=draft.lifecycle), rules)
    return after, (*draft.transitions, *draft.track_entries)


# --- an active response -----------------------------------------------------------------------------------------------


def _apply_engagement(draft: LifecycleDraft, active: Engagement, *, is_owed: bool) -> None:
    """`is_owed`: whether a handoff that begins is held to a policy."""
    if active.cycle != draft.lifecycle.cycle:
        _begin_cycle(draft, active)
    state = _state_of_engagement(draft, active)
    if draft.lifecycle.state is State.QUALIFIED and state is not State.QUALIFIED and _is_handed_over(draft, active):
        _hand_over(draft, is_owed=is_owed)
    if state is State.QUALIFIED and draft.lifecycle.state in (State.HANDED_OFF, State.ACCEPTED):
        _return_to_qualified(draft)
    elif state is not draft.lifecycle.state:
        draft.move_to(state, _reached_at(draft, active, state), owner_id=draft.person.owner_id)
    handoff_clocks.update_clocks(draft)


def _begin_cycle(draft: LifecycleDraft, active: Engagement) -> None:
    at = active.since
    handoff_clocks.void_clocks(draft, at)
    recyclings = draft.lifecycle.recyclings
    if recyclings and recyclings[-1].returned_at is None:
        recyclings = (*recyclings[:-1], replace(recyclings[-1], returned_at=at))
    if draft.lifecycle.state is State.QUALIFIED:
        # Another engagement, and still nobody has the lead.
        draft.lifecycle = replace(draft.lifecycle, since=at)
    draft.lifecycle = replace(draft.lifecycle, cycle=active.cycle, handoff=None, recyclings=recyclings)
    if draft.lifecycle.state is not State.QUALIFIED:
        draft.move_to(State.QUALIFIED, at, active.scenario)


def _state_of_engagement(draft: LifecycleDraft, active: Engagement) -> State:
    """The state of an engagement: the farthest that something speaks for."""
    state = draft.lifecycle.state
    if Stage(active.stage) in (Stage.SQL, Stage.WON):
        return State.OPPORTUNITY
    if handoff_clocks.is_in_pause_status(draft):
        return state if state in ENGAGED[1:] else _state_of_handoff(draft, active)
    if is_worked(draft.person.status, draft.rules.settings):
        return State.WORKED
    return _state_of_handoff(draft, active)


def _state_of_handoff(draft: LifecycleDraft, active: Engagement) -> State:
    handoff = draft.handoff
    if not _is_handed_over(draft, active):
        return State.QUALIFIED if draft.lifecycle.state is not State.WORKED else State.WORKED
    return State.ACCEPTED if handoff is not None and handoff.accepted_at is not None else State.HANDED_OFF


def _is_handed_over(draft: LifecycleDraft, active: Engagement) -> bool:
    assignment = draft.person.assignment
    return (
        assignment is not None
        and assignment.cycle == active.cycle
        and assignment.assigned_at is not None
        and assignment.owner_id is not None
        and not assignment.waits
    )


def _reached_at(draft: LifecycleDraft, active: Engagement, state: State) -> datetime:
    stamp, assignment = draft.person.status_stamp, draft.person.assignment
    at = stamp.at if stamp is not None else active.since
    if state is State.OPPORTUNITY:
        at = active.qualified_at or at
    elif state is State.ACCEPTED and draft.handoff is not None:
        at = draft.handoff.accepted_at or at
    elif state is State.HANDED_OFF and assignment is not None and draft.lifecycle.state is not State.WORKED:
        at = assignment.assigned_at or at
    return max(at, active.since)


def _hand_over(draft: LifecycleDraft, *, is_owed: bool) -> None:
    """The lead is passed to sales: a policy is chosen, and its clocks start."""
    assignment, rules = draft.person.assignment, draft.rules
    if assignment is None or assignment.assigned_at is None:
        return
    at = nurture.start_of(assignment.assigned_at, rules)
    handoff = Handoff(draft.lifecycle.cycle, rules.settings.version, at)
    if draft.handoff is not None:
        handoff = replace(handoff, reassigned=draft.handoff.reassigned, rejections=draft.handoff.rejections)
    handoff = handoff_clocks.with_policy(draft, handoff, is_owed=is_owed)
    recyclings = draft.lifecycle.recyclings
    nurtured_since = recyclings[-1].at if recyclings else draft.lifecycle.inquired_at
    draft.lifecycle = replace(draft.lifecycle, handoff=handoff)
    due = min((clock.due_at for clock in handoff.clocks if clock.due_at is not None), default=None)
    draft.move_to(State.HANDED_OFF, at, owner_id=assignment.owner_id, due_at=due, nurtured_since=nurtured_since)


def _return_to_qualified(draft: LifecycleDraft) -> None:
    """Its owner rejected the lead, which waits for another."""
    handoff = draft.handoff
    rejected, user_id = (handoff.rejected, handoff.rejected_by) if handoff is not None else (None, None)
    reason = f"{REJECTED_FOR}{rejected}" if rejected is not None else None
    draft.move_to(State.QUALIFIED, draft.rules.now, reason, owner_id=draft.person.owner_id, user_id=user_id)


# --- the end of an engagement -----------------------------------------------------------------------------------------


def _apply_end(draft: LifecycleDraft, ends: list[Deactivated]) -> None:
    """The engagement is over: by its opportunity, a status, a rule, a user, or a deletion."""
    last = ends[-1] if ends else None
    reason = last.reason if last is not None else Ended.MERGED
    at = last.at if last is not None else draft.rules.now
    handoff_clocks.void_clocks(draft, at)
    if reason is Ended.OPPORTUNITY_WON:
        draft.move_to(State.WON, at, reason)
    elif reason is Ended.RECYCLED:
        _recycle(draft, at, by_rekindle=True)
    elif reason is Ended.STATUS_INACTIVE:
        _end_by_status(draft, at)
    else:
        draft.move_to(State.INQUIRY, at, reason)


def _end_by_status(draft: LifecycleDraft, at: datetime) -> None:
    state = _state_of_status(draft) or State.INQUIRY
    if state is State.NURTURE and draft.lifecycle.state is not State.QUALIFIED:
        state = State.RECYCLED
    if state is not State.RECYCLED:
        draft.move_to(state, at, draft.person.status)
        return
    lifecycle, settings = draft.lifecycle, draft.rules.lifecycle
    name = draft.rules.known().get(REASON_FIELD)
    reason = settings.reasons.get(name) if isinstance(name, str) else None
    track = reason.track if reason is not None and not nurture.is_over_cap(lifecycle, at, settings) else None
    recycling = Recycling(lifecycle.cycle, at, reason.name if reason is not None else None, track=track)
    days = nurture.timeout_days(reason, settings)
    if days is not None:
        draft.person = replace(draft.person, nurture_until=at + timedelta(days=days))
    draft.lifecycle = replace(lifecycle, recyclings=(*lifecycle.recyclings, recycling)[-KEPT:])
    _recycle(draft, at, by_rekindle=False)


def _recycle(draft: LifecycleDraft, at: datetime, *, by_rekindle: bool) -> None:
    recyclings = draft.lifecycle.recyclings
    recycling = recyclings[-1] if recyclings else Recycling(draft.lifecycle.cycle, at)
    draft.move_to(
        State.RECYCLED,
        at,
        recycling.reason,
        track=recycling.track,
        passive=recycling.passive,
        user_id=recycling.user_id,
        status=draft.person.status if by_rekindle else None,  # What the CRM did not say itself, it is to hear.
        owner_id=draft.person.owner_id,
    )
    if recycling.track is not None and not track_changes.may_not_be_contacted(draft):
        track_changes.enter_track(draft, recycling.track, at, recycling.reason)


# --- no engagement ----------------------------------------------------------------------------------------------------


def _apply_without_engagement(draft: LifecycleDraft, responded_at: datetime | None) -> None:
    """Nobody is engaged, and nobody was: a first response, or what the CRM's status says."""
    state, stamp = _state_of_status(draft), draft.person.status_stamp
    since = draft.lifecycle.since
    bought = max((one.at for one in draft.lifecycle.bought if one.churned_at is None), default=None)
    if bought is not None and draft.lifecycle.state in BEFORE_SALES and (since is None or bought >= since):
        draft.move_to(State.WON, bought, Ended.OPPORTUNITY_WON)
        since = bought
    if state is State.RECYCLED:
        state = State.NURTURE  # Nobody had the lead who could give it back.
    before = draft.lifecycle.state
    if state is not None and stamp is not None and (since is None or stamp.at > since):
        stays = state is before or (state is State.NURTURE and before is State.RECYCLED)
        leads_back = state is not State.INQUIRY or before in _LEFT_BY_NEW
        if not stays and leads_back:
            draft.move_to(state, stamp.at, draft.person.status)
    if draft.lifecycle.state in (State.TARGET, State.DARK) and responded_at is not None:
        draft.move_to(State.INQUIRY, responded_at)


def _go_dark(draft: LifecycleDraft, dark: Sequence[WentDark]) -> None:
    """The person did not respond to a campaign."""
    if dark and draft.lifecycle.state in GO_DARK:
        draft.move_to(State.DARK, dark[0].at)


def _state_of_status(draft: LifecycleDraft) -> State | None:
    """What the CRM's status says of a person without an active response; None where it says nothing."""
    status = draft.rules.settings.status(draft.person.status)
    if status is None or status.active:
        return None
    return _STATE_OF_STATUS_KIND.get(status.kind or "")


# --- signs of life ----------------------------------------------------------------------------------------------------


def _update_heard_at(draft: LifecycleDraft, responded: Sequence[datetime]) -> None:
    """When something was heard of an active person last, where the settings take the dormant ones back. Sales works on
    an opportunity: nobody who has one is dormant."""
    person, lifecycle = draft.person, draft.lifecycle
    active, heard = person.active, None
    if (
        active is not None
        and draft.rules.lifecycle.dormant_after is not None
        and lifecycle.state is not State.OPPORTUNITY
    ):
        stamp, assignment = person.status_stamp, person.assignment
        signs = [active.since, *(at for at in responded if at <= draft.rules.now)]
        signs += [at for at in (lifecycle.heard_at, stamp.at if stamp is not None else None) if at is not None]
        if assignment is not None and assignment.cycle == active.cycle and assignment.worked_at is not None:
            signs.append(assignment.worked_at)
        heard = max(signs)
    if heard != lifecycle.heard_at:
        draft.lifecycle = replace(lifecycle, heard_at=heard)


def _update_awaited(draft: LifecycleDraft, responses: Sequence[Response], arriving: Sequence[Response]) -> None:
    """Of which campaigns a response is awaited."""
    is_nobody = draft.person.deleted or draft.rules.lifecycle.dark_after is None
    awaited = () if is_nobody else awaited_after(draft.lifecycle, responses, arriving)
    if awaited != draft.lifecycle.awaited:
        draft.lifecycle = replace(draft.lifecycle, awaited=awaited)
