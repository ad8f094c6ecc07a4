"""Credit by campaign as a table."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TextIO

from rekindle.cli.columns import PLAIN, cell, in_one_line, width
from rekindle.domain.measures.credit import CampaignCredit, by_campaign

_NUMBER = 9


def credit_table(
    credit: Counter[str], other: Counter[str] | None, name: Callable[[str], str], out: TextIO | None = None
) -> str:
    """Most credit first; with other settings, theirs and the difference beside it. `out`, by default stderr, may be a
    terminal: only there are names cut."""
    rows = by_campaign(credit, other)
    if not rows:
        return "No campaign got credit."
    total = CampaignCredit("", credit.total(), None if other is None else other.total())
    heads = ["credit"] if other is None else ["credit", "against", "change"]
    table = [(label, _cells(row)) for label, row in zip(_labels(rows, name), rows, strict=True)]
    table = [("campaign", heads), *table, ("total", _cells(total))]
    widest = max(width(label) for label, _ in table)
    if (out or sys.stderr).isatty():
        widest = min(widest, PLAIN - _NUMBER * len(heads))
    return "\n".join(cell(label, widest) + "".join(f"{one:>{_NUMBER}}" for one in cells) for label, cells in table)


def _labels(rows: Sequence[CampaignCredit], name: Callable[[str], str]) -> Sequence[str]:
    """What the campaigns are called, with the id where two are called the same."""
    names = [in_one_line(name(row.campaign_id)) for row in rows]
    often = Counter(names)
    return [
        f"{row.campaign_id} ({label})" if often[label] > 1 else label for label, row in zip(names, rows, strict=True)
    ]


def _cells(row: CampaignCredit) -> Sequence[str]:
    cells = [f"{row.credit:,}"]
    if row.against is not None:
        cells += [f"{row.against:,}", f"{row.change:+,}"]
    return cells
