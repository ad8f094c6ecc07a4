"""What a decision writes: itself with its basis, and where it activates a response, the cycle and the statuses."""

from datetime import datetime

from rekindle.domain.assignment.transitions import open_assignment, settle_backfilled
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import BY_OPPORTUNITY, stage_reached, stages_reached, with_stage
from rekindle.domain.people.assignment import Assignment
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import (
    ACTIVE_STATUS,
    RESPONSE,
    SCORE,
    Basis,
    Decision,
    Outcome,
    Reason,
    Trigger,
)
from rekindle.domain.reactivation.guards import has_open_opportunity
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import OPEN, Response
from rekindle.domain.settings.settings import Scenario


def skipped(
    trigger: Trigger, person: Person | None, context: DecisionContext, reason: Reason, basis: Basis | None = None
) -> Decision:
    searched = trigger.scenario is not RESPONSE and reason in (Reason.NO_CANDIDATE, Reason.REPEAT_CAP)
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
        person.status_activated if trigger.scenario is ACTIVE_STATUS else None,
        person.owner_id,
        person.record_type,
        person.nurture_until,
        person.score_activated_at if trigger.scenario is SCORE else None,
        has_open_opportunity(trigger, person),
        person.cycles,
        person.deleted,
        incumbent,
        own_score,
        campaign_id,
        unanswered_at,
        _status_is_past(person),
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
        after = open_assignment(after, engagement, context.now, settings, context.owners, context.fields_of_person)
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
