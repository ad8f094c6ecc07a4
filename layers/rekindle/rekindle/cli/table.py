"""Lines of tables on the terminal, each about a person at an instant."""

import sys
from collections.abc import Sequence
from datetime import datetime

from rekindle.cli.columns import in_one_line, row, terminal, width


def minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def write_cells(columns: Sequence[int], when: str, person: str, *others: str) -> None:
    """A line of a table. A person's id is never cut: it is what the reader types next."""
    room = max(terminal() - sum(columns) - len(columns), len("NOT_ELIGIBLE_CAMPAIGN"))
    who = in_one_line(person)
    first, *cells = row((when, *others), (columns[0], *columns[2:], room), sys.stdout)
    print(" ".join((first, who + " " * (columns[1] - width(who)), *cells)).rstrip())
