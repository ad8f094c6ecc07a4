"""The `detail` of an event, or the body of a request, as the fact it tells.

Each function takes the detail, the change's stamp, and how the caller names a field where one is refused. A
field that the detail does not have is not in a fact's values; one that is null there is None.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.rules import (
    LONGEST_IDENTIFIER,
    Amount,
    Date,
    Fields,
    Flag,
    Identifier,
    Members,
    Merged,
    Mode,
    Naming,
    People,
    PersonKind,
    Points,
    Sequence,
    Team,
    Text,
    Time,
    Url,
    Whole,
    checked,
    fitting,
    identifier,
    moment,
    no_blank,
    required,
)
from rekindle.domain.capture.facts import (
    AccountChanged,
    CampaignChanged,
    CampaignDeleted,
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    QueueChanged,
    ResponseDeleted,
    ResponseRecorded,
    TaskLogged,
    UserChanged,
)
from rekindle.domain.core.errors import InvalidField, Malformed
from rekindle.domain.people import naming
from rekindle.domain.people.score import HIGHEST, LOWEST
from rekindle.domain.records.stamps import ChangeStamp, event_digest

_DIGEST_BYTES = 8
_NUMBERS = frozenset({"score", "cost", "amount"})
_TIMES = frozenset({"responded_at", "received_at", "occurred_at", "created_at", "closed_at"})
_ORDERED = msgspec.json.Encoder(order="deterministic")
_DECIMALS = 6
"""Digits kept behind the point: DynamoDB stores no number as small as JSON can write."""

Reader = Callable[[Mapping[str, Any], ChangeStamp, Naming], Fact]


class PersonValues(msgspec.Struct, gc=False):
    kind: PersonKind | None = None
    email: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    company: Text | None = None
    phone: Text | None = None
    status: Text | None = None
    score: Points | None = None
    owner_id: Identifier | None = None
    account_id: Identifier | None = None
    record_type: Text | None = None
    do_not_contact: Flag | None = None
    converted_contact_id: Identifier | None = None
    changed_by: Identifier | None = None
    fields: Fields | None = None


class CampaignValues(msgspec.Struct, gc=False):
    name: Text | None = None
    type: Text | None = None
    status: Text | None = None
    is_active: Flag | None = None
    starts_on: Date | None = None
    ends_on: Date | None = None
    cost: Amount | None = None
    precedence: Whole | None = None
    exclude_from_reactivation: Flag | None = None
    default_responded_status: Text | None = None
    response_prompt: Flag | None = None
    trigger_reactivation: Flag | None = None
    bypass_nurture_timeout: Flag | None = None
    track: Text | None = None


class ResponseValues(msgspec.Struct, gc=False):
    responded: Flag = False
    member_status: Text | None = None
    responded_at: Time | None = None
    received_at: Time | None = None
    channel: Text | None = None
    response_type: Text | None = None
    source_code: Text | None = None
    click_url: Url | None = None
    score: Points | None = None
    fields: Fields | None = None


class AccountValues(msgspec.Struct, gc=False):
    name: Text | None = None
    domain: Text | None = None
    owner_id: Identifier | None = None
    team: Team | None = None
    parent_id: Identifier | None = None
    type: Text | None = None


class QueueValues(msgspec.Struct, gc=False):
    name: Text | None = None
    member_ids: Members | None = None


class UserValues(msgspec.Struct, gc=False):
    name: Text | None = None
    email: Text | None = None
    role: Text | None = None
    profile: Text | None = None
    mode: Mode | None = None
    is_active: Flag | None = None
    time_zone: Text | None = None
    fields: Fields | None = None


class TaskValues(msgspec.Struct, gc=False):
    person_id: Identifier | None = None
    owner_id: Identifier | None = None
    kind: Text | None = None
    occurred_at: Time | None = None
    completed: Flag | None = None


class OpportunityValues(msgspec.Struct, gc=False):
    person_ids: People | None = None
    account_id: Identifier | None = None
    stage: Text | None = None
    is_closed: Flag | None = None
    is_won: Flag | None = None
    amount: Amount | None = None
    currency: Text | None = None
    created_at: Time | None = None
    closed_at: Time | None = None
    product: Text | None = None


PERSON, CAMPAIGN, RESPONSE, ACCOUNT, QUEUE, USER, TASK, OPPORTUNITY = (
    frozenset(form.__struct_fields__)
    for form in (
        *(PersonValues, CampaignValues, ResponseValues, AccountValues, QueueValues, UserValues, TaskValues),
        OpportunityValues,
    )
)
"""The names of the values that a record of each kind may have."""

PERSON_IDS = {
    "owner_id": ids.OWNER,
    "account_id": ids.ACCOUNT,
    "record_type": ids.RECORD_TYPE,
    "converted_contact_id": ids.PERSON,
    "changed_by": ids.USER,
}
USER_IDS = {"role": ids.ROLE, "profile": ids.PROFILE}
"""Which values are identifiers of which records."""


def stamp_of(
    detail_type: str, detail: Mapping[str, Any], at: datetime, named: Naming, event_id: object = None
) -> ChangeStamp:
    """The stamp of a change of an instant, with the sequence it may have, and named by its event's id, else by its
    content."""
    sequence = detail.get("sequence")
    if sequence is not None:
        sequence = required(Sequence, detail, "sequence", named)
    content = digest(detail_type, detail)
    return ChangeStamp(at, sequence, 0, (event_digest(event_id) if event_id and type(event_id) is str else content,))


def digest(detail_type: str, detail: Mapping[str, Any]) -> str:
    """A short name of a fact's whole content, whatever the order of its fields."""
    try:
        content = _ORDERED.encode((detail_type, detail))
    except (UnicodeEncodeError, RecursionError):
        raise Malformed("it is nested too deep, or holds half a character") from None
    return hashlib.blake2s(content, digest_size=_DIGEST_BYTES).hexdigest()


def person_values(detail: Mapping[str, Any], named: Naming) -> dict[str, Any]:
    score: Any = detail.get("score")
    if len(detail) == 2 and "person_id" in detail and type(score) in (int, float) and LOWEST <= score <= HIGHEST:
        return {"score": _cut(float(score))}  # As most facts, and to ask the whole form costs several times as much.
    values = _values(PersonValues, PERSON, _blank_score_cleared(detail), named)
    return _widened(values, PERSON_IDS)


def campaign_values(detail: Mapping[str, Any], named: Naming) -> dict[str, Any]:
    return _values(CampaignValues, CAMPAIGN, detail, named)


def response_values(detail: Mapping[str, Any], named: Naming) -> dict[str, Any]:
    values = _values(ResponseValues, RESPONSE, _blank_score_cleared(detail), named)
    _in_utc(values, ("responded_at", "received_at"), named)
    return values


def account_values(detail: Mapping[str, Any], named: Naming) -> dict[str, Any]:
    values = _values(AccountValues, ACCOUNT, detail, named)
    if values.get("domain") is not None:
        from rekindle.domain.people.mail_domains import company_domain

        if not naming.web_host(values["domain"]):
            raise InvalidField("expected a domain, as acme.com", named("domain"))
        values["domain"] = company_domain(values["domain"]) or None
    values = _widened(values, {"owner_id": ids.OWNER, "parent_id": ids.ACCOUNT})
    if values.get("team") is not None:
        values["team"] = {role: ids.widened_if(ids.USER, user) for role, user in values["team"].items()}
    return values


def user_values(detail: Mapping[str, Any], named: Naming) -> dict[str, Any]:
    return _widened(_values(UserValues, USER, detail, named), USER_IDS)


def _widened(values: dict[str, Any], of: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    for name in of.keys() & values.keys():
        if values[name]:
            values[name] = ids.widened_if(of[name], values[name])
    return values


def person_changed(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> PersonChanged:
    return PersonChanged(_id(ids.PERSON, detail, "person_id", named), stamp, person_values(detail, named))


def person_deleted(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> PersonDeleted:
    return PersonDeleted(_id(ids.PERSON, detail, "person_id", named), stamp)


def people_merged(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> PeopleMerged:
    survivor = _id(ids.PERSON, detail, "survivor_id", named)
    told = required(Merged, detail, "merged_ids", named)
    merged = tuple(dict.fromkeys(ids.widened_if(ids.PERSON, one) for one in told))
    if survivor in merged:
        raise InvalidField("a person cannot be merged into itself", named("merged_ids"))
    return PeopleMerged(survivor, merged, stamp)


def campaign_changed(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> CampaignChanged:
    campaign_id = _id(ids.CAMPAIGN, detail, "campaign_id", named)
    return CampaignChanged(campaign_id, stamp, campaign_values(detail, named))


def campaign_deleted(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> CampaignDeleted:
    return CampaignDeleted(_id(ids.CAMPAIGN, detail, "campaign_id", named), stamp)


def response_recorded(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> ResponseRecorded:
    response_id = _id(ids.RESPONSE, detail, "response_id", named)
    person_id = _id(ids.PERSON, detail, "person_id", named)
    # Few campaigns are named by very many responses: each name is held in memory once.
    campaign_id = sys.intern(_id(ids.CAMPAIGN, detail, "campaign_id", named))
    if not isinstance(detail.get("responded"), bool):
        required(Flag, detail, "responded", named)
    return ResponseRecorded(response_id, stamp, person_id, campaign_id, response_values(detail, named))


def response_deleted(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> ResponseDeleted:
    response_id = _id(ids.RESPONSE, detail, "response_id", named)
    return ResponseDeleted(response_id, stamp, _id(ids.PERSON, detail, "person_id", named))


def account_changed(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> AccountChanged:
    return AccountChanged(_id(ids.ACCOUNT, detail, "account_id", named), stamp, account_values(detail, named))


def queue_changed(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> QueueChanged:
    values = _values(QueueValues, QUEUE, detail, named)
    if values.get("member_ids") is not None:
        values["member_ids"] = tuple(dict.fromkeys(ids.widened_if(ids.USER, one) for one in values["member_ids"]))
    return QueueChanged(_id(ids.QUEUE, detail, "queue_id", named), stamp, values)


def user_changed(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> UserChanged:
    return UserChanged(_id(ids.USER, detail, "user_id", named), stamp, user_values(detail, named))


def task_values(detail: Mapping[str, Any], named: Naming) -> dict[str, Any]:
    values = _values(TaskValues, TASK, detail, named)
    for name, prefixes in (("person_id", ids.PERSON), ("owner_id", ids.OWNER)):
        if values.get(name):
            values[name] = ids.widened_if(prefixes, values[name])
    _in_utc(values, ("occurred_at",), named)
    return values


def task_logged(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> TaskLogged:
    return TaskLogged(_id(ids.TASK, detail, "task_id", named), stamp, task_values(detail, named))


def opportunity_values(detail: Mapping[str, Any], named: Naming) -> dict[str, Any]:
    values = _values(OpportunityValues, OPPORTUNITY, detail, named)
    if values.get("person_ids") is not None:
        values["person_ids"] = tuple(dict.fromkeys(ids.widened_if(ids.PERSON, one) for one in values["person_ids"]))
    if values.get("account_id"):
        values["account_id"] = ids.widened_if(ids.ACCOUNT, values["account_id"])
    _in_utc(values, ("created_at", "closed_at"), named)
    return values


def opportunity_changed(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> OpportunityChanged:
    opportunity_id = _id(ids.OPPORTUNITY, detail, "opportunity_id", named)
    return OpportunityChanged(opportunity_id, stamp, opportunity_values(detail, named))


def opportunity_deleted(detail: Mapping[str, Any], stamp: ChangeStamp, named: Naming) -> OpportunityDeleted:
    return OpportunityDeleted(_id(ids.OPPORTUNITY, detail, "opportunity_id", named), stamp)


def _in_utc(values: dict[str, Any], names: Iterable[str], named: Naming) -> None:
    for name in names:
        if values.get(name) is not None:
            values[name] = moment(values[name], named(name))


def _values(
    form: type[msgspec.Struct], names: frozenset[str], detail: Mapping[str, Any], named: Naming
) -> dict[str, Any]:
    checked_values = checked(form, detail, named)
    values = {name: getattr(checked_values, name) for name in detail if name in names}
    if values.get("fields"):
        fitting(values["fields"], named("fields"))
        values["fields"] = {part: no_blank(value) for part, value in values["fields"].items()}
    for name, value in values.items():
        if type(value) is str and name not in _TIMES:
            values[name] = no_blank(value)
    for name in _NUMBERS & values.keys():
        if values[name] is not None:
            values[name] = _cut(values[name])
    return values


def _cut(number: float) -> float:
    """Rounded downwards: 59.9999999 is not to reach a threshold of 60."""
    if number.is_integer():
        return number
    near = round(number, _DECIMALS)
    return near if near <= number else round(near - 10**-_DECIMALS, _DECIMALS)


def _id(prefixes: tuple[str, ...], detail: Mapping[str, Any], name: str, named: Naming) -> str:
    told = detail.get(name)
    if type(told) is not str or not 0 < len(told) <= LONGEST_IDENTIFIER or not told.isprintable():
        # Nearly all pass, each event names several, and to ask the rule costs ten times as much.
        told = identifier(detail, name, named)
    return ids.widened_if(prefixes, told) if len(told) == ids.SHORT else told


def _blank_score_cleared(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """Some CRMs send a blank text for a score that was cleared."""
    score = detail.get("score")
    return {**detail, "score": None} if isinstance(score, str) and not score.strip() else detail
