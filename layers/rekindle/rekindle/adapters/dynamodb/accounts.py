"""Accounts kept in DynamoDB like other reference records, and listed beside them under the keys that matching asks for.

An entry of such a list is an item of the table of reference records: its hash key is the key of the list, its range key
a number that stands for the account. It is written in the transaction that writes the account's version, so a list says
of an account what its newest version says, whoever raced. Accounts that share a key share no item.

Every function has this at hand and few use it: the rules of matching are imported by those that do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rekindle.adapters.dynamodb import encoding, writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.reference import DynamoDBRecords, item_image
from rekindle.adapters.dynamodb.tables import ReferenceItem
from rekindle.adapters.dynamodb.writes import Image
from rekindle.domain.core.errors import Conflict
from rekindle.domain.records.account import Account

if TYPE_CHECKING:
    from rekindle.domain.assignment.matching import Candidate


@dataclass(frozen=True)
class DynamoDBAccounts(DynamoDBRecords[Account]):
    def put(self, record: Account, read_version: int) -> None:
        from rekindle.domain.assignment.matching import candidate_of, keys_of, place_of

        before = self.get(record.account_id)
        if (before.version if before else 0) != read_version:
            raise Conflict("the account was changed since")
        table, stored_at = ReferenceItem.Meta.table_name, self.clock()
        was, now = candidate_of(before) if before else None, candidate_of(record)
        left = keys_of(was) - keys_of(now) if was else frozenset()
        entered = keys_of(now) if was != now else frozenset()
        version = item_image(self.key(record.account_id), read_version + 1, stored_at, encoding.encoded(record))
        request = {
            "TransactItems": [
                writes.put(table, version, writes.missing("version")),
                *(writes.delete(table, _key(key, place_of(record.account_id))) for key in sorted(left)),
                *(
                    writes.put(table, item_image(key, place_of(record.account_id), stored_at, encoding.encoded(now)))
                    for key in sorted(entered)
                ),
            ]
        }
        with our_errors():
            self.connection.dispatch("TransactWriteItems", request)

    def listed(self, key: str, limit: int) -> Sequence["Candidate"]:
        from rekindle.domain.assignment.matching import Candidate

        with our_errors():
            rows = ReferenceItem.query(key, limit=limit, consistent_read=True)
            return [Candidate(**item.body) for item in rows]


def _key(record: str, version: int) -> Image:
    return {**writes.texts({"record": record}), "version": writes.number(version)}
