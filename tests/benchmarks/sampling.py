"""How the benchmarks measure: pairs in turn, and ratios of what stood side by side.

The machine's speed drifts, and others work on it: a number of milliseconds says little. Two things measured one right
after the other are slowed by the same, so the quotient of each pair is kept, and of those the median.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Spread:
    """The median, and the quarters beside it."""

    low: float
    median: float
    high: float

    @staticmethod
    def of(values: Iterable[float]) -> "Spread":
        return Spread(*quantiles(values, n=4, method="inclusive"))


def in_turn(count: int, *measures: Callable[[int], float]) -> list[list[float]]:
    """Measure each thing `count` times, one after the other; who is first changes from round to round."""
    measured: list[list[float]] = [[] for _ in measures]
    for number in range(count):
        for place in range(len(measures)):
            which = (place + number) % len(measures)
            measured[which].append(measures[which](number))
    return measured


def ratios(values: Sequence[float], bases: Sequence[float]) -> Spread:
    return Spread.of(value / base for value, base in zip(values, bases, strict=True))
