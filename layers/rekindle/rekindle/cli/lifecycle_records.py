"""What the simulator knows of the lifecycles of people: transitions, clocks, recyclings."""

from collections.abc import Set
from datetime import datetime

from rekindle.adapters.wire.views import lifecycle
from rekindle.cli.lines import write_line
from rekindle.cli.table import minute, write_cells
from rekindle.domain.lifecycle.entries import TouchDue, Transition
from rekindle.runtime.simulation.simulator import Simulation

KINDS = ("transition", "touch", "clock", "recycle")
_COLUMNS = (16, 18, 12, 15)


def write_happened(simulation: Simulation, kinds: Set[str], before: int | None, *, as_lines: bool) -> None:
    """Transitions and touches that happened before the decision of that number, and were not written yet; None: all."""
    happened = simulation.happened
    while happened and (before is None or happened[0][0] <= before):
        _, one = happened.popleft()
        if (isinstance(one, TouchDue) and "touch" not in kinds) or (
            isinstance(one, Transition) and "transition" not in kinds
        ):
            continue
        if isinstance(one, TouchDue):
            if as_lines:
                write_line(lifecycle.touch(one))
            else:
                on = one.track or one.product or "customers"
                write_cells(_COLUMNS, minute(one.at), one.person_id, "touch", on, one.name)
        elif as_lines:
            write_line(lifecycle.transition(one))
        else:
            write_cells(_COLUMNS, minute(one.at), one.person_id, one.before, one.after, one.reason or "")


def write_clocks(simulation: Simulation, *, as_lines: bool) -> None:
    """Each clock as it stands at the end of the history."""
    clocks = simulation.clocks()
    if clocks and not as_lines:
        write_cells(_COLUMNS, "started (UTC)", "person", "clock", "state", "due")
    for person_id, handoff, clock in clocks:
        if as_lines:
            write_line(lifecycle.clock(person_id, handoff, clock))
        else:
            write_cells(_COLUMNS, minute(clock.started_at), person_id, clock.kind, clock.state, _minute(clock.due_at))


def write_recyclings(simulation: Simulation, *, as_lines: bool) -> None:
    """Each lead that went back to marketing, and when it came back."""
    recyclings = simulation.recyclings()
    if recyclings and not as_lines:
        write_cells(_COLUMNS, "recycled (UTC)", "person", "by", "track", "reason, came back")
    for person_id, one in recyclings:
        if as_lines:
            write_line(lifecycle.recycling(person_id, one))
        else:
            back = f"{one.reason or '-'}, {_minute(one.returned_at)}"
            by = "rule" if one.passive else "sales"
            write_cells(_COLUMNS, minute(one.at), person_id, by, one.track or "-", back)


def _minute(moment: datetime | None) -> str:
    return "-" if moment is None else minute(moment)
