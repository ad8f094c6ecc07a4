"""Domain values as the JSON that is stored, and back. What is None, empty or a default is not stored."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from enum import StrEnum
from functools import cache, partial
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.entries import ClockStep, Transition
from rekindle.domain.lifecycle.journey import (
    Deactivated,
    Entry,
    Erased,
    Interacted,
    Merged,
    ResponseRenamed,
    Resumed,
    StageReached,
)
from rekindle.domain.people.assignment import Assignment, AssignmentStep
from rekindle.domain.people.person import EndedEngagement, Engagement, Erasure, Person, Profile
from rekindle.domain.reactivation.decision import Basis, Decision
from rekindle.domain.records.stamps import ChangeStamp, grouped, ungrouped
from rekindle.domain.responses.response import Details, ResponseState, Trace
from rekindle.domain.settings.settings import Overrides, Scenario

Json = dict[str, Any]

_STORED_AS = {
    "stamps": "marks",
    "status_stamp": "status_mark",
    "owner_stamp": "owner_mark",
    "effective_at": "dated",
    "merged_ids": "absorbed",
    "merging_ids": "absorbing",
    "response_state": "standing",
}
"""Fields that are stored under another name than they have."""


def encoded(value: Any, leave_out: frozenset[str] = frozenset()) -> Json:
    """A frozen value as JSON, field by field."""
    found: Json = {}
    kind: Any = type(value)
    for name, stored_as, default in _fields(kind):
        if name in leave_out:
            continue
        held = getattr(value, name)
        if held is None or held == default or (name == "fields" and not held):
            continue
        written = _WRITTEN.get(type(held))
        if written is not None:
            held = written(held)
        elif name == "stamps":
            held = grouped(held)
        found[stored_as] = held
    return found


_BASIS = {
    "status": "s",
    "status_at": "t",
    "status_activated": "w",
    "owner_id": "o",
    "record_type": "y",
    "nurture_until": "n",
    "score_activated_at": "m",
    "opportunity_open": "q",
    "cycles": "c",
    "deleted": "x",
    "active": "a",
    "own_score": "p",
    "campaign_id": "k",
    "unanswered_at": "u",
    "status_is_past": "e",
    "dated_at": "d",
}

_OF_NO_RESPONSE = {"response_id": "", "campaign_id": "", "cycle": 0, "decision_id": ""}


def _basis(value: Basis) -> Json:
    """A letter for each name, and no empty text: every decision carries it, and is to stay below the kilobyte that a
    write is billed by."""
    found = {_BASIS[name]: held for name, held in encoded(value).items()}
    if "a" in found:
        found["a"] = {name: held for name, held in found["a"].items() if held or name not in _OF_NO_RESPONSE}
    return found


def _basis_of(stored: Mapping[str, Any]) -> Basis:
    values = decoded(Basis, {name: stored[letter] for name, letter in _BASIS.items() if letter in stored})
    if "active" in values:
        values["active"] = Engagement(**{**_OF_NO_RESPONSE, **decoded(Engagement, values["active"])})
    return Basis(**values)


_WRITTEN: Mapping[type, Callable[[Any], Any]] = {
    datetime: times.text,
    date: date.isoformat,
    ChangeStamp: str,
    Overrides: encoded,
    Engagement: encoded,
    Erasure: encoded,
    Basis: _basis,
    ResponseState: encoded,
}


@cache
def _fields(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Names, the names they are stored under, and defaults, which `dataclasses.fields` would put together anew each
    time."""
    return tuple((f.name, _STORED_AS.get(f.name, f.name), f.default) for f in fields(kind))


def value_of[T](kind: type[T], stored: Mapping[str, Any]) -> T:
    """The reverse of `encoded`."""
    form: Any = kind
    return kind(**{**_absent(form), **decoded(form, stored)})


def decoded(kind: Any, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments for a value of this kind, each read by the type of its field."""
    decoders = _decoders(kind)
    found: dict[str, Any] = {}
    for stored_as, held in stored.items():
        name, decode = decoders[stored_as]
        found[name] = held if decode is None else decode(held)
    return found


@cache
def _decoders(kind: Any) -> dict[str, tuple[str, Callable[[Any], Any] | None]]:
    hints = get_type_hints(kind)
    return {stored_as: (name, _decoder(hints[name])) for name, stored_as, _ in _fields(kind)}


@cache
def _absent(kind: Any) -> dict[str, None]:
    """Fields without a default that may be None, which is not stored."""
    hints = get_type_hints(kind)
    required = [name for name, _, default in _fields(kind) if default is MISSING]
    return {name: None for name in required if NoneType in get_args(hints[name])}


def _decoder(hint: Any) -> Callable[[Any], Any] | None:
    """Reads a stored value of a type; None where it is kept as it is, or read by what is stored beside it."""
    if NoneType in get_args(hint):
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if hint in _READ:
        return _READ[hint]
    if get_origin(hint) is tuple:
        entry = _decoder(get_args(hint)[0])
        return tuple if entry is None else lambda held: tuple(map(entry, held))
    return hint if isinstance(hint, type) and issubclass(hint, StrEnum) else None


_READ: Mapping[Any, Callable[[Any], Any]] = {
    datetime: times.instant,
    date: date.fromisoformat,
    ChangeStamp: ChangeStamp.parse,
    Mapping[str, ChangeStamp]: ungrouped,
    Overrides: partial(value_of, Overrides),
    ResponseState: partial(value_of, ResponseState),
}


_NOT_CORE = frozenset(
    {"person_id", "version", "profile", "active", "ended", "assignment", "opportunities", "lifecycle"}
)
"""`lifecycle` is written by `ways`."""


def core(person: Person) -> Json:
    """What decisions look at. With its assignment, too, a person is to stay below the kilobyte that a write is billed
    by: so there are letters for names, and what is known from beside is left out."""
    found = encoded(person, _NOT_CORE)
    if person.opportunities:
        found["opportunities"] = {name: times.text(since) for name, since in person.opportunities.items()}
    if person.ended is not None:
        found["ended"] = _ended(person.person_id, person.ended)
    if person.active is not None:
        found["active"] = _engagement(person.person_id, person.active)
        if (implied := _score_activated_at(person.active)) == person.score_activated_at:
            found.pop("score_activated_at", None)
        elif implied is not None and person.score_activated_at is None:
            found["score_activated_at"] = ""
    if person.assignment is not None:
        beside = _beside(person.active, person.owner_id, person.previous_owner_id)
        found["assignment"] = assignment_told(person.assignment, beside)
    return found


def _ended(person_id: str, ended: EndedEngagement) -> Json:
    """The engagement, and beside it how it ended."""
    found = _engagement(person_id, ended.engagement)
    return {**found, "x": ended.reason, "e": times.text(ended.at), "u": ended.response_status}


def _ended_of(person_id: str, stored: Mapping[str, Any]) -> EndedEngagement:
    return EndedEngagement(_engaged(person_id, stored), stored["x"], times.instant(stored["e"]), stored["u"])


def _engagement(person_id: str, active: Engagement) -> Json:
    found = {_ENGAGED[name]: held for name, held in encoded(active).items()}
    prefix = _prefix(person_id, active.since)
    if active.decision_id.startswith(prefix):
        del found["i"]
        found["j"] = active.decision_id.removeprefix(prefix)
    return found


def _engaged(person_id: str, stored: Mapping[str, Any]) -> Engagement:
    values = decoded(Engagement, {name: stored[letter] for name, letter in _ENGAGED.items() if letter in stored})
    if "j" in stored:
        values["decision_id"] = _prefix(person_id, values["since"]) + stored["j"]
    return Engagement(**values)


def _prefix(person_id: str, since: datetime) -> str:
    """How the id of a decision on this person begins, if it was taken for that instant."""
    return f"{digest(person_id)}-{times.millis(since):015d}-"


def _score_activated_at(active: Engagement) -> datetime | None:
    """What the active response says of the last activation by a score."""
    return active.since if active.scenario == Scenario.SCORE else None


_ENGAGED = {
    "response_id": "r",
    "campaign_id": "c",
    "cycle": "n",
    "since": "a",
    "decision_id": "i",
    "scenario": "s",
    "response_class": "k",
    "dated": "d",
    "received_at": "t",
    "stage": "g",
    "overrides": "o",
    "prompted_campaign_id": "p",
    "anchored_at": "h",
    "opportunity_id": "q",
    "qualified_at": "z",
    "amount": "m",
    "currency": "y",
}


_ASSIGNED = {
    "assignment_id": "i",
    "cycle": "n",
    "response_id": "r",
    "campaign_id": "c",
    "state": "s",
    "activated_at": "a",
    "reason": "y",
    "released_owner_id": "l",
    "temporary_owner_id": "t",
    "confirmed": "k",
    "owner_id": "o",
    "first_owner_id": "f",
    "first_queue_id": "q",
    "outside_queue": "x",
    "late_owner_id": "z",
    "assigned_at": "g",
    "worked_at": "w",
    "remind_at": "m",
    "deadline": "d",
    "fallback_id": "b",
    "routed": "e",
}


def assignment_told(value: Assignment, beside: Mapping[str, Any]) -> Json:
    """Only what differs from what is stored beside it."""
    found: Json = {}
    for name, _, default in _fields(Assignment):
        held = getattr(value, name)
        if held != beside.get(name, default):
            found[_ASSIGNED[name]] = times.text(held) if isinstance(held, datetime) else held
    return found


def assigned(stored: Mapping[str, Any], beside: Mapping[str, Any]) -> Assignment:
    told = {name: stored[letter] for name, letter in _ASSIGNED.items() if letter in stored}
    known = decoded(Assignment, {name: held for name, held in told.items() if held is not None})
    return Assignment(**{**beside, **told, **known})


def _beside(active: Engagement | None, owner_id: str | None, previous_owner_id: str | None) -> Json:
    """What a person says of the assignment already."""
    owned = {"owner_id": owner_id, "first_owner_id": owner_id, "released_owner_id": previous_owner_id}
    if active is None:
        return owned
    return owned | _of_cycle(active.decision_id, active.cycle, active.response_id, active.campaign_id, active.since)


def _of_cycle(
    decision_id: str, cycle: int | None, response_id: str | None, campaign_id: str | None, since: datetime | None
) -> Json:
    return {
        "assignment_id": decision_id,
        "cycle": cycle,
        "response_id": response_id,
        "campaign_id": campaign_id,
        "activated_at": since,
    }


def _beside_decision(value: Decision) -> Json:
    return _of_cycle(value.decision_id, value.cycle, value.response_id, value.campaign_id, value.activated_at)


def _open_since(stored: Mapping[str, str] | list[str]) -> Mapping[str, datetime]:
    """Formerly a list was stored, without the time since when."""
    if isinstance(stored, list):
        return dict.fromkeys(stored, times.FIRST)
    return {name: times.instant(since) for name, since in stored.items()}


def person(person_id: str, version: int, stored: Mapping[str, Any], stored_profile: Mapping[str, Any] | None) -> Person:
    never = stored.get("score_activated_at") == ""
    values = decoded(
        Person, {name: held for name, held in stored.items() if not (never and name == "score_activated_at")}
    )
    if "active" in values:
        active = values["active"] = _engaged(person_id, values["active"])
        if "score_activated_at" not in stored:
            values["score_activated_at"] = _score_activated_at(active)
    if "ended" in values:
        values["ended"] = _ended_of(person_id, values["ended"])
    if "opportunities" in values:
        values["opportunities"] = _open_since(values["opportunities"])
    if "assignment" in values:
        beside = _beside(values.get("active"), values.get("owner_id"), values.get("previous_owner_id"))
        values["assignment"] = assigned(values["assignment"], beside)
    if "erasure" in values:
        values["erasure"] = Erasure(**decoded(Erasure, values["erasure"]))
    told = None if stored_profile is None else profile(stored_profile)
    return Person(person_id=person_id, version=version, profile=told, **values)


def profile(stored: Mapping[str, Any]) -> Profile:
    return value_of(Profile, stored)


def response_state(stored: Mapping[str, Any]) -> ResponseState:
    return value_of(ResponseState, stored)


def details(stored: Mapping[str, Any]) -> Details:
    return value_of(Details, stored)


_LETTERS = {
    "responded": "r",
    "responded_at": "d",
    "received_at": "a",
    "status": "s",
    "activated_at": "m",
    "reactivated_at": "n",
    "deleted": "x",
}


def trace(value: Trace, person_id: str) -> Json:
    """A letter for each name, and the person only where it is another: a response carries all its traces, and is to
    stay below the kilobyte that a write is billed by."""
    found = {"v": value.version, "c": value.campaign_id}
    found |= {_LETTERS[name]: held for name, held in encoded(value.state).items()}
    return found if value.person_id == person_id else {**found, "p": value.person_id}


def traced(stored: Mapping[str, Any], person_id: str) -> Trace:
    then = {name: stored[letter] for name, letter in _LETTERS.items() if letter in stored}
    return Trace(stored.get("p", person_id), stored["v"], stored["c"], response_state(then))


def decision(stored: Mapping[str, Any]) -> Decision:
    values = {"reason": None, **decoded(Decision, stored)}
    assignment = values.pop("assignment", None)
    if "basis" in values:
        values["basis"] = _basis_of(values["basis"])
    found = Decision(**values)
    if assignment is None:
        return found
    return replace(found, assignment=assigned(assignment, _beside_decision(found)))


def entry(kind: str, stored: Mapping[str, Any]) -> Entry:
    form = _ENTRIES[kind]
    values = decoded(form, stored)
    if "assignment" in values:
        values["assignment"] = assigned(values["assignment"], {})
    found: Entry = form(**values)
    return found


_ENTRIES: Mapping[str, type[Any]] = {
    "stage": StageReached,
    "deactivated": Deactivated,
    "merged": Merged,
    "erased": Erased,
    "renamed": ResponseRenamed,
    "resumed": Resumed,
    "assignment": AssignmentStep,
    "routing": Routing,
    "interaction": Interacted,
    "transition": Transition,
    "clock": ClockStep,
}
_NAMES_OF_ENTRIES = {form: name for name, form in _ENTRIES.items()}


def record(kind: str, stored: Mapping[str, Any]) -> Decision | Entry:
    return decision(stored) if kind == "decision" else entry(kind, stored)


def body_of(value: Decision | Entry) -> Json:
    """A record of the ledger as it is stored."""
    found = encoded(value, ASSIGNMENT)
    if isinstance(value, Decision) and value.assignment is not None:
        found["assignment"] = assignment_told(value.assignment, _beside_decision(value))
    elif isinstance(value, AssignmentStep):
        found["assignment"] = assignment_told(value.assignment, {})
    return found


ASSIGNMENT = frozenset({"assignment"})


def kind_of(value: Decision | Entry) -> str:
    return "decision" if isinstance(value, Decision) else _NAMES_OF_ENTRIES[type(value)]
