"""Engagement cycles, folded from the ledger, in whatever order its records are read, and however often."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    Separated,
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
    def owner_id(self) -> str | None:
        """Who had it first: a user, else a queue."""
        return self.first_owner_id or self.first_queue_id

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


def concerns_cycles(record: Decision | Entry) -> bool:
    """Whether a funnel looks at a record of the ledger."""
    if isinstance(record, Decision):
        return record.activates and not record.dry_run
    return isinstance(
        record, StageReached | Deactivated | Resumed | ResponseRenamed | AssignmentStep | Merged | Separated
    )


def cycles(records: Iterable[Decision | Entry], campaign_at: CampaignAt) -> list[Cycle]:
    """The cycles in records of the ledger, the earliest first. What a backfill opened and its undo took back is none.
    All records of everybody who was ever merged belong together: an engagement goes with its response."""
    ledger = _Records({_name(record): record for record in records if concerns_cycles(record)}.values())
    each = [ledger.cycle(opening, campaign_at) for opening in ledger.openings]
    return sorted(each, key=lambda cycle: (cycle.activated_at, cycle.decision_id))


def _name(record: Decision | Entry) -> str:
    return record.decision_id if isinstance(record, Decision) else entry_id(record)


class _Records:
    """The records of the ledger, by what they are about."""

    def __init__(self, records: Iterable[Decision | Entry]) -> None:
        opening: list[Decision] = []
        stages: list[StageReached] = []
        ends: list[Deactivated] = []
        undone: list[Deactivated] = []
        resumed: list[Resumed] = []
        self._replacing: dict[tuple[str | None, datetime], list[Decision]] = defaultdict(list)
        self._steps: dict[str, list[AssignmentStep]] = defaultdict(list)
        merged: list[Merged] = []
        separated: dict[tuple[str, str], datetime] = {}
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
                    merged.append(record)
                case Separated():
                    parted = record.other_id, record.person_id
                    separated[parted] = max(record.at, separated.get(parted, record.at))
        self._became = {
            one.merged_id: one.person_id
            for one in sorted(merged, key=lambda one: one.at)
            if (until := separated.get((one.merged_id, one.person_id))) is None or until < one.at
        }
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
            opening_of_entry = self._opening_of(stage)
            if opening_of_entry is not None and (
                (stage.response_id, stage.at) not in void or stage.at == _since(opening_of_entry)
            ):
                self._stages[opening_of_entry.decision_id].append(stage)
        for end in ends:
            opening_of_entry = self._opening_of(end)
            if opening_of_entry is not None:
                self._ends[opening_of_entry.decision_id].append(end)
        self._resumed: dict[str, list[Resumed]] = defaultdict(list)
        for entry in resumed:
            opening_of_entry = self._opening_of(entry)
            if opening_of_entry is not None:
                self._resumed[opening_of_entry.decision_id].append(entry)

    def cycle(self, opening: Decision, campaign_at: CampaignAt) -> Cycle:
        credited = self._credited[opening.decision_id][-1]
        campaign = campaign_at(credited.campaign_id or "", credited.decided_at)
        begun = [] if opening.assignment is None else [opening.assignment]
        steps = sorted(self._steps[opening.decision_id], key=lambda step: (step.at, step.step))
        assignments = [*begun, *(step.assignment for step in steps)]
        resumed = self._resumed[opening.decision_id]
        taken_back = {(entry.reason, entry.ended_at) for entry in resumed}
        ends = [end for end in self._ends[opening.decision_id] if (end.reason, end.at) not in taken_back]
        end = min(ends, key=lambda end: (end.at, end.reason), default=None)
        stages = [one for one in self._stages[opening.decision_id] if _counts(one, end, resumed)]
        worth = _worth(stages, end)
        return Cycle(
            decision_id=opening.decision_id,
            person_id=self._current_person_id(opening.person_id),
            cycle=opening.cycle or 0,
            response_id=self._current_name(credited.response_id or ""),
            campaign_id=credited.campaign_id or "",
            campaign_type=campaign.type if campaign is not None else None,
            stages=_without_gap(_since(opening), stages),
            # Whoever was first stays it, so any record that names it is right.
            first_owner_id=next((one.first_owner_id for one in assignments if one.first_owner_id is not None), None),
            first_queue_id=next((one.first_queue_id for one in assignments if one.first_queue_id is not None), None),
            assigned_at=min((one.assigned_at for one in assignments if one.assigned_at is not None), default=None),
            worked_at=min((one.worked_at for one in assignments if one.worked_at is not None), default=None),
            ended=end.reason if end is not None else None,
            ended_at=end.at if end is not None else None,
            opportunity_id=worth.opportunity_id if worth is not None else None,
            amount=worth.amount if worth is not None else None,
            currency=worth.currency if worth is not None else None,
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
        self._openings: dict[tuple[str, int, str], Decision] = {}
        self._of_response: dict[str, list[Decision]] = defaultdict(list)
        for opening in sorted(self.openings, key=lambda decision: (_since(decision), decision.decision_id)):
            credited = [decision.response_id or "" for decision in self._credited[opening.decision_id]]
            for response_id in dict.fromkeys(name for one in credited for name in self._names_of(one)):
                self._openings[opening.person_id, opening.cycle or 0, response_id] = opening
                self._of_response[response_id].append(opening)

    def _opening_of(self, entry: StageReached | Deactivated | Resumed) -> Decision | None:
        """What opened the cycle that an entry is about. Where another record of the person took the engagement over,
        person and number are others since: then it is the response's own cycle of that time."""
        opening = self._openings.get((entry.person_id, entry.cycle, entry.response_id))
        if opening is not None:
            return opening
        openings = self._of_response.get(entry.response_id, [])
        return openings[max(bisect_right(openings, entry.at, key=_since) - 1, 0)] if openings else None

    def _names_of(self, response_id: str) -> list[str]:
        """The ids that a response had, one after the other."""
        names = [response_id]
        while (name := self._renamed.get(names[-1])) is not None and name not in names:
            names.append(name)
        return names

    def _current_name(self, response_id: str) -> str:
        return self._names_of(response_id)[-1]

    def _current_person_id(self, person_id: str) -> str:
        seen = {person_id}
        while (became := self._became.get(person_id)) is not None and became not in seen:
            seen.add(became)
            person_id = became
        return person_id


def _takes_back(resumed: Resumed, won_at: datetime) -> bool:
    """Whether a deal that was won at an instant was opened again."""
    if resumed.reason is Ended.OPPORTUNITY_WON and resumed.ended_at == won_at:
        return True
    return resumed.reason is Ended.STATUS_INACTIVE and resumed.ended_at <= won_at < resumed.at


def _counts(stage: StageReached, end: Deactivated | None, resumed: Iterable[Resumed]) -> bool:
    """A stage once reached stays so, but for Won: a deal that was opened again, or lost before, is not won. A rep may
    have ended the cycle before it was."""
    if stage.stage is not Stage.WON:
        return True
    if any(_takes_back(entry, stage.at) for entry in resumed):
        return False
    return end is None or end.reason is Ended.OPPORTUNITY_WON or end.reason not in BY_OPPORTUNITY


def _worth(stages: Iterable[StageReached], end: Deactivated | None) -> StageReached | Deactivated | None:
    """The entry that has the last word on what the cycle's opportunity is worth: the last of its end, else the first
    that names it, which is written again when the amount changes."""
    with_opportunity = [stage for stage in stages if stage.opportunity_id is not None]
    last: list[StageReached | Deactivated] = [stage for stage in with_opportunity if stage.stage is Stage.WON]
    if end is not None and end.opportunity_id is not None:
        last.append(end)
    if last:
        return max(last, key=lambda one: one.at)
    return min(with_opportunity, key=lambda stage: stage.at, default=None)


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
        decisions = batches.get((entry.person_id, entry.cycle, entry.response_id))
        if decisions:
            decision = decisions.pop(0)
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
