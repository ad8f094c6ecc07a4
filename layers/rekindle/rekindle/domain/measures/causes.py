"""Why a closed month counts otherwise now: the facts that were learned since, in words."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo

from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
)
from rekindle.domain.measures.books import Cause, SourceRecord
from rekindle.domain.reactivation.request import ReactivationRequested, ResponsePrompted

_LISTED = 3
"""Causes of one change that are named."""
PENDING = "what was pending at the closing was decided"
OTHER_SETTINGS = "the settings were changed since"
OTHER_HISTORY = "the history is another one than at the closing before"
OTHER_COUNT = "the statement before does not follow from its history"


def in_words(causes: Iterable[Cause], open_since: datetime, zone: tzinfo) -> str:
    """`open_since`: when the month began that is open now. What happened before it was learned late."""
    words = list(dict.fromkeys(_words(cause, open_since, zone) for cause in sorted(causes)))
    if not words:
        return PENDING
    more = [f"{len(words) - _LISTED} more"] if len(words) > _LISTED else []
    return "; ".join([*words[:_LISTED], *more])


def _words(cause: Cause, open_since: datetime, zone: tzinfo) -> str:
    late = ", told late" if cause.at < open_since else ""
    return f"{cause.what} on {cause.at.astimezone(zone):%Y-%m-%d}{late}"


class LaterFacts:
    """Facts that were learned since a closing. `current_person_id`: who a person became; `owner`: whose a response is;
    `open_since`: when the month began that is open now."""

    def __init__(
        self,
        facts: Iterable[Fact],
        current_person_id: Callable[[str], str],
        owner: Callable[[str], str | None],
        open_since: datetime,
        zone: tzinfo,
    ) -> None:
        self._current_person_id = current_person_id
        self._owner = owner
        self._open_since = open_since
        self._zone = zone
        self._about: dict[tuple[str, str], set[Cause]] = defaultdict(set)
        for fact in facts:
            self._learn(fact)

    def cause_of(self, record: SourceRecord) -> str:
        """In words: what was learned of the record's people and deals; else of its campaign; else that time passed."""
        causes: set[Cause] = set()
        for kind, record_id in record.concerns:
            name = self._current_person_id(record_id) if kind == "person" else record_id
            causes |= self._about.get((kind, name), set())
        return in_words(causes, self._open_since, self._zone)

    def _learn(self, fact: Fact) -> None:
        at = fact.stamp.at
        match fact:
            case PeopleMerged():
                self._note(0, at, "people merged", people=(fact.survivor_id, *fact.merged_ids))
            case PersonChanged() if fact.values.get("converted_contact_id"):
                self._note(0, at, "lead converted", people=(fact.person_id, fact.values["converted_contact_id"]))
            case PersonDeleted():
                self._note(1, at, "person erased" if fact.erase else "person deleted", people=(fact.person_id,))
            case ResponseDeleted():
                self._note_response(2, at, "response deleted", fact)
            case OpportunityDeleted():
                self._note(3, at, "opportunity deleted", other=("opportunity", fact.opportunity_id))
            case OpportunityChanged():
                people: Iterable[str] = fact.values.get("person_ids") or ()
                self._note(3, at, "opportunity changed", people=people, other=("opportunity", fact.opportunity_id))
            case ResponseRecorded():
                self._note_response(4, at, "response recorded", fact)
            case PersonChanged():
                self._note(5, at, "person changed", people=(fact.person_id,))
            case RecordChanged():
                person = (fact.values.get("person_id"),)
                self._note(6, at, f"{fact.kind.name} changed", people=person, other=(fact.kind.name, fact.record_id))
            case RecordDeleted():
                self._note(6, at, f"{fact.kind.name} deleted", other=(fact.kind.name, fact.record_id))
            case ReactivationRequested() | ResponsePrompted():
                self._note(5, at, "reactivation requested", people=(fact.person_id,))

    def _note_response(self, rank: int, at: datetime, what: str, fact: ResponseRecorded | ResponseDeleted) -> None:
        people = (fact.person_id or self._owner(fact.response_id),)
        self._note(rank, at, what, people=people, other=("response", fact.response_id))

    def _note(
        self,
        rank: int,
        at: datetime,
        what: str,
        *,
        people: Iterable[str | None] = (),
        other: tuple[str, str] | None = None,
    ) -> None:
        cause = Cause(rank, at, what)
        for person_id in people:
            if person_id:
                self._about["person", self._current_person_id(person_id)].add(cause)
        if other is not None:
            self._about[other].add(cause)
