"""A response's own arrival: it is evaluated once, in a fixed order.

Responded? Active response exists? Open opportunity? Nurture Timeout (unless bypassed)? Score at or above the
threshold? Then it becomes active by itself.

Facts may arrive in another order than they happened. So a response is judged by the score at the instant the CRM sent
of it, and a response that was there before the active one was chosen, and would have been chosen, takes its place:
whatever the order of arrival, the credit is the same.
"""

from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core.values import replace
from rekindle.domain.lifecycle.journey import Stage
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.activation import activate, basis_of, new_engagement, skipped
from rekindle.domain.reactivation.change import Change
from rekindle.domain.reactivation.context import DecisionContext
from rekindle.domain.reactivation.decision import Decision, DecisionBasis, Outcome, Reason, Trigger
from rekindle.domain.reactivation.engine import rules_of_choice
from rekindle.domain.reactivation.search import exclusion, recency, tie_break
from rekindle.domain.reactivation.skip_reasons import in_nurture
from rekindle.domain.responses.response import (
    ALREADY_ENGAGED,
    EXISTING_OPPORTUNITY,
    NO_ACTION_REQUIRED,
    NOT_A_RESPONSE,
    Response,
    ResponseState,
)
from rekindle.domain.settings.settings import Scenario, Settings

_STATUS_AFTER = {
    Reason.NOT_RESPONDED: NOT_A_RESPONSE,
    Reason.ACTIVE_EXISTS: ALREADY_ENGAGED,
    Reason.OPPORTUNITY_OPEN: EXISTING_OPPORTUNITY,
    Reason.NURTURE_TIMEOUT: NO_ACTION_REQUIRED,
    Reason.BELOW_THRESHOLD: NO_ACTION_REQUIRED,
}
"""The status that a response takes when it is evaluated and not activated. For any other reason it stays new."""


MERGE_SUFFIX = "united"
"""Of the trigger of a response that came with another record of the same person."""
DATE_SUFFIX = "dated"
"""Of the trigger of a response whose date was still to come when it arrived."""
FOUND_NOBODY = (Reason.NO_CANDIDATE, Reason.REPEAT_CAP)


def trigger_of(person_id: str, response: Response, received_at: datetime, score: Score | None) -> Trigger:
    """The trigger of an arrival: once as a member who did not respond, and once as a response."""
    return Trigger(
        Scenario.RESPONSE,
        arrival_trigger_id(response.response_id, responded=response.state.responded),
        person_id,
        received_at,
        score.as_of(received_at) if score else None,
    )


def trigger_of_date(person_id: str, response: Response, at: datetime, score: Score | None) -> Trigger:
    """The trigger of a response whose date is reached, or was changed to one that is past."""
    trigger_id = f"response:{response.response_id}:{DATE_SUFFIX}"
    return Trigger(Scenario.RESPONSE, trigger_id, person_id, at, score.as_of(at) if score else None)


def waits_for_its_date(response: Response, at: datetime) -> bool:
    """Whether a response is not evaluated at an instant because its date is still to come then."""
    return response.state.effective_at > at and is_unevaluated(response, response.state.effective_at)


def is_unevaluated(response: Response, dated_at: datetime) -> bool:
    """Whether a response of that date responded, and no decision was made on it."""
    state = response.state
    return state.responded and not state.deleted and state.status is None and state.effective_at == dated_at


def arrival_trigger_id(response_id: str, *, responded: bool) -> str:
    return f"response:{response_id}:{'responded' if responded else 'member'}"


def qualifies(score: float | None, response: Response, campaign: Campaign | None, settings: Settings) -> bool:
    """Person's score plus the member's own part reach the threshold; a response prompt always qualifies."""
    if campaign is not None and campaign.response_prompt:
        return True
    own = response.details.score if response.details else None
    if score is None and own is None:
        return False
    return (score or 0) + (own or 0) >= settings.threshold


@dataclass(frozen=True, slots=True)
class Arrival:
    """A response that just arrived, and what there is beside it."""

    trigger: Trigger
    person: Person
    response: Response
    score: Score | None
    crossing_decision: Decision | None = None
    """The decision on the score's last crossing; None while there is none."""
    active_response: Response | None = None
    """The active response, read whole where this arrival may take its place."""
    is_new_to_person: bool = False
    """Whether the person is yet to count the response."""
    came_by_merge: bool = False
    """It came with another record of the same person: it was evaluated when it arrived, and stands as it does."""

    @property
    def unchanged_score(self) -> tuple[str, Score | None] | None:
        """What the evaluation rests on beside the person: a score that races must not be overlooked."""
        return None if self.came_by_merge else (self.person.person_id, self.score)

    @property
    def state(self) -> ResponseState:
        """How the searches that may have overlooked the response would have found it."""
        state = self.response.state
        return state if self.came_by_merge else state.with_status(NO_ACTION_REQUIRED)


def evaluate(arrival: Arrival, context: DecisionContext) -> tuple[Decision, Change]:
    """The decision on an arriving response, and the change: the response is stored in any case."""
    incumbent = arrival.person.active if may_take_over(arrival.trigger, arrival.person.active) else None
    basis, engagement = _basis(arrival, incumbent), _engagement_in_retrospect(arrival, incumbent, context)
    if engagement is not None:
        return _credit_in_retrospect(arrival, engagement, context, basis)
    trigger, person, response = arrival.trigger, arrival.person, arrival.response
    # What came with another record was evaluated when it arrived.
    reason = _reason(arrival, context) if not arrival.came_by_merge else Reason.STALE
    if reason is None:
        decision, change = activate(
            trigger,
            person,
            response,
            context,
            outcome=Outcome.ACTIVATED,
            considered_total=1,
            basis=basis,
            is_new_to_person=arrival.is_new_to_person,
        )
        return decision, replace(change, unchanged_score=arrival.unchanged_score)
    settings = context.settings
    if arrival.is_new_to_person:
        classes = person.classes_with_another(settings.class_map)
        after = replace(person, version=person.version + 1, responses=person.responses + 1, classes=classes)
    else:
        after = replace(person, version=person.version + 1)
    state = response.state.with_status(_STATUS_AFTER.get(reason))
    stored = response.traced(person.person_id, after.version, state)
    decision = skipped(trigger, person, context, reason, basis)
    return decision, Change(after, person.version, (stored,), decision, settings.classes, arrival.unchanged_score)


def _basis(arrival: Arrival, incumbent: Engagement | None) -> DecisionBasis:
    """What was read, with what an arrival alone looks at."""
    crossing, details = arrival.crossing_decision, arrival.response.details
    dated = arrival.response.state.effective_at
    basis = basis_of(
        arrival.trigger,
        arrival.person,
        incumbent,
        details.score if details is not None else None,
        arrival.response.campaign_id,
        crossing.as_of if crossing is not None and crossing.reason in FOUND_NOBODY else None,
    )
    return replace(basis, dated_at=dated) if dated > arrival.trigger.as_of else basis


def _reason(arrival: Arrival, context: DecisionContext) -> Reason | None:
    person, response, moment = arrival.person, arrival.response, arrival.trigger.as_of
    campaign = context.campaign_of(response.campaign_id)
    if person.deleted:
        return Reason.NO_PERSON
    if not response.state.responded:
        return Reason.NOT_RESPONDED
    if response.state.effective_at > moment:
        return Reason.NO_CANDIDATE
    if person.active is not None:
        return Reason.ACTIVE_EXISTS
    if person.has_opportunity_open_at(moment):
        return Reason.OPPORTUNITY_OPEN
    bypass = campaign is not None and (campaign.response_prompt or campaign.bypass_nurture_timeout)
    if in_nurture(person, moment) and not bypass:
        return Reason.NURTURE_TIMEOUT
    if not qualifies(arrival.trigger.score, response, campaign, context.settings):
        return Reason.BELOW_THRESHOLD
    return None


def may_take_over(trigger: Trigger, active: Engagement | None) -> bool:
    """Whether the CRM sent the response no later than the instant at which a search chose the active one."""
    if active is None or active.scenario == Scenario.RESPONSE or active.stage != Stage.MQL:
        return False  # What a rep works on stays.
    return trigger.as_of <= active.since


def _engagement_in_retrospect(
    arrival: Arrival, incumbent: Engagement | None, context: DecisionContext
) -> Engagement | None:
    """The engagement that is this response's, had it arrived in its own time: the active one, if the search that
    chose it would have chosen this response, or the one that the last crossing opened for nobody."""
    trigger = arrival.trigger
    if not arrival.response.state.responded or arrival.person.deleted:
        return None
    if arrival.person.active is not None:
        return incumbent if incumbent is not None and _would_have_won(arrival, incumbent, context) else None
    decision = arrival.crossing_decision
    if decision is None or decision.reason not in FOUND_NOBODY or trigger.as_of > decision.as_of:
        return None
    if _deactivated_since(decision.as_of, arrival.person, context.settings):
        return None
    crossing = Trigger(Scenario.SCORE, decision.trigger_id, decision.person_id, decision.as_of)
    opened = new_engagement(crossing, arrival.person)
    return opened if _would_have_won(arrival, opened, context) else None


def _deactivated_since(moment: datetime, person: Person, settings: Settings) -> bool:
    """Whether somebody gave the person an inactive status since: it would have ended the engagement, so it must not be
    undone by opening one."""
    status, stamp = settings.status(person.status), person.status_stamp
    is_later = stamp is not None and stamp.at > moment
    return in_nurture(person, moment) or (is_later and status is not None and not status.active)


def _would_have_won(arrival: Arrival, active: Engagement, context: DecisionContext) -> bool:
    """Whether the search as of the engagement's instant would have preferred this response to the one it chose."""
    settings = context.settings
    rules = rules_of_choice(active, settings)
    candidate = arrival.response.with_state(arrival.state)
    campaign = context.campaign_of(candidate.campaign_id)
    if exclusion(candidate, campaign, rules) is not None:
        return False
    if active.response_class is None or active.effective_at is None:
        return True  # Nothing was found, so a default stands in, or nobody does.
    mine = candidate.state.classified(settings.classes)
    if mine is not active.response_class:
        order = rules.scenario.order
        return (
            mine in order and active.response_class in order and order.index(mine) < order.index(active.response_class)
        )
    chosen = Response(
        active.response_id,
        active.campaign_id,
        ResponseState(True, active.effective_at, active.received_at or active.effective_at),
    )
    if recency(candidate) != recency(chosen):
        return recency(candidate) > recency(chosen)
    return tie_break(candidate, campaign) < tie_break(chosen, context.campaign_of(chosen.campaign_id))


def _credit_in_retrospect(
    arrival: Arrival, engagement: Engagement, context: DecisionContext, basis: DecisionBasis
) -> tuple[Decision, Change]:
    """Give the response the engagement, as of the engagement's own instant, and withdraw it from who held it."""
    state = replace(arrival.state, reactivated_at=engagement.since)
    replaced = arrival.active_response if arrival.person.active is not None else None
    withdrawn = replaced.with_state(_before_activation(replaced)) if replaced is not None else None
    if withdrawn is not None and replaced is not None and arrival.came_by_merge:
        # Facts that only arrived late leave it as if it never had been chosen; but what two people had before they
        # became one has happened, and a response is reactivated at most once.
        withdrawn = withdrawn.with_state(replace(withdrawn.state, reactivated_at=replaced.state.reactivated_at))
    person = arrival.person
    if withdrawn is not None and withdrawn.state.deleted:
        person = replace(person, responses=person.responses - 1)
    decision, change = activate(
        arrival.trigger,
        person,
        arrival.response.with_state(state),
        context,
        outcome=Outcome.ACTIVATED,
        chosen_as=replace(
            engagement,
            response_class=state.classified(context.settings.classes),
            effective_at=state.effective_at,
            received_at=state.received_at,
        ),
        considered_total=1,
        basis=basis,
        is_new_to_person=arrival.is_new_to_person,
    )
    change = replace(change, unchanged_score=arrival.unchanged_score)
    if withdrawn is None:
        return decision, change
    decision = replace(decision, replaced_response_id=withdrawn.response_id, replaced_campaign_id=withdrawn.campaign_id)
    withdrawn = withdrawn.traced(person.person_id, change.person.version)
    return decision, replace(change, responses=(*change.responses, withdrawn), decision=decision)


def _before_activation(response: Response) -> ResponseState:
    """How the response stood before it was chosen; a default that was inserted for the choice is withdrawn."""
    earlier = [t.state for t in response.trail if t.state.activated_at != response.state.activated_at]
    if earlier:
        return earlier[-1]
    if response.details is not None and response.details.inserted_by is not None:
        return replace(response.state, deleted=True, status=ALREADY_ENGAGED)
    # It took the place itself when it arrived, so it never stood otherwise.
    return replace(response.state, status=NO_ACTION_REQUIRED, activated_at=None, reactivated_at=None)
