"""Salesforce's Change Data Capture events, as the facts they tell.

They come in two envelopes: AppFlow's has the change in `detail`, Event Relay's in `detail.payload`. Either
may hold fields that did not change: a field counts as changed only if the header says so or, where a record
is created or undeleted, if it has a value. Gap events ask for a re-read; they change nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from rekindle.adapters.sources.salesforce_ids import widened
from rekindle.adapters.wire.records import digest, person_values, response_values, values_of
from rekindle.adapters.wire.rules import (
    LATEST,
    FieldName,
    FieldValue,
    Identifier,
    Text,
    checked,
    fits,
    required,
)
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
)
from rekindle.domain.capture.kinds import PERSON, RESPONSE
from rekindle.domain.core import times
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.task import TASK
from rekindle.domain.records.user import USER

_HEADER = "ChangeEventHeader"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MILLISECOND = (LATEST - _EPOCH) // timedelta(milliseconds=1)
_COMMITS_APART = 1000

Mapped = Mapping[str, tuple[str, ...]]
"""Our name of a field -> Salesforce's; a dot leads into a compound field. The first one told counts."""

_OF_PEOPLE: Mapped = {
    "email": ("Email",),
    "first_name": ("Name.FirstName", "FirstName"),
    "last_name": ("Name.LastName", "LastName"),
    "phone": ("Phone",),
    "score": ("Score__c", "Lead_Score__c"),
    "owner_id": ("OwnerId",),
    "record_type": ("RecordTypeId",),
    "do_not_contact": ("HasOptedOutOfEmail",),
    "changed_by": ("LastModifiedById",),
}

MAPPING: Mapping[str, Mapped] = MappingProxyType(
    {
        "Lead": {
            **_OF_PEOPLE,
            "status": ("Status",),
            "company": ("Company",),
            "converted_contact_id": ("ConvertedContactId",),
            "converted_opportunity_id": ("ConvertedOpportunityId",),
        },
        "Contact": {
            **_OF_PEOPLE,
            "status": ("Contact_Status__c", "Status__c"),
            "account_id": ("AccountId",),
        },
        "Campaign": {
            "name": ("Name",),
            "type": ("Type",),
            "status": ("Status",),
            "is_active": ("IsActive",),
            "starts_on": ("StartDate",),
            "ends_on": ("EndDate",),
            "cost": ("ActualCost",),
            "precedence": ("Precedence__c",),
            "exclude_from_reactivation": ("Exclude_from_Reactivation__c",),
            "default_responded_status": ("Default_Responded_Member_Status__c",),
            "response_prompt": ("Response_Prompt__c",),
            "trigger_reactivation": ("Trigger_Reactivation__c",),
            "bypass_nurture_timeout": ("Bypass_Nurture_Timeout__c",),
        },
        "CampaignMember": {
            "person_id": ("ContactId", "LeadId"),
            "campaign_id": ("CampaignId",),
            "responded": ("HasResponded",),
            "member_status": ("Status",),
            "responded_at": ("FirstRespondedDate",),
            "received_at": ("CreatedDate",),
        },
        "Account": {
            "name": ("Name",),
            "domain": ("Website", "Domain__c"),
            "owner_id": ("OwnerId",),
            "parent_id": ("ParentId",),
            "type": ("Type",),
        },
        "Task": {
            "person_id": ("WhoId",),
            "owner_id": ("OwnerId",),
            "kind": ("TaskSubtype", "Type"),
            "occurred_at": ("CompletedDateTime",),
            "completed": ("IsClosed", "Status"),
        },
        "Opportunity": {
            "person_ids": ("ContactId",),
            "account_id": ("AccountId",),
            "stage": ("StageName",),
            "is_closed": ("IsClosed",),
            "is_won": ("IsWon",),
            "amount": ("Amount",),
            "currency": ("CurrencyIsoCode",),
            "created_at": ("CreatedDate",),
        },
        "User": {
            "name": ("Name",),
            "email": ("Email",),
            "role": ("UserRoleId",),
            "profile": ("ProfileId",),
            "is_active": ("IsActive",),
            "time_zone": ("TimeZoneSidKey",),
        },
    }
)
"""Which Salesforce field feeds which of ours, by object. Other objects' events tell us nothing."""

_KIND_OF: Mapping[str, Kind[Any]] = {
    "Lead": PERSON,
    "Contact": PERSON,
    "Campaign": CAMPAIGN,
    "CampaignMember": RESPONSE,
    "Account": ACCOUNT,
    "Task": TASK,
    "Opportunity": OPPORTUNITY,
    "User": USER,
}
_OF_THE_OBJECT = {"Lead": {"kind"}, "Contact": {"kind"}}
"""What the object itself says."""

FED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        entity: frozenset(name for name, declared in kind.fields.items() if declared.from_one_value)
        - _OF_THE_OBJECT.get(entity, set())
        for entity, kind in _KIND_OF.items()
    }
)
"""Our names whose fields the settings may choose. What ties records together is not among them: a large history is cut
by it, without looking at any settings."""


def mapping_of(document: Mapping[str, Any]) -> Mapping[str, Mapped]:
    """Which field feeds which of ours by a settings document: its own words over those that are built in."""
    chosen = (document.get("crm_fields") or {}).get("salesforce") or {}
    if not chosen:
        return MAPPING
    return {
        entity: {**mapped, **{ours: tuple(names) for ours, names in (chosen.get(entity) or {}).items()}}
        for entity, mapped in MAPPING.items()
    }


CLIENT = "rekindle"
"""How the write-back calls itself in the header `Sforce-Call-Options` of its calls (template.yaml)."""

_UNTOLD = object()

_Object = Annotated[dict[str, Any], Meta(description="an object")]
_Number = Annotated[int, Meta(ge=0, description="a whole number, 0 or more")]
_Names = Annotated[list[str], Meta(description="a list of names")]


def _as_it_is(value: Any) -> Any:
    return value


def _as_identifier(value: Any) -> Any:
    return widened(value) if isinstance(value, str) else value


def _as_whole(value: Any) -> Any:
    """Salesforce writes a number of no decimals as 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_time(value: Any) -> Any:
    """AppFlow writes a time as text, Event Relay as milliseconds. A date stands for its first instant."""
    if isinstance(value, str):
        return f"{value}T00:00:00Z" if len(value) == len("2025-03-31") else value
    if type(value) is int and 0 <= value <= _LAST_MILLISECOND:
        return times.text(_EPOCH + timedelta(milliseconds=value))
    return value


def _as_date(value: Any) -> Any:
    """The same the other way round: Event Relay writes a date as the milliseconds of its first instant."""
    time = _as_time(value)
    return time.partition("T")[0] if isinstance(time, str) and not isinstance(value, str) else value


def _as_name(value: Any) -> Any:
    """A user's name may come in its parts."""
    if not isinstance(value, dict):
        return value
    return " ".join(str(value[part]) for part in ("FirstName", "LastName") if value.get(part))


def _as_identifiers(value: Any) -> Any:
    return [widened(value)] if isinstance(value, str) else value


def _as_completed(value: Any) -> Any:
    """By the task's status where the flag is not told."""
    return value == "Completed" if isinstance(value, str) else value


def _as_kind(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _as_domain(value: Any) -> Any:
    """People write what they like into the field for a website: what is no address there tells of no domain."""
    from rekindle.domain.people.mail_domains import company_domain

    return company_domain(value) or None if isinstance(value, str) else value


_READ_AS: Mapping[str, Callable[[Any], Any]] = {
    "name": _as_name,
    "domain": _as_domain,
    "precedence": _as_whole,
    "starts_on": _as_date,
    "ends_on": _as_date,
    "responded_at": _as_time,
    "received_at": _as_time,
    "occurred_at": _as_time,
    "created_at": _as_time,
    "closed_at": _as_time,
    "person_ids": _as_identifiers,
    "completed": _as_completed,
    "kind": _as_kind,
    **dict.fromkeys(
        (
            "person_id",
            "campaign_id",
            "owner_id",
            "account_id",
            "parent_id",
            "converted_contact_id",
            "converted_opportunity_id",
            "changed_by",
            "record_type",
            "role",
            "profile",
        ),
        _as_identifier,
    ),
}
"""By our names: how Salesforce's way to write a value becomes ours. The field's rule comes afterwards."""


class _Header(msgspec.Struct):
    """Of the header what we read, by Salesforce's own names."""

    recordIds: Annotated[list[Identifier], Meta(min_length=1, description="a list of identifiers")]
    commitTimestamp: Annotated[int, Meta(ge=0, le=_LAST_MILLISECOND, description="milliseconds since 1970")]
    commitNumber: _Number | None = None
    sequenceNumber: _Number | None = None
    changedFields: _Names | None = None
    nulledFields: _Names | None = None
    commitUser: Identifier | None = None
    changeOrigin: Annotated[str, Meta(description="a text")] | None = None

    @property
    def from_write_back(self) -> bool:
        """Whether the change was made by our own write-back, which tells its name with each call."""
        client = (self.changeOrigin or "").partition(";client=")[2]
        return client.partition("/")[0] == CLIENT


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of one or several records of one object: the fields it holds, and which of them count."""

    payload: Mapping[str, Any]
    path: str
    begins: bool
    """Whether the record was created or undeleted, so that every field with a value counts."""
    changed: Collection[str]
    nulled: Collection[str]

    def value(self, name: str) -> Any:
        """The field's new value; `_UNTOLD` where the field does not count as changed."""
        compound, _, part = name.partition(".")
        value = self._held(compound, part)
        if name in self.nulled or compound in self.nulled:
            return None
        if name in self.changed:
            return value
        return value if value is not None and (self.begins or compound in self.changed) else _UNTOLD

    def _held(self, compound: str, part: str) -> Any:
        held = self.payload.get(compound, _UNTOLD)
        if not part:
            return held
        return held.get(part, _UNTOLD) if isinstance(held, dict) else self.payload.get(part, _UNTOLD)

    def mapped(self, mapped: Mapped) -> tuple[dict[str, Any], dict[str, str]]:
        """What is told of our fields, and the path of the Salesforce field that each was read from."""
        values, paths = {}, {}
        for ours, names in mapped.items():
            for name in names:
                value = self.value(name)
                if value is not _UNTOLD:
                    values[ours] = _READ_AS.get(ours, _as_it_is)(value)
                    paths[ours] = f"{self.path}.{name}"
                    break
        return values, paths

    def reference(self, names: tuple[str, ...]) -> str | None:
        """The first record that the change names in one of these fields, changed or not; None without any."""
        for name in names:
            held = self.payload.get(name)
            if held is not None and name not in self.nulled:
                return widened(required(Identifier, self.payload, name, lambda field: f"{self.path}.{field}"))
        return None

    def custom(self, mapped: Mapped) -> dict[str, Any]:
        """The other custom fields that are told, without long texts and values of several parts."""
        known = {name for names in mapped.values() for name in names}
        names = [name for name in {**self.payload, **dict.fromkeys(self.nulled)} if name.endswith("__c")]
        told = {name: self.value(name) for name in names if name not in known}
        return {name: value for name, value in told.items() if fits(FieldName, name) and fits(FieldValue, value)}


def is_change(detail: Mapping[str, Any]) -> bool:
    """Whether the detail of an event is a Change Data Capture event, in either envelope."""
    payload = detail.get("payload")
    return _HEADER in detail or (isinstance(payload, dict) and _HEADER in payload)


def facts_of(detail_type: str, detail: Mapping[str, Any], mapping: Mapping[str, Mapped] = MAPPING) -> list[Fact]:
    """A fact for each record that the change names; none for a gap, or where nothing changed that we know."""
    path, payload = ("detail", detail) if _HEADER in detail else ("detail.payload", detail["payload"])
    raw = required(_Object, payload, _HEADER, lambda name: f"{path}.{name}")

    def in_header(name: str) -> str:
        return f"{path}.{_HEADER}.{name}"

    entity = required(Text, raw, "entityName", in_header)
    kind = required(Text, raw, "changeType", in_header)
    if entity not in mapping or kind.startswith("GAP_"):
        return []
    header = checked(_Header, raw, in_header)
    stamp = _stamp(header, digest(detail_type, payload))
    records = [widened(record_id) for record_id in header.recordIds]
    if kind == "DELETE":
        gone = _DELETED.get(entity)
        return [gone(record_id, stamp) for record_id in records] if gone is not None else []
    if kind not in ("CREATE", "UPDATE", "UNDELETE"):
        raise InvalidField("there is no such type of change", in_header("changeType"))
    changed, nulled = header.changedFields or (), header.nulledFields or ()
    if any(name.startswith("0x") for name in (*changed, *nulled)):
        raise InvalidField("expected names of fields, got a bitmap", in_header("changedFields"))
    change = _Change(payload, path, kind != "UPDATE", frozenset(changed), frozenset(nulled))
    tell = _CHANGED[entity](change, header, mapping[entity])
    return [fact for record_id in records for fact in tell(record_id, stamp)] if tell else []


def _stamp(header: _Header, content: str) -> ChangeStamp:
    """Commits of one millisecond are ordered by their number, changes of one commit by their place in it."""
    place = (header.commitNumber or 0) * _COMMITS_APART + (header.sequenceNumber or 0)
    return ChangeStamp(_EPOCH + timedelta(milliseconds=header.commitTimestamp), None, place, (content,))


_Telling = Callable[[str, ChangeStamp], Iterable[Fact]]
"""A record's identifier and the change's stamp -> the facts, one of which is about the record."""


def _lead(change: _Change, header: _Header, mapped: Mapped) -> _Telling | None:
    """A conversion may open an opportunity, which tells nowhere else whose it is."""
    told, _ = change.mapped({name: mapped[name] for name in _OF_A_CONVERSION if name in mapped})
    opportunity_id = told.get("converted_opportunity_id")
    tell = _person("lead", change, header, mapped)
    if tell is None or not opportunity_id:
        return tell

    def both(record_id: str, stamp: ChangeStamp) -> Iterable[Fact]:
        whose = told.get("converted_contact_id") or record_id
        return *tell(record_id, stamp), OpportunityChanged(opportunity_id, stamp, {"person_ids": (whose,)})

    return both


_OF_A_CONVERSION = ("converted_contact_id", "converted_opportunity_id")


def _contact(change: _Change, header: _Header, mapped: Mapped) -> _Telling | None:
    return _person("contact", change, header, mapped)


def _person(kind: str, change: _Change, header: _Header, mapped: Mapped) -> _Telling | None:
    told, paths = change.mapped(mapped)
    told.pop("converted_opportunity_id", None)
    fields = change.custom(mapped)
    if not change.begins and not fields and told.keys() <= {"changed_by"}:
        return None
    if header.from_write_back:
        # The user we write as is nobody who acts: whoever acted before stays who acted last.
        told.pop("changed_by", None)
    elif header.commitUser is not None and told.get("changed_by") is None:
        # Salesforce lists LastModifiedById only where it is another user than the time before.
        told["changed_by"] = widened(header.commitUser)
        paths["changed_by"] = f"{change.path}.{_HEADER}.commitUser"
    values = {"kind": kind, **person_values(told, paths.__getitem__)}
    if fields:
        values["fields"] = fields
    return lambda record_id, stamp: [PersonChanged(record_id, stamp, values, header.from_write_back)]


def _member(change: _Change, _: _Header, mapped: Mapped) -> _Telling | None:
    told, paths = change.mapped(mapped)
    if not change.begins and not told:
        return None
    person_id = change.reference(mapped["person_id"])
    campaign_id = change.reference(mapped["campaign_id"])
    values = response_values({n: v for n, v in told.items() if n in RESPONSE.fields}, paths.__getitem__)
    return lambda record_id, stamp: [
        ResponseRecorded(record_id, stamp, person_id, campaign_id, _begun_in_the_east(values, stamp.at))
    ]


_EAST = timedelta(hours=14)
"""How much earlier than in UTC a day begins where it begins first."""


def _begun_in_the_east(values: Mapping[str, Any], committed: datetime) -> Mapping[str, Any]:
    """A date is one of the organisation's own calendar: where that is ahead of UTC, its day may have begun already
    while its first instant in UTC is still to come. Nobody responded later than Salesforce knew of it."""
    dated = values.get("responded_at")
    if dated is None or not committed < dated <= committed + _EAST:
        return values
    return {**values, "responded_at": committed}


def _plainly(
    kind: Kind[Any], changed: Callable[[str, ChangeStamp, Mapping[str, Any]], Fact] | None = None
) -> Callable[[_Change, _Header, Mapped], _Telling | None]:
    """Reads a record of which no more is told than its mapped fields."""

    def read(change: _Change, _: _Header, mapped: Mapped) -> _Telling | None:
        told, paths = change.mapped(mapped)
        if not change.begins and not told:
            return None
        values = values_of(kind, told, paths.__getitem__)
        return lambda record_id, stamp: [fact(record_id, stamp, values)]

    fact = changed or partial(RecordChanged, kind)
    return read


def _user(change: _Change, _: _Header, mapped: Mapped) -> _Telling | None:
    told, paths = change.mapped(mapped)
    fields = change.custom(mapped)
    if not change.begins and not fields and not told:
        return None
    values = values_of(USER, told, paths.__getitem__)
    if fields:
        values["fields"] = fields
    return lambda record_id, stamp: [RecordChanged(USER, record_id, stamp, values)]


def _inactive(user_id: str, stamp: ChangeStamp) -> RecordChanged:
    return RecordChanged(USER, user_id, stamp, {"is_active": False})


_CHANGED: Mapping[str, Callable[[_Change, _Header, Mapped], _Telling | None]] = {
    "Lead": _lead,
    "Contact": _contact,
    "Campaign": _plainly(CAMPAIGN),
    "CampaignMember": _member,
    "Account": _plainly(ACCOUNT),
    "Task": _plainly(TASK),
    "Opportunity": _plainly(OPPORTUNITY, OpportunityChanged),
    "User": _user,
}

_DELETED: Mapping[str, Callable[[str, ChangeStamp], Fact]] = {
    "Lead": PersonDeleted,
    "Contact": PersonDeleted,
    "Campaign": partial(RecordDeleted, CAMPAIGN),
    "CampaignMember": ResponseDeleted,
    "Account": partial(RecordDeleted, ACCOUNT),
    "Opportunity": OpportunityDeleted,
    "User": _inactive,
}
"""A task that is deleted was done all the same."""
