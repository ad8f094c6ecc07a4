"""Simulations: what a request asks for, and what comes out beside the decisions."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from rekindle.adapters.wire.api import object_of
from rekindle.adapters.wire.rules import LARGEST_SIMULATION, MOST_EVENTS, gathered, kind_of, only, required
from rekindle.adapters.wire.rules import Sequence as Number
from rekindle.adapters.wire.settings import document as settings
from rekindle.adapters.wire.settings import reading
from rekindle.domain.core.errors import CallTooLarge, InvalidField, InvalidSettings, Refusal
from rekindle.domain.measures.credit import by_campaign

Json = dict[str, Any]

A_LARGER_WAY = "cut the history into parts and simulate them side by side: rekindle partition, docs/simulation.md"


class Choice(NamedTuple):
    """Settings by their document, by the number of a stored version, or, by neither, those that are current."""

    document: Mapping[str, Any] | None = None
    version: int | None = None


class SimulationRequested(NamedTuple):
    settings: Choice
    against: Choice | None
    history: Sequence[Mapping[str, Any]]


def simulation_requested(body: bytes) -> SimulationRequested:
    """Raises CallTooLarge, InvalidSettings with every fault of both documents, and InvalidField."""
    if len(body) > LARGEST_SIMULATION:
        raise CallTooLarge(f"the request is larger than {LARGEST_SIMULATION:,} bytes: {A_LARGER_WAY}")
    values = object_of(body)
    chosen, against, history, _ = gathered(
        lambda: _choice(values, "settings"),
        lambda: _choice(values, "against"),
        lambda: _history(values),
        lambda: only({"settings", "settings_version", "against", "against_version", "history"}, values, str),
    )
    faults = [*_faults(chosen, "settings"), *_faults(against, "against")]
    if faults:
        raise InvalidSettings(faults)
    return SimulationRequested(chosen, None if against == Choice() else against, history)


def _history(values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    history: list[Any] = required(list[Any], values, "history", str)
    if len(history) > MOST_EVENTS:
        raise CallTooLarge(f"there are more than {MOST_EVENTS:,} events: {A_LARGER_WAY}", "history")
    faults = [
        (f"history[{index}]", f"expected an object, got {kind_of(event)}")
        for index, event in enumerate(history)
        if not isinstance(event, dict)
    ]
    if faults:
        raise InvalidField.of(faults)
    return history


def _choice(values: Mapping[str, Any], name: str) -> Choice:
    by_version = f"{name}_version"
    if name in values and by_version in values:
        raise InvalidField(f"either this or {by_version}, and not both", name)
    if by_version in values:
        return Choice(version=required(Number, values, by_version, str))
    if name not in values:
        return Choice()
    document = required(dict[str, Any], values, name, str)
    return Choice(reading.parsed(msgspec.json.encode(document), "application/json"))


def _faults(choice: Choice, name: str) -> list[tuple[str, str]]:
    faults = settings.faults(choice.document) if choice.document is not None else []
    return within(name, faults)


def within(name: str, faults: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Faults of a document, by their paths in the request."""
    return [(f"{name}.{path}", message) for path, message in faults]


def credits_shown(credit: Counter[str], against: Counter[str] | None, name: Callable[[str], str]) -> Json:
    """Credit by campaign, most first; with other settings, theirs and the difference beside it."""
    rows = by_campaign(credit, against)
    shown: Json = {"credit": {row.campaign_id: row.credit for row in rows}}
    if against is not None:
        shown["difference"] = [
            {
                "campaign_id": row.campaign_id,
                "name": name(row.campaign_id),
                "credit": row.credit,
                "against": row.against,
                "change": row.change,
            }
            for row in rows
        ]
    return shown


def refused(line: int, refusal: Refusal) -> Json:
    return {"line": line, "code": refusal.code, "detail": refusal.message, "field": refusal.field}
