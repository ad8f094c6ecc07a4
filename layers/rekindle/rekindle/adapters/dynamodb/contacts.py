"""Who has an e-mail address, kept in the table of people: an item for each contact, under a digest of the address."""

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

    def add(self, address: str, person_id: str, version: int) -> None:
        entry = {**_key(address, person_id), "version": writes.number(version)}
        newer = Condition("attribute_not_exists(person_id) OR version < :mine", {":mine": writes.number(version)})
        self._unless_newer("PutItem", writes.put(PeopleItem.Meta.table_name, entry, newer)["Put"])

    def remove(self, address: str, person_id: str, version: int) -> None:
        request = {
            **writes.delete(PeopleItem.Meta.table_name, _key(address, person_id))["Delete"],
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

    def having(self, address: str, limit: int) -> Sequence[str]:
        request = {
            "TableName": PeopleItem.Meta.table_name,
            "KeyConditionExpression": "person_id = :address",
            "ExpressionAttributeValues": writes.texts({":address": _hash_key(address)}),
            "Limit": limit,
            "ConsistentRead": True,
        }
        with our_errors():
            page = self.connection.dispatch("Query", request)
        return [item["record"]["S"] for item in page["Items"]]


def _hash_key(address: str) -> str:
    """An id has no control characters, so no person's key is like it; and the address itself is nowhere in it."""
    return f"\x00address\x00{hashlib.sha256(address.encode()).hexdigest()}"


def _key(address: str, person_id: str) -> Image:
    return writes.texts({"person_id": _hash_key(address), "record": person_id})
