"""Pairs of records that may be one person."""

from typing import Annotated, Literal, TypedDict

from rekindle.adapters.wire.answers import Instant
from rekindle.domain.people.duplicates import Grounds
from rekindle.domain.people.possible_duplicate import DuplicateState


class DuplicatePerson(TypedDict):
    person_id: str
    kind: str
    email: str | None
    first_name: str | None
    last_name: str | None
    company: str | None
    phone: str | None
    status: str | None
    owner_id: str | None
    responses: int
    deleted: bool


class Duplicate(TypedDict):
    """Two records that may be one person, and what somebody said of it."""

    record: Literal["duplicate"]
    duplicate_id: str
    person_ids: list[str]
    grounds: Annotated[Grounds, ("description", "What speaks for it.")]
    likely: Annotated[
        bool, ("description", "Whether nothing speaks against it, as another first name at the same address does.")
    ]
    found_at: Instant
    state: DuplicateState
    answered_at: Instant | None
    user_id: str | None
    survivor_id: Annotated[str | None, ("description", "Of a union, the record that the other became.")]
    merged_id: Annotated[str | None, ("description", "Of a union, the record that became the other.")]
    people: Annotated[
        list[DuplicatePerson],
        ("description", "As they stand. After a union, the one that they are; who became another since is that one."),
    ]
