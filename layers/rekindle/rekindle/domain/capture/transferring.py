"""An engagement goes on with another person: which of two stays, and what the other person takes over.

Of two engagements the one that has an opportunity stays, else the earlier.
"""

from datetime import datetime

from rekindle.domain.assignment.transitions import Owners, take_over
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, Stage, has_opportunity
from rekindle.domain.lifecycle.merging import transferred_lifecycle
from rekindle.domain.people.assignment import Assignment, AssignmentReason, AssignmentState
from rekindle.domain.people.person import EndedEngagement, Engagement, Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate
from rekindle.domain.responses.response import ALREADY_ENGAGED, Response
from rekindle.domain.settings.settings import Settings


def alive_again(person: Person, ended: EndedEngagement, response: Response) -> tuple[Person, Response]:
    """The person and the response as they were before the end was noted."""
    active = replace(
        person, active=ended.engagement, ended=None, assignment=_waiting_again(person.assignment, ended.reason)
    )
    return active, response.with_state(response.state.with_status(ended.response_status))


def _waiting_again(assignment: Assignment | None, reason: str) -> Assignment | None:
    """An assignment that was cancelled by nothing but that end."""
    if assignment is None or assignment.state is not AssignmentState.CANCELLED or assignment.reason != reason:
        return assignment
    return replace(assignment, state=AssignmentState.PENDING, reason=str(AssignmentReason.WAITS_FOR_OWNER))


def stays(person: Person, theirs: Engagement, theirs_has_opportunity: bool) -> bool:
    """Whether the person's own engagement, if there is one, stays beside another's."""
    mine = person.active
    if mine is None:
        return False
    return _rank(mine, has_opportunity(person)) <= _rank(theirs, theirs_has_opportunity)


def _rank(engagement: Engagement, has_one: bool) -> tuple[bool, bool, datetime]:
    """An opportunity goes first, then what a rep works on, then the earlier."""
    return not has_one, engagement.stage == Stage.MQL, engagement.since


def transfer_engagement(
    person: Person,
    read_version: int,
    other: Person,
    cycle: int,
    replaced: Response | None,
    at: datetime,
    settings: Settings,
    owners: Owners,
) -> Change:
    """The person takes over another's engagement, and the wait for an owner: its own later one, if any, ends, and its
    status follows."""
    change = Change(person, read_version)
    if replaced is not None:
        change = deactivate(person, read_version, replaced, Ended.MERGED, at, settings, ALREADY_ENGAGED)
    status = settings.status(person.status)
    opened = settings.open_status if status is not None and not status.active else None
    active = replace(other.active, cycle=cycle) if other.active is not None else None
    taken = replace(change.person, active=active, ended=None, status=opened or person.status, nurture_until=None)
    if taken.lifecycle is not None or other.lifecycle is not None:
        taken = replace(taken, lifecycle=transferred_lifecycle(taken.lifecycle, other.lifecycle, cycle))
    taken, steps = take_over(taken, other.assignment, cycle, at, settings, owners)
    return replace(change, person=taken, entries=(*change.entries, *steps))


def closed_since(person: Person, engagement: Engagement, settings: Settings) -> str | None:
    """The closing status, where the CRM put the person into an inactive status after the engagement had begun."""
    status, stamp = settings.status(person.status), person.status_stamp
    closed = status is not None and not status.active and stamp is not None and stamp.at > engagement.since
    return status.closing_status if status is not None and closed else None
