"""What a campaign brought: targets, responses, stages and won amounts, and what each of them cost.

Counted are people, responses and engagements as they stand. What Rekindle inserted for a default or a prompted campaign
is counted apart: nobody was targeted, and nobody responded.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rekindle.domain.campaigns.campaign import GOALS, Campaign, Goals
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.measures.cycles import Cycle
from rekindle.domain.measures.money import amount_of, minor_units
from rekindle.domain.responses.response import Response

POSITIVE = ("Registered", "Attended", "Requested More Info", "RSVP: Yes")
HARD_BOUNCES = ("Hard Bounce", "Hard Bounced")


@dataclass(frozen=True, slots=True)
class CountedAs:
    """What the settings say that a response or a member counts as."""

    positive: frozenset[str] = frozenset(POSITIVE)
    hard_bounces: frozenset[str] = frozenset(HARD_BOUNCES)

    @staticmethod
    def of(document: Mapping[str, Any]) -> "CountedAs":
        section = document.get("responses") or {}
        return CountedAs(
            frozenset(section.get("positive", POSITIVE)), frozenset(section.get("hard_bounces", HARD_BOUNCES))
        )

    def is_positive(self, response: Response) -> bool:
        """By the response's type; by the member's status where it has none."""
        details = response.details
        kind = (details.response_type or details.member_status) if details is not None else None
        return response.state.responded and kind in self.positive

    def is_hard_bounce(self, response: Response) -> bool:
        details = response.details
        return details is not None and not self.hard_bounces.isdisjoint((details.response_type, details.member_status))


@dataclass(slots=True)
class Counts:
    targeted: int = 0
    """People who are members of the campaign, whether they responded or not."""
    hard_bounces: int = 0
    """Those of them who could not be reached, and did not respond."""
    gross: int = 0
    """Responses."""
    unique: int = 0
    """People who responded."""
    positive: int = 0
    """People with a positive response."""
    went_dark: int = 0
    """Those who did not respond in time, also if they did later."""
    stages: Counter[Stage] = field(default_factory=Counter)
    """Engagements of the campaign that reached a stage."""
    people: Counter[Stage] = field(default_factory=Counter)
    """People with such an engagement."""
    won: Counter[str | None] = field(default_factory=Counter)
    """What the won ones brought, by currency, in its smallest unit."""


@dataclass(frozen=True, slots=True)
class CampaignMetrics:
    campaign_id: str
    counts: Counts
    inserted: Counts
    """What Rekindle inserted for the campaign as a default or a prompted one."""
    cost: float | None = None
    goals: Goals = field(default_factory=dict)

    @property
    def reachable(self) -> int:
        return self.counts.targeted - self.counts.hard_bounces

    def reached(self) -> dict[str, tuple[float, float | None]]:
        """Of each goal what it is, and what is reached. Amounts of several currencies have no sum."""
        won = self.counts.won
        amounts = [amount_of(units, currency) for currency, units in won.items()]
        actual: dict[str, float | None] = {
            "responses": self.counts.gross,
            "mqls": self.counts.stages[Stage.MQL],
            "won_amount": None if len(amounts) > 1 else sum(amounts),
        }
        return {name: (float(self.goals[name]), actual[name]) for name in GOALS if name in self.goals}

    def rate(self, count: int) -> float | None:
        """A count by the people who could be reached; None where there are none."""
        return ratio(count, self.reachable)


@dataclass(frozen=True, slots=True)
class CountedCampaign:
    """The metrics of a campaign as they stood at an instant."""

    metrics: CampaignMetrics
    name: str | None
    type: str | None
    counted_at: datetime
    settings_version: int


def ratio(part: float | None, whole: int) -> float | None:
    """None where the whole is zero."""
    return None if part is None or not whole else part / whole


def metrics(
    people: Iterable[Iterable[Response]], cycles: Iterable[Cycle], campaigns: Mapping[str, Campaign], by: CountedAs
) -> list[CampaignMetrics]:
    """Of every campaign, by its id. `people`: the responses of each person. `campaigns`: all that are known."""
    own: dict[str, Counts] = defaultdict(Counts)
    inserted: dict[str, Counts] = defaultdict(Counts)
    for responses in people:
        _count_person(responses, own, inserted, by)
    seen: set[tuple[bool, str, str, Stage]] = set()
    for cycle in cycles:
        _count_cycle(cycle, (inserted if cycle.inserted else own)[cycle.campaign_id], seen)
    found = []
    for name in sorted({*campaigns, *own, *inserted}):
        known = campaigns.get(name, Campaign(name))
        found.append(CampaignMetrics(name, own[name], inserted[name], known.cost, known.goals))
    return found


@dataclass(slots=True)
class _Member:
    """One person in one campaign."""

    responses: int = 0
    positive: bool = False
    bounced: bool = False
    dark: bool = False


def _count_person(
    responses: Iterable[Response], own: dict[str, Counts], inserted: dict[str, Counts], by: CountedAs
) -> None:
    members: dict[tuple[bool, str], _Member] = {}
    for response in responses:
        if response.state.deleted:
            continue
        details = response.details
        key = (details is not None and details.inserted_by is not None, response.campaign_id)
        member = members.get(key)
        if member is None:
            member = members[key] = _Member()
        if response.state.responded:
            member.responses += 1
            member.positive = member.positive or by.is_positive(response)
        member.dark = member.dark or went_dark(response)
        member.bounced = member.bounced or by.is_hard_bounce(response)
    for (is_inserted, campaign_id), member in members.items():
        counts = (inserted if is_inserted else own)[campaign_id]
        counts.targeted += 1
        counts.hard_bounces += member.bounced and not member.responses
        counts.gross += member.responses
        counts.unique += member.responses > 0
        counts.positive += member.positive
        counts.went_dark += member.dark


def went_dark(response: Response) -> bool:
    """Whether a member did not respond in time: a response of an earlier date that arrived later was in time."""
    state, details = response.state, response.details
    if details is None or details.dark_at is None:
        return False
    return not state.responded or state.effective_at > details.dark_at


def _count_cycle(cycle: Cycle, counts: Counts, seen: set[tuple[bool, str, str, Stage]]) -> None:
    for stage in cycle.stages:
        person = (cycle.inserted, cycle.campaign_id, cycle.person_id, stage)
        counts.stages[stage] += 1
        counts.people[stage] += person not in seen
        seen.add(person)
    if Stage.WON in cycle.stages and cycle.amount is not None:
        counts.won[cycle.currency] += minor_units(cycle.amount, cycle.currency)
