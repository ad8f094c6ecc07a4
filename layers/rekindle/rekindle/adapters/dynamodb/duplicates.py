"""Pairs of records that may be one person, in the ledger: an item a pair, listed by its state in the index of what is
due, which holds them whole. And, beside the people, how two records stood before they were united."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from rekindle.adapters.dynamodb import encoding, ledger_encoding, lifecycle_encoding, people_encoding
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem, PeopleItem
from rekindle.application.ports import Page
from rekindle.domain.capture.separating import Union, Versions
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict
from rekindle.domain.lifecycle.journey import Deactivated
from rekindle.domain.people.person import Person
from rekindle.domain.people.possible_duplicate import DuplicateState, PossibleDuplicate

_PAIR, _UNION = "duplicate", "union"
SHARDS = 4
"""Partitions of the list of each state, so that a large file with many duplicates makes no hot key."""


@dataclass(frozen=True)
class DynamoDBDuplicates:
    def add(self, duplicate: PossibleDuplicate) -> None:
        try:
            with our_errors():
                _item(duplicate).save(LedgerItem.person.does_not_exist())
        except Conflict:
            return  # It is known already, and perhaps answered.

    def get(self, duplicate_id: str) -> PossibleDuplicate | None:
        with our_errors():
            try:
                item = LedgerItem.get(f"{_PAIR}#{duplicate_id}", _PAIR, consistent_read=True)
            except LedgerItem.DoesNotExist:
                return None
        return encoding.value_of(PossibleDuplicate, item.body)

    def put(self, duplicate: PossibleDuplicate, read_version: int) -> None:
        with our_errors():
            _item(duplicate).save(LedgerItem.version == read_version)

    def keep_union(self, union: Union) -> None:
        item = PeopleItem(_union_key(union.merged.person_id), _UNION, core=_encoded_union(union))
        with our_errors():
            item.save()

    def union_of(self, merged_id: str) -> Union | None:
        with our_errors():
            found = list(PeopleItem.batch_get([(_union_key(merged_id), _UNION)], consistent_read=True))
        return _union(found[0].core) if found else None

    def forget_union(self, merged_id: str) -> None:
        with our_errors():
            PeopleItem(_union_key(merged_id), _UNION).delete()

    def page(self, state: DuplicateState, limit: int, start: str | None = None) -> Page[PossibleDuplicate]:
        earlier = LedgerItem.due_at < start if start else None
        with our_errors():
            rows = sorted(
                (
                    (item.due_at, item.body)
                    for shard in range(SHARDS)
                    for item in LedgerItem.due.query(
                        _listed(state, shard), earlier, limit=limit + 1, scan_index_forward=False
                    )
                ),
                key=lambda row: str(row[0]),
                reverse=True,
            )
        pairs = [encoding.value_of(PossibleDuplicate, body) for _, body in rows[:limit]]
        return Page(pairs, rows[limit - 1][0] if len(rows) > limit else None)


def _item(duplicate: PossibleDuplicate) -> LedgerItem:
    duplicate_id = duplicate.duplicate_id
    return LedgerItem(
        f"{_PAIR}#{duplicate_id}",
        _PAIR,
        kind=_PAIR,
        version=duplicate.version,
        body=encoding.encoded(duplicate),
        due_shard=_listed(duplicate.state, int(duplicate_id, 16) % SHARDS),
        due_at=f"{times.sortable(duplicate.found_at)}#{duplicate_id}",
    )


def _listed(state: DuplicateState, shard: int) -> str:
    return f"{_PAIR}#{state}#{shard}"


def _union_key(merged_id: str) -> str:
    """An id has no control characters, so no person's key is like it."""
    return f"\x00union\x00{merged_id}"


def _encoded_union(union: Union) -> dict[str, Any]:
    left = union.left
    return {
        "survivor": _encoded_person(union.survivor),
        "merged": _encoded_person(union.merged),
        "at": times.text(union.at),
        "scored": union.survivor_scored,
        "ended": [ledger_encoding.body_of(entry) for entry in union.ended],
        "untraced": {name: encoding.encoded(state) for name, state in union.untraced.items()},
        "left": None if left is None else [left.survivor, left.merged, left.score],
    }


def _union(stored: Mapping[str, Any]) -> Union:
    return Union(
        _person(stored["survivor"]),
        _person(stored["merged"]),
        times.instant(stored["at"]),
        stored["scored"],
        tuple(cast("Deactivated", ledger_encoding.entry("deactivated", body)) for body in stored["ended"]),
        {name: people_encoding.response_state(state) for name, state in stored["untraced"].items()},
        None if stored["left"] is None else Versions(*stored["left"]),
    )


def _encoded_person(person: Person) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "version": person.version,
        "core": lifecycle_encoding.core(person),
        "profile": None if person.profile is None else encoding.encoded(person.profile),
    }


def _person(stored: Mapping[str, Any]) -> Person:
    return lifecycle_encoding.person(stored["person_id"], stored["version"], stored["core"], stored["profile"])
