"""Domain values as the JSON that is stored, and back. What is None, empty or a default is not stored."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any

from rekindle.domain import times
from rekindle.domain.account import Account
from rekindle.domain.assignment import Assignment, AssignmentStep, State, Step
from rekindle.domain.campaign import Campaign
from rekindle.domain.decision import Basis, Decision, Outcome, Reason
from rekindle.domain.journey import Deactivated, Ended, Entry, Merged, Stage, StageReached
from rekindle.domain.opportunity import Opportunity
from rekindle.domain.ordering import Mark, grouped, ungrouped
from rekindle.domain.person import Engagement, Person, Profile
from rekindle.domain.queue import Queue
from rekindle.domain.response import Details, ResponseClass, Standing, Trace
from rekindle.domain.routing import By, Routing
from rekindle.domain.settings import Overrides, Scenario
from rekindle.domain.task import Task
from rekindle.domain.user import User

Json = dict[str, Any]

_INSTANTS = frozenset(
    (
        *("since", "dated", "received_at", "nurture_until", "score_activated_at", "responded_at", "activated_at"),
        *("reactivated_at", "recorded_at", "as_of", "anchored_at", "decided_at", "at", "changed_at", "occurred_at"),
        *("created_at", "closed_at", "assigned_at", "worked_at", "remind_at", "deadline", "again_at"),
        *("status_at", "unanswered_at"),
    )
)
_DATES = {"starts_on", "ends_on"}
_TUPLES = {"suggested", "absorbed", "absorbing", "opportunities", "person_ids", "member_ids"}
_NAMES: Mapping[str, Any] = {
    "response_class": ResponseClass,
    "scenario": Scenario,
    "outcome": Outcome,
    "stage": Stage,
    "state": State,
    "step": Step,
    "by": By,
    "assignment": lambda stored: Assignment(**decoded(stored)),
}


def encoded(value: Any, leave_out: frozenset[str] = frozenset()) -> Json:
    """A frozen value as JSON, field by field."""
    found: Json = {}
    kind: Any = type(value)
    for name, default in _fields(kind):
        if name in leave_out:
            continue
        held = getattr(value, name)
        if held is None or held == default or (name == "fields" and not held):
            continue
        written = _WRITTEN.get(type(held))
        if written is not None:
            held = written(held)
        elif name == "marks":
            held = grouped(held)
        found[name] = held
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
    "unanswered_at": "u",
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
    values = decoded({name: stored[letter] for name, letter in _BASIS.items() if letter in stored})
    if "active" in values:
        values["active"] = Engagement(**{**_OF_NO_RESPONSE, **decoded(values["active"])})
    if "status_activated" in values:
        values["status_activated"] = Mark.parse(values["status_activated"])
    return Basis(**values)


_WRITTEN: Mapping[type, Callable[[Any], Any]] = {
    datetime: times.text,
    date: date.isoformat,
    Mark: str,
    Engagement: encoded,
    Overrides: encoded,
    Assignment: encoded,
    Basis: _basis,
}


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Names and defaults, which `dataclasses.fields` would put together anew each time."""
    return tuple((f.name, f.default) for f in fields(kind))


def decoded(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse: keyword arguments for the value."""
    found: dict[str, Any] = {}
    for name, held in stored.items():
        if name in _INSTANTS:
            held = times.instant(held)
        elif name in _NAMES:
            held = _NAMES[name](held)
        elif name in _DATES:
            held = date.fromisoformat(held)
        elif name in _TUPLES:
            held = tuple(held)
        elif name == "marks":
            held = ungrouped(held)
        found[name] = held
    return found


_NOT_CORE = frozenset({"person_id", "version", "profile"})


def core(person: Person) -> Json:
    return encoded(person, _NOT_CORE)


def person(person_id: str, version: int, stored: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Person:
    values = decoded(stored)
    if "active" in values:
        values["active"] = Engagement(**decoded(values["active"]))
    for name in ("status_mark", "status_activated", "owner_mark"):
        if name in values:
            values[name] = Mark.parse(values[name])
    told = None if profile is None else Profile(**decoded(profile))
    return Person(person_id=person_id, version=version, profile=told, **values)


def standing(stored: Mapping[str, Any]) -> Standing:
    return Standing(**{"responded_at": None, **decoded(stored)})


def details(stored: Mapping[str, Any]) -> Details:
    return Details(**decoded(stored))


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
    found |= {_LETTERS[name]: held for name, held in encoded(value.standing).items()}
    return found if value.person_id == person_id else {**found, "p": value.person_id}


def traced(stored: Mapping[str, Any], person_id: str) -> Trace:
    then = {name: stored[letter] for name, letter in _LETTERS.items() if letter in stored}
    return Trace(stored.get("p", person_id), stored["v"], stored["c"], standing(then))


def decision(stored: Mapping[str, Any]) -> Decision:
    values = decoded(stored)
    reason = values.pop("reason", None)
    if "overrides" in values:
        asked = values["overrides"]
        if "priority" in asked:
            asked = {**asked, "priority": tuple(ResponseClass(name) for name in asked["priority"])}
        values["overrides"] = Overrides(**asked)
    if "basis" in values:
        values["basis"] = _basis_of(values["basis"])
    return Decision(reason=Reason(reason) if reason else None, **values)


def entry(kind: str, stored: Mapping[str, Any]) -> Entry:
    values = decoded(stored)
    if kind == "stage":
        return StageReached(**values)
    if kind == "assignment":
        return AssignmentStep(**values)
    if kind == "routing":
        return Routing(**values)
    if kind == "merged":
        return Merged(**values)
    return Deactivated(reason=Ended(values.pop("reason")), **values)


def record(kind: str, stored: Mapping[str, Any]) -> Decision | Entry:
    return decision(stored) if kind == "decision" else entry(kind, stored)


def kind_of(value: Decision | Entry) -> str:
    if isinstance(value, Decision):
        return "decision"
    if isinstance(value, AssignmentStep):
        return "assignment"
    if isinstance(value, Routing):
        return "routing"
    if isinstance(value, Merged):
        return "merged"
    return "stage" if isinstance(value, StageReached) else "deactivated"


def campaign(stored: Mapping[str, Any]) -> Campaign:
    return Campaign(**decoded(stored))


def account(stored: Mapping[str, Any]) -> Account:
    return Account(**decoded(stored))


def queue(stored: Mapping[str, Any]) -> Queue:
    return Queue(**decoded(stored))


def user(stored: Mapping[str, Any]) -> User:
    return User(**decoded(stored))


def task(stored: Mapping[str, Any]) -> Task:
    return Task(**decoded(stored))


def opportunity(stored: Mapping[str, Any]) -> Opportunity:
    # Its stage is the CRM's own word, not one of the journey's.
    values = decoded({name: held for name, held in stored.items() if name != "stage"})
    return Opportunity(stage=stored.get("stage"), **values)
