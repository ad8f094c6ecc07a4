"""What every command shares that plays a history: its settings, its progress, and what was refused."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rekindle.adapters.history import History
from rekindle.adapters.wire import settings as settings_document
from rekindle.cli.progress import progress
from rekindle.domain.errors import Refusal
from rekindle.domain.explanation import Explanation
from rekindle.runtime.simulation import Simulation
from rekindle.runtime.simulations import no_search_for_cycles, played


class Unusable(Exception):
    """A file or an argument that cannot be used, in one sentence."""


def settings_of(path: Path) -> Mapping[str, Any]:
    """The document, if it has no fault. Raises Unusable."""
    try:
        document = settings_document.parsed(path.read_bytes(), None)
    except Refusal as refusal:
        raise Unusable(f"{path}: {refusal.message}") from None
    faults = settings_document.faults(document)
    if faults:
        listed = "; ".join(f"{at}: {message}" for at, message in faults)
        raise Unusable(f"{path}: {listed}")
    return document


def decisions_of(simulation: Simulation, history: History, doing: str) -> Iterable[Explanation]:
    with no_search_for_cycles():
        yield from played(simulation, progress(history, len(history), doing))


def tell_refused(simulation: Simulation) -> None:
    for refused in simulation.refused:
        where = f" ({refused.refusal.field})" if refused.refusal.field else ""
        print(f"refused, line {refused.line}: {refused.refusal.message}{where}", file=sys.stderr)
