"""Target lists: who is to be targeted next, drawn by a query over what is stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from rekindle.domain.campaigns.campaign import Campaign
from rekindle.domain.core import times
from rekindle.domain.lifecycle.journey import Ended
from rekindle.domain.measures.profile import FACETS, profile_of
from rekindle.domain.people.person import Person, known_fields
from rekindle.domain.reactivation.opportunity import end_of
from rekindle.domain.records.account import ACCOUNT, Account
from rekindle.domain.records.kind import NESTED, Kind
from rekindle.domain.records.opportunity import OPPORTUNITY, Opportunity
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Response


class Population(StrEnum):
    """Whom a query begins with."""

    EVERYBODY = "everybody"
    DORMANT = "dormant"
    """Who responded once, is not active, and has not responded for so many days."""
    CUSTOMERS = "customers"
    """Of whom a deal was won within so many days."""
    FORMER_CUSTOMERS = "former_customers"
    """Of whom a deal was won once, none within so many days, and none is open."""
    DARK = "dark"
    """Members of a campaign, or of any, who have not responded to it within so many days."""
    LOST_DEAL = "lost_deal"
    """Of whom a deal was lost at least so many days ago, and none is open."""


DAYS = {
    Population.DORMANT: 90,
    Population.CUSTOMERS: 365,
    Population.FORMER_CUSTOMERS: 365,
    Population.LOST_DEAL: 0,
}
"""Where a query names none. Those who went dark have the days of the settings."""
_PERSON = ("kind", "status", "owner_id", "record_type", "account_id", "company", "email", "phone")
_RESPONSE = (
    *("campaign_id", "campaign_type", "responded", "responded_at", "received_at", "status"),
    *("member_status", "channel", "response_type", "source_code", "treatment", "list_id", "products"),
)
FIELDS: Mapping[str, tuple[str, ...]] = {
    "person": _PERSON,
    "account": tuple(name for name in ACCOUNT.fields if name != "team"),
    "response": _RESPONSE,
    "profile": FACETS,
    "opportunity": tuple(name for name in OPPORTUNITY.fields if name != "person_ids"),
}
"""What a query may ask of each kind of record. Of a person and of a response also `fields.NAME`."""
WITH_NESTED = ("person", "response")
AT_LEAST, AT_MOST = "at_least", "at_most"

type Where = Mapping[str, Mapping[str, Any]]
"""Kind of record -> field -> a value, a list of values any of which will do, or `at_least` and `at_most`. Of responses
and opportunities one record has to have all."""


class ListState(StrEnum):
    DRAWING = "drawing"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class TargetList:
    list_id: str
    name: str | None = None
    population: Population = Population.EVERYBODY
    days: int | None = None
    campaign_id: str | None = None
    """Of those who went dark."""
    where: Where = field(default_factory=dict)
    state: ListState = ListState.DRAWING
    created_at: datetime | None = None
    drawn_at: datetime | None = None
    targets: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    """People who match, and may not be contacted, by the reason."""
    sample: tuple[str, ...] = ()
    targeted: Mapping[str, str] = field(default_factory=dict)
    """Campaign -> when somebody asked that the list becomes its members."""
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


TARGET_LIST: Kind[TargetList] = Kind(name="target_list", record=TargetList, event="", id="list_id", listed=True)


@dataclass(frozen=True)
class Surroundings:
    """What is known beside a person and that person's responses."""

    now: datetime
    zone: tzinfo
    dark_after: timedelta
    campaigns: Mapping[str, Campaign]
    accounts: Mapping[str, Account]
    opportunities: Mapping[str, Sequence[Opportunity]]
    """Of each person, under all ids that the person had."""

    def deals_of(self, person: Person) -> list[Opportunity]:
        names = (person.person_id, *person.merged_ids)
        found = {one.opportunity_id: one for name in names for one in self.opportunities.get(name, ())}
        return [one for one in found.values() if not one.deleted]


def barred(person: Person) -> str | None:
    """Why nobody may contact a person; None where one may."""
    profile = person.profile
    if profile is not None and profile.do_not_contact:
        return "do_not_contact"
    if profile is not None and profile.undeliverable:
        return "undeliverable"
    return None


def matches(query: TargetList, person: Person, responses: Sequence[Response], around: Surroundings) -> bool:
    """Whether a person, who is still somebody, is meant by a query."""
    if person.deleted or person.merged_into is not None:
        return False
    own = [one for one in responses if not one.state.deleted]
    deals = around.deals_of(person)
    if not _is_of(query, person, own, deals, around):
        return False
    where = query.where
    profile = person.profile
    account = around.accounts.get((profile.account_id if profile is not None else None) or "")
    return (
        _has_all(where.get("person", {}), _person_values(person))
        and ("account" not in where or (account is not None and _has_all(where["account"], _plain(account))))
        and _has_all(where.get("profile", {}), _preferred(where, own, around))
        and _any_has_all(where.get("response"), (_response_values(one, around) for one in own))
        and _any_has_all(where.get("opportunity"), (_plain(one) for one in deals))
    )


def _is_of(
    query: TargetList, person: Person, own: Sequence[Response], deals: Sequence[Opportunity], around: Surroundings
) -> bool:
    days = query.days if query.days is not None else DAYS.get(query.population)
    since = around.now - (timedelta(days=days) if days is not None else around.dark_after)
    has_open = any(one.is_open for one in deals)
    match query.population:
        case Population.EVERYBODY:
            return True
        case Population.DORMANT:
            heard = [one.state.effective_at for one in own if one.state.responded]
            return person.active is None and bool(heard) and max(heard) < since
        case Population.CUSTOMERS:
            return any(at >= since for at in _ended(deals, Ended.OPPORTUNITY_WON))
        case Population.FORMER_CUSTOMERS:
            won = list(_ended(deals, Ended.OPPORTUNITY_WON))
            return bool(won) and max(won) < since and not has_open
        case Population.LOST_DEAL:
            return any(at <= since for at in _ended(deals, Ended.OPPORTUNITY_LOST)) and not has_open
        case Population.DARK:
            responded = {one.campaign_id for one in own if one.state.responded}
            return any(
                one.campaign_id not in responded and one.state.effective_at < since
                for one in own
                if query.campaign_id in (None, one.campaign_id)
            )


def _ended(deals: Iterable[Opportunity], reason: Ended) -> Iterator[datetime]:
    for one in deals:
        end = end_of(one)
        if end is not None and end.reason is reason:
            yield end.at


def _preferred(where: Where, own: Sequence[Response], around: Surroundings) -> Mapping[str, Any]:
    return profile_of(own, around.campaigns, around.zone).preferred if "profile" in where else {}


def _person_values(person: Person) -> Mapping[str, Any]:
    plain = {name: getattr(person, name) for name in ("kind", "status", "owner_id", "record_type")}
    further = person.profile.fields if person.profile is not None else {}
    return {**known_fields(person), **plain, **{f"{NESTED}.{name}": value for name, value in further.items()}}


def _response_values(one: Response, around: Surroundings) -> Mapping[str, Any]:
    campaign, details, state = around.campaigns.get(one.campaign_id), one.details, one.state
    known = {name: getattr(details, name) for name in _RESPONSE[6:]} if details is not None else {}
    further = details.fields if details is not None else {}
    return {
        **known,
        "campaign_id": one.campaign_id,
        "campaign_type": campaign.type if campaign is not None else None,
        "responded": state.responded,
        "responded_at": state.responded_at,
        "received_at": state.received_at,
        "status": state.status,
        **{f"{NESTED}.{name}": value for name, value in further.items()},
    }


def _plain(record: Any) -> Mapping[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _any_has_all(wanted: Mapping[str, Any] | None, records: Iterable[Mapping[str, Any]]) -> bool:
    return wanted is None or any(_has_all(wanted, values) for values in records)


def _has_all(wanted: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(_has(values.get(name), one) for name, one in wanted.items())


def _has(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list | tuple):
        return any(_has(value, one) for one in wanted)
    if isinstance(wanted, Mapping):
        return value is not None and all(_within(value, bound, limit) for bound, limit in wanted.items())
    if isinstance(value, tuple):
        return wanted in value
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(value == wanted)


def _within(value: Any, bound: str, limit: Any) -> bool:
    if isinstance(value, datetime) and isinstance(limit, str):
        limit = times.instant(limit if "T" in limit else f"{limit}T00:00:00Z")
    elif isinstance(value, date) and isinstance(limit, str):
        value = value.isoformat()
    try:
        return bool(value >= limit if bound == AT_LEAST else value <= limit)
    except TypeError:
        return False
