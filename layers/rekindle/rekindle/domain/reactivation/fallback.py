"""The campaign that gets a response inserted where the search found none: the prompted one, or a default."""

from dataclasses import dataclass

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.context import DecisionContext, user_of
from rekindle.domain.reactivation.decision import Trigger
from rekindle.domain.reactivation.search import CampaignOf
from rekindle.domain.records.user import User
from rekindle.domain.settings.settings import DefaultCampaign, Scenario, ScenarioSettings


@dataclass(frozen=True, slots=True)
class FallbackCampaign:
    """The campaign of the fallback, and by which row of the settings it was found."""

    campaign: Campaign
    source: str | None
    """None for a prompted campaign, which is kept."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """What the search falls back to, and which campaigns that the settings or the caller name could not take the
    credit: they are not known, deleted or inactive."""

    chosen: FallbackCampaign | None = None
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
            return Fallback(FallbackCampaign(campaign, source), tuple(passed_over))
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


def fallback_of(trigger: Trigger, person: Person, scenario: ScenarioSettings, context: DecisionContext) -> Fallback:
    """Which campaign gets a response inserted where the search found none: the prompted one, or a default."""
    if trigger.scenario is Scenario.RESPONSE_PROMPT:
        campaign = context.campaign_of(trigger.prompted_campaign_id or "")
        keeps = scenario.fallback == "keep_prompted"
        return Fallback(FallbackCampaign(campaign, None) if campaign is not None and keeps else None)
    default = scenario.default_campaign
    if default is None:
        return Fallback()
    user_id = person.owner_id if default.user_source == "owner" else trigger.user_id
    return default_campaign(default, user_of(user_id, context), context.campaign_of)
