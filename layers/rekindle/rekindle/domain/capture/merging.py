"""Two records of one person become one: a converted lead and its contact, or the people of a merge.

The survivor has at most one active response afterwards: of two engagements the one that an opportunity hangs on stays,
else the earlier (spec (b), edge cases).
Responses move over in batches; until they are all there, the survivor is `merging_ids` and nothing is decided for it.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, fields
from datetime import datetime

from rekindle.domain.assignment.transitions import Owners, take_over
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, has_opportunity
from rekindle.domain.people.person import Engagement, Person, Profile
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import ALREADY_ENGAGED, Response
from rekindle.domain.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Link:
    """The first step: who is whose, and which engagement stays."""

    survivor: Change
    merged: Change


def with_inherited(survivor: Person, merged: Person) -> Person:
    """The survivor, with what is known of the merged person where it has nothing of its own. The stamps are not
    inherited: whatever the CRM says of the survivor itself goes before."""
    mine, theirs = survivor.profile or Profile(), merged.profile or Profile()
    filled = {
        f.name: getattr(theirs, f.name)
        for f in fields(Profile)
        if f.name not in ("fields", "stamps") and getattr(mine, f.name) is None
    }
    return replace(
        survivor,
        status=survivor.status if survivor.status is not None else merged.status,
        owner_id=survivor.owner_id or merged.owner_id,
        nurture_until=_later(survivor.nurture_until, merged.nurture_until),
        score_activated_at=_later(survivor.score_activated_at, merged.score_activated_at),
        opportunities={**merged.opportunities, **survivor.opportunities},
        profile=replace(mine, fields={**theirs.fields, **mine.fields}, **filled),
    )


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
    """Point the merged person at the survivor and settle the active response. `active_of`: by person."""
    keep = with_inherited(survivor, merged)
    keep = replace(
        keep,
        version=survivor.version + 1,
        status_activated=_still_activated(survivor, merged, settings),
        merged_ids=(*survivor.merged_ids, merged.person_id, *merged.merged_ids),
        merging_ids=(*survivor.merging_ids, merged.person_id, *merged.merging_ids),
        cycles=survivor.cycles + merged.cycles,
        classes="",
    )
    gone = replace(merged, version=merged.version + 1, merged_into=survivor.person_id, merging_ids=())
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
    carried = _carried(keep, survivor.version, merged, cycle, replaced, at, settings, owners)
    return Link(carried, Change(replace(gone, active=None, assignment=None), merged.version))


def _stays(person: Person, theirs: Engagement, theirs_has_opportunity: bool) -> bool:
    """Whether the person's own engagement, if there is one, stays beside another's."""
    mine = person.active
    if mine is None:
        return False
    return (not has_opportunity(person), mine.since) <= (not theirs_has_opportunity, theirs.since)


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
    taken = replace(change.person, active=active, status=opened or person.status, nurture_until=None)
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
        twin = None if response.state.deleted else unmatched.pop(by_campaign_and_date(response), None)
        if twin is not None:
            if _came_further(response, survivor) > _came_further(twin, survivor):
                arriving.append(_withdrawn(twin).traced(survivor.person_id, version))
                dropped += 1
            else:
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


def _came_further(response: Response, survivor: Person) -> tuple[bool, bool, bool]:
    state = response.state
    is_active = survivor.active is not None and survivor.active.response_id == response.response_id
    return is_active, state.reactivated_at is not None, state.activated_at is not None


def _withdrawn(response: Response) -> Response:
    return response.with_state(replace(response.state, deleted=True))


def score_of_both(survivor: Score | None, merged: Score | None, survivor_id: str) -> Score | None:
    """The survivor's score: its own, else the merged person's. Taking it over is no crossing."""
    if survivor is not None or merged is None:
        return survivor
    return Score(survivor_id, merged.value, ChangeStamp(merged.stamp.at), rises=merged.rises)
