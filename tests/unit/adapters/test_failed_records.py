"""Stream records in files: read as the event that the function got, and a person's removed."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from rekindle.adapters.aws.failed_records import FailedRecords
from rekindle.adapters.aws.objects import Bucket
from rekindle.domain.core.digests import digest

FUNCTION = "arn:aws:lambda:eu-central-1:1:function:rekindle"


@pytest.fixture
def files() -> Iterator[FailedRecords]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="failed")
        yield FailedRecords(Bucket(client, "failed"))


def record(**keys: str) -> dict[str, Any]:
    return {"dynamodb": {"Keys": {name: {"S": value} for name, value in keys.items()}, "NewImage": {}}}


def put(files: FailedRecords, key: str, *records: dict[str, Any]) -> None:
    file = {"requestContext": {"functionArn": FUNCTION}, "payload": json.dumps({"Records": records})}
    files.bucket.write(key, json.dumps(file).encode())


def test_a_file_is_read_as_the_event_of_its_function(files: FailedRecords) -> None:
    put(files, "a", record(person_id="p"))
    assert files.batch("a") == (FUNCTION, {"Records": [record(person_id="p")]})
    files.delete("a")
    assert files.batch("a") is None


def test_the_records_of_a_person_are_removed_and_no_others(files: FailedRecords) -> None:
    put(files, "both", record(person_id="p", record="person"), record(person_id="q", record="person"))
    put(files, "ledger", record(person=digest("p"), entry="e"))
    put(files, "others", record(person_id="pp"))
    assert files.erase({"p", "former"}, lambda _: False) == 2
    assert files.batch("both") == (FUNCTION, {"Records": [record(person_id="q", record="person")]})
    assert files.batch("ledger") is None and files.batch("others") is not None
    assert files.erase({"p", "former"}, lambda _: False) == 0
