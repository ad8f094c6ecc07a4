"""What every command shares that plays a history: its settings, its progress, and what was refused."""

import sys
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rekindle.adapters.history import History
from rekindle.adapters.wire.rules import moment
from rekindle.adapters.wire.settings import document as settings_document
from rekindle.adapters.wire.settings import reading
from rekindle.cli.arguments import STANDARD_INPUT
from rekindle.cli.progress import progress
from rekindle.domain.core import times
from rekindle.domain.core.errors import Refusal
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.domain.settings.settings import Settings
from rekindle.runtime.simulation.requests import no_search_for_cycles, played
from rekindle.runtime.simulation.simulator import Simulation

LISTED = 100
"""Refusals that are printed one by one."""


class Unusable(Exception):
    """A file or an argument that cannot be used, in one sentence."""


def settings_of(path: Path) -> Mapping[str, Any]:
    """The document, if it has no fault. Raises Unusable."""
    try:
        document = reading.parsed(bytes_of(path), None)
    except Refusal as refusal:
        where = f"{refusal.field}: " if refusal.field else ""
        raise Unusable(f"{path}: {where}{refusal.message}") from None
    faults = [f"{at}: {message}" for at, message in settings_document.faults(document)]
    if len(faults) == 1:
        raise Unusable(f"{path}: {faults[0]}")
    if faults:
        raise Unusable("\n  ".join([f"{path}: {len(faults)} faults", *faults]))
    return document


def bytes_of(path: Path) -> bytes:
    return sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()


def instant_of(text: str, option: str, zone: ZoneInfo, clock: str = "00:00:00") -> datetime:
    """An instant; for a day, what the clock of a time zone shows then. Raises Unusable."""
    is_day = len(text) == len("2026-01-31")
    written = f"{text}T{clock}Z" if is_day else text
    try:
        times.instant(written)
    except ValueError:
        expected = "a day such as 2025-03-31, or a time with an offset such as 2025-03-31T09:30:00Z"
        raise Unusable(f"{option}: expected {expected}, got {text!r}") from None
    try:
        read = moment(written, option)
    except Refusal as refusal:
        raise Unusable(f"{option}: {text!r}: {refusal.message}") from None
    return read.replace(tzinfo=zone).astimezone(UTC) if is_day else read


def zone_of(document: Mapping[str, Any]) -> ZoneInfo:
    """The time zone of a settings document's reports."""
    return Settings.of(document, 0).zone


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


def print_refused(simulation: Simulation) -> None:
    for refused in simulation.refused[:LISTED]:
        where = f" ({refused.refusal.field})" if len(refused.refusal.faults) == 1 else ""
        print(f"refused, line {refused.line}: {refused.refusal.message}{where}", file=sys.stderr)
    if len(simulation.refused) > LISTED:
        print(f"refused: {len(simulation.refused) - LISTED:,} more", file=sys.stderr)


def print_counts(simulation: Simulation) -> None:
    """What changed nothing, and the statuses that the settings do not map, each with how often the history has it."""
    for reason, count in sorted(simulation.passed_over.items()):
        print(f"passed over, {reason}: {count:,}", file=sys.stderr)
    for status, count in simulation.unmapped_statuses.most_common():
        print(f"status that the settings do not map, {status!r}: {count:,}", file=sys.stderr)


def print_unknown_campaigns(path: Path, simulation: Simulation) -> None:
    """Default campaigns that the history does not contain, so that they get no credit: most often a typing error. A
    history need not contain the owners."""
    for at, message in simulation.use_cases.change_settings.faults(simulation.document, ever=True):
        if at.startswith("reactivation."):
            print(f"{path}: {at}: {message}", file=sys.stderr)
