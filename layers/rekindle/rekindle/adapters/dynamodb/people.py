"""Persons and responses kept in DynamoDB."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import lifecycle_encoding, people_encoding, writes
from rekindle.adapters.dynamodb.candidates import (
    FIRST,
    HEAD,
    PAGE,
    RESPONDED,
    Classes,
    DynamoDBCandidates,
    cand,
    candidate_of,
    key_of_response,
)
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.members import Key, entries, entries_of_person, in_state
from rekindle.adapters.dynamodb.people_writes import (
    GONE,
    LIVES,
    key_of_home,
    unchanged_home,
    writes_of,
    writes_of_homes,
)
from rekindle.adapters.dynamodb.retention import DEFAULT, Retention
from rekindle.adapters.dynamodb.tables import BY_CAMPAIGN, CAND, PERSON, PeopleItem, compact
from rekindle.adapters.dynamodb.writes import Image, Write
from rekindle.application.ports import Page
from rekindle.application.ports.people import ListedBy, MemberState
from rekindle.domain.core import times
from rekindle.domain.core.values import replace
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.people.directory import HEAD as HEAD_LETTERS
from rekindle.domain.people.person import IndexRewrite, Person, resumed_from
from rekindle.domain.reactivation.change import Change
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Response, ResponseOwner

SHARDS = 8
"""Partitions of the index of assignments, for each state, where the stack sets no more."""
_OF_ONE_TRANSACTION = 50
"""Responses whose place in the index of the search changes."""
_BY_THEMSELVES = 1_000
"""Responses of a campaign that are read one by one."""


@dataclass(frozen=True)
class DynamoDBPeople:
    connection: Connection
    retention: Retention = DEFAULT
    shards: int = field(default=SHARDS, kw_only=True)
    """Partitions of the index of assignments, for each state. It may be raised at any time: the partitions that there
    were are read as before."""

    # --- reading ---------------------------------------------------------------------------------------------------

    def get(self, person_id: str) -> Person | None:
        return next((person_in(item) for item in self._batch(person_id, [PERSON])), None)

    def get_response(self, person_id: str, response_id: str) -> Response | None:
        return next((response_in(item) for item in self._batch(person_id, [key_of_response(response_id)])), None)

    def load(self, person_id: str, response_id: str) -> tuple[Person | None, Response | None]:
        items = {item.record: item for item in self._batch(person_id, [PERSON, key_of_response(response_id)])}
        person, response = items.get(PERSON), items.get(key_of_response(response_id))
        return person_in(person) if person else None, response_in(response) if response else None

    def _batch(self, person_id: str, records: Sequence[str]) -> list[PeopleItem]:
        with our_errors():
            return list(PeopleItem.batch_get([(person_id, record) for record in records], consistent_read=True))

    def responses(self, person_id: str, after: str | None = None, limit: int | None = None) -> Iterator[Response]:
        with our_errors():
            for item in self._items(person_id, after, limit):
                yield response_in(item)

    def with_last_responses(self, person_id: str, limit: int) -> tuple[Person | None, Sequence[Response]]:
        # The person's own item stands behind those of its responses.
        both = PeopleItem.record.between("R#", PERSON)
        with our_errors():
            items = list(
                PeopleItem.query(
                    person_id,
                    both,
                    consistent_read=True,
                    scan_index_forward=False,
                    limit=limit + 1,
                    page_size=limit + 1,
                )
            )
        person = person_in(items.pop(0)) if items and items[0].record == PERSON else None
        return person, [response_in(item) for item in reversed(items[:limit])]

    def newest_responses(self, person_id: str, limit: int, start: str | None = None) -> Page[Response]:
        with our_errors():
            keys, following = entries_of_person(person_id, limit, start)
            items = {item.record: item for item in PeopleItem.batch_get(keys, consistent_read=True)}
        return Page([response_in(items[record]) for _, record in keys if record in items], following)

    def _items(self, person_id: str, after: str | None, limit: int | None) -> Iterator[PeopleItem]:
        condition = PeopleItem.record.between(key_of_response(after) + "\x00" if after else "R#", "R$")
        return iter(PeopleItem.query(person_id, condition, consistent_read=True, limit=limit))

    def in_campaign(self, person_id: str, campaign_id: str) -> Iterator[Response]:
        values = writes.texts({":p": person_id, ":c": campaign_id})
        listed = self._query(
            IndexName=BY_CAMPAIGN,
            KeyConditionExpression="person_id = :p AND campaign_id = :c",
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            Limit=_BY_THEMSELVES,
        )
        if "LastEvaluatedKey" not in listed:
            for item in self._batch(person_id, [row["record"]["S"] for row in listed["Items"]]):
                yield replace(response_in(item), details=None)
            return
        # So many are read sooner, and for less, with all others.
        start: Image | None = None
        while True:
            page = self._query(
                KeyConditionExpression="person_id = :p",
                FilterExpression="campaign_id = :c",
                ProjectionExpression="#r, standing, trail",
                ExpressionAttributeNames={"#r": "record"},
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **({"ExclusiveStartKey": start} if start else {}),
            )
            for row in page["Items"]:
                traces = [trace["S"] for trace in row["trail"]["L"]] if "trail" in row else []
                yield replace(candidate_of(row), trail=people_encoding.trail(traces, person_id))
            start = page.get("LastEvaluatedKey")
            if start is None:
                return

    def assigned(self, state: AssignmentState, limit: int, start: str | None = None) -> Page[Person]:
        after = PeopleItem.assigned_at > start if start else None

        def rows(shard: int) -> Iterator[tuple[str, str]]:
            for row in PeopleItem.by_assignment.query(f"{state}#{shard}", after, limit=limit + 1):
                yield row.assigned_at, row.person_id

        def still(person: Person) -> bool:
            return person.assignment is not None and person.assignment.state is state

        return self._placed(rows, still, limit)

    def owed(self, limit: int, start: str | None = None) -> Page[Person]:
        after = PeopleItem.owed_at > start if start is not None else None

        def rows(shard: int) -> Iterator[tuple[str, str]]:
            return _by_clock(str(shard), after, limit)

        def still(person: Person) -> bool:
            return person.lifecycle is not None and person.lifecycle.is_owed

        return self._placed(rows, still, limit)

    def due(self, before: datetime, limit: int, start: str | None = None) -> Page[Person]:
        until = times.sortable(before)
        between = PeopleItem.owed_at < until if start is None else PeopleItem.owed_at.between(f"{start}\x00", until)

        def rows(shard: int) -> Iterator[tuple[str, str]]:
            for partition in (str(shard), f"{lifecycle_encoding.TOUCHES}{shard}"):
                yield from _by_clock(partition, between, limit)

        def still(person: Person) -> bool:
            return person.lifecycle is not None and person.lifecycle.due_at is not None

        return self._placed(rows, still, limit)

    def _placed(
        self, rows: Callable[[int], Iterator[tuple[str, str]]], still: Callable[[Person], bool], limit: int
    ) -> Page[Person]:
        """People by their places in an index, over all of its partitions."""
        with our_errors():
            indexed = sorted(row for shard in range(self.shards) for row in rows(shard))
            keys = [(person_id, PERSON) for _, person_id in indexed[:limit]]
            people = {item.person_id: person_in(item) for item in PeopleItem.batch_get(keys, consistent_read=True)}
        # The index follows the table within a moment: who is no longer there is left out.
        listed = [people[person_id] for person_id, _ in keys if person_id in people]
        return Page([p for p in listed if still(p)], indexed[limit - 1][0] if len(indexed) > limit else None)

    def count_assigned(self, state: AssignmentState) -> int:
        with our_errors():
            return sum(PeopleItem.by_assignment.count(f"{state}#{shard}") for shard in range(self.shards))

    def listed(self, by: ListedBy, key: str, limit: int, start: str | None = None) -> Page[str]:
        is_name = by is ListedBy.NAME
        request: dict[str, Any] = {
            "IndexName": by.value,
            "KeyConditionExpression": "name_head = :h AND begins_with(#n, :k)" if is_name else f"{by} = :k",
            "ExpressionAttributeValues": writes.texts({":k": key, ":h": key[:HEAD_LETTERS] if is_name else None}),
            "Limit": limit,
            **({"ExpressionAttributeNames": {"#n": "name"}} if is_name else {}),
            **({"ExclusiveStartKey": json.loads(start)} if start else {}),
        }
        page = self._query(**request)
        last = page.get("LastEvaluatedKey")
        return Page([row["person_id"]["S"] for row in page["Items"]], compact(last) if last else None)

    def members(
        self,
        campaign_id: str,
        state: MemberState,
        limit: int,
        start: str | None = None,
        before: datetime | None = None,
    ) -> Page[tuple[str, Response]]:
        with our_errors():
            keys, following = entries(campaign_id, state, limit, start, before)
            items = {(item.person_id, item.record): item for item in PeopleItem.batch_get(keys, consistent_read=True)}
            people = self._people_of(keys) if state is MemberState.ACTIVE else {}
        found = [(key[0], response_in(items[key])) for key in keys if key in items]
        still = [one for one in found if in_state(one[1], people.get(one[0]), campaign_id, state)]
        return Page(still, following)

    def _people_of(self, keys: Sequence[Key]) -> Mapping[str, Person]:
        keys_of_people = sorted({(person_id, PERSON) for person_id, _ in keys})
        return {item.person_id: person_in(item) for item in PeopleItem.batch_get(keys_of_people, consistent_read=True)}

    def owner_of_response(self, response_id: str) -> ResponseOwner | None:
        request = {"TableName": PeopleItem.Meta.table_name, "Key": key_of_home(response_id), "ConsistentRead": True}
        with our_errors():
            home = self.connection.dispatch("GetItem", request).get("Item")
        if home is None:
            return None
        return owner_in(home)

    def repeats(self, person_id: str, campaign_id: str, limit: int) -> int:
        page = self._query(
            IndexName=BY_CAMPAIGN,
            KeyConditionExpression="person_id = :p AND campaign_id = :c",
            ExpressionAttributeValues={":p": {"S": person_id}, ":c": {"S": campaign_id}},
            ConsistentRead=True,
            Select="COUNT",
            Limit=limit,
        )
        return int(page["Count"])

    def candidates(self, person_id: str) -> DynamoDBCandidates:
        page = self._search(person_id, FIRST, RESPONDED, HEAD + 1)
        rows = page["Items"]
        person = None
        if rows and rows[0][CAND]["S"] == FIRST:
            stored = rows.pop(0)
            person = lifecycle_encoding.person(
                person_id, int(stored["version"]["N"]), json.loads(stored["core"]["S"]), None
            )
        return DynamoDBCandidates(self.further, person_id, person, rows, "LastEvaluatedKey" not in page)

    def further(self, person_id: str, lower: str, upper: str, after: Image | None) -> Iterator[Response]:
        """The candidates of one class beyond the first page, a page at a time."""
        start = None if after is None else {name: after[name] for name in ("person_id", "record", CAND)}
        while True:
            page = self._search(person_id, lower, upper, PAGE, start)
            yield from (candidate_of(row) for row in page["Items"])
            start = page.get("LastEvaluatedKey")
            if start is None:
                return

    def _search(self, person_id: str, lower: str, upper: str, limit: int, start: Image | None = None) -> dict[str, Any]:
        return self._query(
            IndexName=CAND,
            KeyConditionExpression="person_id = :p AND cand BETWEEN :l AND :u",
            ExpressionAttributeValues={":p": {"S": person_id}, ":l": {"S": lower}, ":u": {"S": upper}},
            ConsistentRead=True,
            Limit=limit,
            **({"ExclusiveStartKey": start} if start else {}),
        )

    def _query(self, **request: Any) -> dict[str, Any]:
        # Raw: the search decodes two attributes of each row, where a model would decode all.
        with our_errors():
            return self.connection.dispatch("Query", {"TableName": PeopleItem.Meta.table_name, **request})

    # --- writing ---------------------------------------------------------------------------------------------------

    def commit(self, *changes: Change) -> None:
        self.transact(self.writes(changes))

    def writes(self, changes: Sequence[Change]) -> list[Write]:
        expires, listed = self.retention.decision_expires(), self.retention.lists_decisions
        of_changes = (write for change in changes for write in writes_of(change, self.shards, expires, listed))
        return [*of_changes, *writes_of_homes(changes)]

    def transact(self, of_transaction: Sequence[Write]) -> None:
        """Raises Conflict, Refusal and Unavailable, and has then written nothing."""
        request = {"TransactItems": of_transaction, "ReturnConsumedCapacity": "NONE"}
        with our_errors():
            self.connection.dispatch("TransactWriteItems", request)

    def record_tombstone(self, response_id: str, deleted: ChangeStamp, read: ChangeStamp | None) -> None:
        home = {**key_of_home(response_id), **writes.texts({GONE: str(deleted)})}
        request = writes.put(PeopleItem.Meta.table_name, home, unchanged_home(GONE, str(read) if read else None))["Put"]
        with our_errors():
            self.connection.dispatch("PutItem", request)

    def reindex(self, person: Person, classes: Classes, class_map: str, at: datetime, most: int | None = None) -> bool:
        looked_at = 0
        outdated: list[Response] = []
        with our_errors():
            for item in self._items(person.person_id, resumed_from(person, class_map), most):
                response = response_in(item)
                if item.cand != cand(response, classes):
                    outdated.append(replace(response, details=None, trail=()))
                looked_at += 1
                if len(outdated) == _OF_ONE_TRANSACTION or looked_at == most:
                    rewrite = IndexRewrite(class_map, response.response_id, at)
                    after = replace(person, version=person.version + 1, classes="", index_rewrite=rewrite)
                    self.commit(Change(after, person.version, tuple(outdated), classes=classes))
                    person, outdated = after, []
        if looked_at == most:
            return False
        done = replace(person, version=person.version + 1, classes=class_map, index_rewrite=None)
        self.commit(Change(done, person.version, tuple(outdated), classes=classes))
        return True


def _by_clock(partition: str, between: Any, limit: int) -> Iterator[tuple[str, str]]:
    """A partition of the index of clocks: each place, and whose it is."""
    for row in PeopleItem.by_clock.query(partition, between, limit=limit + 1):
        yield row.owed_at, row.person_id


def person_in(item: PeopleItem) -> Person:
    return lifecycle_encoding.person(item.person_id, int(item.version), item.core, item.profile or {})


def response_in(item: PeopleItem) -> Response:
    state = dict(item.standing)
    campaign_id = state.pop("campaign_id")
    trail = people_encoding.trail(cast("list[str]", item.trail or []), item.person_id)
    return Response(
        item.response_id,
        campaign_id,
        people_encoding.response_state(state),
        people_encoding.details(item.details or {}),
        trail,
    )


def owner_in(home: Mapping[str, Any]) -> ResponseOwner:
    attributes = {name: home[name]["S"] for name in (LIVES, GONE) if name in home}
    return ResponseOwner(attributes.get(LIVES), ChangeStamp.parse(attributes[GONE]) if GONE in attributes else None)
