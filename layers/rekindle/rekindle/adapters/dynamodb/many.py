"""Many records at a time, a hundred to a request."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb.candidates import key_of_response
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.people import owner_in, person_in, response_in
from rekindle.adapters.dynamodb.people_writes import key_of_home
from rekindle.adapters.dynamodb.scores import score_in
from rekindle.adapters.dynamodb.tables import PERSON, PeopleItem, ScoreItem
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Score
from rekindle.domain.responses.response import Response, ResponseOwner

_MOST = 100
"""Items of a request."""


@dataclass(frozen=True)
class DynamoDBManyRecords:
    connection: Connection

    def people(self, person_ids: Collection[str]) -> Iterator[Person]:
        with our_errors():
            for item in PeopleItem.batch_get([(one, PERSON) for one in person_ids], consistent_read=True):
                yield person_in(item)

    def responses(self, keys: Collection[tuple[str, str]]) -> Iterator[tuple[str, Response]]:
        wanted = [(person_id, key_of_response(response_id)) for person_id, response_id in keys]
        with our_errors():
            for item in PeopleItem.batch_get(wanted, consistent_read=True):
                yield item.person_id, response_in(item)

    def owners(self, response_ids: Collection[str]) -> Iterator[tuple[str, ResponseOwner]]:
        named = {key_of_home(one)["person_id"]["S"]: one for one in response_ids}
        keys = [key_of_home(one) for one in response_ids]
        for item in self._items(PeopleItem.Meta.table_name, keys):
            yield named[item["person_id"]["S"]], owner_in(item)

    def scores(self, person_ids: Collection[str]) -> Iterator[Score]:
        with our_errors():
            for item in ScoreItem.batch_get(list(person_ids), consistent_read=True):
                yield score_in(item)

    def _items(self, table: str, keys: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for some in batched(keys, _MOST, strict=False):
            wanted: dict[str, Any] = {table: {"Keys": list(some), "ConsistentRead": True}}
            while wanted:
                with our_errors():
                    answer = self.connection.dispatch("BatchGetItem", {"RequestItems": wanted})
                yield from answer["Responses"].get(table, ())
                wanted = answer.get("UnprocessedKeys") or {}
