"""Turns and quotas of the router's pools, kept in DynamoDB. Workers add to a counter of turns without a read and
without waiting for each other. A pool has counters of its own for each set of members that were available together, so
nobody who was away is owed leads, and nobody who was there gets theirs. Each counter has a partition of its own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem
from rekindle.adapters.dynamodb.writes import Image, Write
from rekindle.domain.assignment.quota import QuotaClaim
from rekindle.domain.assignment.round_robin import Capacities, counter_of, turn_of
from rekindle.domain.core.digests import digest

_COUNTER = "counter"
KEPT = timedelta(days=2)
"""How long a day's claims are kept after its end."""


@dataclass(frozen=True)
class DynamoDBPools:
    connection: Connection

    def turn(self, pool: str, capacities: Capacities, assignment_id: str) -> int:
        members = digest(*(f"{member} {capacity}" for member, capacity in capacities))
        counter = counter_of(capacities, assignment_id)
        request: dict[str, Any] = {
            "TableName": LedgerItem.Meta.table_name,
            "Key": _key(f"pool#{pool}#{members}#{counter}", "turns"),
            "UpdateExpression": "ADD counted :one SET kind = :kind",
            "ExpressionAttributeValues": {":one": writes.number(1), **writes.texts({":kind": _COUNTER})},
            "ReturnValues": "UPDATED_NEW",
        }
        with our_errors():
            counted = int(self.connection.dispatch("UpdateItem", request)["Attributes"]["counted"]["N"])
        return turn_of(capacities, counter, counted - 1)

    def claimed(self, pool: str, user_id: str, day: date) -> int:
        request = {
            "TableName": LedgerItem.Meta.table_name,
            "Key": _claims(pool, user_id, day),
            "ConsistentRead": True,
        }
        with our_errors():
            item = self.connection.dispatch("GetItem", request).get("Item")
        return int(item["counted"]["N"]) if item is not None else 0


def write_of_claim(claim: QuotaClaim) -> Write:
    """The write that counts a claim, for the transaction that gives the lead to the member."""
    return {
        "Update": {
            "TableName": LedgerItem.Meta.table_name,
            "Key": _claims(claim.pool, claim.user_id, claim.day),
            "UpdateExpression": "ADD counted :one SET kind = :kind, expires = :expires",
            "ConditionExpression": "attribute_not_exists(counted) OR counted < :quota",
            "ExpressionAttributeValues": {
                ":one": writes.number(1),
                ":quota": writes.number(claim.quota),
                ":expires": writes.number(_expiry(claim.day)),
                **writes.texts({":kind": _COUNTER}),
            },
        }
    }


def _key(partition: str, entry: str) -> Image:
    return writes.texts({"person": partition, "entry": entry})


def _claims(pool: str, user_id: str, day: date) -> Image:
    return _key(f"pool#{pool}#{digest(user_id)}", f"claims#{day.isoformat()}")


def _expiry(day: date) -> int:
    return int((datetime.combine(day, time.max, UTC) + KEPT).timestamp())
