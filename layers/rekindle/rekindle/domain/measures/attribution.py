"""Attribution: which responses have which part of what a deal brought, by any number of models.

A model gives points to the responses of the deal's people up to its end. Points become shares, and the shares of a deal
add up to its amount exactly. A deal whose responses have no points has one share that belongs to no campaign.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rekindle.domain.lifecycle.journey import Ended, Stage
from rekindle.domain.measures.cycles import Cycle
from rekindle.domain.measures.money import divided, minor_units
from rekindle.domain.measures.points import Points
from rekindle.domain.reactivation.opportunity import end_of
from rekindle.domain.records.opportunity import Opportunity

_PARTS = 1_000_000
"""Points are counted in parts of so many, so that no machine rounds them in another way."""


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """A response before the end of a deal."""

    response_id: str
    campaign_id: str
    campaign_type: str | None
    channel: str | None
    at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity that was won, and what led to it."""

    opportunity_id: str
    opened_at: datetime
    won_at: datetime
    units: int
    """The amount, in the smallest unit of the currency."""
    currency: str | None
    touchpoints: Sequence[Touchpoint]
    """The earliest first."""
    active_response_id: str | None
    """The response that had the credit of the engagement; None where the deal belongs to none."""
    person_ids: Sequence[str] = ()
    """Whom the opportunity is about."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a deal. Without a response it is what no response has points for."""

    model: str
    deal: Deal
    touchpoint: Touchpoint | None
    points: float
    units: int


def deal_of(opportunity: Opportunity, cycle: Cycle | None, touchpoints: Iterable[Touchpoint]) -> Deal | None:
    """A won opportunity with the responses of its people; None where it is not won, or nobody knows its amount.
    `cycle` is the engagement that it belongs to: what that was worth at its end is the amount of both."""
    end = end_of(opportunity)
    if end is None or end.reason is not Ended.OPPORTUNITY_WON:
        return None
    won_at, amount, currency = end.at, opportunity.amount, opportunity.currency
    if cycle is not None and Stage.WON in cycle.stages:
        won_at, amount, currency = cycle.stages[Stage.WON], cycle.amount, cycle.currency
    if amount is None:
        return None
    before = {touchpoint.response_id: touchpoint for touchpoint in touchpoints if touchpoint.at <= won_at}
    if cycle is not None:
        before[cycle.response_id] = _active(cycle, before.get(cycle.response_id))
    return Deal(
        opportunity.opportunity_id,
        opportunity.opened_at,
        won_at,
        minor_units(amount, currency),
        currency,
        sorted(before.values(), key=lambda touchpoint: (touchpoint.at, touchpoint.received_at, touchpoint.response_id)),
        cycle.response_id if cycle is not None else None,
        opportunity.person_ids,
    )


def _active(cycle: Cycle, known: Touchpoint | None) -> Touchpoint:
    """The response of the engagement, with the campaign that has its credit, also where it was deleted since."""
    at = cycle.activated_at
    channel = known.channel if known is not None else None
    dated = (known.at, known.received_at) if known is not None else (at, at)
    return Touchpoint(cycle.response_id, cycle.campaign_id, cycle.campaign_type, channel, *dated)


def shares(deals: Iterable[Deal], models: Mapping[str, Points]) -> list[Share]:
    """Of each deal by each model, in the order of their ends."""
    ordered = sorted(deals, key=lambda deal: (deal.won_at, deal.opportunity_id))
    return [share for deal in ordered for name, points in models.items() for share in _shares(deal, name, points)]


def _shares(deal: Deal, model: str, points: Points) -> list[Share]:
    points_given = points_of(deal, points)
    weights = [max(part, 0) for part in points_given]
    if not any(weights):
        none = [
            Share(model, deal, touchpoint, part / _PARTS, 0) for touchpoint, part in _with_points(deal, points_given)
        ]
        return [*none, Share(model, deal, None, 0, deal.units)]
    units = dict(
        zip((touchpoint.response_id for touchpoint in deal.touchpoints), divided(deal.units, weights), strict=True)
    )
    return [
        Share(model, deal, touchpoint, part / _PARTS, units[touchpoint.response_id])
        for touchpoint, part in _with_points(deal, points_given)
    ]


def _with_points(deal: Deal, weights: Sequence[int]) -> list[tuple[Touchpoint, int]]:
    return [(touchpoint, part) for touchpoint, part in zip(deal.touchpoints, weights, strict=True) if part]


def points_of(deal: Deal, points: Points) -> list[int]:
    """The points of each response of a deal, in millionths."""
    touchpoints = deal.touchpoints
    places: dict[int, float] = {}
    for place, weight in _positions(deal, points):
        places[place] = places.get(place, 0) + weight
    others = len(touchpoints) - len(places)
    return [
        round(
            _PARTS
            * (
                (places[place] if place in places else points.others / others)
                + points.each
                + points.campaign_types.get(touchpoint.campaign_type or "", 0)
                + points.channels.get(touchpoint.channel or "", 0)
                + _by_recency(deal, touchpoint, points)
            )
        )
        for place, touchpoint in enumerate(touchpoints)
    ]


def _positions(deal: Deal, points: Points) -> list[tuple[int, float]]:
    """The responses with a position that the model has points for, and those points."""
    touchpoints = deal.touchpoints
    if not touchpoints:
        return []
    opened = [place for place, touchpoint in enumerate(touchpoints) if touchpoint.at <= deal.opened_at]
    active = [
        place for place, touchpoint in enumerate(touchpoints) if touchpoint.response_id == deal.active_response_id
    ]
    weights = [(0, points.first), (len(touchpoints) - 1, points.last)]
    weights += [(place, points.tipping_point) for place in active]
    weights += [(place, points.at_opportunity) for place in opened[-1:]]
    return [(place, weight) for place, weight in weights if weight]


def _by_recency(deal: Deal, touchpoint: Touchpoint, points: Points) -> float:
    recency = points.recency
    if recency is None:
        return 0
    days = (deal.won_at - touchpoint.at) / timedelta(days=1)
    return float(recency.points * 0.5 ** (days / recency.half_life_days))
