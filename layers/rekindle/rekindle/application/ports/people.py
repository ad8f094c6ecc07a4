"""Ports of persons: their records, responses, scores and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from rekindle.application.ports import Page

if TYPE_CHECKING:
    from rekindle.domain.capture.separating import Union
    from rekindle.domain.people.assignment import AssignmentState
    from rekindle.domain.people.person import Person
    from rekindle.domain.people.possible_duplicate import DuplicateState, PossibleDuplicate
    from rekindle.domain.people.score import Score
    from rekindle.domain.reactivation.change import Change
    from rekindle.domain.records.stamps import ChangeStamp
    from rekindle.domain.responses.response import Response, ResponseClass, ResponseOwner


class Candidates(Protocol):
    """One consistent look at a person and the best candidates, which reads on only as far as it is asked to."""

    @property
    def person(self) -> Person | None: ...

    def candidates_of(self, response_class: ResponseClass, newest: datetime) -> Iterable[Response]:
        """The candidates of one class dated no later than `newest`, best first, only the search's part of each."""
        ...


class ListedBy(StrEnum):
    """The lists of people: by e-mail address, telephone number, and beginning of the name."""

    MAIL = "mail"
    PHONE = "phone"
    NAME = "name"


class MemberState(StrEnum):
    """Which members of a campaign are asked for."""

    TARGETED = "targeted"
    """All of them."""
    RESPONDED = "responded"
    DARK = "dark"
    """Those who have not responded within the time that the settings give them."""
    ACTIVE = "active"
    """Those whose active response is of the campaign."""


class People(Protocol):
    """Persons with their responses."""

    def get(self, person_id: str) -> Person | None:
        """The whole person, as last committed."""
        ...

    def get_response(self, person_id: str, response_id: str) -> Response | None:
        """The whole response, as last committed."""
        ...

    def load(self, person_id: str, response_id: str) -> tuple[Person | None, Response | None]:
        """Both in one request."""
        ...

    def responses(self, person_id: str, after: str | None = None, limit: int | None = None) -> Iterator[Response]:
        """All of a person's responses, whole, in the order of their ids, those up to `after` left out; `limit` at
        most."""
        ...

    def in_campaign(self, person_id: str, campaign_id: str) -> Iterator[Response]:
        """A person's responses in a campaign, without details, those that were deleted left out, in no order."""
        ...

    def with_last_responses(self, person_id: str, limit: int) -> tuple[Person | None, Sequence[Response]]:
        """The whole person, and up to `limit` responses: those with the last ids, in the order of these; in one
        request."""

    def newest_responses(self, person_id: str, limit: int, start: str | None = None) -> Page[Response]:
        """A page of a person's responses, whole, newest first, those left out that were deleted."""
        ...

    def candidates(self, person_id: str) -> Candidates: ...

    def repeats(self, person_id: str, campaign_id: str, limit: int) -> int:
        """How many responses the person has in a campaign, counted up to `limit`."""
        ...

    def assigned(self, state: AssignmentState, limit: int, start: str | None = None) -> Page[Person]:
        """People by the state of their assignment: those who wait by what is due next, the others by the instant at
        which they were activated, the earliest first."""
        ...

    def count_assigned(self, state: AssignmentState) -> int:
        """How many people have an assignment in this state, as of a moment ago."""
        ...

    def owed(self, limit: int, start: str | None = None) -> Page[Person]:
        """People to whom sales owes something, by what time alone does next, the earliest first; those whose clocks
        stand still come last. A person who was changed a moment ago may be missing, or stand where it stood."""
        ...

    def due(self, before: datetime, limit: int, start: str | None = None) -> Page[Person]:
        """People with a clock or a touch that is due before an instant, the earliest first. Costs the same however
        many are not due."""
        ...

    def listed(self, by: ListedBy, key: str, limit: int, start: str | None = None) -> Page[str]:
        """Ids of people under a key of `domain.people.directory`, in the order of their names or ids. A person who was
        changed a moment ago may be missing, or still listed. `next` is where the next page begins."""
        ...

    def members(
        self,
        campaign_id: str,
        state: MemberState,
        limit: int,
        start: str | None = None,
        before: datetime | None = None,
    ) -> Page[tuple[str, Response]]:
        """The members of a campaign, each as the person's id and the whole response, the newest first. `before`: only
        those who became members before that. One that was changed a moment ago may be missing, or still listed."""
        ...

    def owner_of_response(self, response_id: str) -> ResponseOwner | None:
        """Whose response it is, as last committed."""
        ...

    def record_tombstone(self, response_id: str, deleted: ChangeStamp, read: ChangeStamp | None) -> None:
        """Keep that a response nobody has was deleted. Raises Conflict where its home is no longer what was read: a
        deletion, or None."""
        ...

    def commit(self, *changes: Change) -> None:
        """Write all of it or nothing. Raises Conflict where a condition of a change does not hold: also where a
        response arrives that is another person's and does not leave that one in the same commit."""
        ...

    def reindex(
        self,
        person: Person,
        classes: Mapping[str, ResponseClass | None],
        class_map: str,
        at: datetime,
        most: int | None = None,
    ) -> bool:
        """Write the index of the search anew, under another map from status to class. It goes on where an earlier run
        under the same map ended, looks at `most` responses, and answers whether all are done. Raises Conflict, and
        keeps what was done before."""
        ...


class Scores(Protocol):
    def get(self, person_id: str) -> Score | None: ...

    def put(self, score: Score, read_version: int) -> None:
        """Raises Conflict where the stored version is no longer `read_version` (0: where there is one)."""
        ...

    def page(self, limit: int, start: str | None = None) -> Page[Score]:
        """All scores, page by page, in an order that stays the same. `next` is the id of the last person."""
        ...


class Contacts(Protocol):
    """Which contacts have a key: an e-mail address, as `naming.mail_key` writes it, or an account
    (`person.contact_keys`). A change of an earlier version of a person than the stored one changes nothing."""

    def add(self, key: str, person_id: str, version: int) -> None: ...

    def remove(self, key: str, person_id: str, version: int) -> None:
        """Take out what an earlier version of the person had entered."""
        ...

    def having(self, key: str, limit: int) -> Sequence[str]:
        """Up to `limit` people who have, or had until lately, the key, in the order of their ids."""
        ...


class Duplicates(Protocol):
    """Pairs of records that may be one person."""

    def add(self, duplicate: PossibleDuplicate) -> None:
        """Keep a pair that was found. One that is known already stays as it is."""
        ...

    def get(self, duplicate_id: str) -> PossibleDuplicate | None: ...

    def put(self, duplicate: PossibleDuplicate, read_version: int) -> None:
        """Raises Conflict where the stored version is no longer `read_version`."""
        ...

    def keep_union(self, union: Union) -> None:
        """Keep what a union found under the id of the record that became the other, in place of what was kept."""
        ...

    def union_of(self, merged_id: str) -> Union | None: ...

    def forget_union(self, merged_id: str) -> None: ...

    def page(self, state: DuplicateState, limit: int, start: str | None = None) -> Page[PossibleDuplicate]:
        """The newest first. One that was changed a moment ago may be missing, or still listed."""
        ...
