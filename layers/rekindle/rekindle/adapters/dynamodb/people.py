"""Persons and responses kept in DynamoDB."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, cast

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import encoding, ways, writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.ledger import ledger_image
from rekindle.adapters.dynamodb.retention import DEFAULT, Retention
from rekindle.adapters.dynamodb.tables import (
    ASSIGNED,
    BY_CAMPAIGN,
    CAND,
    HOME,
    PERSON,
    LedgerItem,
    PeopleItem,
    ScoreItem,
    compact,
    home_key,
)
from rekindle.adapters.dynamodb.writes import Condition, Image, Write
from rekindle.application.ports import Page
from rekindle.application.ports.people import ListedBy
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.values import replace
from rekindle.domain.people.assignment import AssignmentState
from rekindle.domain.people.directory import HEAD as HEAD_LETTERS
from rekindle.domain.people.directory import directory_keys
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.change import Change, origins
from rekindle.domain.records.stamps import ChangeStamp
from rekindle.domain.responses.response import Response, ResponseClass, ResponseOwner

Classes = Mapping[str, ResponseClass | None]

ACTIVATED = "activated"
LIVES, GONE = "lives_with", "gone"
"""What a home tells: whose the response is, or which change deleted a response that nobody has."""
FIRST = "0"
"""The index key of the person itself: before every candidate."""
_BUCKETS = {
    ResponseClass.NEW: "1",
    ResponseClass.NEVER_ENGAGED: "2",
    ResponseClass.FORMERLY_ENGAGED: "3",
    ResponseClass.NON_RESPONSE: "4",
}
_RESPONDED = "3~"
"""After all who responded. Those who did not are seldom asked for, and may be many: they are read by themselves."""
HEAD = 10
"""Candidates read together with the person: they fit into the same 4 KB, so they cost nothing more."""
PAGE = 50
"""Candidates read at a time where none of the first ones may take the credit."""
_LATEST = 10**15 - 1
SHARDS = 8
"""Partitions of the index of assignments, for each state, where the stack sets no more."""


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


def _key(response_id: str) -> str:
    return f"R#{response_id}"


@dataclass
class DynamoDBCandidates:
    """The first page of the index: the person, and the best candidates in the classes' default order."""

    people: "DynamoDBPeople"
    person_id: str
    person: Person | None
    head: Sequence[Image]
    complete: bool
    """Whether the page holds every candidate who responded."""

    def candidates_of(self, response_class: ResponseClass, newest: datetime) -> Iterable[Response]:
        bucket = _BUCKETS[response_class]
        held = [row for row in self.head if row[CAND]["S"][0] == bucket]
        last = self.head[-1][CAND]["S"][0] if self.head else FIRST
        upper = f"{bucket}#{_inverted(newest)}"
        yield from (_found(row) for row in held if row[CAND]["S"] >= upper)
        if bucket < last or (self.complete and bucket < _RESPONDED):
            return
        # A row before the range, dated in the future, is no place to go on from.
        after = held[-1] if held and held[-1][CAND]["S"] >= upper else None
        yield from self.people.further(self.person_id, upper, f"{bucket}~", after)


def _found(row: Image) -> Response:
    """A row of the index: the part of the response that the search looks at."""
    standing = json.loads(row["standing"]["S"])
    campaign_id = standing.pop("campaign_id")
    return Response(row["record"]["S"][2:], campaign_id, encoding.response_state(standing))


@dataclass(frozen=True)
class DynamoDBPeople:
    connection: Connection
    retention: Retention = DEFAULT
    shards: int = field(default=SHARDS, kw_only=True)
    """Partitions of the index of assignments, for each state. It may be raised at any time: the partitions that there
    were are read as before."""

    # --- reading ---------------------------------------------------------------------------------------------------

    def get(self, person_id: str) -> Person | None:
        return next((_person(item) for item in self._batch(person_id, [PERSON])), None)

    def get_response(self, person_id: str, response_id: str) -> Response | None:
        return next((_response(item) for item in self._batch(person_id, [_key(response_id)])), None)

    def load(self, person_id: str, response_id: str) -> tuple[Person | None, Response | None]:
        found = {item.record: item for item in self._batch(person_id, [PERSON, _key(response_id)])}
        person, response = found.get(PERSON), found.get(_key(response_id))
        return _person(person) if person else None, _response(response) if response else None

    def _batch(self, person_id: str, records: Sequence[str]) -> list[PeopleItem]:
        with our_errors():
            return list(PeopleItem.batch_get([(person_id, record) for record in records], consistent_read=True))

    def responses(self, person_id: str, after: str | None = None) -> Iterator[Response]:
        condition = PeopleItem.record.between(_key(after) + "\x00" if after else "R#", "R$")
        with our_errors():
            for item in PeopleItem.query(person_id, condition, consistent_read=True):
                yield _response(item)

    def assigned(self, state: AssignmentState, limit: int, start: str | None = None) -> Page[Person]:
        after = PeopleItem.assigned_at > start if start else None
        found: list[tuple[str, str]] = []
        with our_errors():
            for shard in range(self.shards):
                rows = PeopleItem.by_assignment.query(f"{state}#{shard}", after, limit=limit + 1)
                found.extend((row.assigned_at, row.person_id) for row in rows)
            found.sort()
            keys = [(person_id, PERSON) for _, person_id in found[:limit]]
            people = {item.person_id: _person(item) for item in PeopleItem.batch_get(keys, consistent_read=True)}
        # The index follows the table within a moment: whose assignment went on since then is left out.
        held = [people[person_id] for person_id, _ in keys if person_id in people]
        still = [person for person in held if person.assignment is not None and person.assignment.state is state]
        return Page(still, found[limit - 1][0] if len(found) > limit else None)

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

    def owner_of_response(self, response_id: str) -> ResponseOwner | None:
        request = {"TableName": PeopleItem.Meta.table_name, "Key": _home_of(response_id), "ConsistentRead": True}
        with our_errors():
            found = self.connection.dispatch("GetItem", request).get("Item")
        if found is None:
            return None
        told = {name: found[name]["S"] for name in (LIVES, GONE) if name in found}
        return ResponseOwner(told.get(LIVES), ChangeStamp.parse(told[GONE]) if GONE in told else None)

    def repeats(self, person_id: str, campaign_id: str, limit: int) -> int:
        found = self._query(
            IndexName=BY_CAMPAIGN,
            KeyConditionExpression="person_id = :p AND campaign_id = :c",
            ExpressionAttributeValues={":p": {"S": person_id}, ":c": {"S": campaign_id}},
            ConsistentRead=True,
            Select="COUNT",
            Limit=limit,
        )
        return int(found["Count"])

    def candidates(self, person_id: str) -> DynamoDBCandidates:
        page = self._search(person_id, FIRST, _RESPONDED, HEAD + 1)
        rows = page["Items"]
        person = None
        if rows and rows[0][CAND]["S"] == FIRST:
            stored = rows.pop(0)
            person = ways.person(person_id, int(stored["version"]["N"]), json.loads(stored["core"]["S"]), None)
        return DynamoDBCandidates(self, person_id, person, rows, "LastEvaluatedKey" not in page)

    def further(self, person_id: str, lower: str, upper: str, after: Image | None) -> Iterator[Response]:
        """The candidates of one class beyond the first page, a page at a time."""
        start = None if after is None else {name: after[name] for name in ("person_id", "record", CAND)}
        while True:
            page = self._search(person_id, lower, upper, PAGE, start)
            yield from (_found(row) for row in page["Items"])
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
        expires = self.retention.decision_expires()
        of_changes = (write for change in changes for write in _writes(change, self.shards, expires))
        request = {
            "TransactItems": [*of_changes, *_writes_of_homes(changes)],
            "ReturnConsumedCapacity": "NONE",
        }
        with our_errors():
            self.connection.dispatch("TransactWriteItems", request)

    def record_tombstone(self, response_id: str, deleted: ChangeStamp, read: ChangeStamp | None) -> None:
        home = {**_home_of(response_id), **writes.texts({GONE: str(deleted)})}
        request = writes.put(PeopleItem.Meta.table_name, home, _still(GONE, str(read) if read else None))["Put"]
        with our_errors():
            self.connection.dispatch("PutItem", request)

    def reindex(self, person: Person, classes: Classes, class_map: str) -> None:
        outdated = [
            response for response, stored in self._indexed(person.person_id) if stored != cand(response, classes)
        ]
        version = person.version
        for some in batched(outdated, 50, strict=False):
            person = replace(person, version=version + 1)
            partial = tuple(replace(response, details=None, trail=()) for response in some)
            self.commit(Change(person, version, partial, classes=classes))
            version = person.version
        self.commit(Change(replace(person, version=version + 1, classes=class_map), version))

    def _indexed(self, person_id: str) -> Iterator[tuple[Response, str | None]]:
        with our_errors():
            for item in PeopleItem.query(person_id, PeopleItem.record.startswith("R#"), consistent_read=True):
                yield _response(item), item.cand


def _writes(change: Change, shards: int, expires: int | None) -> Iterator[Write]:
    person_id, people = change.person.person_id, PeopleItem.Meta.table_name
    yield _write_of_person(change, shards)
    for response in change.responses:
        yield _write_of_response(person_id, response, change.classes)
    for response_id in change.removed:
        yield writes.delete(people, _key_of(person_id, _key(response_id)))
    for record in (change.decision, *change.entries):
        if record is not None:
            condition = writes.missing("person") if record is change.decision else None
            yield writes.put(LedgerItem.Meta.table_name, ledger_image(record, expires), condition)
    if change.member is not None:
        # Only a backfill has one.
        from rekindle.adapters.dynamodb.batches import member_image

        yield writes.put(LedgerItem.Meta.table_name, member_image(change.member))
    if change.timer is not None:
        from rekindle.adapters.dynamodb.timers import timer_image

        yield writes.put(LedgerItem.Meta.table_name, timer_image(change.timer))
    if change.quota_claim is not None:
        # Only the router has one.
        from rekindle.adapters.dynamodb.pools import write_of_claim

        yield write_of_claim(change.quota_claim)
    if change.unchanged_score is not None:
        scored, score = change.unchanged_score
        condition = writes.unchanged("person_id", score.version if score else 0)
        yield writes.check(ScoreItem.Meta.table_name, writes.texts({"person_id": scored}), condition)


def _writes_of_homes(changes: Sequence[Change]) -> Iterator[Write]:
    """A home is written where a response has a new one, on condition that it is where this commit takes it from, or
    here already: no two people ever have the same response."""
    table, leaving = PeopleItem.Meta.table_name, origins(changes)
    arrived = set()
    for change in changes:
        for response in change.arriving():
            arrived.add(response.response_id)
            here = writes.texts({LIVES: change.person.person_id})
            if response.response_id in leaving:
                condition = _still(LIVES, leaving[response.response_id])
            else:
                condition = _still(GONE, str(change.tombstone) if change.tombstone else None)
            either = Condition(f"{condition.expression} OR {LIVES} = :here", {**condition.values, ":here": here[LIVES]})
            yield writes.put(table, {**_home_of(response.response_id), **here}, either)
    for response_id in leaving.keys() - arrived:
        yield writes.delete(table, _home_of(response_id))


def _still(name: str, read: str | None) -> Condition:
    """That a home still tells what was read of it; None: that there is none."""
    return Condition(f"{name} = :told", writes.texts({":told": read})) if read else writes.missing("person_id")


def _home_of(response_id: str) -> Image:
    return _key_of(home_key(response_id), HOME)


def _write_of_person(change: Change, shards: int) -> Write:
    person = change.person
    assigned = _assigned(person, shards)
    listed = _listed(person)
    told = writes.texts(
        {
            CAND: FIRST,
            **assigned,
            **listed,
            "core": compact(ways.core(person)),
            "profile": None if person.profile is None else compact(encoding.encoded(person.profile)),
            "watch": ACTIVATED if change.status_activated else None,
        }
    )
    return writes.update(
        PeopleItem.Meta.table_name,
        _key_of(person.person_id, PERSON),
        {"version": writes.number(person.version), **told},
        remove=[
            *(() if change.status_activated else ("watch",)),
            *(() if assigned else (ASSIGNED, "assigned_at")),
            *(name for name, value in listed.items() if value is None),
        ],
        condition=writes.unchanged("person_id", change.read_version),
    )


def _listed(person: Person) -> dict[str, str | None]:
    """Under which keys the person is found; nothing where only the part that decisions look at was read."""
    if person.profile is None:
        return {}
    keys = directory_keys(person)
    head = keys.name[:HEAD_LETTERS] if keys.name else None
    return {"mail": keys.mail, "phone": keys.phone, "name_head": head, "name": keys.name}


def _assigned(person: Person, shards: int) -> dict[str, str]:
    """Where the index of assignments has the person: in one of several partitions for each state, so that none of them
    bounds how many assignments begin in a second."""
    assignment = person.assignment
    if assignment is None:
        return {}
    at = f"{times.millis(assignment.next_due or assignment.activated_at):015d}"
    shard = int(digest(person.person_id), 16) % shards
    return {ASSIGNED: f"{assignment.state}#{shard}", "assigned_at": f"{at}#{person.person_id}"}


def _write_of_response(person_id: str, response: Response, classes: Classes) -> Write:
    table = PeopleItem.Meta.table_name
    if response.details is not None:
        return writes.put(table, response_image(person_id, response, classes))
    told = _state_attributes(response, classes)
    gone = [name for name, value in told.items() if value is None]
    extend = _trail_told(person_id, response) if response.trail else None
    return writes.update(table, _key_of(person_id, _key(response.response_id)), writes.texts(told), gone, extend)


def response_image(person_id: str, response: Response, classes: Classes) -> Image:
    """A response as its whole item."""
    details = None if response.details is None else compact(encoding.encoded(response.details))
    told = {"response_id": response.response_id, "details": details, **_state_attributes(response, classes)}
    key = _key_of(person_id, _key(response.response_id))
    return {**key, **writes.texts(told), **_trail_told(person_id, response)}


def _state_attributes(response: Response, classes: Classes) -> dict[str, str | None]:
    standing = {"campaign_id": response.campaign_id, **encoding.encoded(response.state)}
    return {
        CAND: cand(response, classes),
        "campaign_id": None if response.state.deleted else response.campaign_id or None,
        "standing": compact(standing),
    }


def _trail_told(person_id: str, response: Response) -> Image:
    return {"trail": {"L": [{"S": compact(encoding.trace(t, person_id))} for t in response.trail]}}


def _key_of(person_id: str, record: str) -> Image:
    return writes.texts({"person_id": person_id, "record": record})


def _person(item: PeopleItem) -> Person:
    return ways.person(item.person_id, int(item.version), item.core, item.profile or {})


def _response(item: PeopleItem) -> Response:
    standing = dict(item.standing)
    campaign_id = standing.pop("campaign_id")
    trail = tuple(encoding.traced(json.loads(t), item.person_id) for t in cast("list[str]", item.trail or []))
    return Response(
        item.response_id,
        campaign_id,
        encoding.response_state(standing),
        encoding.details(item.details or {}),
        trail,
    )
