"""Which records belong together: people, and what leads to people.

A history is cut between groups of related records, and messages about unrelated records are handled at the same time.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PassedOver,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
    UserDeleted,
)
from rekindle.domain.people.naming import mail_key
from rekindle.domain.reactivation.request import ReactivationRequested, ResponsePrompted
from rekindle.domain.records.case import CASE
from rekindle.domain.records.interaction import INTERACTION
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.task import TASK
from rekindle.domain.records.user import USER


class RelatedRecords:
    """Groups of records that belong together: what is joined once stays so (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def join(self, records: Sequence[str]) -> None:
        first = self.first(records[0])
        for record in records[1:]:
            other = self.first(record)
            # The name of a group does not depend on the order in which its records were joined.
            first, other = min(first, other), max(first, other)
            self._parent[other] = first

    def first(self, record: str) -> str:
        """The name of the record's group: the first of its records by name."""
        parent = self._parent.setdefault(record, record)
        while parent != record:
            # Each step shortens the way for the next who asks.
            above = self._parent[parent]
            self._parent[record] = above
            record, parent = parent, above
        return record


def records_of(fact: Fact) -> tuple[str, ...]:
    """The records that a fact ties together: people, and what leads to people. None where it concerns nobody.

    A request for a task that nobody knows is decided about the task, as if it were a person: the two are not kept
    apart here.
    """
    match fact:
        case PersonChanged():
            # A contact's address says whose account's leads all others are that have it. An opportunity may belong to
            # any contact of its account.
            people = _keys("person", fact.person_id, fact.values.get("converted_contact_id"))
            address, account = mail_key(fact.values.get("email")), fact.values.get("account_id")
            return people + _keys("address", address) + _keys("account", account)
        case PersonDeleted():
            return _keys("person", fact.person_id)
        case PeopleMerged():
            return _keys("person", fact.survivor_id, *fact.merged_ids)
        case ResponseRecorded() | ResponseDeleted():
            return _keys("response", fact.response_id) + _keys("person", fact.person_id)
        case RecordChanged(kind=kind) if kind is CASE and fact.values.get("person_id") is None:
            return ()  # A case of an account concerns all of its people.
        case RecordChanged():
            return _of_record(fact.kind, fact.record_id, fact.values)
        case RecordDeleted():
            return _of_record(fact.kind, fact.record_id, {})
        case UserDeleted():
            return _of_record(USER, fact.user_id, {})
        case OpportunityChanged():
            of_it = fact.values.get("person_ids") or ()
            account = _keys("account", fact.values.get("account_id"))
            return _keys("opportunity", fact.opportunity_id) + _keys("person", *of_it) + account
        case OpportunityDeleted():
            return _keys("opportunity", fact.opportunity_id)
        case ReactivationRequested():
            return _keys("person", fact.person_id, fact.task_id)
        case ResponsePrompted():
            return _keys("person", fact.person_id)
        case PassedOver():
            return _keys("response", fact.response_id)


def _of_record(kind: Kind[Any], record_id: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    people = [name for name, declared in kind.fields.items() if "person" in declared.refers_to]
    if not people:
        return ()
    return _keys("person" if kind is TASK else kind.name, record_id) + _keys("person", *map(values.get, people))


def _keys(kind: str, *ids: str | None) -> tuple[str, ...]:
    return tuple(f"{kind} {one}" for one in ids if one)


def related_records(facts: Iterable[Fact]) -> tuple[str, ...] | None:
    """The records that facts of one event tie together. None where they are not all that is concerned: what is stored
    leads to further people, as from an opportunity, or everybody is concerned, as by a campaign, which its responses
    need."""
    records: list[str] = []
    for fact in facts:
        if not _names_all(fact):
            return None
        records += records_of(fact)
    return tuple(records)


def _names_all(fact: Fact) -> bool:
    match fact:
        case PersonChanged() | PersonDeleted() | PeopleMerged() | ResponsePrompted() | PassedOver():
            return True
        case ResponseRecorded() | ResponseDeleted() | ReactivationRequested():
            return fact.person_id is not None
        case RecordChanged(kind=kind):
            return kind in (TASK, INTERACTION) and fact.values.get("person_id") is not None
    return False
