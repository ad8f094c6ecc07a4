"""The funnel: how many engagements began in a time, how far they came, and how long that took.

Counted are engagement cycles, not people: a later cycle of the same person never moves an earlier one's dates. All of
it is folded from the ledger, in whatever order its records are read, and however often.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.lifecycle.journey import (
    BY_OPPORTUNITY,
    ORDER,
    Deactivated,
    Ended,
    Entry,
    Merged,
    ResponseRenamed,
    Resumed,
    Stage,
    StageReached,
    entry_id,
)
from rekindle.domain.people.assignment import AssignmentStep
from rekindle.domain.reactivation.decision import Decision, Outcome

CampaignAt = Callable[[str, datetime], Campaign | None]
"""A campaign as it was at an instant."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One engagement, from the decision that opened it to its end."""

    decision_id: str
    """Of the decision that opened it."""
    person_id: str
    """Who opened it, or who that record became."""
    cycle: int
    response_id: str
    """The response that has the credit: one that arrived late may have taken the place of the first."""
    campaign_id: str
    campaign_type: str | None
    """The campaign's type when it got the credit."""
    stages: Mapping[Stage, datetime]
    """When each stage was reached, without a gap and in their order."""
    first_owner_id: str | None = None
    first_queue_id: str | None = None
    assigned_at: datetime | None = None
    worked_at: datetime | None = None
    ended: Ended | None = None
    ended_at: datetime | None = None
    opportunity_id: str | None = None
    amount: float | None = None
    """What the opportunity was worth when it was opened, or at its end if it has come to that."""
    currency: str | None = None
    in_retrospect: bool = False
    """Whether a backfill opened it: its dates are true, but nobody could act on them."""
    inserted: bool = False
    """Whether the credited response is one that Rekindle inserted, for a default or a prompted campaign."""

    @property
    def activated_at(self) -> datetime:
        return self.stages[Stage.MQL]

    @property
    def system_delay(self) -> timedelta | None:
        """From activated to assigned. Zero where the owner stayed; None in retrospect."""
        return None if self.in_retrospect else _between(self.activated_at, self.assigned_at)

    @property
    def human_delay(self) -> timedelta | None:
        """From assigned to first worked; None in retrospect."""
        return None if self.in_retrospect else _between(self.assigned_at, self.worked_at)


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return None if start is None or end is None else max(end - start, timedelta())


# --- cycles, from what the ledger holds ------------------------------------------------------------------------------


def tells_of_cycles(record: Decision | Entry) -> bool:
    """Whether a record of the ledger says anything that a funnel looks at."""
    if isinstance(record, Decision):
        return record.activates and not record.dry_run
    return isinstance(record, StageReached | Deactivated | Resumed | ResponseRenamed | AssignmentStep | Merged)


def cycles(records: Iterable[Decision | Entry], campaign_at: CampaignAt) -> list[Cycle]:
    """The cycles that records of the ledger tell of, the earliest first. What a backfill opened and its undo took back
    is none. All records of everybody who was ever united belong together: an engagement goes with its response."""
    told = _Told({_name(record): record for record in records if tells_of_cycles(record)}.values())
    found = [told.cycle(opening, campaign_at) for opening in told.openings]
    return sorted(found, key=lambda cycle: (cycle.activated_at, cycle.decision_id))


def _name(record: Decision | Entry) -> str:
    return record.decision_id if isinstance(record, Decision) else entry_id(record)


class _Told:
    """The records, by what they tell of."""

    def __init__(self, records: Iterable[Decision | Entry]) -> None:
        opening: list[Decision] = []
        stages: list[StageReached] = []
        ends: list[Deactivated] = []
        undone: list[Deactivated] = []
        resumed: list[Resumed] = []
        self._replacing: dict[tuple[str | None, datetime], list[Decision]] = defaultdict(list)
        self._steps: dict[str, list[AssignmentStep]] = defaultdict(list)
        self._became: dict[str, str] = {}
        self._renamed: dict[str, str] = {}
        voided: set[str] = set()
        for record in records:
            match record:
                case Decision(replaced_response_id=None):
                    opening.append(record)
                case Decision():
                    self._replacing[record.replaced_response_id, _since(record)].append(record)
                case StageReached():
                    stages.append(record)
                case Deactivated(reason=Ended.BACKFILL_UNDONE):
                    undone.append(record)
                case Deactivated():
                    ends.append(record)
                case Resumed():
                    resumed.append(record)
                case ResponseRenamed():
                    self._renamed[record.former_response_id] = record.response_id
                    voided.add(record.voided_decision_id or "")
                case AssignmentStep():
                    self._steps[record.assignment.assignment_id].append(record)
                case Merged():
                    self._became[record.merged_id] = record.person_id
        taken_back = _taken_back(opening, undone)
        void_ids = taken_back.keys() | voided
        self.openings = [decision for decision in opening if decision.decision_id not in void_ids]
        self._credited = {opened.decision_id: self._credit(opened) for opened in self.openings}
        self._place()
        self._stages: dict[str, list[StageReached]] = defaultdict(list)
        self._ends: dict[str, list[Deactivated]] = defaultdict(list)
        # What an activation reached at its own instant was taken back with it.
        void = {(decision.response_id, _since(decision)) for decision in taken_back.values()}
        for stage in stages:
            found = self._opening_of(stage)
            if found is not None and ((stage.response_id, stage.at) not in void or stage.at == _since(found)):
                self._stages[found.decision_id].append(stage)
        for end in ends:
            found = self._opening_of(end)
            if found is not None:
                self._ends[found.decision_id].append(end)
        self._resumed: dict[str, set[tuple[Ended, datetime]]] = defaultdict(set)
        for entry in resumed:
            found = self._opening_of(entry)
            if found is not None:
                self._resumed[found.decision_id].add((entry.reason, entry.ended_at))

    def cycle(self, opening: Decision, campaign_at: CampaignAt) -> Cycle:
        credited = self._credited[opening.decision_id][-1]
        campaign = campaign_at(credited.campaign_id or "", credited.decided_at)
        begun = [] if opening.assignment is None else [opening.assignment]
        steps = sorted(self._steps[opening.decision_id], key=lambda step: (step.at, step.step))
        assignments = [*begun, *(step.assignment for step in steps)]
        taken_back = self._resumed[opening.decision_id]
        ends = [end for end in self._ends[opening.decision_id] if (end.reason, end.at) not in taken_back]
        end = min(ends, key=lambda end: (end.at, end.reason), default=None)
        stages = [one for one in self._stages[opening.decision_id] if _counts(one, end, taken_back)]
        worth = _worth(stages, end)
        return Cycle(
            opening.decision_id,
            self._home(opening.person_id),
            opening.cycle or 0,
            self._now_named(credited.response_id or ""),
            credited.campaign_id or "",
            campaign.type if campaign is not None else None,
            _without_gap(_since(opening), stages),
            # Whoever was first stays it, so any record that names it is right.
            next((held.first_owner_id for held in assignments if held.first_owner_id is not None), None),
            next((held.first_queue_id for held in assignments if held.first_queue_id is not None), None),
            min((held.assigned_at for held in assignments if held.assigned_at is not None), default=None),
            min((held.worked_at for held in assignments if held.worked_at is not None), default=None),
            end.reason if end is not None else None,
            end.at if end is not None else None,
            worth.opportunity_id if worth is not None else None,
            worth.amount if worth is not None else None,
            worth.currency if worth is not None else None,
            in_retrospect=opening.batch_id is not None,
            inserted=credited.outcome in _INSERTING,
        )

    def _credit(self, opening: Decision) -> list[Decision]:
        """The decisions that gave the cycle to a response, one after the other. All of them name the instant at which
        the cycle began; which came first, where a response lost its place twice, says when they were made."""
        credited, seen = [opening], {opening.decision_id}
        while True:
            replacing = self._replacing.get((credited[-1].response_id, _since(opening)), ())
            following = [decision for decision in replacing if decision.decision_id not in seen]
            if not following:
                return credited
            credited.append(min(following, key=_decided))
            seen.add(credited[-1].decision_id)

    def _place(self) -> None:
        """Note where the cycle of an entry is looked up."""
        self._named: dict[tuple[str, int, str], Decision] = {}
        self._of_response: dict[str, list[Decision]] = defaultdict(list)
        for opening in sorted(self.openings, key=lambda decision: (_since(decision), decision.decision_id)):
            credited = [decision.response_id or "" for decision in self._credited[opening.decision_id]]
            for response_id in dict.fromkeys(name for one in credited for name in self._names_of(one)):
                self._named[opening.person_id, opening.cycle or 0, response_id] = opening
                self._of_response[response_id].append(opening)

    def _opening_of(self, entry: StageReached | Deactivated | Resumed) -> Decision | None:
        """What opened the cycle that an entry is about. Where another record of the person took the engagement over,
        person and number are others since: then it is the response's own cycle of that time."""
        named = self._named.get((entry.person_id, entry.cycle, entry.response_id))
        if named is not None:
            return named
        held = self._of_response.get(entry.response_id, [])
        return held[max(bisect_right(held, entry.at, key=_since) - 1, 0)] if held else None

    def _names_of(self, response_id: str) -> list[str]:
        """The ids that a response had, one after the other."""
        names = [response_id]
        while (name := self._renamed.get(names[-1])) is not None and name not in names:
            names.append(name)
        return names

    def _now_named(self, response_id: str) -> str:
        return self._names_of(response_id)[-1]

    def _home(self, person_id: str) -> str:
        seen = {person_id}
        while (became := self._became.get(person_id)) is not None and became not in seen:
            seen.add(became)
            person_id = became
        return person_id


def _counts(stage: StageReached, end: Deactivated | None, taken_back: Set[tuple[Ended, datetime]]) -> bool:
    """A stage once reached stays so, but for Won: a deal that was opened again, or lost before, is not won."""
    if stage.stage is not Stage.WON:
        return True
    if (Ended.OPPORTUNITY_WON, stage.at) in taken_back:
        return False
    return end is None or end.reason is Ended.OPPORTUNITY_WON or end.reason not in BY_OPPORTUNITY


def _worth(stages: Iterable[StageReached], end: Deactivated | None) -> StageReached | Deactivated | None:
    """The entry that has the last word on what the cycle's opportunity is worth: the last of its end, else the first
    that names it, which is written again when the amount changes."""
    named = [stage for stage in stages if stage.opportunity_id is not None]
    last: list[StageReached | Deactivated] = [stage for stage in named if stage.stage is Stage.WON]
    if end is not None and end.opportunity_id is not None:
        last.append(end)
    if last:
        return max(last, key=lambda one: one.at)
    return min(named, key=lambda stage: stage.at, default=None)


_INSERTING = frozenset({Outcome.INSERTED_DEFAULT, Outcome.KEPT_PROMPTED})


def _since(decision: Decision) -> datetime:
    return decision.activated_at or decision.as_of


def _decided(decision: Decision) -> tuple[datetime, str]:
    return decision.decided_at, decision.decision_id


def _taken_back(opening: Iterable[Decision], undone: Iterable[Deactivated]) -> Mapping[str, Decision]:
    """The activations of backfills that were undone, by id. An undo gives the number of the cycle free, so a later
    batch may open the same again: of those with one name the first were undone, one for each undo."""
    batches: dict[tuple[str, int, str | None], list[Decision]] = defaultdict(list)
    for decision in sorted(opening, key=_decided):
        if decision.batch_id is not None:
            batches[decision.person_id, decision.cycle or 0, decision.response_id].append(decision)
    taken_back: dict[str, Decision] = {}
    for entry in undone:
        held = batches.get((entry.person_id, entry.cycle, entry.response_id))
        if held:
            decision = held.pop(0)
            taken_back[decision.decision_id] = decision
    return taken_back


def _without_gap(since: datetime, entries: Iterable[StageReached]) -> Mapping[Stage, datetime]:
    """When each stage was reached. One that was skipped has the date of the next that was attained."""
    attained: dict[Stage, datetime] = {Stage.MQL: since}
    for entry in entries:
        attained[entry.stage] = min(entry.at, attained.get(entry.stage, entry.at))
    dates: dict[Stage, datetime] = {}
    following: datetime | None = None
    for stage in reversed(ORDER):
        known = [at for at in (attained.get(stage), following) if at is not None]
        if known:
            following = max(min(known), since)
            dates[stage] = following
    return {stage: dates[stage] for stage in ORDER if stage in dates}


# --- the funnel over cycles ------------------------------------------------------------------------------------------


class Basis(StrEnum):
    """Which engagements a funnel counts at a stage."""

    COHORT = "cohort"
    """Those that began in the period, however much later they reached the stage."""
    PERIOD = "period"
    """Those that reached the stage in the period, whenever they began."""


class By(StrEnum):
    """What the cycles of a funnel are grouped by."""

    CAMPAIGN = "campaign"
    TYPE = "type"
    OWNER = "owner"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took."""

    count: int
    mean: timedelta
    median: timedelta
    ninety: timedelta
    """What nine in ten did not exceed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """From one stage to a later one."""

    start: Stage
    end: Stage
    conversion: float | None
    """The later volume by the earlier; None where the earlier is zero."""
    velocity: Spread | None
    """The time between the two dates, of those that came so far."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cycles that have something in common."""

    key: str | None
    """What they have in common: a campaign's id, its type, an owner's id or a month; None where that is not known."""
    volumes: Mapping[Stage, int]
    passages: Sequence[Passage]
    system_delay: Spread | None
    human_delay: Spread | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The cycles of a time, from `since` up to `until`, that instant left out."""

    since: datetime
    until: datetime
    basis: Basis
    by: By | None
    groups: Sequence[Group]
    """Months in their order, else the largest first; none where all are one group."""
    total: Group


def year_before(moment: datetime, zone: tzinfo = UTC) -> datetime:
    """The same day of a time zone a year before; of the 29th of February, the 28th. Nothing is before the first
    years of the calendar."""
    if moment.year <= 2:
        return moment
    local = moment.astimezone(zone)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=local.year - 1, day=day).astimezone(UTC)


def funnel(
    found: Iterable[Cycle],
    since: datetime,
    until: datetime,
    by: By | None = None,
    zone: tzinfo = UTC,
    basis: Basis = Basis.COHORT,
) -> Funnel:
    """The cycles whose MQL date lies in a period, or by period the stages whose dates do; months are those of a time
    zone."""

    def counts(moment: datetime) -> bool:
        return since <= moment < until

    grouped: dict[str | None, list[_Counted]] = defaultdict(list)
    everything: list[_Counted] = []
    for cycle in found:
        if basis is Basis.PERIOD:
            stages = frozenset(stage for stage, at in cycle.stages.items() if counts(at))
        else:
            stages = frozenset(cycle.stages) if counts(cycle.activated_at) else frozenset()
        if not stages:
            continue
        everything.append(_Counted(cycle, stages))
        for key, of_key in _keys(cycle, stages, by, zone, basis):
            grouped[key].append(_Counted(cycle, of_key))
    groups = sorted((_group(key, held) for key, held in grouped.items()), key=lambda group: _place(group, by))
    return Funnel(since, until, basis, by, groups, _group(None, everything))


class _Counted(NamedTuple):
    """A cycle, and the stages at which it counts."""

    cycle: Cycle
    stages: Set[Stage]


def _keys(
    cycle: Cycle, stages: Set[Stage], by: By | None, zone: tzinfo, basis: Basis
) -> list[tuple[str | None, Set[Stage]]]:
    """The groups in which a cycle counts, and at which stages: by period it counts in the month of each stage."""
    match by:
        case None:
            return []
        case By.CAMPAIGN:
            return [(cycle.campaign_id, stages)]
        case By.TYPE:
            return [(cycle.campaign_type, stages)]
        case By.OWNER:
            return [(cycle.first_owner_id or cycle.first_queue_id, stages)]
        case By.MONTH if basis is Basis.COHORT:
            return [(_month(cycle.activated_at, zone), stages)]
    months: dict[str | None, set[Stage]] = defaultdict(set)
    for stage in stages:
        months[_month(cycle.stages[stage], zone)].add(stage)
    return list(months.items())


def _month(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m}"


_PASSAGES = (*pairwise(ORDER), (ORDER[0], ORDER[-1]))
"""From each stage to the next, and from the first to the last."""


def _place(group: Group, by: By | None) -> tuple[int, bool, str]:
    size = 0 if by is By.MONTH else -group.volumes[Stage.MQL]
    return size, group.key is None, group.key or ""


def _group(key: str | None, held: Sequence[_Counted]) -> Group:
    volumes = {stage: sum(stage in one.stages for one in held) for stage in ORDER}
    passages = [_passage(start, end, volumes, held) for start, end in _PASSAGES]
    begun = [one.cycle for one in held if Stage.MQL in one.stages]
    system = _spread(cycle.system_delay for cycle in begun)
    return Group(key, volumes, passages, system, _spread(cycle.human_delay for cycle in begun))


def _passage(start: Stage, end: Stage, volumes: Mapping[Stage, int], held: Iterable[_Counted]) -> Passage:
    conversion = volumes[end] / volumes[start] if volumes[start] else None
    took = (one.cycle.stages[end] - one.cycle.stages[start] for one in held if end in one.stages)
    return Passage(start, end, conversion, _spread(took))


def _spread(took: Iterable[timedelta | None]) -> Spread | None:
    known = sorted(delay for delay in took if delay is not None)
    if not known:
        return None
    count = len(known)
    median = (known[(count - 1) // 2] + known[count // 2]) / 2
    return Spread(count, sum(known, timedelta()) / count, median, known[ceil(count * 9 / 10) - 1])


EMPTY = _group(None, ())
"""Of a period in which there was nothing."""
