"""Two records of one person become one: a converted lead and its contact, or the people of a merge.
Or a response goes on under another id, with another record of its person.

The survivor has at most one active response afterwards: of two engagements the one that an opportunity hangs on stays,
else the earlier (spec (b), edge cases).
Responses move over in batches; until they are all there, the survivor is `merging_ids` and nothing is decided for it.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from rekindle.domain.assignment.transitions import Owners, take_over
from rekindle.domain.capture.erasing import without_profile, without_texts
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, Entry, ResponseRenamed, Stage, has_opportunity
from rekindle.domain.lifecycle.uniting import carried, united
from rekindle.domain.people.assignment import Assignment, AssignmentReason, AssignmentState
from rekindle.domain.people.person import EndedEngagement, Engagement, Person, Profile
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate, resumed
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import ALREADY_ENGAGED, Details, Response
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Link:
    """The first step: who is whose, and which engagement stays."""

    survivor: Change
    merged: Change


def with_inherited(survivor: Person, merged: Person, at: datetime) -> Person:
    """The survivor, with what is known of the merged person where it has nothing of its own. The stamps are not
    inherited: whatever the CRM says of the survivor itself goes before."""
    mine, theirs = survivor.profile or Profile(), merged.profile or Profile()
    filled = {
        f.name: getattr(theirs, f.name)
        for f in fields(Profile)
        if f.name not in ("fields", "stamps") and _is_blank(getattr(mine, f.name))
    }
    stamp = mine.stamps.get(_OPT_OUT)
    if theirs.do_not_contact and (stamp is None or stamp.at <= at):
        # The stricter word holds, until a later one about the survivor itself.
        filled |= {_OPT_OUT: True, "stamps": {**mine.stamps, _OPT_OUT: ChangeStamp(at)}}
    return replace(
        survivor,
        status=merged.status if _is_blank(survivor.status) else survivor.status,
        owner_id=survivor.owner_id or merged.owner_id,
        nurture_until=_later(survivor.nurture_until, merged.nurture_until),
        score_activated_at=_later(survivor.score_activated_at, merged.score_activated_at),
        opportunities={**merged.opportunities, **survivor.opportunities},
        profile=replace(
            mine,
            fields={**theirs.fields, **{name: value for name, value in mine.fields.items() if not _is_blank(value)}},
            **filled,
        ),
    )


_OPT_OUT = "do_not_contact"
MERGED_INTO = "merged_into"
"""The stamp of the merge itself."""


def opt_out_of_merged(
    merged: Person, values: dict[str, Any], stamp: ChangeStamp
) -> tuple[dict[str, Any], ChangeStamp | None]:
    """What a fact about a record that was merged away says to the survivor, and beside it the stamp of an opt-out in
    it, which counts as of the merge. It lifts none: that takes a word about the survivor itself."""
    others = {name: value for name, value in values.items() if name != _OPT_OUT}
    if not values.get(_OPT_OUT):
        return others, None
    merged_at = merged.profile.stamps.get(MERGED_INTO) if merged.profile is not None else None
    return others, stamp if merged_at is None else stamp._replace(at=max(stamp.at, merged_at.at))


def _is_blank(value: object) -> bool:
    """A blank text is no value."""
    return value is None or (isinstance(value, str) and not value.strip())


def _later(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def link(
    survivor: Person,
    merged: Person,
    active_of: Mapping[str, Response],
    at: datetime,
    settings: Settings,
    owners: Owners,
) -> Link:
    """Point the merged person at the survivor and settle the active response. `active_of`: by person, also the one
    that was active until the merged person was deleted: that deletion was a part of the merge."""
    deleted_with = ended_by_deletion(merged)
    if deleted_with is not None and merged.person_id in active_of:
        merged, restored = _alive_again(merged, deleted_with, active_of[merged.person_id])
        active_of = {**active_of, merged.person_id: restored}
    else:
        deleted_with = None
    if survivor.deleted:
        merged = without_profile(merged)
    keep = with_inherited(survivor, merged, at)
    status = settings.status(keep.status)
    keep = replace(
        keep,
        nurture_until=None if survivor.active is not None or (status and status.active) else keep.nurture_until,
        ended=_last_ended(survivor, merged),
        version=survivor.version + 1,
        status_activated=_still_activated(survivor, merged, settings),
        merged_ids=(*survivor.merged_ids, merged.person_id, *merged.merged_ids),
        merging_ids=(*survivor.merging_ids, merged.person_id, *merged.merging_ids),
        cycles=survivor.cycles + merged.cycles,
        lifecycle=united(survivor.lifecycle, merged.lifecycle, survivor.cycles),
        classes="",
    )
    profile = merged.profile or Profile()
    gone = replace(
        merged,
        version=merged.version + 1,
        merged_into=survivor.person_id,
        merging_ids=(),
        profile=replace(profile, stamps={**profile.stamps, MERGED_INTO: ChangeStamp(at)}),
    )
    theirs = merged.active
    if theirs is None:
        return Link(Change(keep, survivor.version), Change(gone, merged.version))
    if survivor.deleted or _stays(survivor, theirs, has_opportunity(merged)):
        ending = deactivate(
            gone, merged.version, active_of[merged.person_id], Ended.MERGED, at, settings, ALREADY_ENGAGED
        )
        return Link(Change(keep, survivor.version), ending)
    closing = _closed_since(keep, theirs, settings)
    if closing is not None:
        active = active_of[merged.person_id]
        return Link(
            Change(keep, survivor.version),
            deactivate(gone, merged.version, active, Ended.STATUS_INACTIVE, at, settings, closing),
        )
    replaced = active_of.get(survivor.person_id)
    cycle = keep.cycles
    taking = _carried(keep, survivor.version, merged, cycle, replaced, at, settings, owners)
    left = Change(replace(gone, active=None, assignment=None), merged.version)
    if deleted_with is None:
        return Link(taking, left)
    numbered = replace(deleted_with, engagement=replace(deleted_with.engagement, cycle=cycle))
    entry = resumed(taking.person, numbered, max(at, deleted_with.at), settings)
    response = active_of[merged.person_id].traced(gone.person_id, gone.version)
    return Link(replace(taking, entries=(*taking.entries, entry)), replace(left, responses=(response,)))


def ended_by_deletion(person: Person) -> EndedEngagement | None:
    """The engagement that was active until the person was deleted, and nothing since."""
    ended = person.ended
    return ended if ended is not None and ended.reason == Ended.PERSON_DELETED else None


def _alive_again(person: Person, ended: EndedEngagement, response: Response) -> tuple[Person, Response]:
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


def _last_ended(survivor: Person, merged: Person) -> EndedEngagement | None:
    """What may go on where neither has an active response: the engagement that ended last."""
    if survivor.active is not None or merged.active is not None:
        return None
    theirs = merged.ended
    if theirs is not None:
        cycles = survivor.cycles + merged.cycles
        theirs = replace(theirs, engagement=replace(theirs.engagement, cycle=cycles))
    return max((one for one in (survivor.ended, theirs) if one is not None), key=lambda one: one.at, default=None)


def _stays(person: Person, theirs: Engagement, theirs_has_opportunity: bool) -> bool:
    """Whether the person's own engagement, if there is one, stays beside another's."""
    mine = person.active
    if mine is None:
        return False
    return _rank(mine, has_opportunity(person)) <= _rank(theirs, theirs_has_opportunity)


def _rank(engagement: Engagement, has_one: bool) -> tuple[bool, bool, datetime]:
    """An opportunity goes first, then what a rep works on, then the earlier."""
    return not has_one, engagement.stage == Stage.MQL, engagement.since


def _carried(
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
        taken = replace(taken, lifecycle=carried(taken.lifecycle, other.lifecycle, cycle))
    taken, steps = take_over(taken, other.assignment, cycle, at, settings, owners)
    return replace(change, person=taken, entries=(*change.entries, *steps))


def _closed_since(person: Person, engagement: Engagement, settings: Settings) -> str | None:
    """The closing status, where the CRM put the person into an inactive status after the engagement had begun."""
    status, stamp = settings.status(person.status), person.status_stamp
    closed = status is not None and not status.active and stamp is not None and stamp.at > engagement.since
    return status.closing_status if status is not None and closed else None


def _still_activated(survivor: Person, merged: Person, settings: Settings) -> ChangeStamp | None:
    """A delay that runs for the merged person goes on for the survivor, unless that one's own status is inactive or
    has a delay of its own."""
    if survivor.status_activated is not None:
        return survivor.status_activated
    status = settings.status(survivor.status)
    return merged.status_activated if status is None or status.active else None


def by_campaign_and_date(response: Response) -> tuple[str, datetime]:
    return response.campaign_id, response.state.effective_at


Twins = Mapping[tuple[str, datetime], Response]
"""The survivor's own responses, from before the two became one, by campaign and date."""


def move_responses(
    survivor: Person, merged: Person, batch: Sequence[Response], known: Set[str], twins: Twins
) -> tuple[Change, Change]:
    """Move a batch of responses, those that are `known` to the survivor left out. Of two with one campaign and one
    date, one of each person, the one that came further stays; a person's own repeats are no twins."""
    unmatched = dict(twins)
    version = survivor.version + 1
    arriving: list[Response] = []
    dropped = added = 0
    for response in batch:
        if response.response_id in known:
            continue
        response = without_texts(response, survivor)
        twin = None if response.state.deleted else unmatched.pop(by_campaign_and_date(response), None)
        if twin is not None:
            once = response.state.reactivated_at or twin.state.reactivated_at
            if _came_further(response, survivor) > _came_further(twin, survivor):
                arriving.append(_withdrawn(twin).traced(survivor.person_id, version))
                dropped += 1
                response = _reactivated(response, once)
            else:
                if once != twin.state.reactivated_at:
                    arriving.append(_reactivated(twin, once).traced(survivor.person_id, version))
                response = _withdrawn(response)
        added += not response.state.deleted
        arriving.append(response.traced(survivor.person_id, version))
    return (
        Change(
            replace(survivor, version=version, responses=survivor.responses + added - dropped),
            survivor.version,
            tuple(arriving),
        ),
        Change(
            replace(merged, version=merged.version + 1),
            merged.version,
            removed=tuple(r.response_id for r in batch),
        ),
    )


def transfer_response(
    person: Person,
    other: Person,
    response: Response,
    mine: Response | None,
    at: datetime,
    settings: Settings,
    owners: Owners,
) -> tuple[Change, Change]:
    """A response becomes another person's. Where it is the active one it stays active, unless that person has
    one that goes before. `mine` is that person's active response."""
    response = without_texts(response, person)
    counted = not response.state.deleted
    after = replace(person, version=person.version + 1, responses=person.responses + counted, classes="")
    left = replace(other, version=other.version + 1, responses=other.responses - counted)
    arriving, leaving = Change(after, person.version), Change(left, other.version)
    engagement = other.active
    if engagement is not None and engagement.response_id == response.response_id:
        closing = _closed_since(person, engagement, settings)
        if person.deleted or _stays(person, engagement, has_opportunity(other)):
            leaving = deactivate(left, other.version, response, Ended.MERGED, at, settings, ALREADY_ENGAGED)
            (response,) = leaving.responses
        elif closing is not None:
            leaving = deactivate(left, other.version, response, Ended.STATUS_INACTIVE, at, settings, closing)
            (response,) = leaving.responses
        else:
            cycle = person.cycles + 1
            taking = replace(after, cycles=cycle)
            arriving = _carried(taking, person.version, other, cycle, mine, at, settings, owners)
            leaving = Change(replace(left, active=None, assignment=None), other.version)
    arrived = response.traced(person.person_id, after.version)
    return (
        replace(arriving, responses=(*arriving.responses, arrived)),
        replace(leaving, responses=(), removed=(response.response_id,)),
    )


# --- members that a CRM deletes and makes anew -----------------------------------------------------------------------


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
        other, restored = _alive_again(other, ended, old)
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
        closing = _closed_since(person, engaged, settings) if not alone else None
        if person.deleted or (not alone and voided is None and _stays(person, engaged, has_opportunity(other))):
            status = ALREADY_ENGAGED
        elif closing is not None:
            status = closing
        else:
            carried = True
            cycle = engaged.cycle if alone else person.cycles + (voided is None)
            taking = replace(taking, cycles=max(taking.cycles, cycle))
            mine = recreation.mine if voided is None and not alone else None
            arriving = _carried(taking, person.version, other, cycle, mine, at, settings, owners)
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
    named = replace(new, details=replace(details, former_response_id=old.response_id))
    mirrored = replace(
        state,
        status=status,
        deleted=False,
        responded=state.responded or new.state.responded,
        responded_at=state.responded_at or new.state.responded_at,
    )
    arrived = named.traced(person.person_id, version, mirrored)
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
    told first."""
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


def _came_further(response: Response, survivor: Person) -> tuple[bool, bool, bool]:
    state = response.state
    is_active = survivor.active is not None and survivor.active.response_id == response.response_id
    return is_active, state.reactivated_at is not None, state.activated_at is not None


def _reactivated(response: Response, at: datetime | None) -> Response:
    """A response is reactivated at most once, also as the twin of another."""
    return response.with_state(replace(response.state, reactivated_at=at))


def _withdrawn(response: Response) -> Response:
    return response.with_state(replace(response.state, deleted=True))


def score_of_both(survivor: Score | None, merged: Score | None, survivor_id: str) -> Score | None:
    """The survivor's score: its own, else the merged person's. Taking it over is no crossing."""
    if survivor is not None or merged is None:
        return survivor
    return Score(survivor_id, merged.value, ChangeStamp(merged.stamp.at), rises=merged.rises)
