"""A decision: what a trigger led to, and why. Every trigger that reaches a scenario ends in exactly one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.person import Engagement
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.settings.settings import NO_OVERRIDES, Overrides, Scenario


class Outcome(StrEnum):
    REACTIVATED = "reactivated"
    ACTIVATED_NON_RESPONSE = "activated_non_response"
    INSERTED_DEFAULT = "inserted_default"
    KEPT_PROMPTED = "kept_prompted"
    ACTIVATED = "activated"
    SKIPPED = "skipped"


class Reason(StrEnum):
    SCENARIO_OFF = "SCENARIO_OFF"
    MODE_OFF = "MODE_OFF"
    ACTIVE_EXISTS = "ACTIVE_EXISTS"
    NOT_A_CROSSING = "NOT_A_CROSSING"
    COOL_DOWN = "COOL_DOWN"
    NURTURE_TIMEOUT = "NURTURE_TIMEOUT"
    NO_CANDIDATE = "NO_CANDIDATE"
    NO_PERSON = "NO_PERSON"
    STATUS_REVERTED = "STATUS_REVERTED"
    SUPERSEDED = "SUPERSEDED"
    REPEAT_CAP = "REPEAT_CAP"
    OPPORTUNITY_OPEN = "OPPORTUNITY_OPEN"
    NOT_ELIGIBLE_CAMPAIGN = "NOT_ELIGIBLE_CAMPAIGN"
    STALE = "STALE"
    NOT_RESPONDED = "NOT_RESPONDED"
    BELOW_THRESHOLD = "BELOW_THRESHOLD"


SCORE, ACTIVE_STATUS, RESPONSE = Scenario.SCORE, Scenario.ACTIVE_STATUS, Scenario.RESPONSE
SEARCHES = frozenset(Scenario) - {RESPONSE, Scenario.OPPORTUNITY}
"""The scenarios that go through the person's past responses."""
_SKIPPED = Outcome.SKIPPED
"""By names of their own: every decision asks for them, and a member is looked up in its class each time."""


_digest_of_person = lru_cache(maxsize=2**14)(digest)
"""Most people are decided about again and again."""


def decision_id(person_id: str, scenario: Scenario, trigger_id: str, as_of: datetime) -> str:
    """The id of the one decision a trigger can have: person, then instant (so that ids sort by time), then trigger."""
    return f"{_digest_of_person(person_id)}-{times.millis(as_of):015d}-{digest(scenario, trigger_id)}"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What made a scenario run, and the instant that is decided about."""

    scenario: Scenario
    trigger_id: str
    person_id: str
    as_of: datetime
    score: float | None = None
    previous_score: float | None = None
    user_id: str | None = None
    """Who acted: whose mode counts, and whose role, profile or field may choose the default campaign."""
    anchored_at: datetime | None = None
    """The instant the look-back counts from, where that is not `as_of`: a status change, before its delay."""
    overrides: Overrides = NO_OVERRIDES
    prompted_campaign_id: str | None = None
    status_change: ChangeStamp | None = None
    """The status change that a delayed reactivation follows."""
    dry_run: bool = False
    batch_id: str | None = None
    """The backfill that this crossing is decided in."""

    @property
    def decision_id(self) -> str:
        return decision_id(self.person_id, self.scenario, self.trigger_id, self.as_of)


@dataclass(frozen=True, slots=True)
class DecisionBasis:
    """What a decision read of its person, as far as it changes later and is kept nowhere else. Together with the trails
    of the responses, the version of the settings, and campaigns and users as they were, it is all that was read: so
    the decision can be made again."""

    status: str | None = None
    status_at: datetime | None = None
    status_activated: ChangeStamp | None = None
    """Of a status change alone."""
    owner_id: str | None = None
    record_type: str | None = None
    nurture_until: datetime | None = None
    score_activated_at: datetime | None = None
    """Of a score alone."""
    opportunity_open: bool = False
    cycles: int = 0
    deleted: bool = False
    active: Engagement | None = None
    """Whole where an arrival might have taken its place; else no more than since when it is active, and by what."""
    own_score: float | None = None
    """The part of the score that is the arriving response's own."""
    campaign_id: str | None = None
    """The arriving response's, so that it can be named where nothing came of it."""
    unanswered_at: datetime | None = None
    """The last crossing, where it had found nobody before the response arrived."""
    status_is_past: bool = False
    """Whether the status was still that of an engagement that its opportunity had ended."""
    dated_at: datetime | None = None
    """The arriving response's own date, where that was still to come."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A stored decision. Which responses it considered is found again from the person's responses as they stood
    at `person_version`, so it costs the same to store at any length of history."""

    decision_id: str
    person_id: str
    scenario: Scenario
    outcome: Outcome
    reason: Reason | None
    trigger_id: str
    as_of: datetime
    """The instant that was decided about."""
    decided_at: datetime
    """The instant at which it was decided."""
    settings_version: int
    person_version: int
    """The version of the person that was read."""
    considered_total: int = 0
    score: float | None = None
    previous_score: float | None = None
    user_id: str | None = None
    anchored_at: datetime | None = None
    overrides: Overrides = NO_OVERRIDES
    prompted_campaign_id: str | None = None
    dry_run: bool = False
    batch_id: str | None = None
    basis: DecisionBasis | None = None
    """None in decisions from before it was kept."""
    announced: bool = False
    """Of a skipped one: whether others hear of it."""
    response_id: str | None = None
    campaign_id: str | None = None
    default_campaign_source: str | None = None
    activated_at: datetime | None = None
    """Since when the response is active; earlier than `as_of`'s own change only where a late arrival took a place."""
    cycle: int | None = None
    status: str | None = None
    status_changed: bool = False
    """Whether the decision gave the person that status, so that the CRM does not know it yet."""
    assignment: Assignment | None = None
    """How the assignment began, where the decision opened a cycle."""
    passed_over: tuple[str, ...] = ()
    """The default campaigns that were to get the credit and could not: not known, deleted or inactive."""
    replaced_response_id: str | None = None
    """The active response that this one took the place of: it was chosen before this one had arrived."""
    replaced_campaign_id: str | None = None
    unmapped_status: str | None = None
    """The status of the person as it was read, where the settings do not map it."""

    @property
    def activates(self) -> bool:
        return self.outcome is not _SKIPPED

    @property
    def searched(self) -> bool:
        """Whether the person's past responses were gone through: a rule may have skipped the trigger before."""
        if self.scenario not in SEARCHES:
            return False
        return self.activates or self.reason in (Reason.NO_CANDIDATE, Reason.REPEAT_CAP)
