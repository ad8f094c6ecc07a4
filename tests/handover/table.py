"""How the cases of an event log would have ended as assignments, for several deadlines.

python -m tests.handover.table --data log.csv --case case_id --owner resource --time timestamp
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from rekindle.domain.people.assignment import Assignment, AssignmentState
from rekindle.runtime.simulation.simulator import Simulation
from tests.handover.convert import Columns, history, rows, settings

DEADLINES = ("PT1H", "P1D", "P7D", "P30D")


@dataclass(frozen=True)
class Played:
    """Each assignment as it stands in the end, and how often each ended, by what the ledger was told."""

    assignments: list[tuple[str, Assignment]]
    states: Counter[str]

    @property
    def delays(self) -> list[timedelta]:
        """Of those who were assigned in time."""
        found = [held.system_delay for _, held in self.assignments if held.state is AssignmentState.ASSIGNED]
        return [delay for delay in found if delay is not None]


def played(events: Iterable[dict[str, Any]], deadline: str) -> Played:
    simulation = Simulation(settings(deadline))
    simulation.keep_assignments()
    for line, event in enumerate(events, start=1):
        for _ in simulation.play(line, event):
            pass
    for _ in simulation.finish():
        pass
    if simulation.refused:
        raise ValueError(f"line {simulation.refused[0].line}: {simulation.refused[0].refusal.message}")
    found = simulation.assignments()
    return Played(found, Counter(held.state.value for _, held in found))


def table(by_deadline: Sequence[tuple[str, Played]]) -> Iterator[str]:
    states = [AssignmentState.ASSIGNED, AssignmentState.TIMED_OUT, AssignmentState.CANCELLED]
    yield f"{'deadline':<10}" + "".join(f"{state:>12}" for state in states) + f"{'median wait':>20}"
    for deadline, found in by_deadline:
        wait = str(median(found.delays)).partition(".")[0] if found.delays else "-"
        yield f"{deadline:<10}" + "".join(f"{found.states[state]:>12}" for state in states) + f"{wait:>20}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.handover.table")
    names = Columns()
    parser.add_argument("--data", type=Path, required=True, help="a CSV with a header, or XES; plain or gzip")
    parser.add_argument("--case", default=names.case)
    parser.add_argument("--owner", default=names.owner)
    parser.add_argument("--time", default=names.time)
    parsed = parser.parse_args(arguments)
    try:
        log = rows(parsed.data, Columns(parsed.case, parsed.owner, parsed.time))
    except (OSError, ValueError, KeyError) as error:
        print(error, file=sys.stderr)
        return 2
    events = history(log)
    for line in table([(deadline, played(events, deadline)) for deadline in DEADLINES]):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
