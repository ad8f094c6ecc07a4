"""The search for a past response: candidates, exclusions, classes, priority and tie-breaks.

Every response of a person ends with one verdict: it won, or the first rule by which it lost. The rules stand in
`exclusion` in the order in which they are asked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.responses.response import Response, ResponseClass
from rekindle.domain.settings.settings import ScenarioSettings


class Excluded(StrEnum):
    OUTSIDE_LOOKBACK = "OUTSIDE_LOOKBACK"
    IN_FUTURE = "IN_FUTURE"
    ALREADY_REACTIVATED = "ALREADY_REACTIVATED"
    CAMPAIGN_EXCLUDED = "CAMPAIGN_EXCLUDED"
    CAMPAIGN_INACTIVE = "CAMPAIGN_INACTIVE"
    CAMPAIGN_TYPE = "CAMPAIGN_TYPE"
    CAMPAIGN_DELETED = "CAMPAIGN_DELETED"
    STATUS_NOT_ELIGIBLE = "STATUS_NOT_ELIGIBLE"
    NON_RESPONSE_OFF = "NON_RESPONSE_OFF"
    NO_RESPONDED_STATUS = "NO_RESPONDED_STATUS"
    PRIOR_MQL_REQUIRED = "PRIOR_MQL_REQUIRED"
    PROMPTED_CAMPAIGN = "PROMPTED_CAMPAIGN"
    LOWER_CLASS = "LOWER_CLASS"
    OLDER = "OLDER"


@dataclass(frozen=True, slots=True)
class Considered:
    """One response in a decision: `excluded` is None for the winner and for nobody else."""

    response_id: str
    campaign_id: str
    response_class: ResponseClass | None
    responded_at: datetime | None
    excluded: Excluded | None


@dataclass(frozen=True, slots=True)
class SearchRules:
    """What the search goes by, for one trigger. The explanation and a late arrival judge by the same."""

    scenario: ScenarioSettings
    classes: Mapping[str, ResponseClass | None]
    as_of: datetime
    lookback_start: datetime
    """The start of the look-back window: an older response is excluded."""
    prompted_campaign: str | None = None

    @classmethod
    def of(
        cls,
        scenario: ScenarioSettings,
        classes: Mapping[str, ResponseClass | None],
        as_of: datetime,
        prompted_campaign: str | None = None,
        anchored_at: datetime | None = None,
    ) -> "SearchRules":
        """`anchored_at` is where the look-back counts from, if not from `as_of`."""
        return cls(scenario, classes, as_of, (anchored_at or as_of) - scenario.lookback, prompted_campaign)


CampaignOf = Callable[[str], Campaign | None]
CandidatesByClass = Callable[[ResponseClass], Iterable[Response]]
"""The candidates of one class, best first: the newest, then the latest received, then the lowest id."""


def exclusion(response: Response, campaign: Campaign | None, rules: SearchRules) -> Excluded | None:
    """The first rule by which a response is no candidate, or None."""
    state, scenario = response.state, rules.scenario
    if state.effective_at < rules.lookback_start:
        return Excluded.OUTSIDE_LOOKBACK
    if state.effective_at > rules.as_of:
        return Excluded.IN_FUTURE
    if state.reactivated_at is not None:
        return Excluded.ALREADY_REACTIVATED
    if campaign is not None and campaign.exclude_from_reactivation:
        return Excluded.CAMPAIGN_EXCLUDED
    if campaign is not None and not campaign.is_active:
        return Excluded.CAMPAIGN_INACTIVE
    if campaign is not None and not _type_allowed(campaign, scenario):
        return Excluded.CAMPAIGN_TYPE
    if campaign is None or campaign.deleted:
        return Excluded.CAMPAIGN_DELETED
    response_class = state.classified(rules.classes)
    if response_class is ResponseClass.NON_RESPONSE:
        if not scenario.include_non_responses:
            return Excluded.NON_RESPONSE_OFF
        if not campaign.default_responded_status:
            return Excluded.NO_RESPONDED_STATUS
    elif response_class not in scenario.order:
        return Excluded.STATUS_NOT_ELIGIBLE
    if scenario.require_prior_mql and state.activated_at is None:
        return Excluded.PRIOR_MQL_REQUIRED
    if rules.prompted_campaign is not None and response.campaign_id == rules.prompted_campaign:
        return Excluded.PROMPTED_CAMPAIGN
    return None


def _type_allowed(campaign: Campaign, scenario: ScenarioSettings) -> bool:
    if scenario.only_types and campaign.type not in scenario.only_types:
        return False
    return campaign.type not in scenario.except_types


def recency(response: Response) -> tuple[datetime, datetime]:
    """The newest comes first, then the latest received."""
    return response.state.effective_at, response.state.received_at


def best_first(responses: Iterable[Response]) -> list[Response]:
    """In the order of the search: by recency, and those of one instant by their ids."""
    ordered = list(responses)
    if len(ordered) > 1:
        ordered.sort(key=_response_id)
        ordered.sort(key=recency, reverse=True)
    return ordered


_response_id = attrgetter("response_id")


def tie_break(response: Response, campaign: Campaign | None) -> tuple[bool, int, str]:
    """Between responses of one instant: the campaign with the lower precedence, then the lowest id."""
    precedence = campaign.precedence if campaign else None
    return precedence is None, precedence or 0, response.response_id


def best_candidate(candidates_of: CandidatesByClass, campaign_of: CampaignOf, rules: SearchRules) -> Response | None:
    """The response that gets the credit, reading no further than needed."""
    for response_class in rules.scenario.order:
        tied = _first_of_one_instant(_eligible(candidates_of(response_class), campaign_of, rules))
        if tied:
            return min(tied, key=lambda r: tie_break(r, campaign_of(r.campaign_id)))
    return None


def _eligible(responses: Iterable[Response], campaign_of: CampaignOf, rules: SearchRules) -> Iterator[Response]:
    for response in responses:
        excluded = exclusion(response, campaign_of(response.campaign_id), rules)
        if excluded is Excluded.OUTSIDE_LOOKBACK:
            return  # Newest first: whatever follows is older still.
        if excluded is None:
            yield response


def _first_of_one_instant(responses: Iterator[Response]) -> list[Response]:
    tied: list[Response] = []
    for response in responses:
        if tied and recency(response) != recency(tied[0]):
            break
        tied.append(response)
    return tied


def grouped_by_class(responses: Iterable[Response], classes: Mapping[str, ResponseClass | None]) -> CandidatesByClass:
    """The same look-up over a whole history in memory."""
    groups: dict[ResponseClass, list[Response]] = {}
    for response in responses:
        response_class = response.state.classified(classes)
        if response_class is not None and not response.state.deleted:
            groups.setdefault(response_class, []).append(response)
    return lambda response_class: best_first(groups.get(response_class, ()))


def explain_search(
    responses: Iterable[Response], campaign_of: CampaignOf, rules: SearchRules
) -> tuple[Response | None, list[Considered]]:
    """The winner, and the verdict on every response: best first, then those that lost to it, then the excluded."""
    living = best_first(r for r in responses if not r.state.deleted)
    verdicts = [(r, exclusion(r, campaign_of(r.campaign_id), rules)) for r in living]
    eligible = [r for r, excluded in verdicts if excluded is None]
    winner = best_candidate(grouped_by_class(eligible, rules.classes), campaign_of, rules) if eligible else None
    won = winner.state.classified(rules.classes) if winner else None
    placed: list[Considered] = []
    for response, excluded in verdicts:
        response_class = response.state.classified(rules.classes)
        if excluded is None and (winner is None or response.response_id != winner.response_id):
            excluded = Excluded.OLDER if response_class is won else Excluded.LOWER_CLASS
        dated_at = response.state.responded_at
        verdict = Considered(response.response_id, response.campaign_id, response_class, dated_at, excluded)
        placed.append(verdict)
    if len(placed) > 1:
        placed.sort(key=_nearness)
    return winner, placed


_NEAR_MISSES: Mapping[Excluded | None, int] = {None: 0, Excluded.OLDER: 1, Excluded.LOWER_CLASS: 2}
"""What is listed first, in its order."""


def _nearness(considered: Considered) -> int:
    return _NEAR_MISSES.get(considered.excluded, len(_NEAR_MISSES))
