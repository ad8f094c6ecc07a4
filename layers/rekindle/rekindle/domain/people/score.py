"""A person's score, and when it crosses the threshold.

A crossing is judged from the score that is stored, never from an event's own "old value": so a
second delivery, a late one and a blank one come out right, and a changed threshold makes no crossing in retrospect. A
backfill decides about those: for it a score keeps since when it has been as high as it is.
"""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.core import times
from rekindle.domain.records.stamps import NEWER, ChangeStamp, Order

LOWEST, HIGHEST = -1_000_000, 1_000_000
RISES = 16
"""How many rises a score keeps: with them, its item stays below the kilobyte that a write is billed by."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A score that passed from below its threshold to at or above it. No previous score counts as below."""

    previous: float | None
    score: float
    stamp: ChangeStamp

    @property
    def at(self) -> datetime:
        return self.stamp.at

    @property
    def trigger_id(self) -> str:
        """Names the change that crossed; the same whatever the delivery."""
        stamp = self.stamp
        order = f"#{stamp.sequence}" if stamp.sequence is not None else f"@{stamp.minor}" if stamp.minor else ""
        return f"score:{times.text(stamp.at)}{order}:{self.score:g}"


@dataclass(frozen=True, slots=True)
class Rise:
    """A change since which the score has not been below `floor`, as it was before."""

    at: datetime
    floor: float
    score: float
    """What the score was changed to; it may have fallen to the floor since."""


@dataclass(frozen=True, slots=True)
class Score:
    person_id: str
    value: float | None
    stamp: ChangeStamp
    last_crossing: Crossing | None = None
    crosses: bool = False
    """Whether this very change is a crossing: what the filter of the stream reads."""
    version: int = 1
    moved_to: str | None = None
    """The person who took this one over: its later scores are that one's."""
    rises: tuple[Rise, ...] = ()
    """The lowest floor first, so the oldest first too. Empty for a score that was stored before rises were kept."""

    def as_of(self, moment: datetime) -> float | None:
        """The score just before an instant, as far back as the last crossing: of a score and a response of one
        instant the response comes first, whichever arrives first."""
        if self.stamp.at < moment or self.last_crossing is None:
            return self.value
        return self.last_crossing.score if self.last_crossing.at < moment else self.last_crossing.previous

    def known_rises(self) -> tuple[Rise, ...]:
        """The rises, as far as they are known: without any, that the score is as it is since its last change."""
        if self.rises or self.value is None:
            return self.rises
        return (Rise(self.stamp.at, self.value, self.value),)

    def undecided(self, threshold: float) -> Crossing | None:
        """The passing of this threshold that the score has stayed above since, where no crossing was noticed from
        then on: another threshold was in force. None where the score is below it, or is another person's by now."""
        if self.moved_to is not None:
            return None
        previous = None
        for rise in self.known_rises():
            if rise.floor >= threshold:
                noticed = self.last_crossing is not None and self.last_crossing.at >= rise.at
                return None if noticed else Crossing(previous, rise.score, ChangeStamp(rise.at))
            previous = rise.floor
        return None


def crosses(previous: float | None, score: float | None, threshold: float) -> bool:
    """True where a score passes from below the threshold, or from none, to at or above it."""
    if score is None or score < threshold:
        return False
    return previous is None or previous < threshold


def updated_rises(rises: tuple[Rise, ...], value: float | None, at: datetime) -> tuple[Rise, ...]:
    """The rises after a change. Where they are too many, the two that are closest in time become one, of the later's
    instant: a change of a threshold between them is late by no more than that."""
    if value is None:
        return ()
    kept = len(rises)
    while kept and rises[kept - 1].floor >= value:
        kept -= 1
    if kept < len(rises):
        first = rises[kept]
        return (*rises[:kept], Rise(first.at, value, first.score))
    if kept == RISES:
        instants = [*(rise.at for rise in rises), at]
        closest = min(range(RISES), key=lambda n: instants[n + 1] - instants[n])
        rises = rises[:closest] + rises[closest + 1 :]
    return (*rises, Rise(at, value, value))


def apply_score_change(
    stored: Score | None, person_id: str, value: float | None, stamp: ChangeStamp, threshold: float
) -> tuple[Score, Order]:
    """The score after a change, or the stored one where the change is not newer."""
    if stored is None:
        crossing = Crossing(None, value, stamp) if value is not None and crosses(None, value, threshold) else None
        rises = updated_rises((), value, stamp.at)
        return Score(person_id, value, stamp, crossing, crossing is not None, 1, None, rises), NEWER
    order = stamp.order_after(stored.stamp)
    if order is not NEWER:
        return stored, order
    previous, crossing = stored.value, stored.last_crossing
    up = value is not None and crosses(previous, value, threshold)
    if up and value is not None:
        crossing = Crossing(previous, value, stamp)
    rises = updated_rises(stored.rises or stored.known_rises(), value, stamp.at)
    return Score(person_id, value, stamp.following(stored.stamp), crossing, up, stored.version + 1, None, rises), order
