"""How a fact changes a record: newer fields are taken over, older ones dropped, whatever the order of arrival."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime, timedelta
from typing import Any

from rekindle.domain.assignment.transitions import Owners, apply_owner_change, is_worked, record_work
from rekindle.domain.capture.facts import ResponseRecorded
from rekindle.domain.core import times
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, stage_reached, stages_reached, with_stage
from rekindle.domain.people.assignment import Steps
from rekindle.domain.people.lifecycle import without_notes
from rekindle.domain.people.person import Erasure, Person, Profile
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import deactivate
from rekindle.domain.reactivation.timer import reactivation_timer
from rekindle.domain.records.kind import NESTED, Record
from rekindle.domain.records.opportunity import Opportunity
from rekindle.domain.records.stamps import Applied, ChangeStamp, Order, Stamps, newer_fields
from rekindle.domain.responses.response import QUALIFIED, Details, Response, ResponseState
from rekindle.domain.settings.settings import Scenario, Settings

_DELETED = "deleted"
_PROFILE = {f.name for f in fields(Profile)} - {"stamps"}
_PERSON = {"kind", "owner_id", "record_type", "status"}
_DETAILS = {f.name for f in fields(Details)} - {
    *("stamps", "inserted_by", "recorded_at", "former_response_id", "renamed_to", "conversion")
}


def _flat(values: Mapping[str, Any], stamps: Stamps) -> Mapping[str, Any]:
    """One entry for each field that can change by itself: `fields` is split into its own names, and where it is
    cleared as a whole, each name that was set before is cleared."""
    if NESTED not in values:
        return values
    flat = {name: value for name, value in values.items() if name != NESTED}
    if values[NESTED] is None:
        flat[NESTED] = None
        flat.update(dict.fromkeys(name for name in stamps if name.startswith(f"{NESTED}.")))
    flat.update({f"{NESTED}.{name}": value for name, value in (values.get(NESTED) or {}).items()})
    return flat


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `_flat`."""
    if NESTED not in "".join(flat):
        return dict(flat)  # As most facts are: none of the names can be that of a part.
    values = {n: v for n, v in flat.items() if not n.startswith(f"{NESTED}.") and n != NESTED}
    entries = {n.removeprefix(f"{NESTED}."): v for n, v in flat.items() if n.startswith(f"{NESTED}.")}
    if entries or NESTED in flat:
        values[NESTED] = None if NESTED in flat else entries
    return values


def _merged(applied: Applied, nested: Mapping[str, Any]) -> dict[str, Any]:
    """What was applied, its named values merged into those there were before."""
    values = _nested(applied.values)
    if NESTED in values:
        entries = {n.removeprefix(f"{NESTED}."): v for n, v in applied.values.items() if n.startswith(f"{NESTED}.")}
        cleared = values[NESTED] is None
        kept = {n: v for n, v in nested.items() if not cleared or f"{NESTED}.{n}" in applied.stamps}
        values[NESTED] = {n: v for n, v in {**kept, **entries}.items() if v is not None}
    return values


def _apply(values: Mapping[str, Any], stamp: ChangeStamp, stamps: Stamps) -> Applied:
    """The newer fields; all are older than a deletion that happened after them."""
    deleted = stamps.get(_DELETED)
    if deleted is None:
        return newer_fields(_flat(values, stamps), stamp, stamps)
    if stamp.order_after(deleted) is not Order.NEWER:
        return Applied({}, stamps, len(values), 0)
    applied = newer_fields(_flat(values, stamps), stamp, stamps)
    restoring = stamp.following(deleted)
    longer = {n: restoring for n in applied.values if not applied.stamps[n].is_applied_after(deleted)}
    return replace(applied, stamps={**applied.stamps, **longer}) if longer else applied


def _dated(values: Mapping[str, Any], names: Iterable[str], at: datetime) -> Mapping[str, Any]:
    """The values, their dates no later than the fact itself where only its clock makes them so: a bus keeps whole
    seconds, and the clock of a source may be ahead."""
    ahead = {n: at for n in names if (value := values.get(n)) is not None and at < value <= at + times.AHEAD}
    return {**values, **ahead} if ahead else values


_DATES = ("responded_at", "received_at")
_DATES_OF_RECORDS = ("occurred_at", "created_at", "closed_at")


def _alive(stamps: Stamps) -> bool:
    """A record that was changed after it was deleted was restored."""
    deleted = stamps.get(_DELETED)
    return deleted is None or any(stamp.is_applied_after(deleted) for name, stamp in stamps.items() if name != _DELETED)


def _with_deletion(stamps: Stamps, stamp: ChangeStamp) -> dict[str, ChangeStamp] | None:
    """The stamps of a record that is deleted now; None where it was deleted before, or restored later."""
    if stamp.order_after(stamps.get(_DELETED)) is not Order.NEWER:
        return None
    # The changes of the same instant that were applied before stand before it.
    for last in stamps.values():
        stamp = stamp.following(last)
    after = {**stamps, _DELETED: stamp}
    return None if _alive(after) else after


# --- people --------------------------------------------------------------------------------------------------------


def stamps_of(person: Person) -> dict[str, ChangeStamp]:
    stamps = dict(person.profile.stamps) if person.profile else {}
    if person.status_stamp is not None:
        stamps["status"] = person.status_stamp
    if person.owner_stamp is not None:
        stamps["owner_id"] = person.owner_stamp
    return stamps


def apply_person_change(person: Person, values: Mapping[str, Any], stamp: ChangeStamp) -> tuple[Person, Applied]:
    """The person after a fact, at the next version. The caller applies score and conversion: they are not
    plain fields."""
    applied = _apply(values, stamp, stamps_of(person))
    if not applied.values:
        return replace(person, version=person.version + 1), applied
    profile = person.profile or Profile()
    fields = _merged(applied, profile.fields)
    stamps = dict(applied.stamps)
    status_stamp, owner_stamp = stamps.pop("status", None), stamps.pop("owner_id", None)
    if fields.get("kind", "") is None:
        fields["kind"] = "lead"
    described: dict[str, Any] = {n: v for n, v in fields.items() if n in _PROFILE}
    known: dict[str, Any] = {n: v for n, v in fields.items() if n in _PERSON}
    return replace(
        person,
        version=person.version + 1,
        deleted=not _alive(applied.stamps),
        status_stamp=status_stamp,
        owner_stamp=owner_stamp,
        previous_owner_id=person.owner_id if "owner_id" in known else person.previous_owner_id,
        profile=replace(profile, stamps=stamps, **described),
        **known,
    ), applied


def newer_values(person: Person, values: Mapping[str, Any], stamp: ChangeStamp) -> tuple[dict[str, Any], Applied]:
    """What a fact about a record that was merged away changes of the survivor: only what is newer than the record's own
    last change, so a second or a late delivery does not bring an old value back."""
    applied = _apply(values, stamp, stamps_of(person))
    return _nested(applied.values), applied


def person_deleted(person: Person, stamp: ChangeStamp) -> Person | None:
    """The person without name and address, or None where a later change had restored it already."""
    stamps = _with_deletion(stamps_of(person), stamp)
    if stamps is None:
        return None
    status_stamp, owner_stamp = stamps.pop("status", None), stamps.pop("owner_id", None)
    # That nobody is to be contacted holds on: the record may turn out to have been merged into another.
    opted_out = person.profile.do_not_contact if person.profile else None
    return replace(
        person,
        deleted=True,
        erasure=Erasure(stamp.at, everywhere=False),
        lifecycle=without_notes(person.lifecycle),
        status_stamp=status_stamp,
        owner_stamp=owner_stamp,
        profile=Profile(do_not_contact=opted_out, stamps=stamps),
    )


def deletion_of(person: Person) -> ChangeStamp | None:
    """The last deletion of the person, also where a later change restored it."""
    return person.profile.stamps.get(_DELETED) if person.profile is not None else None


def follow_status(
    before: Person,
    after: Person,
    active: Response | None,
    at: datetime,
    settings: Settings,
    *,
    from_write_back: bool = False,
) -> Change:
    """The change that a person's new status makes: the active response mirrors it, or ends; and the Nurture Timeout.

    A status that our own write-back set (`from_write_back`) triggers nothing.
    """
    person, status = after, settings.status(after.status)
    if before.status == after.status or status is None:
        return Change(person, before.version)
    if not status.active:
        person = replace(person, status_activated=None)
        if status.nurture_timeout_days is not None:
            person = replace(person, nurture_until=at + timedelta(days=status.nurture_timeout_days))
    elif person.nurture_until is not None:
        person = replace(person, nurture_until=None)  # A rep took the person up again.
    if person.active is None or active is None:
        asks = status.active and not (from_write_back and after.status == settings.open_status)
        return _possibly_activated(before, person, settings) if asks else Change(person, before.version)
    if not status.active:
        return deactivate(person, before.version, active, Ended.STATUS_INACTIVE, at, settings, status.closing_status)
    engagement = person.active
    steps: Steps = ()
    if is_worked(after.status, settings):
        person, steps = record_work(person, at, settings)
    # While an opportunity came of it, the response says so, whatever the rep's own word for the person is.
    mirrored = QUALIFIED if engagement.opportunity_id is not None else status.response_status or active.state.status
    reached = stages_reached(mirrored, engagement.stage)
    entries = tuple(stage_reached(person.person_id, engagement, stage, at, settings) for stage in reached)
    if reached:
        person = replace(person, active=with_stage(engagement, reached[-1], at))
    responses: tuple[Response, ...] = ()
    if mirrored != active.state.status:
        responses = (active.with_state(replace(active.state, status=mirrored)),)
    return Change(person, before.version, responses, entries=(*entries, *steps))


def follow_owner(
    change: Change, before: Person, at: datetime, settings: Settings, owners: Owners, *, from_write_back: bool = False
) -> Change:
    """The same change, with what an owner means for the assignment who changed: a new one, or the one there was."""
    if change.person.owner_stamp == before.owner_stamp:
        return change
    person, steps = apply_owner_change(change.person, at, settings, owners, from_write_back=from_write_back)
    return replace(change, person=person, entries=(*change.entries, *steps))


def _possibly_activated(before: Person, person: Person, settings: Settings) -> Change:
    """An active status, and no active response: a trigger, if the status was known to be inactive before."""
    was = settings.status(before.status)
    if was is None or was.active or person.status_stamp is None:
        return Change(person, before.version)
    stamp = person.status_stamp
    change = ChangeStamp(stamp.at, stamp.sequence, stamp.minor)
    activated = replace(person, status_activated=change)
    user_id = person.profile.who_made(change) if person.profile else None
    timer = reactivation_timer(person.person_id, change, user_id, settings)
    # Where the scenario is off, nothing is lost with the timer.
    kept = timer if settings.scenario(Scenario.ACTIVE_STATUS).enabled else None
    return Change(activated, before.version, status_activated=timer, timer=kept)


# --- responses -----------------------------------------------------------------------------------------------------


def apply_response_change(stored: Response | None, fact: ResponseRecorded) -> tuple[Response, Applied, bool]:
    """The response after a fact, what was applied of that, and whether it newly responded: it was unknown, or no
    response, before, and is to be evaluated.

    Once it is a response it stays one (glossary), and its date stays with it; a missing date is that of the
    first fact, whichever arrived first.
    """
    stamp = fact.stamp
    state = stored.state if stored is not None else ResponseState(False, None, stamp.at)
    details = (stored.details if stored is not None else None) or _NOTHING_TOLD
    values = dict(_dated(fact.values, _DATES, stamp.at))
    if fact.person_id is not None:
        values["person_id"] = fact.person_id
    if fact.campaign_id is not None:
        values["campaign_id"] = fact.campaign_id
    applied = _apply(values, stamp, details.stamps)
    if not _alive(applied.stamps):
        return stored or nothing_known_of(fact.response_id, stamp), applied, False
    fields = _merged(applied, details.fields)
    if fields.get("products", ()) is None:
        fields["products"] = ()
    responds = fact.responds
    responded = state.responded or responds
    after = Response(
        fact.response_id,
        fields.get("campaign_id") or (stored.campaign_id if stored is not None else ""),
        ResponseState(
            responded,
            _responded_at(state, fields, applied.stamps, stamp.at if responds else None),
            fields.get("received_at") or _first(state.received_at, stamp, applied.stamps, "received_at"),
            state.status,
            state.activated_at,
            state.reactivated_at,
            # A merge may have withdrawn it as another's twin: only a newer change brings it back, not an earlier one.
            state.deleted and not applied.values,
        ),
        replace(
            details,
            stamps=applied.stamps,
            recorded_at=min(details.recorded_at or stamp.at, stamp.at),
            **{n: v for n, v in fields.items() if n in _DETAILS},
        ),
        stored.trail if stored is not None else (),
    )
    return after, applied, responded and not state.responded


_NOTHING_TOLD = Details()


def nothing_known_of(response_id: str, stamp: ChangeStamp) -> Response:
    return Response(response_id, "", ResponseState(False, None, stamp.at), Details(recorded_at=stamp.at))


def _first(known: datetime, stamp: ChangeStamp, stamps: Stamps, name: str) -> datetime:
    """A missing date, by the first fact."""
    return known if name in stamps else min(known, stamp.at)


def _responded_at(
    state: ResponseState, values: Mapping[str, Any], stamps: Stamps, responded_by: datetime | None
) -> datetime | None:
    if values.get("responded_at") is not None:
        return values["responded_at"] if state.responded or responded_by else None
    if responded_by is None or (state.responded_at is not None and "responded_at" in stamps):
        return state.responded_at
    return min(state.responded_at or responded_by, responded_by)


def names_later_owner(stamp: ChangeStamp, response: Response) -> bool:
    """Whether a change is newer than the last that said whose the response is."""
    stamps = response.details.stamps if response.details else {}
    return stamp.order_after(stamps.get("person_id")) is Order.NEWER


def response_deleted(stored: Response, stamp: ChangeStamp) -> Response | None:
    """The response as deleted; None where a later change restored it, or it is deleted already."""
    details = stored.details or Details()
    stamps = _with_deletion(details.stamps, stamp)
    if stamps is None:
        return None
    return replace(stored, state=replace(stored.state, deleted=True), details=replace(details, stamps=stamps))


# --- records of any other kind -------------------------------------------------------------------------------------


def apply_opportunity_change(
    stored: Opportunity | None, opportunity_id: str, values: Mapping[str, Any], stamp: ChangeStamp
) -> tuple[Opportunity, Applied]:
    """The opportunity after a fact. One that was deleted takes earlier facts, too: whose it was, and since when, says
    which engagement ends with it."""
    before = stored or Opportunity(opportunity_id)
    dated = _dated(values, _DATES_OF_RECORDS, stamp.at)
    after, applied = _with_newer(before, newer_fields(dated, stamp, before.stamps))
    recorded_at = min(before.recorded_at or stamp.at, stamp.at)
    if recorded_at != before.recorded_at:
        after = replace(after, recorded_at=recorded_at, version=before.version + 1)
    return (after if after == before else replace(after, is_searched=False)), applied


def opportunity_deleted(stored: Opportunity | None, opportunity_id: str, stamp: ChangeStamp) -> Opportunity | None:
    """The opportunity as deleted; None where a later change restored it."""
    gone = apply_deletion(stored or Opportunity(opportunity_id), stamp)
    return gone if gone is None or gone.recorded_at is not None else replace(gone, recorded_at=stamp.at)


def apply_change[R: Record](stored: R, values: Mapping[str, Any], stamp: ChangeStamp) -> tuple[R, Applied]:
    """The record with the newer fields, and what was applied; a cleared field takes its default."""
    return _with_newer(stored, _apply(_dated(values, _DATES_OF_RECORDS, stamp.at), stamp, stored.stamps))


def _with_newer[R: Record](stored: R, applied: Applied) -> tuple[R, Applied]:
    if not applied.values:
        return stored, applied
    changed = _merged(applied, getattr(stored, NESTED, {}))
    defaults = {f.name: f.default if f.default_factory is MISSING else f.default_factory() for f in fields(stored)}
    plain = {n: v for n, v in changed.items() if n in defaults and n != NESTED}
    known: dict[str, Any] = {n: defaults[n] if v is None else v for n, v in plain.items()}
    if _DELETED in defaults:
        known[_DELETED] = not _alive(applied.stamps)
    if NESTED in changed and NESTED in defaults:
        known[NESTED] = changed[NESTED]
    return replace(stored, **known, stamps=applied.stamps, version=stored.version + 1), applied


def apply_deletion[R: Record](stored: R, stamp: ChangeStamp) -> R | None:
    """The record as deleted, its fields kept; None where it is deleted already, or a later change restored it."""
    stamps = _with_deletion(stored.stamps, stamp)
    if stamps is None:
        return None
    return replace(stored, deleted=True, stamps=stamps, version=stored.version + 1)
