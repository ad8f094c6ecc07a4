"""The shared engine: a trigger, a person and the person's past responses become a decision and its effects.

Spec (b): reasons to skip, candidates, classes, priority, tie-breaks, fallback, effects. Pure: the candidates come in as
a look-up that reads no further than needed, the instant as a value.
"""

from rekindle.domain.core.values import replace
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.reactivation.activation import activate, new_engagement, skipped
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import SEARCHES, Decision, Outcome, Reason, Trigger
from rekindle.domain.reactivation.fallback import FallbackCampaign, fallback_of
from rekindle.domain.reactivation.search import SearchRules, best_candidate
from rekindle.domain.reactivation.skip_reasons import skip_reason
from rekindle.domain.responses.response import Details, Response, ResponseClass, ResponseState
from rekindle.domain.settings.settings import Scenario, Settings


def rules_of(request: Trigger | Decision, settings: Settings) -> SearchRules:
    """What the search goes by: the scenario's settings, and over them what the caller asked for."""
    scenario = request.overrides.over(settings.scenario(request.scenario))
    return SearchRules.of(scenario, settings.classes, request.as_of, request.prompted_campaign_id, request.anchored_at)


def rules_of_choice(active: Engagement, settings: Settings) -> SearchRules:
    """What the search went by that chose the active response."""
    scenario = active.overrides.over(settings.scenario(Scenario(active.scenario)))
    return SearchRules.of(scenario, settings.classes, active.since, active.prompted_campaign_id, active.anchored_at)


def decide(trigger: Trigger, person: Person | None, context: DecisionContext) -> tuple[Decision, Change | None]:
    """The decision on a trigger, and the change it makes; no change where nothing is done."""
    reason = skip_reason(trigger, person, context)
    if reason is not None or person is None:
        return skipped(trigger, person, context, reason or Reason.NO_PERSON), None
    rules = rules_of(trigger, context.settings)
    searches = trigger.scenario in SEARCHES
    winner = best_candidate(context.candidates_of, context.campaign_of, rules) if searches else None
    if winner is not None:
        return _activate_candidate(trigger, person, winner, context)
    fallback = fallback_of(trigger, person, rules.scenario, context)
    chosen = fallback.chosen
    change: Change | None = None
    if chosen is None:
        decision = skipped(trigger, person, context, Reason.NO_CANDIDATE)
    elif context.repeats_of(chosen.campaign.campaign_id) >= context.settings.repeat_cap:
        decision = skipped(trigger, person, context, Reason.REPEAT_CAP)
    else:
        decision, change = _insert(trigger, person, chosen, context)
    if fallback.passed_over:
        decision = replace(decision, passed_over=fallback.passed_over)
        change = replace(change, decision=decision) if change is not None else None
    return decision, change


def _activate_candidate(
    trigger: Trigger, person: Person, winner: Response, context: DecisionContext
) -> tuple[Decision, Change]:
    state = winner.state
    response_class = state.classified(context.settings.classes)
    outcome, details = Outcome.REACTIVATED, winner.details
    if response_class is ResponseClass.NON_RESPONSE:
        outcome, winner = Outcome.ACTIVATED_NON_RESPONSE, context.complete(winner)
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


def _insert(
    trigger: Trigger, person: Person, fallback: FallbackCampaign, context: DecisionContext
) -> tuple[Decision, Change]:
    decision_id = trigger.decision_id
    inserted = Response(
        response_id=f"rk-{decision_id}",
        campaign_id=fallback.campaign.campaign_id,
        state=ResponseState(responded=True, responded_at=trigger.as_of, received_at=trigger.as_of),
        details=Details(
            member_status=fallback.campaign.default_responded_status,
            inserted_by=decision_id,
            recorded_at=trigger.as_of,
        ),
    )
    return activate(
        trigger,
        person,
        inserted,
        context,
        outcome=Outcome.KEPT_PROMPTED if fallback.source is None else Outcome.INSERTED_DEFAULT,
        considered_total=person.responses if trigger.scenario in SEARCHES else 0,
        default_campaign_source=fallback.source,
        is_new_to_person=True,
    )
