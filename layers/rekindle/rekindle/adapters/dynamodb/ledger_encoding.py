"""Decisions and the other records of the ledger as the JSON that is stored, and back."""

from collections.abc import Mapping
from typing import Any

from rekindle.adapters.dynamodb.encoding import Json, basis_of, decoded, encoded, value_of
from rekindle.adapters.dynamodb.people_encoding import decoded_assignment, encoded_assignment, of_cycle
from rekindle.domain.assignment.routing_result import Routing
from rekindle.domain.core.values import replace
from rekindle.domain.imports.file_import import ImportEnded
from rekindle.domain.lifecycle.entries import ClockStep, Entered, Left, TouchDue, Transition, WentDark
from rekindle.domain.lifecycle.journey import (
    Deactivated,
    Entry,
    Erased,
    Interacted,
    Merged,
    ResponseConverted,
    ResponseRenamed,
    Resumed,
    Separated,
    StageReached,
)
from rekindle.domain.people.assignment import AssignmentStep
from rekindle.domain.reactivation.decision import Decision


def _beside_decision(value: Decision) -> Json:
    return of_cycle(value.decision_id, value.cycle, value.response_id, value.campaign_id, value.activated_at)


def decision(stored: Mapping[str, Any]) -> Decision:
    values = {"reason": None, **decoded(Decision, stored)}
    assignment = values.pop("assignment", None)
    if "basis" in values:
        values["basis"] = basis_of(values["basis"])
    read = Decision(**values)
    if assignment is None:
        return read
    return replace(read, assignment=decoded_assignment(assignment, _beside_decision(read)))


def entry(kind: str, stored: Mapping[str, Any]) -> Entry:
    form = _ENTRIES[kind]
    values = decoded(form, stored)
    if "assignment" in values:
        values["assignment"] = decoded_assignment(values["assignment"], {})
    read: Entry = form(**values)
    return read


_ENTRIES: Mapping[str, type[Any]] = {
    "stage": StageReached,
    "deactivated": Deactivated,
    "merged": Merged,
    "separated": Separated,
    "erased": Erased,
    "renamed": ResponseRenamed,
    "converted": ResponseConverted,
    "resumed": Resumed,
    "assignment": AssignmentStep,
    "routing": Routing,
    "interaction": Interacted,
    "transition": Transition,
    "clock": ClockStep,
    "entered": Entered,
    "left": Left,
    "touch": TouchDue,
    "dark": WentDark,
}
_IMPORT = "import"
_NAMES_OF_ENTRIES = {form: name for name, form in _ENTRIES.items()}


def record(kind: str, stored: Mapping[str, Any]) -> Decision | Entry:
    return decision(stored) if kind == "decision" else entry(kind, stored)


def saved(kind: str, stored: Mapping[str, Any]) -> Decision | Entry | ImportEnded:
    """Whatever is announced."""
    return value_of(ImportEnded, stored) if kind == _IMPORT else record(kind, stored)


def body_of(value: Decision | Entry | ImportEnded) -> Json:
    """A record of the ledger as it is stored."""
    stored = encoded(value, ASSIGNMENT)
    if isinstance(value, Decision) and value.assignment is not None:
        stored["assignment"] = encoded_assignment(value.assignment, _beside_decision(value))
    elif isinstance(value, AssignmentStep):
        stored["assignment"] = encoded_assignment(value.assignment, {})
    return stored


ASSIGNMENT = frozenset({"assignment"})


def kind_of(value: Decision | Entry | ImportEnded) -> str:
    if isinstance(value, ImportEnded):
        return _IMPORT
    return "decision" if isinstance(value, Decision) else _NAMES_OF_ENTRIES[type(value)]
