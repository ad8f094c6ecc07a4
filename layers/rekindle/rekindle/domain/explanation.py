"""Why this campaign got the credit, and why not that one: told from the responses as they stood when it was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.domain import times
from rekindle.domain.campaign import Campaign
from rekindle.domain.decision import Decision, Outcome, Reason
from rekindle.domain.reactivation import rules_of
from rekindle.domain.response import Response, ResponseClass
from rekindle.domain.search import CampaignOf, Considered, Excluded, explained
from rekindle.domain.settings import Scenario, Settings

_SCORE, _RESPONSE = Scenario.SCORE, Scenario.RESPONSE
"""By names of their own: every decision asks for them, and a member is looked up in its class each time."""


@dataclass(frozen=True, slots=True)
class Explanation:
    decision: Decision
    considered: Sequence[Considered]
    sentence: str
    same_again: bool | None = None
    """Whether the decision came out the same when it was made again; None where it was not, or could not be."""

    @property
    def agrees(self) -> bool:
        """Whether it names the response that got the credit as the winner, and nobody where nobody was found."""
        if not self.decision.searched:
            return True
        winner = next((one.response_id for one in self.considered if one.excluded is None), None)
        found = self.decision.outcome in (Outcome.REACTIVATED, Outcome.ACTIVATED_NON_RESPONSE)
        return winner == (self.decision.response_id if found else None)


def explain(
    decision: Decision, history: Iterable[Response], campaign_of: CampaignOf, settings: Settings
) -> Explanation:
    """The whole explanation of a stored decision. `history` is all of the person's responses, each with its trail;
    `campaign_of` and `settings` are those of the day of the decision."""
    considered: Sequence[Considered] = ()
    if decision.searched:
        held = [
            response
            for recorded in history
            if (response := recorded.as_of_version(decision.person_id, decision.person_version)) is not None
        ]
        _, considered = explained(held, campaign_of, rules_of(decision, settings))
    elif decision.scenario is _RESPONSE and decision.activates:
        considered = [_arrived(decision, history)]
    return Explanation(decision, considered, sentence(decision, considered, campaign_of, settings))


def _arrived(decision: Decision, history: Iterable[Response]) -> Considered:
    recorded = next((r for r in history if r.response_id == decision.response_id), None)
    told = recorded.as_of_version(decision.person_id, decision.person_version + 1) if recorded else None
    dated = told.standing.responded_at if told else None
    return Considered(decision.response_id or "", decision.campaign_id or "", ResponseClass.NEW, dated, None)


_TRIGGER = {
    Scenario.SCORE: "the score crossed the threshold",
    Scenario.ACTIVE_STATUS: "the status went from inactive to active",
    Scenario.INVOCABLE: "a reactivation was asked for",
    Scenario.RESPONSE_PROMPT: "a user picked a response prompt campaign",
    Scenario.RESPONSE: "the response arrived",
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_CLASS = {
    ResponseClass.NEW: "new",
    ResponseClass.NEVER_ENGAGED: "never engaged",
    ResponseClass.FORMERLY_ENGAGED: "formerly engaged",
    ResponseClass.NON_RESPONSE: "non-response",
}

_REASON = {
    Reason.SCENARIO_OFF: "this scenario is switched off in the settings",
    Reason.MODE_OFF: "the mode of the user who acted does not run this scenario",
    Reason.ACTIVE_EXISTS: "the person already had an active response",
    Reason.NOT_A_CROSSING: "the score did not pass from below the threshold to at or above it",
    Reason.COOL_DOWN: "the cool-down since the last score reactivation was not over",
    Reason.NURTURE_TIMEOUT: "the person was in nurture, and its timeout was not over",
    Reason.NO_CANDIDATE: "no past response was eligible, and there is no campaign to fall back to",
    Reason.NO_PERSON: "there is no such person",
    Reason.STATUS_REVERTED: "the status had gone back to inactive",
    Reason.SUPERSEDED: "another response had become active in the meantime",
    Reason.REPEAT_CAP: "no past response was eligible, and the campaign to fall back to is at its repeat cap",
    Reason.OPPORTUNITY_OPEN: "the person already had an open opportunity",
    Reason.NOT_ELIGIBLE_CAMPAIGN: "the campaign does not trigger reactivation",
    Reason.STALE: "a later change had made the trigger stale",
    Reason.NOT_RESPONDED: "the member has not responded",
    Reason.BELOW_THRESHOLD: "the score was below the threshold",
}

_EXCLUDED = {
    Excluded.OUTSIDE_LOOKBACK: "it is older than the look-back of {lookback} days",
    Excluded.IN_FUTURE: "its date was still to come",
    Excluded.ALREADY_REACTIVATED: "it had been reactivated before",
    Excluded.CAMPAIGN_EXCLUDED: "its campaign is excluded from reactivation",
    Excluded.CAMPAIGN_INACTIVE: "its campaign was inactive",
    Excluded.CAMPAIGN_TYPE: "its campaign's type is not eligible",
    Excluded.CAMPAIGN_DELETED: "its campaign was deleted",
    Excluded.STATUS_NOT_ELIGIBLE: "its status is not eligible",
    Excluded.NON_RESPONSE_OFF: "the person had not responded, and non-responses are not included",
    Excluded.NO_RESPONDED_STATUS: "its campaign names no default responded status",
    Excluded.PRIOR_MQL_REQUIRED: "it had not been an MQL before",
    Excluded.PROMPTED_CAMPAIGN: "it is of the prompted campaign itself",
    Excluded.LOWER_CLASS: "its class comes after the winner's",
    Excluded.OLDER: "it is older than the winner, or lost the tie-break",
}


def why_excluded(excluded: Excluded, decision: Decision, settings: Settings) -> str:
    return _EXCLUDED[excluded].format(lookback=rules_of(decision, settings).scenario.lookback_days)


def sentence(decision: Decision, considered: Sequence[Considered], campaign_of: CampaignOf, settings: Settings) -> str:
    """The decision in a sentence that a marketer understands; in more where a default campaign could not take the
    credit, or where it was made in a backfill."""
    told = _told(decision, considered, campaign_of, settings)
    for campaign_id in decision.passed_over:
        name, why = _name(campaign_id, campaign_of), _why_passed_over(campaign_of(campaign_id))
        told = f"{told} The default campaign {name} was passed over: it was {why}."
    if decision.batch_id is None:
        return told
    return f"{told} Decided in retrospect on {decision.decided_at:%d %b %Y %H:%M} UTC, in batch {decision.batch_id}."


def _told(decision: Decision, considered: Sequence[Considered], campaign_of: CampaignOf, settings: Settings) -> str:
    trigger = _trigger(decision, settings)
    when = _when(decision.as_of) if decision.anchored_at is None else _delayed(decision.anchored_at, decision.as_of)
    if decision.reason is not None:
        return f"Nothing was done when {trigger} on {when}: {_why(decision.scenario, decision.reason)}."
    name = _name(decision.campaign_id, campaign_of)
    days = rules_of(decision, settings).scenario.lookback_days
    if decision.outcome in (Outcome.INSERTED_DEFAULT, Outcome.KEPT_PROMPTED):
        kind = "default" if decision.outcome is Outcome.INSERTED_DEFAULT else "prompted"
        found = _none_of(len(considered))
        return f"The {kind} campaign {name} got the credit when {trigger} on {when}: {found} within {days} days."
    if decision.scenario is not _RESPONSE:
        beaten = _beaten(len(considered) - 1)
        return (
            f"{name} got the credit when {trigger} on {when}: "
            f"its response is the newest eligible {_kind_of_winner(considered)} one within {days} days{beaten}."
        )
    if decision.replaced_response_id is not None:
        instead = _name(decision.replaced_campaign_id, campaign_of)
        return (
            f"{name} got the credit in place of {instead}: "
            f"its response was there before {instead} was chosen, but arrived later."
        )
    campaign = campaign_of(decision.campaign_id) if decision.campaign_id else None
    if campaign is not None and campaign.response_prompt:
        return f"{name} got the credit by itself: its response arrived on {when}, and a response prompt needs no score."
    return f"{name} got the credit by itself: its response arrived on {when}, with the score high enough."


def _why_passed_over(campaign: Campaign | None) -> str:
    if campaign is None:
        return "not known"
    return "deleted" if campaign.deleted else "inactive"


def _why(scenario: Scenario, reason: Reason) -> str:
    if scenario is _RESPONSE and reason is Reason.NO_CANDIDATE:
        return "its own date was still to come"
    return _REASON[reason]


def _when(moment: datetime) -> str:
    """The words of `%d %b %Y %H:%M` at a fifth of its cost, in English wherever it is read."""
    written = times.text(moment)
    return f"{written[8:10]} {_MONTHS[moment.month - 1]} {written[:4]} {written[11:16]} UTC"


def _delayed(changed_at: datetime, due: datetime) -> str:
    """When the status changed, and when its delay was over, if there was one."""
    return _when(changed_at) if changed_at == due else f"{_when(changed_at)} (decided after the delay, on {_when(due)})"


def _none_of(count: int) -> str:
    if count == 0:
        return "no past response was found"
    return "the one past response was not eligible" if count == 1 else f"none of {count} past responses was eligible"


def _beaten(count: int) -> str:
    if count < 1:
        return ""
    return f"; {count} other response{'s' if count > 1 else ''} lost to it"


def _kind_of_winner(considered: Sequence[Considered]) -> str:
    winner = next((one for one in considered if one.excluded is None), None)
    return _CLASS[winner.response_class] if winner and winner.response_class else "eligible"


def _trigger(decision: Decision, settings: Settings) -> str:
    if decision.scenario is _SCORE and decision.score is not None:
        before = "none" if decision.previous_score is None else f"{decision.previous_score:g}"
        return f"the score went from {before} to {decision.score:g} (threshold {settings.threshold:g})"
    return _TRIGGER[decision.scenario]


def _name(campaign_id: str | None, campaign_of: CampaignOf) -> str:
    campaign = campaign_of(campaign_id) if campaign_id else None
    return (campaign.name if campaign else None) or campaign_id or "no campaign"
