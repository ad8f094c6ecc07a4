"""Where a change takes a person on the way, and what it means for the clocks of its handoff.

Every change of a person passes here on its way to the store. What happened is read from the change itself: from the
engagement, the assignment and the status as they are afterwards, and from the entries of how they came to be so.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rekindle.domain.assignment.transitions import is_worked
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle import clocks, nurture, timing
from rekindle.domain.lifecycle.customers import churned, says_churned
from rekindle.domain.lifecycle.dark import awaited_after
from rekindle.domain.lifecycle.due import with_due
from rekindle.domain.lifecycle.entries import Entered, Left, Transition, WentDark
from rekindle.domain.lifecycle.journey import Deactivated, Ended, Entry, Stage
from rekindle.domain.lifecycle.policies import LEAVE_ON, Track
from rekindle.domain.lifecycle.states import BEFORE_SALES, GO_DARK
from rekindle.domain.lifecycle.timing import Rules
from rekindle.domain.people.assignment import AssignmentReason
from rekindle.domain.people.clock import ClockKind, HandoffClock
from rekindle.domain.people.lifecycle import ENGAGED, KEPT, NEW, Enrollment, Handoff, Recycling, State
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.responses.response import Response

LATE = nurture.LATE
REJECTED_FOR = "rejected:"
"""How the reason of a transition begins that a rejection made."""
REASON_FIELD = "recycle_reason"
"""The person's own named value that says why a status takes the lead back to marketing: a reason of the settings."""


class DeadlineFirst(Exception):
    """What the clocks do by themselves up to an instant comes before what changes it."""

    def __init__(self, until: datetime) -> None:
        super().__init__("a deadline comes first")
        self.until = until


def follow(
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
    """The person after a change, and the entries of what it made of the way. `ends` are the ends of engagements in the
    change; `begins`: whether it began one; `responses`: those that it writes; `arriving`: those of them that become the
    person's; `dark`: on which campaigns the person went dark; `member_of`: the track of a campaign of which the person
    became a member, and when.

    Raises DeadlineFirst.
    """
    if person.merged_into is not None:
        return (person if person.lifecycle is None else replace(person, lifecycle=None)), ()
    path = _Path(person, rules, begins=begins)
    responded = [one.state.effective_at for one in responses if one.state.responded and not one.state.deleted]
    if person.active is not None:
        path.go_on(person.active)
    elif path.way.state in ENGAGED:
        path.end([end for end in ends if end.person_id == person.person_id])
    else:
        path.rest(min(responded, default=None))
        path.go_dark(dark)
    path.keep_tracks(responded, member_of)
    path.keep_customers()
    path.keep_heard(responded)
    path.keep_awaited(responses, arriving)
    if path.way == (person.lifecycle or NEW):
        return person, ()
    return with_due(replace(path.person, lifecycle=path.way), rules), (*path.transitions, *path.stays)


class _Path:
    """The way of a person through one change."""

    def __init__(self, person: Person, rules: Rules, *, begins: bool) -> None:
        self.person, self.rules = person, rules
        self.way = person.lifecycle or NEW
        self.may_owe = begins or person.lifecycle is not None
        """Whether the handoff is news: what was handed over before anybody's way was followed owes nothing."""
        self.transitions: list[Transition] = []
        self.stays: list[Entered | Left] = []
        """Tracks that were entered and left."""

    # --- an active response -----------------------------------------------------------------------------------------

    def go_on(self, active: Engagement) -> None:
        if active.cycle != self.way.cycle:
            self._begin(active)
        state = self._state(active)
        if self.way.state is State.QUALIFIED and state is not State.QUALIFIED and self._is_handed_over(active):
            self._hand_over()
        if state is State.QUALIFIED and self.way.state in (State.HANDED_OFF, State.ACCEPTED):
            self._give_back()
        elif state is not self.way.state:
            owner_id = self.person.owner_id
            self._move(state, self._reached_at(active, state), owner_id=owner_id)
        self._keep_clocks()

    def _begin(self, active: Engagement) -> None:
        at = active.since
        self._stop(at)
        returned = self.way.recyclings
        if returned and returned[-1].returned_at is None:
            returned = (*returned[:-1], replace(returned[-1], returned_at=at))
        if self.way.state is State.QUALIFIED:
            self.way = replace(self.way, since=at)  # Another engagement, and still nobody has the lead.
        self.way = replace(self.way, cycle=active.cycle, handoff=None, recyclings=returned)
        if self.way.state is not State.QUALIFIED:
            self._move(State.QUALIFIED, at, active.scenario)

    def _state(self, active: Engagement) -> State:
        """The state of an engagement: the farthest that something speaks for."""
        handoff = self.way.handoff
        if Stage(active.stage) in (Stage.SQL, Stage.WON):
            return State.OPPORTUNITY
        if self._stands_still():
            return self.way.state if self.way.state in ENGAGED[1:] else self._of_handoff(active, handoff)
        if is_worked(self.person.status, self.rules.settings):
            return State.WORKED
        return self._of_handoff(active, handoff)

    def _of_handoff(self, active: Engagement, handoff: Handoff | None) -> State:
        if not self._is_handed_over(active):
            return State.QUALIFIED if self.way.state is not State.WORKED else State.WORKED
        return State.ACCEPTED if handoff is not None and handoff.accepted_at is not None else State.HANDED_OFF

    def _is_handed_over(self, active: Engagement) -> bool:
        assignment = self.person.assignment
        return (
            assignment is not None
            and assignment.cycle == active.cycle
            and assignment.assigned_at is not None
            and assignment.owner_id is not None
            and not assignment.waits
        )

    def _reached_at(self, active: Engagement, state: State) -> datetime:
        stamp = self.person.status_stamp
        at = stamp.at if stamp is not None else active.since
        if state is State.OPPORTUNITY:
            at = active.qualified_at or at
        elif state is State.ACCEPTED and self.way.handoff is not None:
            at = self.way.handoff.accepted_at or at
        elif state is State.HANDED_OFF and self.person.assignment is not None and self.way.state is not State.WORKED:
            at = self.person.assignment.assigned_at or at
        return max(at, active.since)

    def _stands_still(self) -> bool:
        """Whether the status is one in which the clocks stand still, which is no step forward or back."""
        held_to = self.rules.policy_of(self.way.handoff) if self.way.handoff is not None else None
        return held_to is not None and self.person.status in held_to[0].pause_in

    def _hand_over(self) -> None:
        """The lead is passed to sales: a policy is chosen, and its clocks start."""
        assignment, rules = self.person.assignment, self.rules
        if assignment is None or assignment.assigned_at is None:
            return
        at = assignment.assigned_at if rules.now - assignment.assigned_at <= LATE else rules.now
        before = self.way.handoff
        handoff = Handoff(self.way.cycle, rules.settings.version, at)
        if before is not None:
            handoff = replace(handoff, reassigned=before.reassigned, rejections=before.rejections)
        owes = self.may_owe and assignment.reason != AssignmentReason.BACKFILL
        policy = rules.lifecycle.policy_for(rules.known()) if owes and rules.lifecycle.policies else None
        if policy is not None:
            calendar = rules.lifecycle.calendars[policy.calendar]
            handoff = replace(
                handoff, policy=policy.name, clocks=timing.started(policy, calendar, at, tuple(ClockKind))
            )
        nurtured_since = self._nurtured_since()
        self.way = replace(self.way, handoff=handoff)
        due = min((clock.due_at for clock in handoff.clocks if clock.due_at is not None), default=None)
        self._move(State.HANDED_OFF, at, owner_id=assignment.owner_id, due_at=due, nurtured_since=nurtured_since)

    def _give_back(self) -> None:
        """Its owner rejected the lead, which waits for another."""
        handoff = self.way.handoff
        named, user_id = (handoff.rejected, handoff.rejected_by) if handoff is not None else (None, None)
        self._move(
            State.QUALIFIED,
            self.rules.now,
            f"{REJECTED_FOR}{named}" if named is not None else None,
            owner_id=self.person.owner_id,
            user_id=user_id,
        )

    def _nurtured_since(self) -> datetime | None:
        recyclings = self.way.recyclings
        return recyclings[-1].at if recyclings else self.way.inquired_at

    def _keep_clocks(self) -> None:
        """What the person's state, its status and its first touch mean for the clocks."""
        handoff = self.way.handoff
        held_to = self.rules.policy_of(handoff) if handoff is not None else None
        if handoff is None or held_to is None:
            return
        policy, calendar = held_to
        self._pause(stands_still=self.person.status in policy.pause_in)
        at, assignment = self.way.since or handoff.passed_at, self.person.assignment
        if self.way.state in (State.ACCEPTED, State.WORKED, State.OPPORTUNITY):
            self._meet(ClockKind.ACCEPT, at)
        if assignment is not None and assignment.worked_at is not None:
            self._meet(ClockKind.TOUCH, assignment.worked_at)
        if self.way.state in (State.WORKED, State.OPPORTUNITY):
            self._meet(ClockKind.TOUCH, at)
        moved = any(one.after in (State.WORKED, State.OPPORTUNITY) for one in self.transitions)
        if moved:
            self._meet(ClockKind.MOVE, at)
        is_watched = self.way.state is not State.OPPORTUNITY and ClockKind.MOVE in policy.targets
        runs = any(clock.kind is ClockKind.MOVE and not clock.is_over for clock in self._clocks())
        stepped = any(one.before is State.WORKED or one.after is State.WORKED for one in self.transitions)
        if is_watched and stepped and not runs:
            # The next step is owed from here on, also by one who went back.
            again = timing.started(policy, calendar, at, (ClockKind.MOVE,))
            self._with_clocks((*self._clocks(), *again))

    def _clocks(self) -> tuple[HandoffClock, ...]:
        return self.way.handoff.clocks if self.way.handoff is not None else ()

    def _with_clocks(self, changed: tuple[HandoffClock, ...]) -> None:
        handoff = self.way.handoff
        if handoff is not None and changed != handoff.clocks:
            self.way = replace(self.way, handoff=replace(handoff, clocks=changed))

    def _pause(self, *, stands_still: bool) -> None:
        handoff, stamp = self.way.handoff, self.person.status_stamp
        held_to = self.rules.policy_of(handoff) if handoff is not None else None
        if handoff is None or held_to is None or stands_still == handoff.is_paused:
            return
        at = max(stamp.at if stamp is not None else handoff.passed_at, handoff.passed_at)
        if stands_still:
            self._no_deadline_before(at)
        turn = clocks.pause if stands_still else clocks.resume
        turned = tuple(turn(clock, at, held_to[1]) for clock in handoff.clocks)
        self.way = replace(self.way, handoff=replace(handoff, clocks=turned, is_paused=stands_still))

    def _meet(self, kind: ClockKind, at: datetime) -> None:
        handoff = self.way.handoff
        held_to = self.rules.policy_of(handoff) if handoff is not None else None
        if handoff is None or held_to is None:
            return
        if any(clock.kind is kind and not clock.is_over for clock in handoff.clocks):
            self._no_deadline_before(at)
        self._with_clocks(
            tuple(clocks.meet(clock, at, held_to[1]) if clock.kind is kind else clock for clock in handoff.clocks)
        )

    def _no_deadline_before(self, at: datetime) -> None:
        """A deadline that passed before the current change comes first, even if its timer was late."""
        before, handoff = self.person.lifecycle, self.way.handoff
        if before is None or before.due_at is None or before.handoff is None or handoff is None:
            return
        if before.due_at <= at and before.handoff.passed_at == handoff.passed_at:
            raise DeadlineFirst(at)

    # --- none any more ----------------------------------------------------------------------------------------------

    def end(self, ends: list[Deactivated]) -> None:
        """The engagement is over: by its opportunity, a status, a rule, a user, or a deletion."""
        last = ends[-1] if ends else None
        reason = last.reason if last is not None else Ended.MERGED
        at = last.at if last is not None else self.rules.now
        if reason is not Ended.RECYCLED:
            self._stop(at)
        if reason is Ended.OPPORTUNITY_WON:
            self._move(State.WON, at, reason)
        elif reason is Ended.RECYCLED:
            self._stop(at)
            self._recycled(at, by_rekindle=True)
        elif reason is Ended.STATUS_INACTIVE:
            self._end_by_status(at)
        else:
            self._move(State.INQUIRY, at, reason)

    def _end_by_status(self, at: datetime) -> None:
        state = self._of_status() or State.INQUIRY
        if state is State.NURTURE and self.way.state is not State.QUALIFIED:
            state = State.RECYCLED
        if state is not State.RECYCLED:
            self._move(state, at, self.person.status)
            return
        named = self.rules.known().get(REASON_FIELD)
        reason = self.rules.lifecycle.reasons.get(named) if isinstance(named, str) else None
        track = reason.track if reason is not None else None
        if nurture.is_over_cap(self.way, at, self.rules.lifecycle):
            track = None
        one = Recycling(self.way.cycle, at, reason.name if reason is not None else None, track=track)
        days = reason.nurture_timeout_days if reason is not None else None
        days = max(days or 0, self.rules.lifecycle.cool_down_days) if self.rules.lifecycle.cool_down_days else days
        if days is not None:
            self.person = replace(self.person, nurture_until=at + timedelta(days=days))
        self.way = replace(self.way, recyclings=(*self.way.recyclings, one)[-KEPT:])
        self._recycled(at, by_rekindle=False)

    def _recycled(self, at: datetime, *, by_rekindle: bool) -> None:
        one = self.way.recyclings[-1] if self.way.recyclings else Recycling(self.way.cycle, at)
        # What the CRM did not say itself, it is to hear.
        status = self.person.status if by_rekindle else None
        self._move(
            State.RECYCLED,
            at,
            one.reason,
            track=one.track,
            passive=one.passive,
            user_id=one.user_id,
            status=status,
            owner_id=self.person.owner_id,
        )
        if one.track is not None and not self._keeps_away():
            self._enter(one.track, at, one.reason)

    def _stop(self, at: datetime) -> None:
        """Nothing is waited for any more."""
        handoff = self.way.handoff
        held_to = self.rules.policy_of(handoff) if handoff is not None else None
        if handoff is None or held_to is None or all(clock.is_over for clock in handoff.clocks):
            return
        if self.person.active is None and not self._is_own_doing():
            self._no_deadline_before(at)
        self._with_clocks(tuple(clocks.void(clock, at, held_to[1]) for clock in handoff.clocks))

    def _is_own_doing(self) -> bool:
        recyclings = self.way.recyclings
        return bool(recyclings) and recyclings[-1].cycle == self.way.cycle

    def rest(self, responded_at: datetime | None) -> None:
        """Nobody is engaged, and nobody was: a first response, or what the CRM's status says."""
        state, stamp = self._of_status(), self.person.status_stamp
        since = self.way.since
        bought = max((one.at for one in self.way.bought if one.churned_at is None), default=None)
        if bought is not None and self.way.state in BEFORE_SALES and (since is None or bought >= since):
            self._move(State.WON, bought, Ended.OPPORTUNITY_WON)
            since = bought
        if state is State.RECYCLED:
            state = State.NURTURE  # Nobody had the lead who could give it back.
        if state is not None and stamp is not None and (since is None or stamp.at > since):
            stays = state is self.way.state or (state is State.NURTURE and self.way.state is State.RECYCLED)
            leads_back = state is not State.INQUIRY or self.way.state in _LEFT_BY_NEW
            if not stays and leads_back:
                self._move(state, stamp.at, self.person.status)
        if self.way.state in (State.TARGET, State.DARK) and responded_at is not None:
            self._move(State.INQUIRY, responded_at)

    def go_dark(self, dark: Sequence[WentDark]) -> None:
        """The person did not respond to a campaign."""
        if dark and self.way.state in GO_DARK:
            self._move(State.DARK, dark[0].at)

    # --- signs of life ----------------------------------------------------------------------------------------------

    def keep_heard(self, responded: Sequence[datetime]) -> None:
        """When something was heard of an active person last, where the settings take the dormant ones back. Sales works
        on an opportunity: nobody who has one is dormant."""
        active, person = self.person.active, self.person
        if active is None or self.rules.lifecycle.dormant_after is None or self.way.state is State.OPPORTUNITY:
            heard = None
        else:
            stamp, assignment = person.status_stamp, person.assignment
            signs = [active.since, *(at for at in responded if at <= self.rules.now)]
            signs += [at for at in (self.way.heard_at, stamp.at if stamp is not None else None) if at is not None]
            if assignment is not None and assignment.cycle == active.cycle and assignment.worked_at is not None:
                signs.append(assignment.worked_at)
            heard = max(signs)
        if heard != self.way.heard_at:
            self.way = replace(self.way, heard_at=heard)

    def keep_awaited(self, responses: Sequence[Response], arriving: Sequence[Response]) -> None:
        """Of which campaigns a response is awaited."""
        is_nobody = self.person.deleted or self.rules.lifecycle.dark_after is None
        awaited = () if is_nobody else awaited_after(self.way, responses, arriving)
        if awaited != self.way.awaited:
            self.way = replace(self.way, awaited=awaited)

    # --- tracks -----------------------------------------------------------------------------------------------------

    def keep_customers(self) -> None:
        """Whether the CRM says that a customer churned."""
        customers = self.rules.lifecycle.customers
        if customers is None or all(one.churned_at is not None for one in self.way.bought):
            return
        if says_churned(self.person, customers):
            now = self.rules.now
            self.way, entries = churned(self.person, self.way, now, self.rules, everything=True)
            self.stays += entries

    def keep_tracks(self, responded: Sequence[datetime], member_of: tuple[str, datetime] | None) -> None:
        """Whoever is on a track stays, or leaves; whoever became a member of its campaign enters."""
        for stay in self.way.enrollments:
            reason = self._reason_to_leave(stay, responded)
            if reason is None:
                continue
            named, at = reason
            at = max(at, stay.entered_at)
            if named not in nurture.SILENT:  # Else nothing more is sent, not even what was due before.
                self._no_touch_before(at)
            self.stays.append(nurture.left(self.person, stay, named, at, self.rules))
            self.way = replace(self.way, enrollments=tuple(one for one in self.way.enrollments if one is not stay))
        if member_of is not None and self.person.active is None and not self._keeps_away():
            track, at = member_of
            if all(stay.track != track for stay in self.way.enrollments):
                self._enter(track, at, nurture.MEMBER)

    def _reason_to_leave(self, stay: Enrollment, responded: Sequence[datetime]) -> tuple[str, datetime] | None:
        person, since = self.person, self.way.since or self.rules.now
        course = nurture.course_of(stay, self.rules)
        if person.deleted:
            return nurture.DELETED, self.rules.now
        if stay.track is None:
            return None
        if self.way.state in (State.WON, State.CUSTOMER):
            return "won", since
        if self.way.state is State.DISQUALIFIED:
            return "disqualified", since
        leaves_on = course.leave_on if isinstance(course, Track) else frozenset(LEAVE_ON)
        profile, stamp = person.profile, person.status_stamp
        if "opted_out" in leaves_on and profile is not None and profile.do_not_contact:
            said = profile.stamps.get("do_not_contact")
            return nurture.OPTED_OUT, said.at if said is not None else self.rules.now
        later = [at for at in responded if stay.entered_at < at <= self.rules.now]
        if "response" in leaves_on and later:
            return "response", min(later)
        if "active" in leaves_on:
            if person.active is not None:
                return "active", max(person.active.since, stay.entered_at)
            status = self.rules.settings.status(person.status)
            if status is not None and status.active and stamp is not None and stamp.at > stay.entered_at:
                return "active", stamp.at
        return None

    def _keeps_away(self) -> bool:
        """Whether nobody is to write to the person."""
        profile = self.person.profile
        return self.person.deleted or (profile is not None and bool(profile.do_not_contact))

    def _enter(self, track: str, at: datetime, reason: str | None) -> None:
        """From the beginning: where it is heard of late, not all at once."""
        at = at if self.rules.now - at <= LATE else self.rules.now
        self._no_touch_before(at)
        self.way, entries = nurture.enter(self.person, self.way, track, at, self.rules, reason)
        self.stays += entries

    def _no_touch_before(self, at: datetime) -> None:
        """A touch that was due before the current change comes first, even if nobody looked since."""
        before = self.person.lifecycle
        due = nurture.next_touch(before, self.rules) if before is not None and before.enrollments else None
        if due is not None and due.at <= at:
            raise DeadlineFirst(at)

    def _of_status(self) -> State | None:
        """What the CRM's status says of a person without an active response; None where it says nothing."""
        status = self.rules.settings.status(self.person.status)
        if status is None or status.active:
            return None
        return _OF_KIND.get(status.kind or "")

    def _move(self, after: State, at: datetime, reason: str | None = None, **more: object) -> None:
        policy = self.way.handoff.policy if self.way.handoff is not None else None
        entry = Transition(
            self.person.person_id,
            self.way.cycle,
            self.way.state,
            after,
            at,
            self.rules.settings.version,
            str(reason) if reason is not None else None,
            policy,
            **more,  # type: ignore[arg-type]
        )
        self.transitions.append(entry)
        inquired = self.way.inquired_at or (at if after in (State.INQUIRY, State.QUALIFIED) else None)
        self.way = replace(self.way, state=after, since=at, inquired_at=inquired)


_OF_KIND = {
    "new": State.INQUIRY,
    "nurture": State.NURTURE,
    "recycle": State.RECYCLED,
    "disqualified": State.DISQUALIFIED,
    "customer": State.CUSTOMER,
}
_LEFT_BY_NEW = (State.NURTURE, State.RECYCLED, State.DISQUALIFIED, State.WON, State.CUSTOMER)
