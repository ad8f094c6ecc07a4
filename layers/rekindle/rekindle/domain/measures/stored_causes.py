"""What is stored about the records that a month is counted from. What was not known at a closing was learned since.

A stack keeps no list of the facts that arrived. It keeps what they changed: merges and ends in the ledger, stamps on
opportunities and responses.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rekindle.domain.lifecycle.journey import Deactivated, Ended, Entry, Merged, ResponseRenamed, Stage, StageReached
from rekindle.domain.measures.books import Cause, SourceRecord
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.opportunity import Opportunity
from rekindle.domain.responses.response import Response

_RESPONSE, _PERSON, _OPPORTUNITY = "response", "person", "opportunity"
LAST_OF_DEALS = 3
"""The rank of what changed an opportunity itself. Merges, deletions and backfills come before it."""
_ENDS = {
    Ended.BACKFILL_UNDONE: (0, "backfill undone"),
    Ended.MERGED: (0, "people merged"),
    Ended.PERSON_DELETED: (1, "person deleted"),
    Ended.RESPONSE_DELETED: (2, "response deleted"),
    Ended.STATUS_INACTIVE: (5, "person changed"),
    Ended.RECYCLED: (5, "person changed"),
}
"""Why an engagement ended, as a cause. What ended with an opportunity is noted with that."""


class StoredCauses:
    """The causes of some records, noted while ledger, opportunities and people are read once through."""

    def __init__(self, records: Iterable[SourceRecord], new: Iterable[str], gone: Iterable[str]) -> None:
        """`new`, `gone`: the ids of records that the closing before did not know, and of those that it knew alone."""
        self._wanted = {concern for record in records for concern in record.concerns}
        self._new, self._gone = frozenset(new), frozenset(gone)
        self._wanted |= {(_OPPORTUNITY, record_id) for record_id in self._gone}
        self._about: dict[tuple[str, str], set[Cause]] = defaultdict(set)
        self._became: dict[str, str] = {}
        self._former: dict[str, Sequence[tuple[str, str]]] = {}

    def of(self, record: SourceRecord) -> frozenset[Cause]:
        concerns = [*record.concerns, *self._former.get(record.record_id, ())]
        concerns += [("decision", record.record_id), (_OPPORTUNITY, record.record_id)]
        names = {(kind, self._current_person_id(name) if kind == _PERSON else name) for kind, name in concerns}
        return frozenset().union(*(self._about.get(name, ()) for name in names))

    def note_journeys(self, records: Iterable[Decision | Entry]) -> None:
        merged: list[Merged] = []
        for record in records:
            match record:
                case Decision():
                    self._note_decision(record)
                case Merged():
                    self._became[record.merged_id] = record.person_id
                    merged.append(record)
                case Deactivated() if record.reason in _ENDS:
                    self._note(_RESPONSE, record.response_id, *_cause(_ENDS[record.reason], record.at))
                case StageReached() if record.stage is Stage.SAL or record.opportunity_id is None:
                    self._note(_RESPONSE, record.response_id, 5, record.at, "person changed")
                case ResponseRenamed():
                    for response_id in (record.response_id, record.former_response_id):
                        self._note(_RESPONSE, response_id, 2, record.at, "response made anew by the CRM")
        for one in merged:
            what = "lead converted" if one.converted else "people merged"
            # Whoever it is, under the name that all of them have now.
            self._about[_PERSON, self._current_person_id(one.person_id)].add(Cause(0, one.at, what))

    def _note_decision(self, decision: Decision) -> None:
        if decision.decision_id in self._gone:
            concerns = [(_PERSON, decision.person_id), (_RESPONSE, decision.response_id or "")]
            self._former[decision.decision_id] = concerns
            self._wanted |= set(concerns)
        if decision.batch_id is not None:
            self._about["decision", decision.decision_id].add(Cause(0, decision.decided_at, "backfilled"))
        elif decision.decision_id in self._new:
            self._about["decision", decision.decision_id].add(Cause(6, decision.decided_at, "decided"))
        elif decision.replaced_response_id is not None:
            for response_id in (decision.response_id, decision.replaced_response_id):
                self._note(_RESPONSE, response_id or "", 4, decision.decided_at, "credit moved to another response")

    def note_opportunities(self, opportunities: Mapping[str, Opportunity]) -> None:
        for opportunity_id, opportunity in opportunities.items():
            if (_OPPORTUNITY, opportunity_id) in self._wanted:
                for name, stamp in opportunity.stamps.items():
                    what = "opportunity deleted" if name == "deleted" else "opportunity changed"
                    self._note(_OPPORTUNITY, opportunity_id, LAST_OF_DEALS, stamp.at, what)

    def note_people(self, people: Iterable[tuple[Person, Sequence[Response]]]) -> None:
        for person, responses in people:
            names = (person.person_id, *person.merged_ids)
            is_wanted = any((_PERSON, name) in self._wanted for name in names)
            erasure = person.erasure
            if is_wanted and erasure is not None:
                what = "person erased" if erasure.everywhere else "person deleted"
                self._about[_PERSON, self._current_person_id(person.person_id)].add(
                    Cause(1, erasure.requested_at, what)
                )
            for response in responses:
                if is_wanted or (_RESPONSE, response.response_id) in self._wanted:
                    self._note_response(person, response)

    def _note_response(self, person: Person, response: Response) -> None:
        stamps = response.details.stamps if response.details is not None else {}
        causes = [Cause(4, response.state.received_at, "response recorded")]
        if response.state.deleted and "deleted" in stamps:
            causes.append(Cause(2, stamps["deleted"].at, "response deleted"))
        self._about[_RESPONSE, response.response_id].update(causes)
        self._about[_PERSON, self._current_person_id(person.person_id)].update(causes)

    def _note(self, kind: str, name: str, rank: int, at: datetime, what: str) -> None:
        if (kind, name) in self._wanted:
            self._about[kind, name].add(Cause(rank, at, what))

    def _current_person_id(self, person_id: str) -> str:
        seen = {person_id}
        while (became := self._became.get(person_id)) is not None and became not in seen:
            seen.add(became)
            person_id = became
        return person_id


def _cause(known: tuple[int, str], at: datetime) -> tuple[int, datetime, str]:
    rank, what = known
    return rank, at, what
