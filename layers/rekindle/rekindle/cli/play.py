"""What every command shares that plays a history: its settings, its progress, and what was refused."""

import sys
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rekindle.adapters.history import History
from rekindle.adapters.wire.rules import moment
from rekindle.adapters.wire.settings import document as settings_document
from rekindle.application.ports import Reference
from rekindle.cli.progress import progress
from rekindle.domain.core.errors import Refusal
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.simulation.requests import no_search_for_cycles, played
from rekindle.runtime.simulation.simulator import Simulation

TOLD = 100
"""Refusals that are told one by one."""


class Unusable(Exception):
    """A file or an argument that cannot be used, in one sentence."""


def settings_of(path: Path) -> Mapping[str, Any]:
    """The document, if it has no fault. Raises Unusable."""
    try:
        document = settings_document.parsed(path.read_bytes(), None)
    except Refusal as refusal:
        where = f"{refusal.field}: " if refusal.field else ""
        raise Unusable(f"{path}: {where}{refusal.message}") from None
    told = [f"{at}: {message}" for at, message in settings_document.faults(document)]
    if len(told) == 1:
        raise Unusable(f"{path}: {told[0]}")
    if told:
        raise Unusable("\n  ".join([f"{path}: {len(told)} faults", *told]))
    return document


def instant_of(given: str, option: str, clock: str = "00:00:00Z") -> datetime:
    """An instant; for a day, what its clock shows then. Raises Unusable."""
    try:
        return moment(f"{given}T{clock}" if len(given) == len("2026-01-31") else given, option)
    except Refusal as refusal:
        raise Unusable(f"{option}: {given!r}: {refusal.message}") from None


def decisions_of(
    simulation: Simulation, history: History, doing: str, *, with_bar: bool = True
) -> Generator[Explanation]:
    events = progress(history, len(history), doing) if with_bar else iter(history)
    try:
        with no_search_for_cycles():
            yield from played(simulation, events)
    finally:
        if isinstance(events, Generator):
            events.close()


def owners_called(reference: Reference) -> Callable[[str], str]:
    """What a user or a queue is called: its id, where it has no name."""

    def name(owner_id: str) -> str:
        held = reference.user(owner_id) or reference.queue(owner_id)
        return (held.name if held else None) or owner_id

    return name


def tell_refused(simulation: Simulation) -> None:
    for refused in simulation.refused[:TOLD]:
        where = f" ({refused.refusal.field})" if refused.refusal.field else ""
        print(f"refused, line {refused.line}: {refused.refusal.message}{where}", file=sys.stderr)
    if len(simulation.refused) > TOLD:
        print(f"refused: {len(simulation.refused) - TOLD:,} more", file=sys.stderr)


def tell_counted(simulation: Simulation) -> None:
    """What changed nothing, and the statuses that the settings do not map, each with how often the history has it."""
    for reason, times_found in sorted(simulation.passed_over.items()):
        print(f"passed over, {reason}: {times_found:,}", file=sys.stderr)
    for status, times_found in simulation.unmapped_statuses.most_common():
        print(f"status that the settings do not map, {status!r}: {times_found:,}", file=sys.stderr)


def tell_unknown(path: Path, simulation: Simulation) -> None:
    """Default campaigns that the history never tells of, so that they get no credit: typing errors more often than not.
    Owners need not be told of."""
    for at, message in simulation.use_cases.change_settings.faults(simulation.document, ever=True):
        if at.startswith("reactivation."):
            print(f"{path}: {at}: {message}", file=sys.stderr)
