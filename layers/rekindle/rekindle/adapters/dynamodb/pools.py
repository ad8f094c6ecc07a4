"""Turns and quotas of the router's pools, kept in DynamoDB: a counter each, which workers add to without a read and
without waiting for each other. A pool has one counter for each set of members that were available together, so nobody
who was away is owed leads, and nobody who was there gets theirs.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem
from rekindle.adapters.dynamodb.writes import Image
from rekindle.domain.assignment.round_robin import Capacities
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Conflict

_COUNTER = "counter"
KEPT = timedelta(days=2)
"""How long a day's claims are kept after its end."""


@dataclass(frozen=True)
class DynamoDBPools:
    connection: Connection

    def turn(self, pool: str, capacities: Capacities) -> int:
        members = digest(*(f"{member} {capacity}" for member, capacity in capacities))
        return self._add(_key(pool, f"turns#{members}"), 1) - 1

    def claim(self, pool: str, user_id: str, day: date, quota: int) -> bool:
        try:
            self._add(_claims(pool, user_id, day), 1, below=quota, expires=_expiry(day))
        except Conflict:
            return False
        return True

    def give_back(self, pool: str, user_id: str, day: date) -> None:
        self._add(_claims(pool, user_id, day), -1)

    def _add(self, key: Image, number: int, below: int | None = None, expires: int | None = None) -> int:
        """The count afterwards. Raises Conflict where it was not below a limit."""
        request: dict[str, Any] = {
            "TableName": LedgerItem.Meta.table_name,
            "Key": key,
            "UpdateExpression": "ADD counted :n SET kind = :kind",
            "ExpressionAttributeValues": {":n": writes.number(number), **writes.texts({":kind": _COUNTER})},
            "ReturnValues": "UPDATED_NEW",
        }
        if below is not None:
            request["ConditionExpression"] = "attribute_not_exists(counted) OR counted < :below"
            request["ExpressionAttributeValues"][":below"] = writes.number(below)
        if expires is not None:
            request["UpdateExpression"] += ", expires = :expires"
            request["ExpressionAttributeValues"][":expires"] = writes.number(expires)
        with our_errors():
            return int(self.connection.dispatch("UpdateItem", request)["Attributes"]["counted"]["N"])


def _key(pool: str, entry: str) -> Image:
    return writes.texts({"person": f"pool#{pool}", "entry": entry})


def _claims(pool: str, user_id: str, day: date) -> Image:
    return _key(pool, f"claims#{day.isoformat()}#{digest(user_id)}")


def _expiry(day: date) -> int:
    return int((datetime.combine(day, time.max, UTC) + KEPT).timestamp())
