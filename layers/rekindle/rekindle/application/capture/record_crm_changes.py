"""Record a fact, whichever it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rekindle.application.capture.erase_people import ErasePeople
from rekindle.application.capture.merge_people import MergePeople
from rekindle.application.capture.record_case import RecordCase
from rekindle.application.capture.record_interaction import RecordInteraction
from rekindle.application.capture.record_opportunity import RecordOpportunity
from rekindle.application.capture.record_person import RecordPerson
from rekindle.application.capture.record_reference import RecordReference
from rekindle.application.capture.record_response import RecordResponse
from rekindle.application.capture.record_task import RecordTask
from rekindle.application.capture.recorded import Recorded
from rekindle.application.core.instant_of_call import instant_of, of_call
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.reactivation.request_reactivation import RequestReactivation
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
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.request import Call, ReactivationRequested, ResponsePrompted
from rekindle.domain.records.case import CASE
from rekindle.domain.records.interaction import INTERACTION
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.task import TASK


@dataclass(frozen=True)
class RecordCrmChanges:
    person: RecordPerson
    erase_people: ErasePeople
    response: RecordResponse
    record: RecordReference
    task: RecordTask
    interaction: RecordInteraction
    case: RecordCase
    opportunity: RecordOpportunity
    merge_people: MergePeople
    request: RequestReactivation
    ledger: Ledger

    def from_call(self, fact: Fact, call: Call | None) -> Recorded:
        """The same for a call of the API. A repetition of it changes nothing: whatever was recorded in between is
        later. Raises KeyReused."""
        if call is None:
            return self(fact)
        return self(replace(fact, stamp=of_call(fact.stamp, call, instant_of(call, self.ledger))))

    def __call__(self, fact: Fact) -> Recorded:
        match fact:
            # Nearly all facts are of these two kinds, and a method is called in half the time of an object.
            case PersonChanged():
                return self.person.__call__(fact)
            case ResponseRecorded():
                return self.response.__call__(fact)
            case RecordChanged():
                return self._record_of(fact.kind)(fact)
            case RecordDeleted():
                return self.record.delete(fact)
            case UserDeleted():
                return self.record.delete_user(fact)
            case OpportunityChanged():
                return self.opportunity(fact)
            case OpportunityDeleted():
                return self.opportunity.delete(fact)
            case ReactivationRequested() | ResponsePrompted():
                return Recorded(decision=self.request.sent(fact))
            case PersonDeleted():
                return self.erase_people(fact)
            case ResponseDeleted():
                return self.response.delete(fact)
            case PeopleMerged():
                return self.merge_people.merge(fact)
            case PassedOver():
                return self.response.pass_over(fact)

    def _record_of(self, kind: Kind[Any]) -> Callable[[RecordChanged], Recorded]:
        if kind is TASK:
            return self.task
        if kind is CASE:
            return self.case
        return self.interaction if kind is INTERACTION else self.record
