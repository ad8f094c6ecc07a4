"""A Rekindle on DynamoDB with people in it, as the functions see it: environment, tables, settings, histories.

Histories are long and people many, so one of each is told through the use cases, and the rest are copies of its stored
items under other names.
"""

import itertools
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

import botocore.session
from botocore.config import Config

from rekindle.adapters.wire.events import facts_of
from rekindle.runtime import aws
from tests.support.template import create_tables, resources

REGION = "eu-central-1"
NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
SETTINGS = {
    "person_statuses": {
        "New": {"active": False},
        "Working": {"active": True, "response_status": "Open - Not Contacted"},
        "Nurture": {"active": False, "kind": "nurture", "nurture_timeout_days": 90},
    },
    "assignment": {
        "rules": [{"owners": ["00G5g000000Inbnd1A"], "to": "00G5g000000Temp01A", "fallback": "0055g000007Fallb1A"}]
    },
}
OWNER, REASSIGNABLE = "0055g000007LmN1AAK", "00G5g000000Inbnd1A"
Item = dict[str, dict[str, Any]]

_worlds = itertools.count()


def environment(endpoint: str, suffix: str) -> dict[str, str]:
    """What Lambda gives a function of the template: its own variables and the template's, and where DynamoDB is."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PEOPLE_TABLE": f"PeopleTable{suffix}",
        "SCORES_TABLE": f"ScoresTable{suffix}",
        "LEDGER_TABLE": f"LedgerTable{suffix}",
        "REFERENCE_TABLE": f"ReferenceTable{suffix}",
        # A warm function has them in its memory: on a slow machine five seconds may be over in between.
        "REFERENCE_LIFETIME_SECONDS": "300",
        "QUEUE_URL": f"{endpoint}/123456789012/crm-changes",
        "FAILURE_QUEUE_URL": f"{endpoint}/123456789012/failures",
        "EVENT_BUS": "rekindle",
        "POWERTOOLS_SERVICE_NAME": "rekindle",
        "POWERTOOLS_METRICS_NAMESPACE": "Rekindle",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def fact(detail_type: str, at: datetime, **detail: Any) -> dict[str, Any]:
    """A fact in the envelope of the bus."""
    return {
        "version": "0",
        "id": "6f1c3f52-6d7a-4c52-a1a6-2a0f43dc0a2e",
        "detail-type": detail_type,
        "source": "crm",
        "account": "123456789012",
        "time": at.isoformat(),
        "region": REGION,
        "resources": [],
        "detail": detail,
    }


def campaign(number: int) -> str:
    return f"7015g000000ABC{number:04d}"


def apply_person_change(person_id: str, owner_id: str = OWNER) -> dict[str, Any]:
    """A person as a CRM has one: what is kept of it is to stay below one kilobyte."""
    return fact(
        "Person Changed",
        NOW - timedelta(days=60),
        person_id=person_id,
        email="ada.lovelace@analytical-engines.example",
        first_name="Ada",
        last_name="Lovelace",
        company="Analytical Engines Ltd",
        phone="+44 20 7946 0958",
        status="New",
        owner_id=owner_id,
        record_type="Inbound",
    )


def apply_response_change(
    person_id: str, response_id: str, campaign_id: str, at: datetime, **values: Any
) -> dict[str, Any]:
    return fact(
        "Response Recorded",
        at + timedelta(minutes=5),
        response_id=response_id,
        person_id=person_id,
        campaign_id=campaign_id,
        responded=True,
        member_status="Downloaded",
        responded_at=at.isoformat(),
        channel="web",
        **values,
    )


@dataclass
class World:
    """One set of tables, and the environment that names them."""

    client: Any
    streams: Any
    variables: Mapping[str, str]
    _names: Iterator[int] = field(default_factory=itertools.count)

    def tell(self, *envelopes: dict[str, Any]) -> None:
        for envelope in envelopes:
            for told in facts_of(envelope):
                aws.use_cases().record_crm_changes(told)

    def configured(self) -> None:
        """Settings, and campaigns for them to know."""
        aws.use_cases().ports.versions.put(SETTINGS, 0, NOW)
        for number in range(5):
            told = {"name": f"Guide to steam {number}", "type": "Content", "default_responded_status": "Downloaded"}
            self.tell(fact("Campaign Changed", NOW - timedelta(days=90), campaign_id=campaign(number), **told))

    def a_person(self, responses: int = 5) -> str:
        """Somebody with a short history, who was never active."""
        person_id = f"00Q5g0000{next(self._names):08d}X"
        self.tell(apply_person_change(person_id))
        for number in range(responses):
            at = NOW - timedelta(days=3 + number)
            self.tell(apply_response_change(person_id, f"{person_id}-{number}", campaign(number % 5), at))
        return person_id

    def copies(self, person_id: str, count: int) -> list[str]:
        """The same person and history, many times, without telling it again."""
        items = self.items(person_id)
        copied = [f"{person_id[:9]}{next(self._names):08d}Y" for _ in range(count)]
        self.write(_renamed(item, person_id, name) for name in copied for item in items)
        return copied

    def items(self, person_id: str) -> list[Item]:
        """A person's item collection, as stored."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.variables["PEOPLE_TABLE"],
            KeyConditionExpression="person_id = :p",
            ExpressionAttributeValues={":p": {"S": person_id}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def write(self, items: Iterable[Item], table: str | None = None) -> None:
        table = table or self.variables["PEOPLE_TABLE"]
        for some in batched(items, 25, strict=False):
            left = {table: [{"PutRequest": {"Item": item}} for item in some]}
            while left:
                left = self.client.batch_write_item(RequestItems=left).get("UnprocessedItems")

    def reactivations(self) -> int:
        """How often a score reactivated somebody."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.variables["LEDGER_TABLE"])
        bodies = [json.loads(item["body"]["S"]) for page in pages for item in page["Items"]]
        return sum(body["outcome"] == "reactivated" for body in bodies if body["scenario"] == "score")

    def stored(self, write: Mapping[str, Any]) -> Item | None:
        """The item that a write of a transaction is about, as it is now."""
        ((_, request),) = write.items()
        key = request.get("Key")
        if key is None:
            names = [key["AttributeName"] for key in self.described(write)["KeySchema"]]
            key = {name: request["Item"][name] for name in names}
        found = self.client.get_item(TableName=request["TableName"], Key=key, ConsistentRead=True)
        item: Item | None = found.get("Item")
        return item

    def described(self, write: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the template says of the table that a write is about."""
        ((_, request),) = write.items()
        tables = resources("AWS::DynamoDB::Table")
        return next(tables[name] for name in tables if request["TableName"].startswith(name))

    def crossing(self, person_id: str) -> dict[str, Any]:
        """The person's score crosses; answers the record of the stream, as Lambda hands it over."""
        self.tell(fact("Person Changed", NOW, person_id=person_id, score=72))
        key = {"person_id": {"S": person_id}}
        stored = self.client.get_item(TableName=self.variables["SCORES_TABLE"], Key=key, ConsistentRead=True)
        return stream_record("ScoresTable", key, stored["Item"])


def _renamed(item: Item, old: str, new: str) -> Item:
    """Ids of a person's responses begin with the person's own, so one replacement changes them all."""

    def texts(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: texts(held) for name, held in value.items()}
        if isinstance(value, list):
            return [texts(held) for held in value]
        return value.replace(old, new) if isinstance(value, str) else value

    renamed: Item = texts(item)
    return renamed


def stream_record(table: str, key: Item, image: Item) -> dict[str, Any]:
    arn = f"arn:aws:dynamodb:{REGION}:123456789012:table/{table}/stream/2026-06-01T00:00:00.000"
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": 1780306200.0,
            "Keys": key,
            "NewImage": image,
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": 320,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": arn,
    }


@contextmanager
def world(endpoint: str) -> Iterator[World]:
    """New tables, configured; the runtime's own composition root is bound to them."""
    suffix = f"-{os.getpid()}-{next(_worlds)}"
    variables = environment(endpoint, suffix)
    before = dict(os.environ)
    os.environ.update(variables)
    session = botocore.session.get_session()
    client = session.create_client("dynamodb", config=Config(parameter_validation=False))
    streams = session.create_client("dynamodbstreams")
    _forget()
    try:
        create_tables(client, suffix)
        found = World(client, streams, variables)
        found.configured()
        yield found
    finally:
        for logical_id in resources("AWS::DynamoDB::Table"):
            client.delete_table(TableName=f"{logical_id}{suffix}")
        client.close()
        streams.close()
        _forget()
        os.environ.clear()
        os.environ.update(before)


def _forget() -> None:
    """The composition root builds its parts once in a process; here each world needs its own."""
    if aws.use_cases.cache_info().currsize:
        people: Any = aws.use_cases().ports.people
        people.connection.client.close()
    for part in (aws.environment, aws.session, aws.use_cases):
        part.cache_clear()
