"""Many records at a time, a hundred to a request."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb.candidates import key_of_response
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.people import DynamoDBPeople, owner_in, person_in, response_in
from rekindle.adapters.dynamodb.people_writes import key_of_home
from rekindle.adapters.dynamodb.scores import score_in
from rekindle.adapters.dynamodb.tables import PERSON, PeopleItem, ScoreItem
from rekindle.adapters.dynamodb.writes import Write
from rekindle.application.core.attempts import committed_alone
from rekindle.domain.core.errors import Conflict, Refusal
from rekindle.domain.people.person import Person
from rekindle.domain.people.score import Score
from rekindle.domain.reactivation.change import Change
from rekindle.domain.responses.response import Response, ResponseOwner

_MOST = 100
"""Items of a request."""


@dataclass(frozen=True)
class DynamoDBManyRecords:
    connection: Connection
    people_store: DynamoDBPeople

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

    def commit(self, commits: Sequence[Sequence[Change]]) -> Sequence[bool]:
        answers: list[bool] = []
        for some in self._packed(commits):
            try:
                self.people_store.transact([write for _, writes in some for write in writes])
                answers += [True] * len(some)
            except (Conflict, Refusal):
                # Of one of them: each by itself then.
                answers += [committed_alone(self.people_store, changes) for changes, _ in some]
        return answers

    def _packed(self, commits: Sequence[Sequence[Change]]) -> Iterator[list[tuple[Sequence[Change], list[Write]]]]:
        """As many in one transaction as it holds."""
        some, size = list[tuple[Sequence[Change], list[Write]]](), 0
        for changes in commits:
            writes = self.people_store.writes(changes)
            if some and size + len(writes) > _MOST:
                yield some
                some, size = [], 0
            some.append((changes, writes))
            size += len(writes)
        if some:
            yield some

    def _items(self, table: str, keys: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for some in batched(keys, _MOST, strict=False):
            wanted: dict[str, Any] = {table: {"Keys": list(some), "ConsistentRead": True}}
            while wanted:
                with our_errors():
                    answer = self.connection.dispatch("BatchGetItem", {"RequestItems": wanted})
                yield from answer["Responses"].get(table, ())
                wanted = answer.get("UnprocessedKeys") or {}
