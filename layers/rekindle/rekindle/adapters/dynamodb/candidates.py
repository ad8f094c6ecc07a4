"""The index of the search: its keys, and its first page."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rekindle.adapters.dynamodb import people_encoding
from rekindle.adapters.dynamodb.tables import CAND
from rekindle.adapters.dynamodb.writes import Image
from rekindle.domain.core import times
from rekindle.domain.people.person import Person
from rekindle.domain.responses.response import Response, ResponseClass

Classes = Mapping[str, ResponseClass | None]
FIRST = "0"
"""The index key of the person itself: before every candidate."""
_BUCKETS = {
    ResponseClass.NEW: "1",
    ResponseClass.NEVER_ENGAGED: "2",
    ResponseClass.FORMERLY_ENGAGED: "3",
    ResponseClass.NON_RESPONSE: "4",
}
RESPONDED = "3~"
"""After all who responded. Those who did not are seldom asked for, and may be many: they are read by themselves."""
HEAD = 10
"""Candidates read together with the person: they fit into the same 4 KB, so they cost nothing more."""
PAGE = 50
"""Candidates read at a time where none of the first ones may take the credit."""
_LATEST = 10**15 - 1


def _inverted(moment: datetime) -> str:
    """Sorts the newest first."""
    return f"{_LATEST - times.millis(moment):015d}"


def cand(response: Response, classes: Classes) -> str | None:
    """The key under which the search finds the response, or None where by itself it is no candidate."""
    state = response.state
    response_class = state.classified(classes)
    if response_class is None or state.deleted or state.reactivated_at is not None:
        return None
    return "#".join(
        (
            _BUCKETS[response_class],
            _inverted(state.effective_at),
            _inverted(state.received_at),
            response.response_id,
        )
    )


def key_of_response(response_id: str) -> str:
    return f"R#{response_id}"


@dataclass
class DynamoDBCandidates:
    """The first page of the index: the person, and the best candidates in the classes' default order."""

    further: Callable[[str, str, str, Image | None], Iterator[Response]]
    """Reads candidates of a person between two keys of the index, after a row of it."""
    person_id: str
    person: Person | None
    head: Sequence[Image]
    complete: bool
    """Whether the page holds every candidate who responded."""

    def candidates_of(self, response_class: ResponseClass, newest: datetime) -> Iterable[Response]:
        bucket = _BUCKETS[response_class]
        rows = [row for row in self.head if row[CAND]["S"][0] == bucket]
        last = self.head[-1][CAND]["S"][0] if self.head else FIRST
        upper = f"{bucket}#{_inverted(newest)}"
        yield from (candidate_of(row) for row in rows if row[CAND]["S"] >= upper)
        if bucket < last or (self.complete and bucket < RESPONDED):
            return
        # A row before the range, dated in the future, is no place to go on from.
        after = rows[-1] if rows and rows[-1][CAND]["S"] >= upper else None
        yield from self.further(self.person_id, upper, f"{bucket}~", after)


def candidate_of(row: Image) -> Response:
    """A row of the index: the part of the response that the search looks at."""
    state = json.loads(row["standing"]["S"])
    campaign_id = state.pop("campaign_id")
    return Response(row["record"]["S"][2:], campaign_id, people_encoding.response_state(state))
