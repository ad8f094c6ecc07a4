"""How a fact changes a record: newer fields are taken over, older ones dropped, whatever the order of arrival."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from rekindle.domain.campaign import Campaign
from rekindle.domain.change import Change
from rekindle.domain.journey import Deactivated, Ended, Stage, StageReached, stages_reached
from rekindle.domain.ordering import Applied, Mark, Marks, Order, newer_fields
from rekindle.domain.person import Engagement, Person, Profile
from rekindle.domain.response import Details, Response, Standing
from rekindle.domain.settings import Settings
from rekindle.domain.user import User

_DELETED = "deleted"
_NESTED = "fields"
_PROFILE = {f.name for f in fields(Profile)} - {"marks"}
_PERSON = {"kind", "owner_id", "record_type", "status"}
_STANDING = {"responded", "responded_at", "received_at"}


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """One entry for each field that can change by itself: `fields` is told apart into its own names."""
    flat = {name: value for name, value in values.items() if name != _NESTED}
    flat.update({f"{_NESTED}.{name}": value for name, value in (values.get(_NESTED) or {}).items()})
    if _NESTED in values and values[_NESTED] is None:
        flat[_NESTED] = None
    return flat


def _merged(values: Mapping[str, Any], nested: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `_flat`, over the named values there were before."""
    plain = {
        name: value
        for name, value in values.items()
        if not name.startswith(f"{_NESTED}.") and name != _NESTED
    }
    told = {n.removeprefix(f"{_NESTED}."): v for n, v in values.items() if n.startswith(f"{_NESTED}.")}
    base = {} if _NESTED in values else nested
    if told or _NESTED in values:
        plain[_NESTED] = {n: v for n, v in {**base, **told}.items() if v is not None}
    return plain


def _apply(values: Mapping[str, Any], mark: Mark, marks: Marks) -> Applied:
    """The newer fields; all are older than a deletion that happened after them."""
    deleted = marks.get(_DELETED)
    if deleted is not None and mark.order_after(deleted) is not Order.NEWER:
        return Applied({}, marks, len(values), 0)
    return newer_fields(_flat(values), mark, marks)


def _alive(marks: Marks) -> bool:
    """A record that was changed after it was deleted was restored."""
    deleted = marks.get(_DELETED)
    return deleted is None or any(
        mark.order_after(deleted) is Order.NEWER for name, mark in marks.items() if name != _DELETED
    )


# --- people --------------------------------------------------------------------------------------------------------


def marks_of(person: Person) -> dict[str, Mark]:
    marks = dict(person.profile.marks) if person.profile else {}
    if person.status_mark is not None:
        marks["status"] = person.status_mark
    return marks


def person_told(person: Person, values: Mapping[str, Any], mark: Mark) -> tuple[Person, Applied]:
    """The person after a fact. Score and conversion are told apart by the caller: they are not plain fields."""
    applied = _apply(values, mark, marks_of(person))
    if not applied.values:
        return person, applied
    profile = person.profile or Profile()
    told = _merged(applied.values, profile.fields)
    marks = dict(applied.marks)
    status_mark = marks.pop("status", None)
    if told.get("kind", "") is None:
        told["kind"] = "lead"
    described: dict[str, Any] = {n: v for n, v in told.items() if n in _PROFILE}
    known: dict[str, Any] = {n: v for n, v in told.items() if n in _PERSON}
    return replace(
        person,
        deleted=not _alive(applied.marks),
        status_mark=status_mark,
        profile=replace(profile, marks=marks, **described),
        **known,
    ), applied


def person_deleted(person: Person, mark: Mark) -> Person | None:
    """The person without name and address, or None where a later change had restored it already."""
    marks = marks_of(person)
    last = marks.get(_DELETED)
    if mark.order_after(last) is not Order.NEWER:
        return None
    marks[_DELETED] = mark
    if _alive(marks):
        return None
    status_mark = marks.pop("status", None)
    return replace(person, deleted=True, status_mark=status_mark, profile=Profile(marks=marks))


def status_followed(
    before: Person, after: Person, active: Response | None, at: datetime, settings: Settings
) -> Change:
    """What a person's new status does to the active response: mirror it, or end it; and to the Nurture Timeout."""
    person = replace(after, version=before.version + 1)
    status = settings.status(after.status)
    if before.status == after.status or status is None:
        return Change(person, before.version)
    if not status.active and status.nurture_timeout_days is not None:
        person = replace(person, nurture_until=at + timedelta(days=status.nurture_timeout_days))
    if person.active is None or active is None:
        return Change(person, before.version)
    if not status.active:
        return ended(
            person, before.version, active, Ended.STATUS_INACTIVE, at, settings, status.closing_status
        )
    engagement = person.active
    mirrored = status.response_status or active.standing.status
    reached = stages_reached(mirrored, engagement.stage)
    entries = tuple(_reached(person.person_id, engagement, stage, at, settings) for stage in reached)
    if reached:
        person = replace(person, active=replace(engagement, stage=reached[-1]))
    responses: tuple[Response, ...] = ()
    if mirrored != active.standing.status:
        responses = (active.standing_as(replace(active.standing, status=mirrored)),)
    return Change(person, before.version, responses, entries=entries)


def _reached(
    person_id: str, engagement: Engagement, stage: Stage, at: datetime, settings: Settings
) -> StageReached:
    return StageReached(
        person_id,
        engagement.response_id,
        engagement.campaign_id,
        engagement.cycle,
        stage,
        at,
        settings.version,
    )


def ended(
    person: Person,
    read_version: int,
    active: Response,
    why: Ended,
    at: datetime,
    settings: Settings,
    status: str,
    *,
    deleted: bool = False,
) -> Change:
    """The active response ends: the person has none, the response takes its closing status, the journey is told."""
    engagement = person.active
    if engagement is None:
        raise ValueError("no active response to end")
    standing = replace(active.standing, status=status, deleted=deleted)
    closed = active.standing_as(standing).traced(person.person_id, person.version)
    entry = Deactivated(
        person.person_id,
        engagement.response_id,
        engagement.campaign_id,
        engagement.cycle,
        why,
        at,
        settings.version,
    )
    return Change(replace(person, active=None), read_version, (closed,), entries=(entry,))


# --- responses -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A response after a fact about it."""

    response: Response
    applied: Applied
    newly_responded: bool
    """It was unknown, or no response, before: it is to be evaluated."""


def response_told(
    stored: Response | None, response_id: str, campaign_id: str, values: Mapping[str, Any], mark: Mark
) -> Told:
    """The response after a fact. Once it is a response it stays one (glossary), and its date stays with it."""
    before = stored or nothing_known_of(response_id, mark)
    details = before.details or Details()
    applied = _apply({**values, "campaign_id": campaign_id}, mark, details.marks)
    told = _merged(applied.values, details.fields)
    standing = before.standing
    responded = standing.responded or bool(told.get("responded"))
    standing = replace(
        standing,
        responded=responded,
        responded_at=_responded_at(standing, told, responded, mark),
        received_at=told.get("received_at") or standing.received_at,
        deleted=not _alive(applied.marks),
    )
    known = {f.name for f in fields(Details)} - {"marks", "inserted_by", "recorded_at"}
    after = replace(
        before,
        campaign_id=told.get("campaign_id") or before.campaign_id,
        standing=standing,
        details=replace(details, marks=applied.marks, **{n: v for n, v in told.items() if n in known}),
    )
    return Told(after, applied, responded and not before.standing.responded)


def nothing_known_of(response_id: str, mark: Mark) -> Response:
    return Response(response_id, "", Standing(False, None, mark.at), Details(recorded_at=mark.at))


def _responded_at(
    standing: Standing, told: Mapping[str, Any], responded: bool, mark: Mark
) -> datetime | None:
    if told.get("responded_at") is not None:
        return told["responded_at"] if responded else None
    if responded and standing.responded_at is None:
        return mark.at
    return standing.responded_at


def told_later(mark: Mark, response: Response) -> bool:
    """Whether a change is newer than the last that told whose and which campaign's the response is."""
    marks = response.details.marks if response.details else {}
    return mark.order_after(marks.get("campaign_id")) is Order.NEWER


def response_deleted(stored: Response, mark: Mark) -> Response | None:
    """The response as deleted; None where a later change restored it, or it is deleted already."""
    details = stored.details or Details()
    marks = dict(details.marks)
    if mark.order_after(marks.get(_DELETED)) is not Order.NEWER:
        return None
    marks[_DELETED] = mark
    if _alive(marks):
        return None
    return replace(
        stored, standing=replace(stored.standing, deleted=True), details=replace(details, marks=marks)
    )


# --- campaigns and users -------------------------------------------------------------------------------------------


def campaign_told(
    stored: Campaign | None, campaign_id: str, values: Mapping[str, Any], mark: Mark
) -> tuple[Campaign, Applied]:
    before = stored or Campaign(campaign_id)
    applied = _apply(values, mark, before.marks)
    return _record_told(before, applied), applied


def campaign_deleted(stored: Campaign | None, campaign_id: str, mark: Mark) -> Campaign | None:
    """The campaign as deleted, its name kept; None where a later change restored it."""
    before = stored or Campaign(campaign_id)
    marks = dict(before.marks)
    if mark.order_after(marks.get(_DELETED)) is not Order.NEWER:
        return None
    marks[_DELETED] = mark
    return None if _alive(marks) else replace(before, deleted=True, marks=marks, version=before.version + 1)


def user_told(
    stored: User | None, user_id: str, values: Mapping[str, Any], mark: Mark
) -> tuple[User, Applied]:
    before = stored or User(user_id)
    applied = newer_fields(_flat(values), mark, before.marks)
    return _record_told(before, applied), applied


def _record_told[R: (Campaign, User)](before: R, applied: Applied) -> R:
    """The record with the newer fields; a cleared field takes its default."""
    if not applied.values:
        return before
    nested = getattr(before, _NESTED, {})
    told = _merged(applied.values, nested)
    defaults = {f.name: f.default for f in fields(before)}
    plain = {n: v for n, v in told.items() if n in defaults and n != _NESTED}
    values: dict[str, Any] = {n: defaults[n] if v is None else v for n, v in plain.items()}
    if isinstance(before, Campaign):
        values["deleted"] = not _alive(applied.marks)
    elif _NESTED in told:
        values[_NESTED] = told[_NESTED]
    return replace(before, **values, marks=applied.marks, version=before.version + 1)
