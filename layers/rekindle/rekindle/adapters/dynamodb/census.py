"""Everything that measures count, in DynamoDB: each table is scanned once, a page at a time.

A scan takes minutes, and people are changed meanwhile: a strongly consistent one would cost twice as much, and would
not be of one instant either.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pynamodb.connection import Connection

from rekindle.adapters.dynamodb import encoding, ledger_encoding, lifecycle_encoding, people_encoding
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import PERSON, LedgerItem, PeopleItem, ReferenceItem
from rekindle.adapters.dynamodb.writes import Image
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.measures.recycling import is_counted
from rekindle.domain.people.person import Person
from rekindle.domain.reactivation.decision import Decision
from rekindle.domain.records.kind import Kind
from rekindle.domain.responses.response import Response

_KINDS = ("decision", "stage", "deactivated", "merged", "separated", "renamed", "resumed", "assignment", "transition")
"""Of the ledger what measures are made of."""
PEOPLE, LEDGER, REFERENCE = "people", "ledger", "reference"
_MODELS = {PEOPLE: PeopleItem, LEDGER: LedgerItem, REFERENCE: ReferenceItem}
_SKIPPED = "skipped"


class Items:
    """The census out of the items of the tables, wherever they are read."""

    def people(self, *, profiles: bool = False) -> Iterator[tuple[Person, Sequence[Response]]]:
        names = ["person_id", "record", "version", "core", "standing", "details", "response_id"]
        found = self._scanned(PEOPLE, [*names, *(["profile"] if profiles else [])])
        for person_id, items in groupby(found, key=lambda item: item["person_id"]["S"]):
            person, responses = None, []
            for item in items:
                if item["record"]["S"] == PERSON:
                    core = json.loads(item["core"]["S"])
                    profile = json.loads(item["profile"]["S"]) if "profile" in item else None
                    person = lifecycle_encoding.person(person_id, int(item["version"]["N"]), core, profile)
                elif item["record"]["S"].startswith("R#"):
                    responses.append(_response(item))
            if person is not None:
                yield person, responses

    def journeys(self) -> Iterator[Decision | Entry]:
        for item in self._scanned(LEDGER, ("kind", "body")):
            if item["kind"]["S"] in _KINDS:
                body = json.loads(item["body"]["S"])
                if body.get("outcome") != _SKIPPED:
                    record = ledger_encoding.record(item["kind"]["S"], body)
                    if is_counted(record):
                        yield record

    def records(self, *kinds: Kind[Any]) -> Mapping[str, Mapping[str, Sequence[Any]]]:
        by_name = {kind.name: kind for kind in kinds}
        versions: dict[str, dict[str, dict[int, Any]]] = {kind.name: {} for kind in kinds}
        for item in self._scanned(REFERENCE, ("record", "version", "body")):
            name, _, record_id = item["record"]["S"].partition("#")
            kind = by_name.get(name)
            if kind is not None:
                of_record = versions[name].setdefault(record_id, {})
                of_record[int(item["version"]["N"])] = encoding.value_of(kind.record, json.loads(item["body"]["S"]))
        return {
            name: {
                record_id: [of_record[version] for version in sorted(of_record)]
                for record_id, of_record in of_kind.items()
            }
            for name, of_kind in versions.items()
        }

    def _scanned(self, table: str, names: Sequence[str]) -> Iterator[Image]:
        """All items of a table, with some of their attributes at least; those of one partition follow each other."""
        raise NotImplementedError


@dataclass(frozen=True)
class DynamoDBCensus(Items):
    connection: Connection

    def _scanned(self, table: str, names: Sequence[str]) -> Iterator[Image]:
        """A scan goes through one partition after the other."""
        placeholders = {f"#{place}": name for place, name in enumerate(names)}
        request: dict[str, Any] = {
            "TableName": _MODELS[table].Meta.table_name,
            "ProjectionExpression": ", ".join(placeholders),
            "ExpressionAttributeNames": placeholders,
        }
        while True:
            with our_errors():
                page = self.connection.dispatch("Scan", request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _response(item: Image) -> Response:
    state = json.loads(item["standing"]["S"])
    campaign_id = state.pop("campaign_id")
    details = people_encoding.details(json.loads(item["details"]["S"]) if "details" in item else {})
    return Response(item["response_id"]["S"], campaign_id, people_encoding.response_state(state), details)
