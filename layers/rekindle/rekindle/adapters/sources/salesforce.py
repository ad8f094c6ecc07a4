"""Salesforce's Change Data Capture events, as the facts that they report.

They come in two envelopes: AppFlow's has the change in `detail`, Event Relay's in `detail.payload`. Either
may hold fields that did not change: a field counts as changed only if the header says so or, where a record
is created or undeleted, if it has a value. Gap events ask for a re-read; they change nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from msgspec import Meta

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.sources.salesforce_changes import HEADER, Change, Header
from rekindle.adapters.sources.salesforce_ids import widened
from rekindle.adapters.sources.salesforce_mapping import MAPPING, Mapped
from rekindle.adapters.wire.records import digest, person_values, response_values, values_of
from rekindle.adapters.wire.rules import Identifier, Naming, Text, checked, required
from rekindle.adapters.wire.standards import usable
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PassedOver,
    PassedOverReason,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
    UserDeleted,
)
from rekindle.domain.capture.kinds import RESPONSE
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.records.task import TASK
from rekindle.domain.records.user import USER

_Object = Annotated[dict[str, Any], Meta(description="an object")]


def is_change(detail: Mapping[str, Any]) -> bool:
    """Whether the detail of an event is a Change Data Capture event, in either envelope."""
    payload = detail.get("payload")
    return HEADER in detail or (isinstance(payload, dict) and HEADER in payload)


def is_salesforce(source: Any, detail_type: str) -> bool:
    """Whether an event is a change that Salesforce sends, by its source or its name, with or without a header."""
    from_salesforce = isinstance(source, str) and source.startswith(_SOURCES)
    return detail_type.endswith("ChangeEvent") or (from_salesforce and not detail_type.endswith("__e"))


_SOURCES = ("aws.partner/salesforce.com", "aws.partner/appflow/salesforce.com")


def header_path(detail: Mapping[str, Any]) -> str:
    return f"detail.payload.{HEADER}" if "payload" in detail else f"detail.{HEADER}"


def facts_of(detail_type: str, detail: Mapping[str, Any], mapping: Mapping[str, Mapped] = MAPPING) -> list[Fact]:
    """A fact for each record that the change names, and one for each part of it that is passed over; none where nothing
    changed that we know."""
    path, payload = ("detail", detail) if HEADER in detail else ("detail.payload", detail["payload"])
    raw = required(_Object, payload, HEADER, lambda name: f"{path}.{name}")

    def in_header(name: str) -> str:
        return f"{path}.{HEADER}.{name}"

    entity = required(Text, raw, "entityName", in_header)
    kind = required(Text, raw, "changeType", in_header)
    if entity not in mapping:
        return []
    if kind.startswith("GAP_"):
        return [PassedOver(PassedOverReason.GAP, in_header("changeType"))]
    header = checked(Header, raw, in_header)
    stamp = header.stamp(digest(detail_type, payload))
    # Where a transaction changes too many records, their ids are left out: a gap, too.
    passed: list[Fact] = [
        PassedOver(PassedOverReason.GAP, in_header("recordIds")) for one in header.recordIds if "*" in one
    ]
    records = [widened(record_id) for record_id in header.recordIds if "*" not in record_id]
    if kind == "DELETE":
        deleted = _deleted(entity, payload, records, stamp, header, lambda name: f"{path}.{name}")
        return [*passed, *deleted]
    if kind not in ("CREATE", "UPDATE", "UNDELETE"):
        raise InvalidField("there is no such type of change", in_header("changeType"))
    changed, nulled, diffs = header.changedFields or (), header.nulledFields or (), header.diffFields or ()
    for name, listed in (("changedFields", (*changed, *nulled)), ("diffFields", diffs)):
        if any(one.startswith("0x") for one in listed):
            raise InvalidField("expected names of fields, got a bitmap", in_header(name))
    change = Change(payload, path, kind != "UPDATE", frozenset(changed), frozenset(nulled), frozenset(diffs))
    passed += [PassedOver(PassedOverReason.DIFF, f"{path}.{name}") for name in diffs]
    read = _CHANGED[entity](change, header, mapping[entity])
    return [*passed, *(fact for record_id in records if read is not None for fact in read(record_id, stamp))]


def _deleted(
    entity: str, payload: Mapping[str, Any], records: list[str], stamp: ChangeStamp, header: Header, naming: Naming
) -> list[Fact]:
    """A record that was merged away is deleted, too: where the event says into which, that is what happened."""
    if entity in ("Lead", "Contact") and payload.get(_MASTER) is not None:
        survivor_id = widened(required(Identifier, payload, _MASTER, naming))
        if survivor_id not in records:
            return [PeopleMerged(survivor_id, (record_id,), stamp) for record_id in records]
    if entity == "CampaignMember":
        return [ResponseDeleted(record_id, stamp, transaction=header.transaction) for record_id in records]
    deletion = _DELETED.get(entity)
    return [deletion(record_id, stamp) for record_id in records] if deletion is not None else []


_MASTER = "MasterRecordId"


_Telling = Callable[[str, ChangeStamp], Iterable[Fact]]
"""A record's identifier and the change's stamp -> the facts, one of which is about the record."""


def _lead(change: Change, header: Header, mapped: Mapped) -> _Telling | None:
    """A conversion may open an opportunity, which nowhere else says whose it is."""
    values, _ = change.mapped({name: mapped[name] for name in _OF_A_CONVERSION if name in mapped})
    opportunity_id = values.get("converted_opportunity_id")
    read = _person("lead", change, header, mapped)
    if read is None or not opportunity_id:
        return read

    def both(record_id: str, stamp: ChangeStamp) -> Iterable[Fact]:
        whose = values.get("converted_contact_id") or record_id
        return *read(record_id, stamp), OpportunityChanged(opportunity_id, stamp, {"person_ids": (whose,)})

    return both


_OF_A_CONVERSION = ("converted_contact_id", "converted_opportunity_id")


def _contact(change: Change, header: Header, mapped: Mapped) -> _Telling | None:
    return _person("contact", change, header, mapped)


def _person(kind: str, change: Change, header: Header, mapped: Mapped) -> _Telling | None:
    mapped_values, paths = change.mapped(mapped)
    mapped_values.pop("converted_opportunity_id", None)
    former_id = mapped_values.pop("former_id", None)
    fields = change.custom(mapped)
    if not change.begins and not fields and not former_id and mapped_values.keys() <= {"changed_by"}:
        return None
    if header.from_write_back:
        # The user we write as is nobody who acts: whoever acted before stays who acted last.
        mapped_values.pop("changed_by", None)
    elif header.commitUser is not None and mapped_values.get("changed_by") is None:
        # Salesforce lists LastModifiedById only where it is another user than the time before.
        mapped_values["changed_by"] = widened(header.commitUser)
        paths["changed_by"] = f"{change.path}.{HEADER}.commitUser"
    values = {"kind": kind, **person_values(mapped_values, paths.__getitem__)}
    if fields:
        values["fields"] = fields
    former = _former_id(former_id, paths)

    def read(record_id: str, stamp: ChangeStamp) -> Iterable[Fact]:
        changed = PersonChanged(record_id, stamp, values, header.from_write_back)
        return [changed] if former is None else [changed, PeopleMerged(record_id, (former,), stamp)]

    return read


def _former_id(value: Any, paths: Mapping[str, str]) -> str | None:
    """Whom Salesforce's record was made of: the id that the person had here before. Salesforce's own ids are none: what
    becomes of those records it reports itself."""
    if value is None or value == "":
        return None
    former: str = required(Identifier, {"former_id": value}, "former_id", paths.__getitem__)
    return None if widened(former).startswith(ids.PERSON) else former


def _member(change: Change, header: Header, mapped: Mapped) -> _Telling | None:
    mapped_values, paths = change.mapped(mapped)
    if not change.begins and not mapped_values:
        return None
    person_id = change.reference(mapped["person_id"])
    if person_id is None and (change.begins or change.reference(("AccountId",)) is not None):
        path = f"{change.path}.{mapped['person_id'][-1]}"
        return lambda record_id, stamp: [PassedOver(PassedOverReason.NO_PERSON, path, record_id, stamp)]
    campaign_id = change.reference(mapped["campaign_id"])
    values = response_values({n: v for n, v in mapped_values.items() if n in RESPONSE.fields}, paths.__getitem__)
    # What a transaction does first was not deleted by it before.
    remade = change.begins and (header.sequenceNumber is None or header.sequenceNumber > 1)
    transaction = header.transaction if remade else None
    return lambda record_id, stamp: [
        ResponseRecorded(record_id, stamp, person_id, campaign_id, _begun_in_the_east(values, stamp.at), transaction)
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
) -> Callable[[Change, Header, Mapped], _Telling | None]:
    """Reads a record of which only the mapped fields matter."""
    fact = changed or partial(RecordChanged, kind)

    def read(change: Change, _: Header, mapped: Mapped) -> _Telling | None:
        mapped_values, paths = change.mapped(mapped)
        if not change.begins and not mapped_values:
            return None
        listed, passed = usable(mapped_values, paths.__getitem__)
        values = values_of(kind, listed, paths.__getitem__)
        return lambda record_id, stamp: [*passed, fact(record_id, stamp, values)]

    return read


def _user(change: Change, _: Header, mapped: Mapped) -> _Telling | None:
    mapped_values, paths = change.mapped(mapped)
    fields = change.custom(mapped)
    if not change.begins and not fields and not mapped_values:
        return None
    listed, passed = usable(mapped_values, paths.__getitem__)
    values = values_of(USER, listed, paths.__getitem__)
    if fields:
        values["fields"] = fields
    return lambda record_id, stamp: [*passed, RecordChanged(USER, record_id, stamp, values)]


_CHANGED: Mapping[str, Callable[[Change, Header, Mapped], _Telling | None]] = {
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
    "Account": partial(RecordDeleted, ACCOUNT),
    "Opportunity": OpportunityDeleted,
    "User": UserDeleted,
}
"""A task that is deleted was done all the same."""
