"""Assignment: from a new active response to an owner who works it.

An assignment is part of the person: it begins in the transaction that makes the response active, and ends in the one
that records the new owner. So there is no moment at which the two disagree, and no second completion to prevent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.domain.core.values import replace
from rekindle.domain.people.assignment import Assignment, AssignmentReason, AssignmentState, AssignmentStep, Step, Steps
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.records.queue import Queue
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import OPEN
from rekindle.domain.settings.settings import KNOWN_AT_ONCE, AssignmentRule, Settings


@dataclass(frozen=True, slots=True)
class Owners:
    """What is known of those who can own a person."""

    user_of: Callable[[str], User | None] = lambda user_id: None
    queue_of: Callable[[str], Queue | None] = lambda queue_id: None
    account_owner_of: Callable[[str], str | None] = lambda account_id: None

    def is_queue(self, owner_id: str) -> bool:
        """A queue that is known, or whose id is of Salesforce's kind for groups and queues."""
        return self.queue_of(owner_id) is not None or (owner_id.startswith("00G") and len(owner_id) in (15, 18))

    def may_own(self, owner_id: str) -> bool:
        """Not a user who is known to be inactive. One who is unknown may be anybody."""
        user = self.user_of(owner_id)
        return user is None or user.is_active


NOBODY = Owners()


def rule_for(person: Person, owner_id: str | None, settings: Settings, fields: Mapping[str, Any]) -> int | None:
    """The place of the first rule that takes a person from an owner; None where the owner stays."""
    for place, rule in enumerate(settings.assignment_rules):
        if rule.takes_from(owner_id) and matches_rule(person, fields, rule.where):
            return place
    return None


def matches_rule(person: Person, fields: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Whether a person is one that a rule is for: every named field has the value, or one of the values, it names."""
    return all(_equals_or_is_in(_value(person, fields, name), wanted) for name, wanted in where.items())


def _value(person: Person, fields: Mapping[str, Any], name: str) -> Any:
    """What is known of a person under a name: a field of the contract, or one of the further named values."""
    if name in KNOWN_AT_ONCE:
        return getattr(person, name)
    return fields.get(name.removeprefix("fields."))


def _equals_or_is_in(value: Any, wanted: Any) -> bool:
    """Whether a value is what a rule asks for: that, or one of several."""
    return any(value == one for one in wanted) if isinstance(wanted, list | tuple) else bool(value == wanted)


def open_assignment(
    person: Person,
    engagement: Engagement,
    now: datetime,
    settings: Settings,
    owners: Owners,
    fields: Callable[[], Mapping[str, Any]],
) -> Person:
    """The person with the assignment of an engagement that just began. `fields` reads what is stored beyond the
    person's hot part, and is called only where a rule looks at it."""
    since, kept = engagement.since, person.owner_id
    assignment = _of(person, engagement, settings)
    if person.kind == "contact":
        if kept is None and (account_id := fields().get("account_id")) is not None:
            kept = owners.account_owner_of(account_id)
        return replace(person, assignment=_kept(assignment, kept, AssignmentReason.CONTACT, owners))
    faster = _answered_before(person, since, settings, fields)
    if faster is not None and not _only_holds(kept, settings, owners):
        waited = replace(assignment, temporary_owner_id=faster.to)
        at = person.owner_stamp.at if person.owner_stamp else since
        return replace(person, assignment=_complete(waited, kept, at, AssignmentReason.ENGINE_WAS_FASTER, owners))
    rule = _rule(person, kept, settings, fields)
    # Whoever only holds the lead since then is no answer; an engine that moved it on to wait elsewhere is left to it.
    moved_on = rule is None and kept in settings.temporary_owners
    rule = rule or faster
    if rule is None:
        return replace(person, assignment=_kept(assignment, kept, AssignmentReason.NO_RULE, owners))
    begun = max(since, now)
    waiting = replace(
        assignment,
        state=AssignmentState.PENDING,
        reason=AssignmentReason.WAITS_FOR_OWNER,
        released_owner_id=kept,
        temporary_owner_id=rule.to,
        confirmed=moved_on or kept == rule.to,
        owner_id=rule.to,
        deadline=begun + rule.deadline,
        remind_at=begun + rule.reminder if rule.reminder is not None and rule.reminder < rule.deadline else None,
        fallback_id=rule.fallback,
        routed=rule.to in settings.routed_queues,
    )
    person = replace(person, assignment=waiting)
    return person if moved_on else _with_owner(person, rule.to, since)


def settle_backfilled(person: Person, engagement: Engagement, settings: Settings, owners: Owners) -> Person:
    """The person with the assignment of an engagement that was opened in retrospect."""
    assignment = _of(person, engagement, settings)
    return replace(person, assignment=_kept(assignment, person.owner_id, AssignmentReason.BACKFILL, owners))


def _of(person: Person, engagement: Engagement, settings: Settings) -> Assignment:
    return Assignment(
        engagement.decision_id,
        engagement.cycle,
        engagement.response_id,
        engagement.campaign_id,
        AssignmentState.NOT_REQUIRED,
        engagement.since,
        worked_at=engagement.since if is_worked(person.status, settings) else None,
    )


def _rule(
    person: Person, owner_id: str | None, settings: Settings, fields: Callable[[], Mapping[str, Any]]
) -> AssignmentRule | None:
    if not any(rule.takes_from(owner_id) for rule in settings.assignment_rules):
        return None
    place = rule_for(person, owner_id, settings, fields() if settings.assignment_looks_further else {})
    return None if place is None else settings.assignment_rules[place]


def _answered_before(
    person: Person, since: datetime, settings: Settings, fields: Callable[[], Mapping[str, Any]]
) -> AssignmentRule | None:
    """The rule that would have taken the person from its owner of that instant, where somebody else did since."""
    if person.owner_stamp is None or person.owner_stamp.at <= since or person.owner_id == person.previous_owner_id:
        return None
    return _rule(person, person.previous_owner_id, settings, fields)


def _kept(assignment: Assignment, owner_id: str | None, reason: AssignmentReason, owners: Owners) -> Assignment:
    """Nothing is waited for: who has the person is its first owner."""
    return replace(_with_first(assignment, owner_id, assignment.activated_at, owners), reason=reason)


def _complete(
    assignment: Assignment, owner_id: str | None, at: datetime, reason: AssignmentReason, owners: Owners
) -> Assignment:
    """The wait is over, and what only the wait needed is forgotten."""
    assigned = _with_first(assignment, owner_id, at, owners)
    return replace(
        assigned,
        state=AssignmentState.ASSIGNED,
        reason=reason,
        remind_at=None,
        fallback_id=None,
        released_owner_id=None,
        confirmed=assignment.confirmed and owner_id == assignment.temporary_owner_id,
    )


def _with_first(assignment: Assignment, owner_id: str | None, at: datetime, owners: Owners) -> Assignment:
    """The assignment with its owner, and with its first owner or first queue if it had none: never a second first, and
    never one who left."""
    if owner_id is None or not owners.may_own(owner_id):
        return assignment if assignment.owner_id == owner_id else replace(assignment, owner_id=owner_id)
    assigned_at = assignment.assigned_at or max(at, assignment.activated_at)
    if owners.is_queue(owner_id):
        first = assignment.first_queue_id or (owner_id if assignment.first_owner_id is None else None)
        return replace(assignment, owner_id=owner_id, first_queue_id=first, assigned_at=assigned_at)
    outside = assignment.outside_queue
    if assignment.first_owner_id is None and assignment.first_queue_id is not None:
        # The one that had the person last: it may have gone from queue to queue.
        queue = owners.queue_of(assignment.owner_id or assignment.first_queue_id)
        outside = queue is not None and bool(queue.member_ids) and owner_id not in queue.member_ids
    return replace(
        assignment,
        owner_id=owner_id,
        first_owner_id=assignment.first_owner_id or owner_id,
        outside_queue=outside,
        assigned_at=assigned_at,
    )


def _with_owner(person: Person, owner_id: str, at: datetime) -> Person:
    """The person in other hands, by our own doing: what the CRM said before is older."""
    if person.owner_id == owner_id:
        return person
    stamp = person.owner_stamp if person.owner_stamp is not None and person.owner_stamp.at >= at else ChangeStamp(at)
    return replace(person, owner_id=owner_id, previous_owner_id=person.owner_id, owner_stamp=stamp)


def apply_owner_change(
    person: Person, at: datetime, settings: Settings, owners: Owners, *, from_write_back: bool = False
) -> tuple[Person, Steps]:
    """The person after its owner changed at an instant, and what that did to the assignment.

    A change that our own write-back made (`from_write_back`) completes nothing, however late it comes. But an engine
    may have answered in the same transaction.
    """
    assignment, owner_id = person.assignment, person.owner_id
    if assignment is None or person.active is None or owner_id == assignment.owner_id:
        return _confirmed(person, owner_id), ()
    if from_write_back and owner_id in settings.owners_in_settings:
        return person, ()
    steps: Steps = ()
    if assignment.waits:
        if assignment.deadline is not None and at >= assignment.deadline:
            # The answer was late, even if it arrived before the timer did: first the deadline, then the answer.
            answered = person
            waiting = replace(person, owner_id=assignment.owner_id)
            person, steps = time_out(waiting, assignment.deadline, settings, owners)
            person = replace(
                person,
                owner_id=owner_id,
                owner_stamp=answered.owner_stamp,
                previous_owner_id=answered.previous_owner_id,
            )
        elif _is_no_answer(assignment, owner_id, settings, owners):
            return _confirmed(person, owner_id), ()
        else:
            done = _complete(assignment, owner_id, at, AssignmentReason.OWNER_CHANGED, owners)
            return _stepped(replace(person, assignment=done), Step.COMPLETED, at, settings)
    return _reassigned(person, at, settings, owners, steps)


def _confirmed(person: Person, owner_id: str | None) -> Person:
    assignment = person.assignment
    if assignment is None or not assignment.waits or assignment.confirmed or owner_id != assignment.temporary_owner_id:
        return person
    return replace(person, assignment=replace(assignment, confirmed=True))


def _is_no_answer(assignment: Assignment, owner_id: str | None, settings: Settings, owners: Owners) -> bool:
    """Whether an owner ends no wait: one who only holds the person; or the one before, whom the CRM still names
    because nobody moved the person there yet."""
    if _only_holds(owner_id, settings, owners):
        return True
    return owner_id == assignment.released_owner_id and not assignment.confirmed


def _only_holds(owner_id: str | None, settings: Settings, owners: Owners) -> bool:
    """Whether that is no owner who could work the person: nobody, one for the time being, or one who left."""
    return owner_id is None or owner_id in settings.temporary_owners or not owners.may_own(owner_id)


def _reassigned(
    person: Person, at: datetime, settings: Settings, owners: Owners, before: Steps
) -> tuple[Person, Steps]:
    """A change after the assignment was done, or after its deadline: it never rewrites the first owner."""
    assignment = person.assignment
    if assignment is None or assignment.state is AssignmentState.CANCELLED or person.owner_id == assignment.owner_id:
        return person, before
    late = assignment.state is AssignmentState.TIMED_OUT
    if late and _only_holds(person.owner_id, settings, owners):
        after = replace(assignment, owner_id=person.owner_id)
    else:
        after = _with_first(assignment, person.owner_id, at, owners)
        if late and assignment.late_owner_id is None:
            after = replace(after, late_owner_id=person.owner_id)
    person, steps = _stepped(replace(person, assignment=after), _step_to(assignment, after), at, settings)
    return person, (*before, *steps)


def reassign(person: Person, owner_id: str, at: datetime, settings: Settings, owners: Owners) -> tuple[Person, Steps]:
    """Another gets the lead, by our own doing."""
    return _reassigned(_with_owner(person, owner_id, at), at, settings, owners, ())


def reopen(person: Person, at: datetime, settings: Settings) -> tuple[Person, Steps] | None:
    """The lead goes back to where it waited for its owner, who does not want it, and waits for another; None where it
    waited nowhere. The first owner stays the first."""
    assignment = person.assignment
    waited_with = assignment.temporary_owner_id if assignment is not None else None
    rule = next((one for one in settings.assignment_rules if one.to == waited_with), None)
    if assignment is None or rule is None:
        return None
    waiting = replace(
        assignment,
        state=AssignmentState.PENDING,
        reason=AssignmentReason.WAITS_FOR_OWNER,
        released_owner_id=person.owner_id,
        confirmed=False,
        owner_id=rule.to,
        assigned_at=None,
        deadline=at + rule.deadline,
        remind_at=at + rule.reminder if rule.reminder is not None and rule.reminder < rule.deadline else None,
        fallback_id=rule.fallback,
        routed=rule.to in settings.routed_queues,
    )
    person = _with_owner(replace(person, assignment=waiting), rule.to, at)
    return _stepped(person, Step.STARTED, at, settings)


def _step_to(before: Assignment, after: Assignment) -> Step:
    if before.state is AssignmentState.NOT_REQUIRED and before.assigned_at is None and after.assigned_at is not None:
        return Step.COMPLETED  # There was nobody to keep the person when the response became active.
    return Step.CLAIMED if before.first_owner_id is None and after.first_owner_id is not None else Step.REASSIGNED


def confirm_owner(
    person: Person,
    owner_id: str,
    at: datetime,
    settings: Settings,
    owners: Owners,
    reason: AssignmentReason = AssignmentReason.OWNER_CONFIRMED,
) -> tuple[Person, Steps]:
    """An engine confirms the owner it found, which may be the current one. Raises ValueError if it waits for nobody."""
    assignment = person.assignment
    if assignment is None or not assignment.waits:
        raise ValueError("there is nothing to complete")
    done = _complete(assignment, owner_id, at, reason, owners)
    return _stepped(_with_owner(replace(person, assignment=done), owner_id, at), Step.COMPLETED, at, settings)


def time_out(person: Person, at: datetime, settings: Settings, owners: Owners) -> tuple[Person, Steps]:
    """The deadline passed: the fallback gets the lead. Without one, it stays where it waits, for a person to see."""
    assignment = person.assignment
    if assignment is None or not assignment.waits:
        return person, ()
    fallback = assignment.fallback_id
    if fallback is None or not owners.may_own(fallback):
        left = replace(
            assignment, state=AssignmentState.TIMED_OUT, reason=AssignmentReason.NO_ACTIVE_FALLBACK, remind_at=None
        )
        return _stepped(replace(person, assignment=left), Step.TIMED_OUT, at, settings)
    assigned = replace(
        _complete(assignment, fallback, at, AssignmentReason.DEADLINE, owners), state=AssignmentState.TIMED_OUT
    )
    # With the stamp that the owner has: an answer that was in time, and arrives only now, is newer than that.
    moved = _with_owner(replace(person, assignment=assigned), fallback, assignment.activated_at)
    return _stepped(moved, Step.TIMED_OUT, at, settings)


def remind(person: Person, at: datetime, settings: Settings) -> tuple[Person, Steps]:
    assignment = person.assignment
    if assignment is None or not assignment.waits or assignment.remind_at is None:
        return person, ()
    return _stepped(replace(person, assignment=replace(assignment, remind_at=None)), Step.REMINDED, at, settings)


def cancel(person: Person, reason: str, at: datetime, settings: Settings) -> tuple[Person, Steps]:
    """The response is no longer active: nobody is waited for, and nobody is asked to work it."""
    assignment = person.assignment
    if assignment is None or not assignment.waits:
        return person, ()
    ended = replace(assignment, state=AssignmentState.CANCELLED, reason=str(reason), remind_at=None)
    return _stepped(replace(person, assignment=ended), Step.CANCELLED, at, settings)


def take_over(
    person: Person, assignment: Assignment | None, cycle: int, at: datetime, settings: Settings, owners: Owners
) -> tuple[Person, Steps]:
    """The person takes over another's engagement, and the wait with it: an owner of its own ends the wait. One who has
    none is with whom it waits, and that is no change of the CRM."""
    if assignment is None:
        return replace(person, assignment=None), ()
    person = replace(person, assignment=replace(assignment, cycle=cycle))
    if person.owner_id is None and assignment.waits and assignment.owner_id is not None:
        person = _with_owner(person, assignment.owner_id, at)
    if person.owner_id == assignment.owner_id:
        return person, ()
    return apply_owner_change(person, at, settings, owners)


def is_worked(status: str | None, settings: Settings) -> bool:
    """Whether a status is an active one beyond Open: somebody has begun to work the person."""
    meaning = settings.status(status)
    return meaning is not None and meaning.active and status != settings.open_status and meaning.response_status != OPEN


def record_work(person: Person, at: datetime, settings: Settings) -> tuple[Person, Steps]:
    """The first sign of work: a status beyond Open, or a completed activity."""
    assignment = person.assignment
    if assignment is None or person.active is None or at < assignment.activated_at:
        return person, ()
    if assignment.worked_at is not None and assignment.worked_at <= at:
        return person, ()
    return _stepped(replace(person, assignment=replace(assignment, worked_at=at)), Step.WORKED, at, settings)


def _stepped(person: Person, step: Step, at: datetime, settings: Settings) -> tuple[Person, Steps]:
    if person.assignment is None:
        raise ValueError("no assignment, no step")
    return person, (AssignmentStep(person.person_id, step, at, person.assignment, settings.version),)
