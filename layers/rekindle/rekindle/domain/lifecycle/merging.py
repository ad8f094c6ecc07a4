"""The lifecycles of two records of one person, who are merged."""

from datetime import datetime

from rekindle.domain.core.values import replace
from rekindle.domain.people.lifecycle import ENGAGED, KEPT, NEW, Enrollment, Lifecycle, Purchase, Recycling, State


def merged_lifecycle(mine: Lifecycle | None, theirs: Lifecycle | None, cycles: int) -> Lifecycle | None:
    """The survivor's lifecycle goes on; where it has none yet, it stands where the other stood. What went back to
    marketing counts for both. `cycles` is how many the survivor has: the other's are numbered after them."""
    if theirs is None:
        return mine
    if mine is None or mine.state is State.TARGET:
        state = State.INQUIRY if theirs.state in ENGAGED else theirs.state
        mine = replace(mine or NEW, state=state, since=theirs.since, cycle=0, handoff=None, due_at=None)
    first = _first(mine.inquired_at, theirs.inquired_at)
    due = _first(mine.due_at, theirs.due_at)
    bought = tuple(sorted({one.opportunity_id: one for one in (*theirs.bought, *mine.bought)}.values(), key=_bought_at))
    return replace(
        mine,
        inquired_at=first,
        recyclings=_of_both(mine, theirs, cycles),
        enrollments=_stays(mine, theirs),
        bought=bought,
        due_at=due,
    )


def transferred_lifecycle(mine: Lifecycle | None, theirs: Lifecycle | None, cycle: int) -> Lifecycle | None:
    """The survivor takes over the other's engagement, and with it what is owed: its clocks run on."""
    if theirs is None or theirs.state not in ENGAGED:
        return mine
    handoff = theirs.handoff if theirs.handoff is None else replace(theirs.handoff, cycle=cycle)
    mine = mine or NEW
    due = _first(mine.due_at, theirs.due_at)
    theirs = replace(theirs, cycle=cycle, handoff=handoff, due_at=due)
    return replace(
        theirs,
        recyclings=mine.recyclings,
        enrollments=mine.enrollments,
        bought=mine.bought,
        awaited=mine.awaited,
    )


def _bought_at(one: Purchase) -> tuple[datetime, str]:
    return one.at, one.opportunity_id


def _stays(mine: Lifecycle, theirs: Lifecycle) -> tuple[Enrollment, ...]:
    """The survivor's track, else the other's; each programme once."""
    on_track = any(one.track is not None for one in mine.enrollments)
    products = {one.product for one in mine.enrollments if one.track is None}
    others = (
        one for one in theirs.enrollments if (not on_track if one.track is not None else one.product not in products)
    )
    return tuple(sorted((*mine.enrollments, *others), key=lambda one: (one.entered_at, one.track or "")))


def _first(*instants: datetime | None) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)


def _of_both(mine: Lifecycle, theirs: Lifecycle, cycles: int) -> tuple[Recycling, ...]:
    others = tuple(replace(one, cycle=one.cycle + cycles) for one in theirs.recyclings)
    return tuple(sorted((*mine.recyclings, *others), key=lambda one: (one.at, one.cycle)))[-KEPT:]
