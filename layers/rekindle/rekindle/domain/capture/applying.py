"""How a fact changes a record: newer fields are taken over, older ones dropped, whatever the order of arrival."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime, timedelta
from typing import Any

from rekindle.domain.assignment.transitions import Owners, is_worked, owner_changed, worked
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.capture.facts import ResponseRecorded
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended, stage_reached, stages_reached
from rekindle.domain.people.assignment import Steps
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.ending import ended
from rekindle.domain.records.account import Account
from rekindle.domain.records.opportunity import Opportunity
from rekindle.domain.records.queue import Queue
from rekindle.domain.records.stamps import Applied, Mark, Marks, Order, newer_fields
from rekindle.domain.records.task import Task
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Details, Response, Standing
from rekindle.domain.settings.settings import Settings

_DELETED = "deleted"
_NESTED = "fields"
_PROFILE = {f.name for f in fields(Profile)} - {"marks"}
_PERSON = {"kind", "owner_id", "record_type", "status"}
_DETAILS = {f.name for f in fields(Details)} - {"marks", "inserted_by", "recorded_at"}


def _flat(values: Mapping[str, Any], marks: Marks) -> Mapping[str, Any]:
    """One entry for each field that can change by itself: `fields` is told apart into its own names, and where it is
    cleared as a whole, each name that was told before is cleared."""
    if _NESTED not in values:
        return values
    flat = {name: value for name, value in values.items() if name != _NESTED}
    if values[_NESTED] is None:
        flat[_NESTED] = None
        flat.update(dict.fromkeys(name for name in marks if name.startswith(f"{_NESTED}.")))
    flat.update({f"{_NESTED}.{name}": value for name, value in (values.get(_NESTED) or {}).items()})
    return flat


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of `_flat`."""
    if _NESTED not in "".join(flat):
        return dict(flat)  # As most facts are: none of the names can be that of a part.
    values = {n: v for n, v in flat.items() if not n.startswith(f"{_NESTED}.") and n != _NESTED}
    told = {n.removeprefix(f"{_NESTED}."): v for n, v in flat.items() if n.startswith(f"{_NESTED}.")}
    if told or _NESTED in flat:
        values[_NESTED] = None if _NESTED in flat else told
    return values


def _merged(applied: Applied, nested: Mapping[str, Any]) -> dict[str, Any]:
    """What was applied, its named values told into those there were before."""
    values = _nested(applied.values)
    if _NESTED in values:
        told = {n.removeprefix(f"{_NESTED}."): v for n, v in applied.values.items() if n.startswith(f"{_NESTED}.")}
        cleared = values[_NESTED] is None
        kept = {n: v for n, v in nested.items() if not cleared or f"{_NESTED}.{n}" in applied.marks}
        values[_NESTED] = {n: v for n, v in {**kept, **told}.items() if v is not None}
    return values


def _apply(values: Mapping[str, Any], mark: Mark, marks: Marks) -> Applied:
    """The newer fields; all are older than a deletion that happened after them."""
    deleted = marks.get(_DELETED)
    if deleted is not None and mark.order_after(deleted) is not Order.NEWER:
        return Applied({}, marks, len(values), 0)
    return newer_fields(_flat(values, marks), mark, marks)


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
    if person.owner_mark is not None:
        marks["owner_id"] = person.owner_mark
    return marks


def person_told(person: Person, values: Mapping[str, Any], mark: Mark) -> tuple[Person, Applied]:
    """The person after a fact, at the next version. Score and conversion are told apart by the caller: they are not
    plain fields."""
    applied = _apply(values, mark, marks_of(person))
    if not applied.values:
        return replace(person, version=person.version + 1), applied
    profile = person.profile or Profile()
    told = _merged(applied, profile.fields)
    marks = dict(applied.marks)
    status_mark, owner_mark = marks.pop("status", None), marks.pop("owner_id", None)
    if told.get("kind", "") is None:
        told["kind"] = "lead"
    described: dict[str, Any] = {n: v for n, v in told.items() if n in _PROFILE}
    known: dict[str, Any] = {n: v for n, v in told.items() if n in _PERSON}
    return replace(
        person,
        version=person.version + 1,
        deleted=not _alive(applied.marks),
        status_mark=status_mark,
        owner_mark=owner_mark,
        previous_owner_id=person.owner_id if "owner_id" in known else person.previous_owner_id,
        profile=replace(profile, marks=marks, **described),
        **known,
    ), applied


def still_news(person: Person, values: Mapping[str, Any], mark: Mark) -> tuple[dict[str, Any], Applied]:
    """What a fact about a record that was merged away tells the survivor: only what is newer than the record's own
    last change, so a second or a late delivery does not bring an old value back."""
    applied = _apply(values, mark, marks_of(person))
    return _nested(applied.values), applied


def person_deleted(person: Person, mark: Mark) -> Person | None:
    """The person without name and address, or None where a later change had restored it already."""
    marks = marks_of(person)
    last = marks.get(_DELETED)
    if mark.order_after(last) is not Order.NEWER:
        return None
    marks[_DELETED] = mark
    if _alive(marks):
        return None
    status_mark, owner_mark = marks.pop("status", None), marks.pop("owner_id", None)
    return replace(person, deleted=True, status_mark=status_mark, owner_mark=owner_mark, profile=Profile(marks=marks))


def status_followed(
    before: Person, after: Person, active: Response | None, at: datetime, settings: Settings, *, ours: bool = False
) -> Change:
    """What a person's new status does to the active response: mirror it, or end it; and to the Nurture Timeout. `ours`:
    told of our own write-back, which asks for nothing."""
    person, status = after, settings.status(after.status)
    if before.status == after.status or status is None:
        return Change(person, before.version)
    if not status.active:
        person = replace(person, status_activated=None)
        if status.nurture_timeout_days is not None:
            person = replace(person, nurture_until=at + timedelta(days=status.nurture_timeout_days))
    if person.active is None or active is None:
        asks = status.active and not (ours and after.status == settings.open_status)
        return _possibly_activated(before, person, settings) if asks else Change(person, before.version)
    if not status.active:
        return ended(person, before.version, active, Ended.STATUS_INACTIVE, at, settings, status.closing_status)
    engagement = person.active
    steps: Steps = ()
    if is_worked(after.status, settings):
        person, steps = worked(person, at, settings)
    mirrored = status.response_status or active.standing.status
    reached = stages_reached(mirrored, engagement.stage)
    entries = tuple(stage_reached(person.person_id, engagement, stage, at, settings) for stage in reached)
    if reached:
        person = replace(person, active=replace(engagement, stage=reached[-1]))
    responses: tuple[Response, ...] = ()
    if mirrored != active.standing.status:
        responses = (active.standing_as(replace(active.standing, status=mirrored)),)
    return Change(person, before.version, responses, entries=(*entries, *steps))


def owner_followed(
    change: Change, before: Person, at: datetime, settings: Settings, owners: Owners, *, ours: bool = False
) -> Change:
    """The same change, with what an owner means for the assignment who was told: a new one, or the one there was."""
    if change.person.owner_mark == before.owner_mark:
        return change
    person, steps = owner_changed(change.person, at, settings, owners, ours=ours)
    return replace(change, person=person, entries=(*change.entries, *steps))


def _possibly_activated(before: Person, person: Person, settings: Settings) -> Change:
    """An active status, and no active response: a trigger, if the status was known to be inactive before."""
    was = settings.status(before.status)
    if was is None or was.active or person.status_mark is None:
        return Change(person, before.version)
    mark = person.status_mark
    change = Mark(mark.at, mark.sequence, mark.minor)
    return Change(replace(person, status_activated=change), before.version, status_activated=True)


# --- responses -----------------------------------------------------------------------------------------------------


def response_told(stored: Response | None, fact: ResponseRecorded) -> tuple[Response, Applied, bool]:
    """The response after a fact, what was applied of that, and whether it newly responded: it was unknown, or no
    response, before, and is to be evaluated.

    Once it is a response it stays one (glossary), and its date stays with it; a date that nobody told is that of the
    first fact, whichever arrived first.
    """
    mark = fact.mark
    standing = stored.standing if stored is not None else Standing(False, None, mark.at)
    details = (stored.details if stored is not None else None) or _NOTHING_TOLD
    values = dict(fact.values)
    if fact.person_id is not None:
        values["person_id"] = fact.person_id
    if fact.campaign_id is not None:
        values["campaign_id"] = fact.campaign_id
    applied = _apply(values, mark, details.marks)
    if not _alive(applied.marks):
        return stored or nothing_known_of(fact.response_id, mark), applied, False
    told = _merged(applied, details.fields)
    responds = bool(fact.values.get("responded"))
    responded = standing.responded or responds
    after = Response(
        fact.response_id,
        told.get("campaign_id") or (stored.campaign_id if stored is not None else ""),
        Standing(
            responded,
            _responded_at(standing, told, applied.marks, mark.at if responds else None),
            told.get("received_at") or _first(standing.received_at, mark, applied.marks, "received_at"),
            standing.status,
            standing.activated_at,
            standing.reactivated_at,
            # A merge may have withdrawn it as another's twin: only news bring it back, not what was told before.
            standing.deleted and not applied.values,
        ),
        replace(
            details,
            marks=applied.marks,
            recorded_at=min(details.recorded_at or mark.at, mark.at),
            **{n: v for n, v in told.items() if n in _DETAILS},
        ),
        stored.trail if stored is not None else (),
    )
    return after, applied, responded and not standing.responded


_NOTHING_TOLD = Details()


def nothing_known_of(response_id: str, mark: Mark) -> Response:
    return Response(response_id, "", Standing(False, None, mark.at), Details(recorded_at=mark.at))


def _first(known: datetime, mark: Mark, marks: Marks, name: str) -> datetime:
    """A date that nobody told, by the first fact."""
    return known if name in marks else min(known, mark.at)


def _responded_at(
    standing: Standing, told: Mapping[str, Any], marks: Marks, responded_by: datetime | None
) -> datetime | None:
    if told.get("responded_at") is not None:
        return told["responded_at"] if standing.responded or responded_by else None
    if responded_by is None or (standing.responded_at is not None and "responded_at" in marks):
        return standing.responded_at
    return min(standing.responded_at or responded_by, responded_by)


def told_later(mark: Mark, response: Response) -> bool:
    """Whether a change is newer than the last that told whose the response is."""
    marks = response.details.marks if response.details else {}
    return mark.order_after(marks.get("person_id")) is Order.NEWER


def response_deleted(stored: Response, mark: Mark) -> Response | None:
    """The response as deleted; None where a later change restored it, or it is deleted already."""
    details = stored.details or Details()
    marks = dict(details.marks)
    if mark.order_after(marks.get(_DELETED)) is not Order.NEWER:
        return None
    marks[_DELETED] = mark
    if _alive(marks):
        return None
    return replace(stored, standing=replace(stored.standing, deleted=True), details=replace(details, marks=marks))


# --- campaigns, accounts, queues, users, tasks, opportunities ------------------------------------------------------


def campaign_told(
    stored: Campaign | None, campaign_id: str, values: Mapping[str, Any], mark: Mark
) -> tuple[Campaign, Applied]:
    return _record_told(stored or Campaign(campaign_id), values, mark)


def campaign_deleted(stored: Campaign | None, campaign_id: str, mark: Mark) -> Campaign | None:
    """The campaign as deleted, its name kept; None where a later change restored it."""
    return _record_deleted(stored or Campaign(campaign_id), mark)


def account_told(
    stored: Account | None, account_id: str, values: Mapping[str, Any], mark: Mark
) -> tuple[Account, Applied]:
    return _record_told(stored or Account(account_id), values, mark)


def account_deleted(stored: Account | None, account_id: str, mark: Mark) -> Account | None:
    """The account as deleted; None where a later change restored it."""
    return _record_deleted(stored or Account(account_id), mark)


def queue_told(stored: Queue | None, queue_id: str, values: Mapping[str, Any], mark: Mark) -> tuple[Queue, Applied]:
    return _record_told(stored or Queue(queue_id), values, mark)


def user_told(stored: User | None, user_id: str, values: Mapping[str, Any], mark: Mark) -> tuple[User, Applied]:
    return _record_told(stored or User(user_id), values, mark)


def task_told(stored: Task | None, task_id: str, values: Mapping[str, Any], mark: Mark) -> tuple[Task, Applied]:
    return _record_told(stored or Task(task_id), values, mark)


def opportunity_told(
    stored: Opportunity | None, opportunity_id: str, values: Mapping[str, Any], mark: Mark
) -> tuple[Opportunity, Applied]:
    return _record_told(stored or Opportunity(opportunity_id), values, mark)


def opportunity_deleted(stored: Opportunity | None, opportunity_id: str, mark: Mark) -> Opportunity | None:
    """The opportunity as deleted; None where a later change restored it."""
    return _record_deleted(stored or Opportunity(opportunity_id), mark)


def _record_told[R: (Campaign, Account, Queue, User, Task, Opportunity)](
    before: R, values: Mapping[str, Any], mark: Mark
) -> tuple[R, Applied]:
    """The record with the newer fields; a cleared field takes its default."""
    applied = _apply(values, mark, before.marks)
    if not applied.values:
        return before, applied
    told = _merged(applied, getattr(before, _NESTED, {}))
    defaults = {f.name: f.default if f.default_factory is MISSING else f.default_factory() for f in fields(before)}
    plain = {n: v for n, v in told.items() if n in defaults and n != _NESTED}
    known: dict[str, Any] = {n: defaults[n] if v is None else v for n, v in plain.items()}
    if _DELETED in defaults:
        known[_DELETED] = not _alive(applied.marks)
    if _NESTED in told and _NESTED in defaults:
        known[_NESTED] = told[_NESTED]
    return replace(before, **known, marks=applied.marks, version=before.version + 1), applied


def _record_deleted[R: (Campaign, Account, Opportunity)](before: R, mark: Mark) -> R | None:
    marks = dict(before.marks)
    if mark.order_after(marks.get(_DELETED)) is not Order.NEWER:
        return None
    marks[_DELETED] = mark
    if _alive(marks):
        return None
    return replace(before, deleted=True, marks=marks, version=before.version + 1)
