"""A past decision made again from what is stored: the same trigger, the person as it was read, the responses as they
stood, and the settings, campaigns and users of the day, through the very rules that made it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.core import times
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.people.person import EndedEngagement, Engagement, Person
from rekindle.domain.reactivation.activation import skipped
from rekindle.domain.reactivation.arrival import MERGE_SUFFIX, Arrival, evaluate
from rekindle.domain.reactivation.backfill import engaged_since
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import Decision, DecisionBasis, Outcome, Reason, Trigger
from rekindle.domain.reactivation.engine import decide
from rekindle.domain.reactivation.search import CampaignOf, grouped_by_class
from rekindle.domain.reactivation.timer import changed_by
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.user import User
from rekindle.domain.responses.response import Details, Response, ResponseState
from rekindle.domain.settings.settings import Scenario, Settings


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a decision was made from."""

    decision: Decision
    """With the trigger, and with what was read of the person as its basis."""
    responses: Sequence[Response]
    """The person's responses as they stood."""
    campaign_of: CampaignOf
    user_of: Callable[[str], User | None]
    settings: Settings
    arriving: Response | None = None
    """The response that was evaluated; None where the past ones were searched."""


def inputs_of(
    decision: Decision,
    history: Sequence[Response],
    campaign_of: CampaignOf,
    user_of: Callable[[str], User | None],
    settings: Settings,
) -> Inputs | None:
    """What a decision was made from; None where that is not all there: it was stored before its basis was, or the
    response that arrived is with somebody else by now. `history` is all of the person's responses, each with its
    trail."""
    if decision.basis is None:
        return None
    responses = [r for r in (_as_read(recorded, decision) for recorded in history) if r is not None]
    arriving = _arriving(decision, decision.basis, history) if decision.scenario is Scenario.RESPONSE else None
    if decision.scenario is Scenario.RESPONSE and arriving is None:
        return None
    return Inputs(decision, responses, campaign_of, user_of, settings, arriving)


def decided_again(inputs: Inputs) -> Decision:
    """The decision that these inputs lead to. Whom the lead was handed to is left as it is: it rests on fields of the
    person that no decision looks at."""
    decision, responses, settings = inputs.decision, inputs.responses, inputs.settings
    basis = decision.basis or DecisionBasis()
    context = DecisionContext(
        settings,
        inputs.campaign_of,
        grouped_by_class(responses, settings.classes),
        lambda campaign_id: min(settings.repeat_cap, _repeats(responses, campaign_id)),
        decision.decided_at,
        user_of=inputs.user_of,
    )
    trigger = _trigger(decision)
    if inputs.arriving is not None:
        arrival = _arrival(decision, basis, trigger, inputs.arriving, responses)
        return replace(evaluate(arrival, context)[0], assignment=decision.assignment)
    person = _person(decision, basis, responses) if decision.person_version > 0 else None
    again, _ = decide(trigger, person, context)
    if decision.batch_id is not None and again.activates and engaged_since(decision.as_of, responses):
        again = skipped(trigger, person, context, Reason.STALE)
    return replace(again, assignment=decision.assignment)


def _as_read(recorded: Response, decision: Decision) -> Response | None:
    return recorded.as_of_version(decision.person_id, decision.person_version)


def _repeats(responses: Sequence[Response], campaign_id: str) -> int:
    return sum(r.campaign_id == campaign_id and not r.state.deleted for r in responses)


def _trigger(decision: Decision) -> Trigger:
    return Trigger(
        decision.scenario,
        decision.trigger_id,
        decision.person_id,
        decision.as_of,
        decision.score,
        decision.previous_score,
        decision.user_id,
        decision.anchored_at,
        decision.overrides,
        decision.prompted_campaign_id,
        changed_by(decision.trigger_id) if decision.scenario is Scenario.ACTIVE_STATUS else None,
        decision.dry_run,
        decision.batch_id,
    )


def _person(decision: Decision, basis: DecisionBasis, responses: Sequence[Response]) -> Person:
    return Person(
        decision.person_id,
        decision.person_version,
        status=basis.status,
        status_stamp=ChangeStamp(basis.status_at) if basis.status_at else None,
        status_activated=basis.status_activated,
        owner_id=basis.owner_id,
        record_type=basis.record_type,
        active=basis.active,
        cycles=basis.cycles,
        responses=sum(not r.state.deleted for r in responses),
        nurture_until=basis.nurture_until,
        score_activated_at=basis.score_activated_at,
        opportunities={"": decision.as_of} if basis.opportunity_open else {},
        deleted=basis.deleted,
        ended=_ended_by_opportunity(decision.as_of) if basis.status_is_past else None,
    )


def _ended_by_opportunity(at: datetime) -> EndedEngagement:
    """Of the engagement before, no more is looked at than that its opportunity ended it after the last status."""
    return EndedEngagement(Engagement("", "", 0, at, "", ""), Ended.OPPORTUNITY_LOST, times.LAST, None)


def _arriving(decision: Decision, basis: DecisionBasis, history: Sequence[Response]) -> Response | None:
    """The response as it was evaluated: what the fact said, which the change stored, with what had come of it
    until then."""
    response_id = decision.trigger_id.removeprefix("response:").rpartition(":")[0]
    if decision.batch_id is not None:
        response_id = decision.trigger_id.removeprefix(f"backfill:{decision.batch_id}:response:")
    recorded = next((r for r in history if r.response_id == response_id), None)
    stored = recorded.as_of_version(decision.person_id, decision.person_version + 1) if recorded else None
    if recorded is None or stored is None:
        return None
    before = _as_read(recorded, decision)
    state = replace(
        stored.state,
        status=before.state.status if before else None,
        activated_at=before.state.activated_at if before else None,
        reactivated_at=before.state.reactivated_at if before else None,
        deleted=False,
    )
    return Response(response_id, stored.campaign_id, state, Details(score=basis.own_score))


def _arrival(
    decision: Decision, basis: DecisionBasis, trigger: Trigger, response: Response, responses: Sequence[Response]
) -> Arrival:
    return Arrival(
        trigger,
        _person(decision, basis, responses),
        response,
        None,
        _no_person(decision.person_id, basis.unanswered_at) if basis.unanswered_at else None,
        _active(basis.active) if basis.active else None,
        came_by_merge=decision.trigger_id.endswith(f":{MERGE_SUFFIX}"),
    )


def _no_person(person_id: str, crossed_at: datetime) -> Decision:
    """Of the decision on that crossing no more is looked at."""
    return Decision(
        decision_id="",
        person_id=person_id,
        scenario=Scenario.SCORE,
        outcome=Outcome.SKIPPED,
        reason=Reason.NO_CANDIDATE,
        trigger_id="",
        as_of=crossed_at,
        decided_at=crossed_at,
        settings_version=0,
        person_version=0,
    )


def _active(engagement: Engagement) -> Response:
    """Of the response that may lose its place, the decision names no more than which one it was."""
    state = ResponseState(True, engagement.since, engagement.since)
    return Response(engagement.response_id, engagement.campaign_id, state)
