"""Which contacts have an address or are of an account, kept in the table of people: an item for each contact, under a
digest of the key."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import PeopleItem
from rekindle.adapters.dynamodb.writes import Condition, Image
from rekindle.domain.core.errors import Conflict


@dataclass(frozen=True)
class DynamoDBContacts:
    connection: Connection

    def add(self, key: str, person_id: str, version: int) -> None:
        entry = {**_item_key(key, person_id), "version": writes.number(version)}
        newer = Condition("attribute_not_exists(person_id) OR version < :mine", {":mine": writes.number(version)})
        self._unless_newer("PutItem", writes.put(PeopleItem.Meta.table_name, entry, newer)["Put"])

    def remove(self, key: str, person_id: str, version: int) -> None:
        request = {
            **writes.delete(PeopleItem.Meta.table_name, _item_key(key, person_id))["Delete"],
            "ConditionExpression": "version < :mine",
            "ExpressionAttributeValues": {":mine": writes.number(version)},
        }
        self._unless_newer("DeleteItem", request)

    def _unless_newer(self, operation: str, request: writes.Write) -> None:
        try:
            with our_errors():
                self.connection.dispatch(operation, request)
        except Conflict:
            return  # A later version of the person has said so already, or there is nothing to remove.

    def having(self, key: str, limit: int) -> Sequence[str]:
        request = {
            "TableName": PeopleItem.Meta.table_name,
            "KeyConditionExpression": "person_id = :key",
            "ExpressionAttributeValues": writes.texts({":key": _hash_key(key)}),
            "Limit": limit,
            "ConsistentRead": True,
        }
        with our_errors():
            page = self.connection.dispatch("Query", request)
        return [item["record"]["S"] for item in page["Items"]]


def _hash_key(key: str) -> str:
    """An id has no control characters, so no person's key is like it; and an address itself is nowhere in it."""
    return f"\x00address\x00{hashlib.sha256(key.encode()).hexdigest()}"


def _item_key(key: str, person_id: str) -> Image:
    return writes.texts({"person_id": _hash_key(key), "record": person_id})
