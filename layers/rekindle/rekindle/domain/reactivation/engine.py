"""The shared engine: a trigger, a person and the person's past responses become a decision and its effects.

Spec (b): guards, candidates, classes, priority, tie-breaks, fallback, effects. Pure: the candidates come in as a
look-up that reads no further than needed, the instant as a value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rekindle.domain.assignment.transitions import NOBODY, Owners, open_assignment, settle_backfilled
from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import BY_OPPORTUNITY, stage_reached, stages_reached, with_stage
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.people.score import crosses
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.decision import Basis, Decision, Outcome, Reason, Trigger
from rekindle.domain.reactivation.search import CampaignOf, CandidatesByClass, Rules, best_candidate
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import OPEN, Details, Response, ResponseClass, ResponseState
from rekindle.domain.settings.settings import DefaultCampaign, Scenario, ScenarioSettings, Settings

_SCORE, _ACTIVE_STATUS, _RESPONSE = Scenario.SCORE, Scenario.ACTIVE_STATUS, Scenario.RESPONSE
"""By names of their own: every decision asks for them, and a member is looked up in its class each time."""

_RESPECT_NURTURE_TIMEOUT = frozenset({Scenario.SCORE, Scenario.INVOCABLE})
"""A prompt bypasses the timeout; so does an active status, which a human chose (spec (b), table)."""

_MODES = {
    Scenario.RESPONSE_PROMPT: frozenset({"active", "hybrid"}),
    Scenario.ACTIVE_STATUS: frozenset({"passive", "hybrid"}),
}
"""The modes in which a scenario runs; one that is not here runs in any (spec (b), table)."""


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What a decision looks at beside the person."""

    settings: Settings
    campaign_of: CampaignOf
    candidates_of: CandidatesByClass
    repeats_of: Callable[[str], int]
    """How many responses the person has in a campaign, counted no further than the cap."""
    now: datetime
    owners: Owners = NOBODY
    told: Callable[[], Mapping[str, Any]] = dict
    """Reads what else is known of the person, by name, where a rule of the assignment looks at it."""
    user_of: Callable[[str], User | None] = lambda user_id: None
    whole: Callable[[Response], Response] = lambda candidate: candidate
    """Reads the rest of a candidate: the search knows its own part only."""


@dataclass(frozen=True, slots=True)
class Default:
    """The campaign of the fallback, and by which row of the settings it was found."""

    campaign: Campaign
    source: str | None
    """None for a prompted campaign, which is kept."""


def guard(trigger: Trigger, person: Person | None, context: DecisionContext) -> Reason | None:
    """Why nothing is to be searched for, or None."""
    settings = context.settings
    scenario = settings.scenario(trigger.scenario)
    if not scenario.enabled:
        return Reason.SCENARIO_OFF
    if person is None or person.deleted:
        return Reason.NO_PERSON
    if not _runs_in_mode(trigger, person, context):
        return Reason.MODE_OFF
    if trigger.scenario is _SCORE and not crosses(trigger.previous_score, trigger.score, settings.threshold):
        return Reason.NOT_A_CROSSING
    if trigger.scenario is _SCORE and _closed_since(trigger, person, settings):
        return Reason.STALE
    if trigger.scenario is _ACTIVE_STATUS and (reason := _overtaken(trigger, person)) is not None:
        return reason
    if trigger.scenario is Scenario.RESPONSE_PROMPT and not _triggers_reactivation(trigger, context):
        return Reason.NOT_ELIGIBLE_CAMPAIGN
    if person.active is not None:
        return Reason.ACTIVE_EXISTS
    if _has_open_opportunity(trigger, person):
        return Reason.OPPORTUNITY_OPEN
    respected = trigger.scenario in _RESPECT_NURTURE_TIMEOUT and not trigger.overrides.bypass_nurture_timeout
    if respected and in_nurture(person, trigger.as_of):
        return Reason.NURTURE_TIMEOUT
    if _cooling_down(trigger, person, scenario):
        return Reason.COOL_DOWN
    return None


def _has_open_opportunity(trigger: Trigger, person: Person) -> bool:
    """Whether an opportunity is open that was open at the instant that is decided about. One that was opened later is
    for the response that becomes active. A backfill puts nothing in front of it."""
    if trigger.batch_id is not None:
        return person.has_open_opportunity
    return person.has_opportunity_open_at(trigger.as_of)


def _closed_since(trigger: Trigger, person: Person, settings: Settings) -> bool:
    """Whether somebody put the person into an inactive status after the score had crossed, but before it was decided
    about: their word is the later one."""
    status, stamp = settings.status(person.status), person.status_stamp
    return status is not None and not status.active and stamp is not None and stamp.at > trigger.as_of


def _runs_in_mode(trigger: Trigger, person: Person, context: DecisionContext) -> bool:
    modes = _MODES.get(trigger.scenario)
    if modes is None:
        return True
    user = _user(trigger.user_id, context)
    mine, profile = (user.mode, user.profile) if user else (None, None)
    return context.settings.mode_for(mine, profile, person.record_type) in modes


def _user(user_id: str | None, context: DecisionContext) -> User | None:
    return context.user_of(user_id) if user_id is not None else None


def _overtaken(trigger: Trigger, person: Person) -> Reason | None:
    """What happened between a status change and the end of its delay that makes the change of no concern."""
    change = person.status_activated
    if change is None:
        return Reason.STATUS_REVERTED
    if change != trigger.status_change:
        return Reason.STALE
    if person.active is not None and person.active.since >= change.at:
        return Reason.SUPERSEDED
    return None


def _triggers_reactivation(trigger: Trigger, context: DecisionContext) -> bool:
    campaign = context.campaign_of(trigger.prompted_campaign_id or "")
    return campaign is not None and campaign.trigger_reactivation and campaign.is_active and not campaign.deleted


def in_nurture(person: Person, moment: datetime) -> bool:
    return person.nurture_until is not None and moment < person.nurture_until


def _cooling_down(trigger: Trigger, person: Person, scenario: ScenarioSettings) -> bool:
    if trigger.scenario is not _SCORE or person.score_activated_at is None or not scenario.cool_down_days:
        return False
    return trigger.as_of < person.score_activated_at + timedelta(days=scenario.cool_down_days)


@dataclass(frozen=True, slots=True)
class Fallback:
    """What the search falls back to, and which campaigns that the settings or the caller name could not take the
    credit: they are not known, deleted or inactive."""

    default: Default | None = None
    passed_over: tuple[str, ...] = ()


def default_campaign(default: DefaultCampaign | None, user: User | None, campaign_of: CampaignOf) -> Fallback:
    """The fallback's campaign: by the user's field, then `otherwise`, then `single`; one that is missing, deleted or
    inactive is passed over for the next. Never guessed."""
    if default is None:
        return Fallback()
    passed_over: list[str] = []
    rows: list[tuple[str | None, str]] = []
    if default.by and user is not None:
        value = _field_of(user, default.by)
        rows.append((default.map.get(_as_key(value)) if value is not None else None, default.by))
    if default.by:
        rows.append((default.otherwise, "otherwise"))
    rows.append((default.single, "single"))
    for campaign_id, source in rows:
        if campaign_id is None or campaign_id in passed_over:
            continue
        campaign = campaign_of(campaign_id)
        if campaign is not None and campaign.is_active and not campaign.deleted:
            return Fallback(Default(campaign, source), tuple(passed_over))
        passed_over.append(campaign_id)
    return Fallback(None, tuple(passed_over))


def _field_of(user: User, by: str) -> object:
    if by.startswith("field:"):
        return user.fields.get(by.removeprefix("field:"))
    return user.role if by == "role" else user.profile


def _as_key(value: object) -> str:
    """As a document writes the value where it can write no more than texts, which is what a map's keys are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def rules_of(asked: Trigger | Decision, settings: Settings) -> Rules:
    """What the search goes by: the scenario's settings, and over them what the caller asked for."""
    scenario = asked.overrides.over(settings.scenario(asked.scenario))
    return Rules.of(scenario, settings.classes, asked.as_of, asked.prompted_campaign_id, asked.anchored_at)


def rules_of_choice(active: Engagement, settings: Settings) -> Rules:
    """What the search went by that chose the active response."""
    scenario = active.overrides.over(settings.scenario(Scenario(active.scenario)))
    return Rules.of(scenario, settings.classes, active.since, active.prompted_campaign_id, active.anchored_at)


def decide(trigger: Trigger, person: Person | None, context: DecisionContext) -> tuple[Decision, Change | None]:
    """The decision on a trigger, and the change it makes; no change where nothing is done."""
    reason = guard(trigger, person, context)
    if reason is not None or person is None:
        return skipped(trigger, person, context, reason or Reason.NO_PERSON), None
    rules = rules_of(trigger, context.settings)
    winner = best_candidate(context.candidates_of, context.campaign_of, rules)
    if winner is not None:
        return _activate_found(trigger, person, winner, context)
    fallback = _fallback(trigger, person, rules.scenario, context)
    default = fallback.default
    change: Change | None = None
    if default is None:
        decision = skipped(trigger, person, context, Reason.NO_CANDIDATE)
    elif context.repeats_of(default.campaign.campaign_id) >= context.settings.repeat_cap:
        decision = skipped(trigger, person, context, Reason.REPEAT_CAP)
    else:
        decision, change = _insert(trigger, person, default, context)
    if fallback.passed_over:
        decision = replace(decision, passed_over=fallback.passed_over)
        change = replace(change, decision=decision) if change is not None else None
    return decision, change


def _fallback(trigger: Trigger, person: Person, scenario: ScenarioSettings, context: DecisionContext) -> Fallback:
    """Which campaign gets a response inserted where the search found none: the prompted one, or a default."""
    if trigger.scenario is Scenario.RESPONSE_PROMPT:
        campaign = context.campaign_of(trigger.prompted_campaign_id or "")
        keeps = scenario.fallback == "keep_prompted"
        return Fallback(Default(campaign, None) if campaign is not None and keeps else None)
    default = scenario.default_campaign
    if default is None:
        return Fallback()
    asked_of = person.owner_id if default.user_source == "owner" else trigger.user_id
    return default_campaign(default, _user(asked_of, context), context.campaign_of)


def skipped(
    trigger: Trigger, person: Person | None, context: DecisionContext, reason: Reason, basis: Basis | None = None
) -> Decision:
    searched = trigger.scenario is not _RESPONSE and reason in (Reason.NO_CANDIDATE, Reason.REPEAT_CAP)
    total = person.responses if person and searched else 0
    announced = context.settings.scenario(trigger.scenario).announce_skipped
    return _decided(trigger.decision_id, trigger, person, context, Outcome.SKIPPED, basis, reason, total, announced)


def _decided(
    decision_id: str,
    trigger: Trigger,
    person: Person | None,
    context: DecisionContext,
    outcome: Outcome,
    basis: Basis | None,
    reason: Reason | None = None,
    considered_total: int = 0,
    announced: bool = False,
    response: Response | None = None,
    default_campaign_source: str | None = None,
    activated_at: datetime | None = None,
    cycle: int | None = None,
    status: str | None = None,
    status_changed: bool = False,
    assignment: Assignment | None = None,
) -> Decision:
    """What every decision on a trigger says, whatever came of it, and beyond it what an activation says."""
    return Decision(
        decision_id,
        trigger.person_id,
        trigger.scenario,
        outcome,
        reason,
        trigger.trigger_id,
        trigger.as_of,
        context.now,
        context.settings.version,
        person.version if person else 0,
        considered_total,
        trigger.score,
        trigger.previous_score,
        trigger.user_id,
        trigger.anchored_at,
        trigger.overrides,
        trigger.prompted_campaign_id,
        trigger.dry_run,
        trigger.batch_id,
        basis or basis_of(trigger, person),
        announced,
        response.response_id if response is not None else None,
        response.campaign_id if response is not None else None,
        default_campaign_source,
        activated_at,
        cycle,
        status,
        status_changed,
        assignment,
        unmapped_status=person.status if person and context.settings.is_unmapped(person.status) else None,
    )


def basis_of(
    trigger: Trigger,
    person: Person | None,
    incumbent: Engagement | None = None,
    own_score: float | None = None,
    campaign_id: str | None = None,
    unanswered_at: datetime | None = None,
) -> Basis:
    """What is read of a person, and beyond it what an arrival alone looks at: `incumbent` is the engagement that it
    might take the place of."""
    if person is None:
        return Basis()
    active, status_stamp = person.active, person.status_stamp
    if active is not None and incumbent is None:
        incumbent = Engagement("", "", 0, active.since, "", active.scenario, stage=active.stage)
    return Basis(
        person.status,
        status_stamp.at if status_stamp is not None else None,
        person.status_activated if trigger.scenario is _ACTIVE_STATUS else None,
        person.owner_id,
        person.record_type,
        person.nurture_until,
        person.score_activated_at if trigger.scenario is _SCORE else None,
        _has_open_opportunity(trigger, person),
        person.cycles,
        person.deleted,
        incumbent,
        own_score,
        campaign_id,
        unanswered_at,
        _status_is_past(person),
    )


def _activate_found(
    trigger: Trigger, person: Person, winner: Response, context: DecisionContext
) -> tuple[Decision, Change]:
    state = winner.state
    response_class = state.classified(context.settings.classes)
    outcome, details = Outcome.REACTIVATED, winner.details
    if response_class is ResponseClass.NON_RESPONSE:
        outcome, winner = Outcome.ACTIVATED_NON_RESPONSE, context.whole(winner)
        campaign = context.campaign_of(winner.campaign_id)
        responded = campaign.default_responded_status if campaign else None
        details = replace(winner.details or Details(), member_status=responded)
        state = replace(state, responded=True, responded_at=trigger.as_of)
    chosen = replace(winner, state=replace(state, reactivated_at=trigger.as_of), details=details)
    engagement = replace(
        new_engagement(trigger, person),
        response_class=response_class,
        effective_at=winner.state.effective_at,
        received_at=winner.state.received_at,
    )
    return activate(
        trigger,
        person,
        chosen,
        context,
        outcome=outcome,
        chosen_as=engagement,
        considered_total=person.responses,
    )


def _insert(trigger: Trigger, person: Person, default: Default, context: DecisionContext) -> tuple[Decision, Change]:
    decision_id = trigger.decision_id
    inserted = Response(
        response_id=f"rk-{decision_id}",
        campaign_id=default.campaign.campaign_id,
        state=ResponseState(responded=True, responded_at=trigger.as_of, received_at=trigger.as_of),
        details=Details(
            member_status=default.campaign.default_responded_status,
            inserted_by=decision_id,
            recorded_at=trigger.as_of,
        ),
    )
    return activate(
        trigger,
        person,
        inserted,
        context,
        outcome=Outcome.KEPT_PROMPTED if default.source is None else Outcome.INSERTED_DEFAULT,
        considered_total=person.responses,
        default_campaign_source=default.source,
        is_new_to_person=True,
    )


def activate(
    trigger: Trigger,
    person: Person,
    response: Response,
    context: DecisionContext,
    *,
    outcome: Outcome,
    chosen_as: Engagement | None = None,
    considered_total: int = 0,
    default_campaign_source: str | None = None,
    basis: Basis | None = None,
    is_new_to_person: bool = False,
) -> tuple[Decision, Change]:
    """Make a response the active one: a cycle, the person's status, the response's, and the decision on record.

    `chosen_as` is what is known of the choice beyond the trigger itself: the class and dates it won by, or the
    engagement whose place it takes. `is_new_to_person` where the person does not have the response yet.
    """
    settings = context.settings
    decision_id = trigger.decision_id
    since = chosen_as.since if chosen_as else trigger.as_of
    status = settings.status(person.status)
    is_kept = status is not None and status.active and not _status_is_past(person)
    stays = is_kept or settings.is_unmapped(person.status)
    name = person.status if stays else settings.open_status or person.status
    meaning = settings.status(name)
    engagement = replace(
        chosen_as or new_engagement(trigger, person),
        response_id=response.response_id,
        campaign_id=response.campaign_id,
        decision_id=decision_id,
    )
    response_status = (meaning.response_status if meaning and meaning.active else None) or OPEN
    reached = stages_reached(response_status, engagement.stage)
    if reached:
        engagement = with_stage(engagement, reached[-1], since)
    after = replace(
        person,
        version=person.version + 1,
        status=name,
        status_stamp=_status_stamp(person, since),
        cycles=max(person.cycles, engagement.cycle),
        nurture_until=None,
        active=engagement,
        ended=None,
        score_activated_at=since if engagement.scenario == Scenario.SCORE else person.score_activated_at,
        responses=person.responses + is_new_to_person,
        classes=person.classes_with_another(settings.class_map) if is_new_to_person else person.classes,
    )
    continued = person.active is not None and person.active.cycle == engagement.cycle
    if continued and person.assignment is not None:
        # Another response takes the place of the cycle's: whoever has the person, or is waited for, stays.
        assignment = replace(person.assignment, response_id=response.response_id, campaign_id=response.campaign_id)
        after = replace(after, assignment=assignment)
    elif trigger.batch_id is not None:
        after = settle_backfilled(after, engagement, settings, context.owners)
    else:
        after = open_assignment(after, engagement, context.now, settings, context.owners, context.told)
    state = replace(response.state, status=response_status, activated_at=since)
    active = response.traced(person.person_id, after.version, state)
    decision = _decided(
        decision_id,
        trigger,
        person,
        context,
        outcome,
        basis,
        None,
        considered_total,
        False,
        response,
        default_campaign_source,
        since,
        engagement.cycle,
        name,
        name != person.status,
        None if continued else after.assignment,
    )
    entries = tuple(stage_reached(person.person_id, engagement, stage, since, settings) for stage in reached)
    change = Change(after, person.version, (active,), decision, settings.classes, None, entries)
    return decision, change


def _status_is_past(person: Person) -> bool:
    """Whether the person's status is still that of an engagement that its opportunity ended: it says nothing of the
    next one."""
    ended, stamp = person.ended, person.status_stamp
    return ended is not None and ended.reason in BY_OPPORTUNITY and (stamp is None or stamp.at <= ended.at)


def new_engagement(trigger: Trigger, person: Person) -> Engagement:
    """The engagement that a trigger opens; `activate` fills in the response and the decision."""
    return Engagement(
        response_id="",
        campaign_id="",
        cycle=person.cycles + 1,
        since=trigger.as_of,
        decision_id="",
        scenario=trigger.scenario,
        overrides=trigger.overrides,
        prompted_campaign_id=trigger.prompted_campaign_id,
        anchored_at=trigger.anchored_at if trigger.anchored_at != trigger.as_of else None,
    )


def _status_stamp(person: Person, since: datetime) -> ChangeStamp:
    """A status change that is older than the activation, but arrives after it, must not undo it."""
    if person.status_stamp is not None and person.status_stamp.at >= since:
        return person.status_stamp
    return ChangeStamp(since)
