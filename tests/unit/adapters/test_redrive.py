"""The failure queue's pointers into a stream: read, filtered, and sent to their function; or said to be void."""

import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rekindle.adapters.redrive import Failed, NotRedriven, Redrive

FUNCTION = "arn:aws:lambda:eu-central-1:1:function:rekindle-dev-reactivate-on-score"
POINTER = {
    "requestContext": {"functionArn": FUNCTION},
    "DDBStreamBatchInfo": {
        "shardId": "shardId-1",
        "streamArn": "arn:aws:dynamodb:eu-central-1:1:table/scores-dev/stream/2026",
        "startSequenceNumber": "10",
        "endSequenceNumber": "12",
        "batchSize": 2,
    },
}
FAILED = Failed("m", "receipt", json.dumps(POINTER), "failed")


def record(number: int, crossing: str = "up") -> dict[str, Any]:
    image = {"person_id": {"S": f"p{number}"}, "crossing": {"S": crossing}}
    return {"dynamodb": {"SequenceNumber": str(number), "NewImage": image, "ApproximateCreationDateTime": object()}}


class Aws:
    """The services as redrive asks them: a stream in pages, a function, a queue."""

    def __init__(self) -> None:
        self.pages: list[list[dict[str, Any]]] = []
        self.refusal: str | None = None
        self.answer: dict[str, Any] = {"batchItemFailures": []}
        self.invoked: list[tuple[str, Any]] = []
        self.sent: list[tuple[str, str]] = []
        self.deleted: list[str] = []

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        names = ("FailureQueueUrl", "CrmChangesQueueUrl", "DueQueueUrl", "NotificationsQueueUrl")
        return {"Stacks": [{"Outputs": [{"OutputKey": name, "OutputValue": name} for name in names]}]}

    def get_shard_iterator(self, **asked: str) -> dict[str, str]:
        assert (asked["ShardIteratorType"], asked["SequenceNumber"]) == ("AT_SEQUENCE_NUMBER", "10")
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "no"}}, "GetShardIterator")
        return {"ShardIterator": "0"}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:
        page = int(ShardIterator)
        following = {"NextShardIterator": str(page + 1)} if page + 1 < len(self.pages) else {}
        return {"Records": self.pages[page], **following}

    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:
        self.invoked.append((FunctionName, json.loads(Payload)))
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode())}

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:
        self.sent.append((QueueUrl, MessageBody))

    def delete_message(self, ReceiptHandle: str, **_: object) -> None:
        self.deleted.append(ReceiptHandle)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    services = Aws()
    session = SimpleNamespace(create_client=lambda _: services)
    monkeypatch.setattr("botocore.session.get_session", lambda: session)
    yield services


def test_a_pointer_is_sent_on_as_the_records_that_the_filter_lets_through(aws: Aws) -> None:
    aws.pages = [[record(10), record(11, "no")], [], [record(12), record(13)]]

    Redrive("stack").send_on(FAILED)

    ((function, payload),) = aws.invoked
    assert function == FUNCTION
    assert [r["dynamodb"]["SequenceNumber"] for r in payload["Records"]] == ["10", "12"]
    assert aws.deleted == ["receipt"]


@pytest.mark.parametrize("refusal", ["TrimmedDataAccessException", "ResourceNotFoundException"])
def test_a_pointer_past_its_day_stays_and_says_why(aws: Aws, refusal: str) -> None:
    aws.refusal = refusal

    with pytest.raises(NotRedriven, match="24 hours"):
        Redrive("stack").send_on(FAILED)

    assert (aws.invoked, aws.deleted) == ([], [])


def test_a_pointer_to_nothing_stays_and_says_why(aws: Aws) -> None:
    aws.pages = [[record(13)]]

    with pytest.raises(NotRedriven, match="24 hours"):
        Redrive("stack").send_on(FAILED)

    assert aws.deleted == []


def test_another_refusal_is_not_mistaken_for_a_pointer_past_its_day(aws: Aws) -> None:
    aws.refusal = "AccessDeniedException"

    with pytest.raises(ClientError):
        Redrive("stack").send_on(FAILED)


def test_a_pointer_whose_function_fails_again_stays(aws: Aws) -> None:
    aws.pages = [[record(10), record(12)]]
    aws.answer = {"batchItemFailures": [{"itemIdentifier": "12"}]}

    with pytest.raises(NotRedriven, match="failed again"):
        Redrive("stack").send_on(FAILED)

    assert aws.deleted == []


@pytest.mark.parametrize(
    ("content", "queue"),
    [
        ({"detail-type": "Person Changed", "source": "crm", "detail": {}}, "CrmChangesQueueUrl"),
        ({"person_id": "p", "change": "c", "due": "2026-03-01T12:00:00Z"}, "DueQueueUrl"),
        # The queue of facts would drop it without a word: what Rekindle itself says is no fact to record.
        ({"detail-type": "Notification Requested", "source": "rekindle", "detail": {}}, "NotificationsQueueUrl"),
    ],
)
def test_a_message_is_sent_on_to_the_queue_it_came_from(aws: Aws, content: dict[str, Any], queue: str) -> None:
    failed = Failed("m", "receipt", json.dumps(content), "failed")

    Redrive("stack").send_on(failed)

    assert (aws.sent, aws.deleted) == ([(queue, failed.body)], ["receipt"])
