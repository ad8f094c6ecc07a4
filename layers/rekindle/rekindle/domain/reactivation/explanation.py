"""Why this campaign got the credit, and why not that one: from the responses as they stood at the decision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core import times
from rekindle.domain.reactivation.arrival import DATE_SUFFIX
from rekindle.domain.reactivation.decision import RESPONSE, SCORE, Decision, Outcome, Reason
from rekindle.domain.reactivation.engine import rules_of
from rekindle.domain.reactivation.search import CampaignOf, Considered, Excluded, explain_search
from rekindle.domain.responses.response import Response, ResponseClass
from rekindle.domain.settings.settings import Scenario, ScenarioSettings, Settings


@dataclass(frozen=True, slots=True)
class Explanation:
    decision: Decision
    considered: Sequence[Considered]
    sentence: str
    same_again: bool | None = None
    """Whether the decision came out the same when it was made again; None where it was not, or could not be."""
    total: int = 0
    """How many responses were considered; of a long history, how many the person has."""
    next: str | None = None
    """The response after which a long history goes on; None at its end."""

    @property
    def agrees(self) -> bool:
        """Whether it names the response that got the credit as the winner, and nobody where nobody was found."""
        if not self.decision.searched:
            return True
        winner = next((one.response_id for one in self.considered if one.excluded is None), None)
        activated = self.decision.outcome in (Outcome.REACTIVATED, Outcome.ACTIVATED_NON_RESPONSE)
        return winner == (self.decision.response_id if activated else None)


def explain(
    decision: Decision,
    history: Iterable[Response],
    campaign_of: CampaignOf,
    settings: Settings,
    *,
    complete: bool = True,
) -> Explanation:
    """The explanation of a stored decision. `history` is all of the person's responses, each with its trail, or, where
    it is not `complete`, some of them and the one that got the credit; `campaign_of` and `settings` are those of the
    day of the decision."""
    considered: Sequence[Considered] = ()
    if decision.scenario is RESPONSE:
        considered = [_arrived(decision, history)] if decision.activates else ()
    elif decision.searched:
        responses = [
            response
            for recorded in history
            if (response := recorded.as_of_version(decision.person_id, decision.person_version)) is not None
        ]
        _, considered = explain_search(responses, campaign_of, rules_of(decision, settings))
    text = sentence(decision, considered, campaign_of, settings, complete=complete)
    return Explanation(decision, considered, text, total=len(considered))


def _arrived(decision: Decision, history: Iterable[Response]) -> Considered:
    recorded = next((r for r in history if r.response_id == decision.response_id), None)
    response = recorded.as_of_version(decision.person_id, decision.person_version + 1) if recorded else None
    dated = response.state.responded_at if response else None
    return Considered(decision.response_id or "", decision.campaign_id or "", ResponseClass.NEW, dated, None)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_CLASS = {
    ResponseClass.NEW: '"new"',
    ResponseClass.NEVER_ENGAGED: '"never engaged"',
    ResponseClass.FORMERLY_ENGAGED: '"formerly engaged"',
}

_REASON: Mapping[Reason | None, str] = {
    Reason.SCENARIO_OFF: "this scenario is switched off in the settings",
    Reason.ACTIVE_EXISTS: "the person already had an active response",
    Reason.NOT_A_CROSSING: "the score did not pass from below the threshold to at or above it",
    Reason.NO_PERSON: "there is no such person",
    Reason.STATUS_REVERTED: "the status had gone back to inactive",
    Reason.SUPERSEDED: "another response had become active in the meantime",
    Reason.OPPORTUNITY_OPEN: "the person already had an open opportunity",
    Reason.NOT_RESPONDED: "the member has not responded",
}
"""Those that are the same for every decision."""

_MODE = {
    Scenario.ACTIVE_STATUS: "the mode in force was active, in which a change of status reactivates nothing",
    Scenario.RESPONSE_PROMPT: "the mode in force was passive, in which a response prompt reactivates nothing",
}

_EXCLUDED = {
    Excluded.OUTSIDE_LOOKBACK: "it is older than the look-back of {lookback}",
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
    return reason_of_exclusion(excluded, _scenario(decision, settings).lookback_days)


def reason_of_exclusion(excluded: Excluded, lookback_days: int) -> str:
    """Why a response is no candidate, or not the winner, as part of a sentence."""
    return _EXCLUDED[excluded].format(lookback=_days(lookback_days))


@dataclass(frozen=True, slots=True)
class _Search:
    winner: Considered | None
    count: int | None
    """How many responses were considered; None where not all of them were read."""


def sentence(
    decision: Decision,
    considered: Sequence[Considered],
    campaign_of: CampaignOf,
    settings: Settings,
    *,
    complete: bool = True,
) -> str:
    """The decision in a sentence that a marketer understands; in more where a default campaign could not take the
    credit, or where it was made in a backfill."""
    winner = next((one for one in considered if one.excluded is None), None)
    text = _text(decision, _Search(winner, len(considered) if complete else None), campaign_of, settings)
    for campaign_id in decision.passed_over:
        name, reason = _name(campaign_id, campaign_of), _reason_passed_over(campaign_of(campaign_id))
        text = f"{text} The default campaign {name} was passed over: it was {reason}."
    if decision.unmapped_status is not None:
        text = f'{text} The settings do not map the status "{decision.unmapped_status}", which stays as it is.'
    if decision.batch_id is None:
        return text
    return f"{text} Decided in retrospect on {_when(decision.decided_at)}, in batch {decision.batch_id}."


def _reason_passed_over(campaign: Campaign | None) -> str:
    if campaign is None:
        return "not known"
    return "deleted" if campaign.deleted else "inactive"


def _text(decision: Decision, search: _Search, campaign_of: CampaignOf, settings: Settings) -> str:
    if decision.scenario is RESPONSE and decision.reason is None:
        return _text_of_arrival(decision, campaign_of, settings)
    trigger = _trigger(decision, campaign_of, settings)
    when = _when(decision.as_of) if decision.anchored_at is None else _delayed(decision.anchored_at, decision.as_of)
    if decision.reason is not None:
        return f"Nothing was done when {trigger} on {when}: {_reason(decision, search, campaign_of, settings)}."
    name = _name(decision.campaign_id, campaign_of)
    if decision.outcome is Outcome.KEPT_PROMPTED:
        nothing = _no_candidates(decision, search, settings)
        return f"The prompted campaign {name} got the credit when a user picked it on {when}: {nothing}."
    if decision.outcome is Outcome.INSERTED_DEFAULT:
        by, nothing = _chosen_by(decision, settings), _no_candidates(decision, search, settings)
        return f"The default campaign {name} got the credit{by} when {trigger} on {when}: {nothing}."
    winner, within = _winner(search.winner), _looked_back(decision, settings)
    return f"{name} got the credit when {trigger} on {when}: {winner} {within}{_beaten(search.count)}."


def _text_of_arrival(decision: Decision, campaign_of: CampaignOf, settings: Settings) -> str:
    name, when, basis = _name(decision.campaign_id, campaign_of), _when(decision.as_of), decision.basis
    if decision.replaced_response_id is not None:
        instead = _name(decision.replaced_campaign_id, campaign_of)
        return (
            f"{name} got the credit in place of {instead}: "
            f"its response was there before {instead} was chosen, but arrived later."
        )
    if basis is not None and basis.unanswered_at is not None and decision.activated_at == basis.unanswered_at:
        return (
            f"{name} got the credit as of {_when(basis.unanswered_at)}, when the score had crossed the threshold and "
            f"nothing was found: its response of {when} was there by then, but arrived later."
        )
    campaign = campaign_of(decision.campaign_id) if decision.campaign_id else None
    arrived = f"the date of its response was {when}" if _is_by_date(decision) else f"its response arrived on {when}"
    if campaign is not None and campaign.response_prompt:
        return f"{name} got the credit by itself: {arrived}, and a response prompt needs no score."
    reached = f"{_score(decision)} reached the threshold of {_number(settings.threshold)}"
    return f"{name} got the credit by itself: {arrived}, and {reached}."


def _is_by_date(decision: Decision) -> bool:
    return decision.trigger_id.endswith(f":{DATE_SUFFIX}")


# --- what happened ---------------------------------------------------------------------------------------------------


def _trigger(decision: Decision, campaign_of: CampaignOf, settings: Settings) -> str:
    scenario = decision.scenario
    if scenario is SCORE:
        if decision.score is None:
            return "the score crossed the threshold"
        before = "none" if decision.previous_score is None else _number(decision.previous_score)
        return f"the score went from {before} to {_number(decision.score)} (threshold {_number(settings.threshold)})"
    if scenario is not RESPONSE:
        if scenario is Scenario.ACTIVE_STATUS:
            return "the status went from inactive to active"
        if scenario is Scenario.INVOCABLE:
            return "a reactivation was asked for"
        if scenario is Scenario.OPPORTUNITY:
            return "an opportunity was opened"
        campaign = _name(decision.prompted_campaign_id, campaign_of) if decision.prompted_campaign_id else ""
        return f"a user picked the response prompt campaign {campaign}".rstrip()
    campaign_id = decision.basis.campaign_id if decision.basis is not None else None
    campaign = f" {_name(campaign_id, campaign_of)}" if campaign_id else ""
    if decision.reason is Reason.NOT_RESPONDED:
        return f"a membership in{campaign or ' a campaign'} was recorded"
    if _is_by_date(decision):
        return f"the date of the response{f' to{campaign}' if campaign else ''} was reached"
    return f"the response to{campaign} arrived" if campaign else "the response arrived"


def _when(moment: datetime) -> str:
    """The words of `%d %b %Y %H:%M` at a fifth of its cost, in English wherever it is read."""
    written = times.text(moment)
    return f"{written[8:10]} {_MONTHS[moment.month - 1]} {written[:4]} {written[11:16]} UTC"


def _delayed(changed_at: datetime, due: datetime) -> str:
    """When the status changed, and when its delay was over, if there was one."""
    return _when(changed_at) if changed_at == due else f"{_when(changed_at)} (decided after the delay, on {_when(due)})"


# --- why nothing was done --------------------------------------------------------------------------------------------


def _reason(decision: Decision, search: _Search, campaign_of: CampaignOf, settings: Settings) -> str:
    plain = _REASON.get(decision.reason)
    if plain is not None:
        return plain
    basis = decision.basis
    match decision.reason:
        case Reason.BELOW_THRESHOLD:
            return _below(decision, settings)
        case Reason.NO_CANDIDATE if decision.scenario is Scenario.RESPONSE:
            dated = f", {_when(basis.dated_at)}," if basis and basis.dated_at else ""
            return f"its own date{dated} was still to come; it is evaluated then"
        case Reason.NO_CANDIDATE:
            return f"{_no_candidates(decision, search, settings)}, and {_no_fallback(decision, settings)}"
        case Reason.REPEAT_CAP:
            cap = f"the campaign to fall back to is at its repeat cap of {settings.repeat_cap}"
            return f"{_no_candidates(decision, search, settings)}, and {cap}"
        case Reason.COOL_DOWN:
            length = _days(_scenario(decision, settings).cool_down_days)
            since = f" on {_when(basis.score_activated_at)}" if basis and basis.score_activated_at else ""
            return f"the cool-down of {length} since the last score reactivation{since} was not over"
        case Reason.NURTURE_TIMEOUT:
            until = f" until {_when(basis.nurture_until)}" if basis and basis.nurture_until else ""
            return f"the person was in nurture, to be left alone{until}"
        case Reason.MODE_OFF:
            return _MODE.get(decision.scenario, "the mode in force does not run this scenario")
        case Reason.STALE:
            return _overtaken(decision)
        case Reason.NOT_ELIGIBLE_CAMPAIGN:
            return _not_eligible(decision.prompted_campaign_id, campaign_of)
    return ""


def _no_fallback(decision: Decision, settings: Settings) -> str:
    scenario = _scenario(decision, settings)
    if decision.scenario is Scenario.RESPONSE_PROMPT:
        return "the prompted campaign was not to be kept"
    if decision.overrides.fallback == "none":
        return "no default campaign was wanted"
    return "no default campaign is set" if scenario.default_campaign is None else "no default campaign fits"


def _below(decision: Decision, settings: Settings) -> str:
    if decision.score is None and (decision.basis is None or decision.basis.own_score is None):
        return f"there was no score, and the threshold is {_number(settings.threshold)}"
    return f"{_score(decision)} was below the threshold of {_number(settings.threshold)}"


def _score(decision: Decision) -> str:
    own = decision.basis.own_score if decision.basis is not None else None
    if decision.score is None:
        return f"the response's own score of {_number(own or 0)}"
    person = f"the score of {_number(decision.score)}"
    return person if own is None else f"{person} with the response's own {'+' if own >= 0 else ''}{_number(own)}"


def _overtaken(decision: Decision) -> str:
    if decision.batch_id is not None:
        return "the person has been worked or closed since"
    if decision.scenario is Scenario.ACTIVE_STATUS:
        return "the status had changed again since"
    return "the person was given an inactive status before it was decided"


def _not_eligible(campaign_id: str | None, campaign_of: CampaignOf) -> str:
    campaign = campaign_of(campaign_id) if campaign_id else None
    if campaign is not None and campaign.deleted:
        return "the campaign was deleted"
    if campaign is not None and not campaign.is_active:
        return "the campaign is not active"
    return "the campaign does not trigger reactivation"


# --- what was found --------------------------------------------------------------------------------------------------


def _no_candidates(decision: Decision, search: _Search, settings: Settings) -> str:
    if decision.scenario is Scenario.OPPORTUNITY:
        return "nobody whose it can be had an active response"
    within, count = _looked_back(decision, settings), search.count
    if count is None:
        return f"no past response was eligible {within}"
    if count == 0:
        return f"no past response was found {within}"
    if count == 1:
        return f"the one past response was not eligible {within}"
    return f"none of {count:,} past responses was eligible {within}"


def _looked_back(decision: Decision, settings: Settings) -> str:
    return f"within the look-back of {_days(_scenario(decision, settings).lookback_days)}"


def _winner(winner: Considered | None) -> str:
    if winner is None:
        return "its response is the newest eligible one"
    if winner.response_class is ResponseClass.NON_RESPONSE:
        return "its membership, without a response so far, is the newest eligible one"
    dated = f" of {_when(winner.responded_at)}" if winner.responded_at is not None else ""
    class_name = _CLASS.get(winner.response_class) if winner.response_class is not None else None
    return f"its response{dated} is the newest eligible {f'{class_name} ' if class_name else ''}one"


def _beaten(count: int | None) -> str:
    if count is None or count < 2:
        return ""
    return f"; {count - 1:,} other response{'s' if count > 2 else ''} lost to it"


def _chosen_by(decision: Decision, settings: Settings) -> str:
    """By which row of the settings a default campaign was found, where there are several."""
    source, default = decision.default_campaign_source, _scenario(decision, settings).default_campaign
    if default is None or default.by is None or source in (None, "single"):
        return ""
    whose = "owner" if default.user_source == "owner" else "user"
    known_by = f"the {whose}'s {default.by.removeprefix('field:')}"
    return f" (nothing is set for {known_by})" if source == "otherwise" else f" (by {known_by})"


def _scenario(decision: Decision, settings: Settings) -> ScenarioSettings:
    """What the search went by: the scenario's settings, and over them what the caller asked for."""
    return decision.overrides.over(settings.scenario(decision.scenario))


# --- words -----------------------------------------------------------------------------------------------------------


def _days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"


def _number(value: float) -> str:
    """As many decimals as it has: 59.999999 is not shown as 60."""
    integer = int(value)
    return f"{integer:,}" if integer == value else _with_decimals(value)


def _with_decimals(value: float) -> str:
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def _name(campaign_id: str | None, campaign_of: CampaignOf) -> str:
    campaign = campaign_of(campaign_id) if campaign_id else None
    return (campaign.name if campaign else None) or campaign_id or "no campaign"
