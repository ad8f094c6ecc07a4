"""Everything that is stored about a person, for the person: what an erasure would remove, and what stays after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rekindle.application.ports.failures import Failures
from rekindle.application.ports.people import People
from rekindle.application.ports.reactivation import Ledger
from rekindle.application.ports.records import RecordStores
from rekindle.application.records.show_records import Shown, ShowRecords
from rekindle.domain.core.errors import CallTooLarge
from rekindle.domain.failures.failure import Failure
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.opportunity import OPPORTUNITY, Opportunity
from rekindle.domain.responses.response import Response

PAGE = 100
MOST = 5_000
"""Responses, and records of the ledger, that one answer holds."""


@dataclass(frozen=True, slots=True)
class Export:
    shown: Shown
    former: Sequence[Person]
    """The records that were merged into the person."""
    responses: Sequence[Response]
    """Also those that were deleted."""
    ledger: Sequence[Decision | Entry]
    opportunities: Sequence[Opportunity]
    failures: Sequence[Failure]


@dataclass(frozen=True)
class ExportPeople:
    show: ShowRecords
    people: People
    ledger: Ledger
    failures: Failures
    stores: RecordStores

    def __call__(self, person_id: str) -> Export:
        """Raises NotFound, CallTooLarge."""
        shown = self.show.person(person_id)
        person = shown.person
        former = [one for one in map(self.people.get, person.merged_ids) if one is not None]
        responses: list[Response] = []
        for response in self.people.responses(person.person_id):
            responses.append(response)
            if len(responses) > MOST:
                raise CallTooLarge(f"the person has more than {MOST:,} responses: page through them instead")
        ids = {person.person_id, *person.merged_ids}
        ledger = [record for one in sorted(ids) for record in self._ledger_of(one)]
        opportunities = [one for one in map(self.stores(OPPORTUNITY).get, person.opportunities) if one is not None]
        has_response = {response.response_id for response in responses}.__contains__
        return Export(shown, former, responses, ledger, opportunities, list(self.failures.about(ids, has_response)))

    def _ledger_of(self, person_id: str) -> Sequence[Decision | Entry]:
        records: list[Decision | Entry] = []
        start: str | None = None
        while True:
            page = self.ledger.timeline(person_id, PAGE, start)
            records += page.items
            start = page.next
            if start is None:
                return records
            if len(records) > MOST:
                raise CallTooLarge(f"more than {MOST:,} decisions and steps are stored: page through the timeline")
