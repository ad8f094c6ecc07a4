"""A person's score, and when it crosses the threshold.

A crossing is judged from the score that is stored, never from an event's own "old value" (spec (b), edge cases): so a
second delivery, a late one and a blank one come out right, and a changed threshold makes no crossing in retrospect.
"""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain import times
from rekindle.domain.ordering import Mark, Order

LOWEST, HIGHEST = -1_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Crossing:
    """A score that passed from below its threshold to at or above it. No previous score counts as below."""

    previous: float | None
    score: float
    mark: Mark

    @property
    def at(self) -> datetime:
        return self.mark.at

    @property
    def trigger_id(self) -> str:
        """Names the change that crossed; the same whatever the delivery."""
        mark = self.mark
        order = f"#{mark.sequence}" if mark.sequence is not None else f"@{mark.minor}" if mark.minor else ""
        return f"score:{times.text(mark.at)}{order}:{self.score:g}"


@dataclass(frozen=True, slots=True)
class Score:
    person_id: str
    value: float | None
    mark: Mark
    last_crossing: Crossing | None = None
    crosses: bool = False
    """Whether this very change is a crossing: what the filter of the stream reads."""
    version: int = 1
    moved_to: str | None = None
    """The person who took this one over: its later scores are that one's."""

    def as_of(self, moment: datetime) -> float | None:
        """The score just before an instant, as far back as the last crossing: of a score and a response of one
        instant the response comes first, whichever arrives first."""
        if self.mark.at < moment or self.last_crossing is None:
            return self.value
        return self.last_crossing.score if self.last_crossing.at < moment else self.last_crossing.previous


def crosses(previous: float | None, score: float | None, threshold: float) -> bool:
    """True where a score passes from below the threshold, or from none, to at or above it."""
    if score is None or score < threshold:
        return False
    return previous is None or previous < threshold


def changed(
    stored: Score | None, person_id: str, value: float | None, mark: Mark, threshold: float
) -> tuple[Score, Order]:
    """The score after a change, or the stored one where the change is not newer."""
    order = mark.order_after(stored.mark if stored else None)
    if stored is not None and order is not Order.NEWER:
        return stored, order
    previous = stored.value if stored else None
    last = stored.last_crossing if stored else None
    up = value is not None and crosses(previous, value, threshold)
    if up and value is not None:
        last = Crossing(previous, value, mark)
    following = mark.following(stored.mark if stored else None)
    version = stored.version + 1 if stored else 1
    return Score(person_id, value, following, last, up, version), order
