"""Why a trigger is skipped before anything is searched."""

from datetime import datetime, timedelta

from rekindle.domain.people.person import Person
from rekindle.domain.people.score import crosses
from rekindle.domain.reactivation.context import DecisionContext, user_of
from rekindle.domain.reactivation.decision import ACTIVE_STATUS, SCORE, Reason, Trigger
from rekindle.domain.settings.settings import Scenario, ScenarioSettings, Settings

_RESPECT_NURTURE_TIMEOUT = frozenset({Scenario.SCORE, Scenario.INVOCABLE})
"""A prompt bypasses the timeout; so does an active status, which a human chose."""
_MODES = {
    Scenario.RESPONSE_PROMPT: frozenset({"active", "hybrid"}),
    Scenario.ACTIVE_STATUS: frozenset({"passive", "hybrid"}),
}
"""The modes in which a scenario runs; one that is not here runs in any."""


def skip_reason(trigger: Trigger, person: Person | None, context: DecisionContext) -> Reason | None:
    """Why nothing is to be searched for, or None."""
    settings = context.settings
    scenario = settings.scenario(trigger.scenario)
    if not scenario.enabled:
        return Reason.SCENARIO_OFF
    if person is None or person.deleted:
        return Reason.NO_PERSON
    if not _runs_in_mode(trigger, person, context):
        return Reason.MODE_OFF
    if trigger.scenario is SCORE and not crosses(trigger.previous_score, trigger.score, settings.threshold):
        return Reason.NOT_A_CROSSING
    if trigger.scenario is SCORE and _closed_since(trigger, person, settings):
        return Reason.STALE
    if trigger.scenario is ACTIVE_STATUS and (reason := _overtaken(trigger, person)) is not None:
        return reason
    if trigger.scenario is Scenario.RESPONSE_PROMPT and not _triggers_reactivation(trigger, context):
        return Reason.NOT_ELIGIBLE_CAMPAIGN
    if person.active is not None:
        return Reason.ACTIVE_EXISTS
    if trigger.scenario is not Scenario.OPPORTUNITY and has_open_opportunity(trigger, person):
        return Reason.OPPORTUNITY_OPEN
    respected = trigger.scenario in _RESPECT_NURTURE_TIMEOUT and not trigger.overrides.bypass_nurture_timeout
    if respected and in_nurture(person, trigger.as_of):
        return Reason.NURTURE_TIMEOUT
    if _cooling_down(trigger, person, scenario):
        return Reason.COOL_DOWN
    return None


def has_open_opportunity(trigger: Trigger, person: Person) -> bool:
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
    user = user_of(trigger.user_id, context)
    mine, profile = (user.mode, user.profile) if user else (None, None)
    return context.settings.mode_for(mine, profile, person.record_type) in modes


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
    if trigger.scenario is not SCORE or person.score_activated_at is None or not scenario.cool_down_days:
        return False
    return trigger.as_of < person.score_activated_at + timedelta(days=scenario.cool_down_days)
