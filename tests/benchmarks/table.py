"""The table that `make bench` prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.sampling import Spread

NOISE = 1.15
"""A measured row is missed only where it is further from its target than runs of the same code are from each other."""


@dataclass(frozen=True)
class Row:
    number: int
    what: str
    measured: float | Spread
    target: float
    form: str = ".2f"
    exact: bool = False
    """A count, the same on every run; it may not be missed at all."""
    stated: bool = False
    """Told beside another row, with no target of its own."""

    @property
    def value(self) -> float:
        return self.measured.median if isinstance(self.measured, Spread) else self.measured

    @property
    def verdict(self) -> str:
        if self.stated:
            return ""
        if self.value <= self.target:
            return "ok"
        return "ok, by noise" if not self.exact and self.value <= self.target * NOISE else "missed"

    def cells(self) -> tuple[str, ...]:
        spread = self.measured
        return (
            str(self.number),
            self.what,
            format(self.value, self.form),
            "" if self.stated else f"≤ {self.target:{self.form}}",
            self.verdict,
            f"{spread.low:{self.form}} – {spread.high:{self.form}}" if isinstance(spread, Spread) else "",
        )


HEAD = ("row", "what", "measured", "target", "", "p25 – p75")
TO_THE_RIGHT = {0, 2, 3}


def printed(rows: Sequence[Row]) -> str:
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in TO_THE_RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in lines
    )


def missed(rows: Sequence[Row]) -> list[Row]:
    """The exact rows that are missed: those fail the run."""
    return [row for row in rows if row.exact and row.verdict == "missed"]
