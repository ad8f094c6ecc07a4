"""Failures kept in a table of their own, with an index by state and time. Requests are in DynamoDB's own words: a claim
is one conditional write, whoever races for it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any
from uuid import uuid4

from pynamodb.connection import Connection

from rekindle.adapters.aws.failed_records import FailedRecords
from rekindle.adapters.dynamodb import writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import compact
from rekindle.adapters.dynamodb.writes import Image
from rekindle.adapters.wire.failures import body_without, concerns
from rekindle.application.ports import Page
from rekindle.application.ports.notifications import CLAIMED
from rekindle.domain.core import times
from rekindle.domain.core.errors import Conflict
from rekindle.domain.failures.failure import Backlog, Failure, FailureState

BY_STATE = "by_state"
_TEXTS = ("failure_id", "reason", "body", "record", "record_id", "event_id", "source", "message", "field", "state")
_INSTANTS = ("failed_at", "event_at", "handled_at")
_MOST_IDS = 40
"""Ids that one filter asks for: its expression may have 4 KB, and each id is asked for in several ways."""


type _About = Callable[[Collection[str], Callable[[str], bool]], Iterator[Failure]]
type _Erase = Callable[[Collection[str], Callable[[str], bool]], int]
type _Place = tuple[_About, _Erase]


@dataclass(frozen=True)
class DynamoDBFailures:
    connection: Connection
    table: str
    kept: timedelta | None
    """How long a failure stays after it was handled; None: for ever."""
    records: FailedRecords | None = None
    """Stream records that failed, in files of their own."""

    def add(self, failure: Failure) -> None:
        request = writes.put(self.table, _item(failure), writes.missing("failure_id"))["Put"]
        try:
            self._send("PutItem", request)
        except Conflict:
            return  # A second delivery of the message.

    def get(self, failure_id: str) -> Failure | None:
        request = {"TableName": self.table, "Key": _key(failure_id), "ConsistentRead": True}
        item = self._send("GetItem", request).get("Item")
        return _failure(item) if item is not None else None

    def page(self, state: FailureState, reason: str | None, limit: int, start: str | None = None) -> Page[Failure]:
        rows: list[Failure] = []
        for item in self._in_state(state, start, reason):
            rows.append(_failure(item))
            if len(rows) > limit:
                break
        listed = rows[:limit]
        return Page(listed, _place(listed[-1]) if len(rows) > limit else None)

    def _in_state(self, state: FailureState, start: str | None, reason: str | None) -> Iterator[Image]:
        values = writes.texts({":state": state.value, ":start": start, ":reason": reason})
        names = (
            {"#state": "state"} | ({"#placed": "placed"} if start else {}) | ({"#reason": "reason"} if reason else {})
        )
        request: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": BY_STATE,
            "KeyConditionExpression": "#state = :state" + (" AND #placed < :start" if start else ""),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            **({"FilterExpression": "#reason = :reason"} if reason else {}),
        }
        while True:
            page = self._send("Query", request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def claim(self, failure_id: str, now: datetime) -> Failure | None:
        request = {
            "TableName": self.table,
            "Key": _key(failure_id),
            "UpdateExpression": "SET claimed_until = :until, claim = :claim",
            # The last alternative: botocore sends a request again whose answer was lost.
            "ConditionExpression": "#state = :open AND "
            "(attribute_not_exists(claimed_until) OR claimed_until < :now OR claim = :claim)",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {
                ":open": {"S": FailureState.OPEN.value},
                ":now": writes.number(times.millis(now)),
                ":until": writes.number(times.millis(now + CLAIMED)),
                ":claim": {"S": uuid4().hex},
            },
            "ReturnValues": "ALL_NEW",
        }
        try:
            return _failure(self._send("UpdateItem", request)["Attributes"])
        except Conflict:
            return None

    def release(self, failure: Failure) -> None:
        self._send(
            "UpdateItem",
            {
                "TableName": self.table,
                "Key": _key(failure.failure_id),
                "UpdateExpression": "REMOVE claimed_until, claim",
                # An erasure may have removed it meanwhile.
                "ConditionExpression": "attribute_exists(failure_id)",
            },
            absent=True,
        )

    def settle(self, failure: Failure) -> None:
        is_resent = failure.state is FailureState.RESENT
        removed = ["claimed_until", "claim", *(("#body",) if is_resent else ())]
        values = writes.texts(
            {
                ":state": failure.state.value,
                ":at": times.optional_text(failure.handled_at),
                ":by": failure.handled_by,
                ":note": failure.note,
            }
        )
        sets = ["#state = :state", "handled_at = :at", "handled_by = :by", *(("note = :note",) if failure.note else ())]
        if self.kept is not None and failure.handled_at is not None:
            sets.append("expires = :expires")
            values[":expires"] = writes.number(int((failure.handled_at + self.kept).timestamp()))
        self._send(
            "UpdateItem",
            {
                "TableName": self.table,
                "Key": _key(failure.failure_id),
                "UpdateExpression": f"SET {', '.join(sets)} REMOVE {', '.join(removed)}",
                "ConditionExpression": "attribute_exists(failure_id)",
                "ExpressionAttributeNames": {"#state": "state", **({"#body": "body"} if is_resent else {})},
                "ExpressionAttributeValues": values,
            },
            absent=True,
        )

    def backlog(self) -> Backlog:
        count, oldest = 0, None
        request: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": BY_STATE,
            "KeyConditionExpression": "#state = :state",
            "ExpressionAttributeNames": {"#state": "state", "#placed": "placed"},
            "ExpressionAttributeValues": writes.texts({":state": FailureState.OPEN.value}),
            "ProjectionExpression": "#placed",
        }
        while True:
            page = self._send("Query", request)
            count += len(page["Items"])
            if oldest is None and page["Items"]:
                oldest = times.of_millis(int(page["Items"][0]["placed"]["S"].partition("#")[0]))
            if "LastEvaluatedKey" not in page:
                return Backlog(count, oldest)
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    @property
    def _places(self) -> Sequence[_Place]:
        """Wherever something about a person may be: an export reads what an erasure removes."""
        files = [(self.records.about, self.records.erase)] if self.records is not None else []
        return [(self._messages_about, self._erase_messages), *files]

    def about(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> Iterator[Failure]:
        for about, _ in self._places:
            yield from about(person_ids, has_response)

    def erase(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> int:
        return sum(erase(person_ids, has_response) for _, erase in self._places)

    def _erase_messages(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> int:
        removed = 0
        for failure in self._messages_about(person_ids, has_response):
            left = body_without(failure, person_ids)
            removed += left != failure.body
            if left is None:
                self._send("DeleteItem", {"TableName": self.table, "Key": _key(failure.failure_id)})
            elif left != failure.body:
                self._rewrite(failure, left)
        return removed

    def _messages_about(self, person_ids: Collection[str], has_response: Callable[[str], bool]) -> Iterator[Failure]:
        seen: set[str] = set()
        for some in batched(sorted(person_ids), _MOST_IDS, strict=False):
            for failure in map(_failure, self._scan(some)):
                if failure.failure_id not in seen and concerns(failure, person_ids, has_response):
                    seen.add(failure.failure_id)
                    yield failure

    def _scan(self, person_ids: Collection[str]) -> Iterator[Image]:
        """Every failure that names one of these people, or a response and nobody."""
        names = {f":i{number}": {"S": person_id} for number, person_id in enumerate(person_ids)}
        quoted = {f":q{number}": {"S": compact(person_id)} for number, person_id in enumerate(person_ids)}
        conditions = [f"contains(person_ids, {name})" for name in names] + [
            f"contains(#body, {name})" for name in quoted
        ]
        request: dict[str, Any] = {
            "TableName": self.table,
            "FilterExpression": " OR ".join([*conditions, "#record = :response"]),
            "ExpressionAttributeNames": {"#body": "body", "#record": "record"},
            "ExpressionAttributeValues": {**names, **quoted, ":response": {"S": "response"}},
            "ConsistentRead": True,
        }
        while True:
            page = self._send("Scan", request)
            yield from (item for item in page["Items"] if "body" in item)
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _rewrite(self, failure: Failure, body: str) -> None:
        self._send(
            "UpdateItem",
            {
                "TableName": self.table,
                "Key": _key(failure.failure_id),
                "UpdateExpression": "SET #body = :body",
                "ConditionExpression": "attribute_exists(failure_id)",
                "ExpressionAttributeNames": {"#body": "body"},
                "ExpressionAttributeValues": {":body": {"S": body}},
            },
            absent=True,
        )

    def _send(self, operation: str, request: dict[str, Any], *, absent: bool = False) -> dict[str, Any]:
        """`absent`: whether the condition may fail because the failure is gone."""
        try:
            with our_errors():
                return self.connection.dispatch(operation, request)
        except Conflict:
            if absent:
                return {}
            raise


def _key(failure_id: str) -> Image:
    return writes.texts({"failure_id": failure_id})


def _place(failure: Failure) -> str:
    return f"{times.millis(failure.failed_at):015d}#{failure.failure_id}"


def _item(failure: Failure) -> Image:
    item = {name: getattr(failure, name) for name in _TEXTS}
    item |= {name: times.optional_text(getattr(failure, name)) for name in _INSTANTS}
    people = {"person_ids": {"L": [{"S": one} for one in failure.person_ids]}} if failure.person_ids else {}
    return {**writes.texts({**item, "placed": _place(failure)}), **people}


def _failure(item: Image) -> Failure:
    values: dict[str, Any] = {name: item[name]["S"] for name in (*_TEXTS, "handled_by", "note") if name in item}
    values |= {name: times.instant(item[name]["S"]) for name in _INSTANTS if name in item}
    values["state"] = FailureState(values["state"])
    people: Any = item.get("person_ids", {"L": []})
    return Failure(**{"body": "", **values, "person_ids": tuple(one["S"] for one in people["L"])})
