"""A member of a campaign that a CRM deletes and makes anew under another id, for example when a lead is converted."""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.capture.transferring import alive_again, closed_since, stays, transfer_engagement
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, Entry, ResponseRenamed, has_opportunity
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate, resumed
from rekindle.domain.responses.response import ALREADY_ENGAGED, Details, Response
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Recreation:
    """A response under its old id, with whom it was, and under its new one, with whom it is now."""

    person: Person
    new: Response
    other: Person
    old: Response
    mine: Response | None
    """The person's active response."""
    is_new_to_person: bool
    """Whether the person is yet to count the response under its new id."""
    is_deleted: bool
    """Whether the old one was known to be deleted before."""


def recreate(recreation: Recreation, at: datetime, settings: Settings, owners: Owners) -> tuple[Change, ...]:
    """The response goes on under its new id, with its state, its cycle and its credit."""
    person, other, old, new = recreation.person, recreation.other, recreation.old, recreation.new
    alone = person.person_id == other.person_id
    ended = other.ended if _ended_with(other, old.response_id, at) else None
    engaged = other.active if other.active is not None and other.active.response_id == old.response_id else None
    state = old.state
    if ended is not None:
        other, restored = alive_again(other, ended, old)
        engaged, state = ended.engagement, restored.state
    voided = person.active if person.active is not None and person.active.response_id == new.response_id else None
    counted = recreation.is_new_to_person - (alone and not recreation.is_deleted)
    taking = replace(person, version=person.version + 1, responses=person.responses + counted, classes="")
    if voided is not None and engaged is not None:
        taking = replace(taking, active=None, assignment=None)
    elif alone and engaged is not None:
        taking = replace(taking, active=None, ended=None)
    arriving, status = Change(taking, person.version), state.status
    carried = False
    if engaged is not None:
        closing = closed_since(person, engaged, settings) if not alone else None
        if person.deleted or (not alone and voided is None and stays(person, engaged, has_opportunity(other))):
            status = ALREADY_ENGAGED
        elif closing is not None:
            status = closing
        else:
            carried = True
            cycle = engaged.cycle if alone else person.cycles + (voided is None)
            taking = replace(taking, cycles=max(taking.cycles, cycle))
            mine = recreation.mine if voided is None and not alone else None
            arriving = transfer_engagement(taking, person.version, other, cycle, mine, at, settings, owners)
            arriving = replace(arriving, person=_under(arriving.person, new))
    version = arriving.person.version
    renamed = ResponseRenamed(
        person.person_id,
        new.response_id,
        old.response_id,
        new.campaign_id,
        at,
        settings.version,
        voided.decision_id if voided is not None and engaged is not None else None,
    )
    entries: list[Entry] = [*arriving.entries, renamed]
    if carried and ended is not None and engaged is not None:
        active = arriving.person.active
        numbered = replace(
            ended, engagement=replace(engaged, response_id=new.response_id, cycle=active.cycle if active else 0)
        )
        entries.append(resumed(arriving.person, numbered, at, settings))
    details = new.details or Details()
    renamed_response = replace(new, details=replace(details, former_response_id=old.response_id))
    mirrored = replace(
        state,
        status=status,
        deleted=False,
        responded=state.responded or new.state.responded,
        responded_at=state.responded_at or new.state.responded_at,
    )
    arrived = renamed_response.traced(person.person_id, version, mirrored)
    gone = replace(
        old.with_state(replace(old.state, deleted=True)),
        details=replace(old.details or Details(), renamed_to=new.response_id),
    )
    if alone:
        both = (*arriving.responses, arrived, gone.traced(person.person_id, version))
        return (replace(arriving, responses=both, entries=tuple(entries)),)
    left = replace(recreation.other, version=recreation.other.version + 1)
    left = replace(left, responses=left.responses - (not recreation.is_deleted))
    leaving = Change(left, recreation.other.version, (gone.traced(left.person_id, left.version),))
    if carried:
        leaving = replace(leaving, person=replace(left, active=None, ended=None, assignment=None))
    elif engaged is not None and ended is None:
        ending = deactivate(left, recreation.other.version, gone, Ended.MERGED, at, settings, status, deleted=True)
        leaving = ending
    return (
        replace(arriving, responses=(*arriving.responses, arrived), entries=tuple(entries)),
        leaving,
    )


def _ended_with(person: Person, response_id: str, at: datetime) -> bool:
    """Whether the person's engagement ended with the response in that very transaction, by whichever of its parts was
    applied first."""
    ended = person.ended
    if ended is None or ended.engagement.response_id != response_id or ended.at != at:
        return False
    return ended.reason in (Ended.RESPONSE_DELETED, Ended.PERSON_DELETED)


def _under(person: Person, response: Response) -> Person:
    """The person, whose engagement and assignment name the response by its new id."""
    response_id, campaign_id = response.response_id, response.campaign_id
    active, assignment = person.active, person.assignment
    return replace(
        person,
        active=replace(active, response_id=response_id, campaign_id=campaign_id) if active else None,
        assignment=replace(assignment, response_id=response_id, campaign_id=campaign_id) if assignment else None,
    )
