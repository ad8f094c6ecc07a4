"""What campaigns had of won deals, day by day: the sums from which any period is shown."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from rekindle.domain.measures.attribution import Share
from rekindle.domain.measures.recycling import RecycledDay


class SharedDay(NamedTuple):
    """What a campaign had by a model of the deals that were won on a day."""

    day: str
    """Such as 2026-03-01, of the settings' time zone."""
    model: str
    campaign_id: str
    """Empty for no campaign."""
    currency: str
    """Empty for none."""
    units: int
    """In the smallest unit of the currency."""

    @property
    def month(self) -> str:
        return self.day[:7]


@dataclass(frozen=True, slots=True)
class CountedShares:
    """The shares of all won deals, and what became of recycled leads, as they stood at an instant."""

    days: Sequence[SharedDay]
    models: tuple[str, ...]
    counted_at: datetime
    settings_version: int
    recycled: Sequence[RecycledDay] = ()


class SharedBy(StrEnum):
    """What shares are added up by."""

    CAMPAIGN = "campaign"
    TYPE = "type"
    MONTH = "month"


def by_day(shares: Iterable[Share], zone: tzinfo) -> list[SharedDay]:
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for share in shares:
        day = f"{share.deal.won_at.astimezone(zone):%Y-%m-%d}"
        campaign_id = share.touchpoint.campaign_id if share.touchpoint is not None else ""
        sums[day, share.model, campaign_id, share.deal.currency or ""] += share.units
    return [SharedDay(*key, units) for key, units in sorted(sums.items()) if units]


class Sum(NamedTuple):
    key: str | None
    """A campaign's id, its type or a month; None for no campaign, or where its type is not known."""
    currency: str
    units: int


def added_up(
    days: Iterable[SharedDay], model: str, since: date, until: date, by: SharedBy, types: Mapping[str, str | None]
) -> list[Sum]:
    """The days from `since` up to `until`, that day left out: the largest sums first, months in their order. `types`:
    of the campaigns."""
    sums: Counter[tuple[str | None, str]] = Counter()
    for one in days:
        if one.model == model and since.isoformat() <= one.day < until.isoformat():
            sums[_key(one, by, types), one.currency] += one.units
    found = [Sum(key, currency, units) for (key, currency), units in sums.items()]
    if by is SharedBy.MONTH:
        return sorted(found, key=lambda one: (one.key or "", one.currency))
    return sorted(found, key=lambda one: (-one.units, one.key is None, one.key or "", one.currency))


def _key(one: SharedDay, by: SharedBy, types: Mapping[str, str | None]) -> str | None:
    match by:
        case SharedBy.CAMPAIGN:
            return one.campaign_id or None
        case SharedBy.TYPE:
            return types.get(one.campaign_id)
        case SharedBy.MONTH:
            return one.month
