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
    SCORE,
    SEARCHES,
    Decision,
    DecisionBasis,
    Outcome,
    Reason,
    Trigger,
)
from rekindle.domain.reactivation.skip_reasons import has_open_opportunity
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import OPEN, Response
from rekindle.domain.settings.settings import Scenario


def skipped(
    trigger: Trigger,
    person: Person | None,
    context: DecisionContext,
    reason: Reason,
    basis: DecisionBasis | None = None,
) -> Decision:
    searched = trigger.scenario in SEARCHES and reason in (Reason.NO_CANDIDATE, Reason.REPEAT_CAP)
    total = person.responses if person and searched else 0
    announced = context.settings.scenario(trigger.scenario).announce_skipped
    return _decided(
        trigger, person, context, Outcome.SKIPPED, basis, reason=reason, considered_total=total, announced=announced
    )


def _decided(
    trigger: Trigger,
    person: Person | None,
    context: DecisionContext,
    outcome: Outcome,
    basis: DecisionBasis | None,
    *,
    considered_total: int,
    reason: Reason | None = None,
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
        decision_id=trigger.decision_id,
        person_id=trigger.person_id,
        scenario=trigger.scenario,
        outcome=outcome,
        reason=reason,
        trigger_id=trigger.trigger_id,
        as_of=trigger.as_of,
        decided_at=context.now,
        settings_version=context.settings.version,
        person_version=person.version if person else 0,
        considered_total=considered_total,
        score=trigger.score,
        previous_score=trigger.previous_score,
        user_id=trigger.user_id,
        anchored_at=trigger.anchored_at,
        overrides=trigger.overrides,
        prompted_campaign_id=trigger.prompted_campaign_id,
        dry_run=trigger.dry_run,
        batch_id=trigger.batch_id,
        basis=basis or basis_of(trigger, person),
        announced=announced,
        response_id=response.response_id if response is not None else None,
        campaign_id=response.campaign_id if response is not None else None,
        default_campaign_source=default_campaign_source,
        activated_at=activated_at,
        cycle=cycle,
        status=status,
        status_changed=status_changed,
        assignment=assignment,
        unmapped_status=person.status if person and context.settings.is_unmapped(person.status) else None,
    )


def basis_of(
    trigger: Trigger,
    person: Person | None,
    incumbent: Engagement | None = None,
    own_score: float | None = None,
    campaign_id: str | None = None,
    unanswered_at: datetime | None = None,
) -> DecisionBasis:
    """What is read of a person, and beyond it what an arrival alone looks at: `incumbent` is the engagement that it
    might take the place of."""
    if person is None:
        return DecisionBasis()
    active, status_stamp = person.active, person.status_stamp
    if active is not None and incumbent is None:
        incumbent = Engagement("", "", 0, active.since, "", active.scenario, stage=active.stage)
    return DecisionBasis(
        status=person.status,
        status_at=status_stamp.at if status_stamp is not None else None,
        status_activated=person.status_activated if trigger.scenario is ACTIVE_STATUS else None,
        owner_id=person.owner_id,
        record_type=person.record_type,
        nurture_until=person.nurture_until,
        score_activated_at=person.score_activated_at if trigger.scenario is SCORE else None,
        opportunity_open=has_open_opportunity(trigger, person),
        cycles=person.cycles,
        deleted=person.deleted,
        active=incumbent,
        own_score=own_score,
        campaign_id=campaign_id,
        unanswered_at=unanswered_at,
        status_is_past=_status_is_past(person),
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
    basis: DecisionBasis | None = None,
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
        trigger,
        person,
        context,
        outcome,
        basis,
        considered_total=considered_total,
        response=response,
        default_campaign_source=default_campaign_source,
        activated_at=since,
        cycle=engagement.cycle,
        status=name,
        status_changed=name != person.status,
        assignment=None if continued else after.assignment,
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
