"""Two records of one person become one: a converted lead and its contact, or the people of a merge.

The survivor has at most one active response afterwards (`transferring.py`).
Responses move over in batches; until they are all there, the survivor is `merging_ids` and nothing is decided for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from rekindle.domain.assignment.transitions import Owners
from rekindle.domain.capture.erasing import without_profile
from rekindle.domain.capture.transferring import alive_again, closed_since, stays, transfer_engagement
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, has_opportunity
from rekindle.domain.lifecycle.merging import merged_lifecycle
from rekindle.domain.people.person import EndedEngagement, Person, Profile
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate, resumed
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import ALREADY_ENGAGED, Response
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
        merged, restored = alive_again(merged, deleted_with, active_of[merged.person_id])
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
        lifecycle=merged_lifecycle(survivor.lifecycle, merged.lifecycle, survivor.cycles),
        classes=survivor.classes_with_another(settings.class_map),
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
    if survivor.deleted or stays(survivor, theirs, has_opportunity(merged)):
        ending = deactivate(
            gone, merged.version, active_of[merged.person_id], Ended.MERGED, at, settings, ALREADY_ENGAGED
        )
        return Link(Change(keep, survivor.version), ending)
    closing = closed_since(keep, theirs, settings)
    if closing is not None:
        active = active_of[merged.person_id]
        return Link(
            Change(keep, survivor.version),
            deactivate(gone, merged.version, active, Ended.STATUS_INACTIVE, at, settings, closing),
        )
    replaced = active_of.get(survivor.person_id)
    cycle = keep.cycles
    carried = transfer_engagement(keep, survivor.version, merged, cycle, replaced, at, settings, owners)
    left = Change(replace(gone, active=None, assignment=None), merged.version)
    if deleted_with is None:
        return Link(carried, left)
    numbered = replace(deleted_with, engagement=replace(deleted_with.engagement, cycle=cycle))
    entry = resumed(carried.person, numbered, max(at, deleted_with.at), settings)
    response = active_of[merged.person_id].traced(gone.person_id, gone.version)
    return Link(replace(carried, entries=(*carried.entries, entry)), replace(left, responses=(response,)))


def ended_by_deletion(person: Person) -> EndedEngagement | None:
    """The engagement that was active until the person was deleted, and nothing since."""
    ended = person.ended
    return ended if ended is not None and ended.reason == Ended.PERSON_DELETED else None


def _last_ended(survivor: Person, merged: Person) -> EndedEngagement | None:
    """What may go on where neither has an active response: the engagement that ended last."""
    if survivor.active is not None or merged.active is not None:
        return None
    theirs = merged.ended
    if theirs is not None:
        cycles = survivor.cycles + merged.cycles
        theirs = replace(theirs, engagement=replace(theirs.engagement, cycle=cycles))
    return max((one for one in (survivor.ended, theirs) if one is not None), key=lambda one: one.at, default=None)


def _still_activated(survivor: Person, merged: Person, settings: Settings) -> ChangeStamp | None:
    """A delay that runs for the merged person goes on for the survivor, unless that one's own status is inactive or
    has a delay of its own."""
    if survivor.status_activated is not None:
        return survivor.status_activated
    status = settings.status(survivor.status)
    return merged.status_activated if status is None or status.active else None


def score_of_both(survivor: Score | None, merged: Score | None, survivor_id: str) -> Score | None:
    """The survivor's score: its own, else the merged person's. Taking it over is no crossing."""
    if survivor is not None or merged is None:
        return survivor
    return Score(survivor_id, merged.value, ChangeStamp(merged.stamp.at), rises=merged.rises)
