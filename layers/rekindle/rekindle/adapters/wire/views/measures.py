"""Measures as the API and the command line show them: the funnel, metrics of campaigns, shares of won amounts."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from rekindle.adapters.wire.views import Json
from rekindle.application.measures.show_attribution import Attribution
from rekindle.application.measures.show_funnel import FunnelQuery
from rekindle.application.measures.show_recycling import RecyclingPeriod
from rekindle.domain.campaigns.campaign import BY
from rekindle.domain.core import times
from rekindle.domain.lifecycle.journey import ORDER, Stage
from rekindle.domain.measures.attribution import Share
from rekindle.domain.measures.counted_cycles import CountedCycles
from rekindle.domain.measures.funnel import Funnel, Group, Passage, Spread
from rekindle.domain.measures.metrics import CampaignMetrics, CountedCampaign, Counts, ratio
from rekindle.domain.measures.money import amount_of
from rekindle.domain.measures.profile import ResponseProfile
from rekindle.domain.measures.recycling import Came
from rekindle.domain.measures.recycling import Group as RecycledGroup
from rekindle.domain.measures.shared_days import CountedShares, SharedBy, Sum


def funnel_group(counted: Funnel, group: Group, name: str | None) -> Json:
    return {
        "record": "funnel",
        "from": times.text(counted.since),
        "to": times.text(counted.until),
        "basis": counted.basis.value,
        "by": counted.by.value if counted.by else None,
        "key": group.key,
        "name": name,
        **_group(group),
    }


def funnels(
    query: FunnelQuery, counted: CountedCycles, found: Sequence[Funnel], name: Callable[[str | None], str | None]
) -> Json:
    """The funnel of a period, and of the one beside it. `name`: what the key of a group is called."""
    first, *others = found
    return {
        "basis": query.basis.value,
        "by": query.by.value if query.by else None,
        "time_zone": counted.time_zone,
        "counted_at": times.text(counted.counted_at),
        "settings_version": counted.settings_version,
        **_period(first, name),
        "beside": _period(others[0], name) if others else None,
    }


MOST_GROUPS = 1_000
"""Groups in one answer: Lambda answers 6 MB at most, and a group has up to 2 KB."""


def _period(counted: Funnel, name: Callable[[str | None], str | None]) -> Json:
    groups = counted.groups[:MOST_GROUPS]
    return {
        "from": times.text(counted.since),
        "to": times.text(counted.until),
        "items": [{"key": group.key, "name": name(group.key), **_group(group)} for group in groups],
        "items_total": len(counted.groups),
        "total": _group(counted.total),
    }


def _group(group: Group) -> Json:
    return {
        "volumes": {stage.value: volume for stage, volume in group.volumes.items()},
        "passages": [_passage(passage) for passage in group.passages],
        "system_delay_seconds": _spread(group.system_delay),
        "human_delay_seconds": _spread(group.human_delay),
    }


def _passage(passage: Passage) -> Json:
    took = passage.velocity
    return {
        "from": passage.start.value,
        "to": passage.end.value,
        "conversion": passage.conversion,
        "mean_days": took.mean / timedelta(days=1) if took else None,
        "median_days": took.median / timedelta(days=1) if took else None,
    }


def _spread(took: Spread | None) -> Json | None:
    if took is None:
        return None
    return {"count": took.count, "median": took.median.total_seconds(), "p90": took.ninety.total_seconds()}


DEFINITIONS: Mapping[str, str] = {
    "targeted": "people_who_are_members",
    "hard_bounces": "members_bounced_without_response",
    "went_dark": "members_without_response_in_time",
    "responses.gross": "responses",
    "responses.unique": "people_who_responded",
    "responses.positive": "people_with_a_positive_response",
    "responses_per_responder": "responses_by_people_who_responded",
    "response_rate": "people_who_responded_by_reachable_members",
    "rates.gross": "responses_by_reachable_members",
    "rates.positive": "people_with_a_positive_response_by_reachable_members",
    "rates.MQL": "people_with_an_engagement_by_reachable_members",
    "rates.SQL": "people_with_an_opportunity_by_reachable_members",
    "stages": "engagements_that_reached_the_stage",
    "won_amount": "amounts_of_won_engagements",
    "cost_per": "cost_by_count",
    "goals.responses": "responses",
    "goals.mqls": "engagements_that_reached_the_stage",
    "goals.won_amount": "amounts_of_won_engagements",
    "inserted": "inserted_by_rekindle",
}
"""Of each field of the metrics the name of its definition (docs/measures.md)."""


def metric(counted: CampaignMetrics, name: str | None, kind: str | None) -> Json:
    """`name`, `kind`: the campaign's, as the CRM has them."""
    counts, cost = counted.counts, counted.cost
    stages = _stages(counts)
    each = {
        "targeted": counts.targeted,
        "gross": counts.gross,
        "unique": counts.unique,
        "positive": counts.positive,
        **stages,
    }
    return {
        "record": "metric",
        "campaign_id": counted.campaign_id,
        "name": name,
        "type": kind,
        "cost": cost,
        "targeted": counts.targeted,
        "hard_bounces": counts.hard_bounces,
        "went_dark": counts.went_dark,
        "responses": {"gross": counts.gross, "unique": counts.unique, "positive": counts.positive},
        "responses_per_responder": ratio(counts.gross, counts.unique),
        "response_rate": counted.rate(counts.unique),
        "rates": {
            "gross": counted.rate(counts.gross),
            "positive": counted.rate(counts.positive),
            "MQL": counted.rate(counts.people[Stage.MQL]),
            "SQL": counted.rate(counts.people[Stage.SQL]),
        },
        "stages": stages,
        "won_amount": _amounts(counts),
        "cost_per": {one: ratio(cost, count) for one, count in each.items()},
        "goals": {
            "by": counted.goals.get(BY),
            **{name: {"goal": goal, "actual": actual} for name, (goal, actual) in counted.reached().items()},
        },
        "inserted": {
            "people": counted.inserted.unique,
            "responses": counted.inserted.gross,
            "stages": _stages(counted.inserted),
            "won_amount": _amounts(counted.inserted),
        },
        "definitions": dict(DEFINITIONS),
    }


def counted_campaign(counted: CountedCampaign) -> Json:
    return {
        **metric(counted.metrics, counted.name, counted.type),
        "counted_at": times.text(counted.counted_at),
        "settings_version": counted.settings_version,
    }


def _stages(counts: Counts) -> dict[str, int]:
    return {stage.value: counts.stages[stage] for stage in ORDER}


def _amounts(counts: Counts) -> list[Json]:
    """By currency; without one where the CRM names none."""
    return [
        {"currency": currency, "amount": amount_of(units, currency)}
        for currency, units in sorted(counts.won.items(), key=lambda one: one[0] or "")
    ]


def share(one: Share) -> Json:
    deal, touchpoint = one.deal, one.touchpoint
    return {
        "record": "share",
        "model": one.model,
        "opportunity_id": deal.opportunity_id,
        "campaign_id": touchpoint.campaign_id if touchpoint is not None else None,
        "response_id": touchpoint.response_id if touchpoint is not None else None,
        "points": one.points,
        "amount": amount_of(one.units, deal.currency),
        "currency": deal.currency,
    }


def recycling(period: RecyclingPeriod, counted: CountedShares, groups: Sequence[RecycledGroup]) -> Json:
    """What became of the leads that went back to marketing."""
    return {
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "by": period.by.value,
        "basis": "cohort",
        "counted_at": times.text(counted.counted_at),
        "settings_version": counted.settings_version,
        "items": [{"key": one.key, "active": _came(one.active), "passive": _came(one.passive)} for one in groups],
    }


def _came(came: Came) -> Json:
    """Percents of the recycled, and the mean of the days until each stage; null where there is nothing to divide by."""
    counts = {stage.value: count for stage, count in zip(ORDER, came.reached, strict=True)}
    taken = {stage.value: seconds for stage, seconds in zip(ORDER, came.seconds, strict=True)}
    recycled = came.recycled
    return {
        "recycled": recycled,
        "came_back": counts[Stage.MQL.value],
        "stages": counts,
        "percent_back": {name: round(100 * n / recycled, 2) if recycled else None for name, n in counts.items()},
        "days_until": {name: round(taken[name] / n / 86_400, 2) if n else None for name, n in counts.items()},
    }


def attribution(asked: Attribution, counted: CountedShares, sums: Sequence[Sum], name: Callable[[str], str]) -> Json:
    """Shares of won deals, added up. `name`: what a campaign is called."""
    totals: Counter[str] = Counter()
    for one in sums:
        totals[one.currency] += one.units
    is_campaign = asked.by is SharedBy.CAMPAIGN
    return {
        "model": asked.model,
        "from": asked.since.isoformat(),
        "to": asked.until.isoformat(),
        "by": asked.by.value,
        "counted_at": times.text(counted.counted_at),
        "settings_version": counted.settings_version,
        "items": [
            {
                "key": one.key,
                "name": name(one.key) if is_campaign and one.key is not None else one.key,
                "currency": one.currency or None,
                "amount": amount_of(one.units, one.currency),
            }
            for one in sums
        ],
        "total": [
            {"currency": currency or None, "amount": amount_of(units, currency)}
            for currency, units in sorted(totals.items())
        ],
    }


_PLURALS = {
    "channel": "channels",
    "theme": "themes",
    "response_type": "response_types",
    "campaign_type": "campaign_types",
    "hour": "hours",
    "weekday": "weekdays",
}


def profile(person_id: str, found: ResponseProfile, time_zone: str) -> Json:
    facets = {
        _PLURALS[name]: [{"value": value, "responses": number} for value, number in values]
        for name, values in found.facets.items()
    }
    return {"person_id": person_id, "responses": found.responses, "time_zone": time_zone, **facets}
