"""Persons and responses as the JSON that is stored, and back.

Letters stand for names, and values that are stored beside are left out, so that an item stays below the kilobyte that a
write is billed by.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rekindle.adapters.dynamodb.encoding import Json, decoded, encoded, fields_of, value_of
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.person import EndedEngagement, Engagement, Erasure, Person, Profile
from rekindle.domain.responses.response import Details, ResponseState, Trace
from rekindle.domain.settings.settings import Scenario

_NOT_CORE = frozenset(
    {"person_id", "version", "profile", "active", "ended", "assignment", "opportunities", "lifecycle"}
)
"""`lifecycle` is written by `lifecycle_encoding`."""


_CORE = {
    "kind": "k",
    "status": "s",
    "status_mark": "t",
    "status_activated": "w",
    "owner_id": "o",
    "owner_mark": "p",
    "previous_owner_id": "b",
    "record_type": "y",
    "cycles": "n",
    "responses": "r",
    "nurture_until": "u",
    "score_activated_at": "m",
    "classes": "c",
    "active": "a",
    "ended": "e",
    "assignment": "g",
    "opportunities": "q",
}
"""What most people have, by the names that the others are stored under."""
_NAMES = {letter: name for name, letter in _CORE.items()}


def core(person: Person) -> Json:
    """What decisions look at. With its assignment, too, a person is to stay below the kilobyte that a write is billed
    by: so there are letters for names, and what is known from beside is left out."""
    stored = encoded(person, _NOT_CORE)
    if person.opportunities:
        stored["opportunities"] = {name: times.text(since) for name, since in person.opportunities.items()}
    if person.ended is not None:
        stored["ended"] = _ended(person.person_id, person.ended)
    if person.active is not None:
        stored["active"] = _engagement(person.person_id, person.active)
        if (implied := _score_activated_at(person.active)) == person.score_activated_at:
            stored.pop("score_activated_at", None)
        elif implied is not None and person.score_activated_at is None:
            stored["score_activated_at"] = ""
    if person.assignment is not None:
        beside = _beside(person.active, person.owner_id, person.previous_owner_id)
        stored["assignment"] = encoded_assignment(person.assignment, beside)
    return {_CORE.get(name, name): value for name, value in stored.items()}


def _ended(person_id: str, ended: EndedEngagement) -> Json:
    """The engagement, and beside it how it ended."""
    stored = _engagement(person_id, ended.engagement)
    return {**stored, "x": ended.reason, "e": times.text(ended.at), "u": ended.response_status}


def _ended_of(person_id: str, stored: Mapping[str, Any]) -> EndedEngagement:
    return EndedEngagement(_engaged(person_id, stored), stored["x"], times.instant(stored["e"]), stored["u"])


def _engagement(person_id: str, active: Engagement) -> Json:
    stored = {_ENGAGED[name]: entry for name, entry in encoded(active).items()}
    prefix = _prefix(person_id, active.since)
    if active.decision_id.startswith(prefix):
        del stored["i"]
        stored["j"] = active.decision_id.removeprefix(prefix)
    return stored


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


def encoded_assignment(value: Assignment, beside: Mapping[str, Any]) -> Json:
    """Only what differs from what is stored beside it."""
    stored: Json = {}
    for name, _, default in fields_of(Assignment):
        entry = getattr(value, name)
        if entry != beside.get(name, default):
            stored[_ASSIGNED[name]] = times.text(entry) if isinstance(entry, datetime) else entry
    return stored


def decoded_assignment(stored: Mapping[str, Any], beside: Mapping[str, Any]) -> Assignment:
    values = {name: stored[letter] for name, letter in _ASSIGNED.items() if letter in stored}
    known = decoded(Assignment, {name: entry for name, entry in values.items() if entry is not None})
    return Assignment(**{**beside, **values, **known})


def _beside(active: Engagement | None, owner_id: str | None, previous_owner_id: str | None) -> Json:
    """What a person says of the assignment already."""
    owned = {"owner_id": owner_id, "first_owner_id": owner_id, "released_owner_id": previous_owner_id}
    if active is None:
        return owned
    return owned | of_cycle(active.decision_id, active.cycle, active.response_id, active.campaign_id, active.since)


def of_cycle(
    decision_id: str, cycle: int | None, response_id: str | None, campaign_id: str | None, since: datetime | None
) -> Json:
    return {
        "assignment_id": decision_id,
        "cycle": cycle,
        "response_id": response_id,
        "campaign_id": campaign_id,
        "activated_at": since,
    }


def _open_since(stored: Mapping[str, str] | list[str]) -> Mapping[str, datetime]:
    """Formerly a list was stored, without the time since when."""
    if isinstance(stored, list):
        return dict.fromkeys(stored, times.FIRST)
    return {name: times.instant(since) for name, since in stored.items()}


def person(person_id: str, version: int, stored: Mapping[str, Any], stored_profile: Mapping[str, Any] | None) -> Person:
    stored = named(stored)
    never = stored.get("score_activated_at") == ""
    values = decoded(
        Person, {name: entry for name, entry in stored.items() if not (never and name == "score_activated_at")}
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
        values["assignment"] = decoded_assignment(values["assignment"], beside)
    if "erasure" in values:
        values["erasure"] = Erasure(**decoded(Erasure, values["erasure"]))
    read_profile = None if stored_profile is None else profile(stored_profile)
    return Person(person_id=person_id, version=version, profile=read_profile, **values)


def named(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is stored of a person, by its names. Formerly they were stored as they are."""
    return {_NAMES.get(name, name): value for name, value in stored.items()}


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
    stored = {"v": value.version, "c": value.campaign_id}
    stored |= {_LETTERS[name]: entry for name, entry in encoded(value.state).items()}
    return stored if value.person_id == person_id else {**stored, "p": value.person_id}


def trail(stored: Iterable[str], person_id: str) -> tuple[Trace, ...]:
    return tuple(traced(json.loads(one), person_id) for one in stored)


def traced(stored: Mapping[str, Any], person_id: str) -> Trace:
    then = {name: stored[letter] for name, letter in _LETTERS.items() if letter in stored}
    return Trace(stored.get("p", person_id), stored["v"], stored["c"], response_state(then))
