"""The failure queue's pointers into a stream: read, filtered, and sent to their function; or said to be void."""

import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rekindle.adapters.aws.redrive import Failed, NotRedriven, Outdated, Redrive
from rekindle.adapters.dynamodb import encoding
from rekindle.domain.core.values import replace
from rekindle.domain.people.assignment import Assignment, AssignmentReason, AssignmentState
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.settings.settings import Scenario
from tests.support.builders import day

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
        self.person: Person | None = None
        self.told: list[dict[str, Any]] = []

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        names = ["FailureQueueUrl", "CrmChangesQueueUrl", "DueQueueUrl", "WaitsQueueUrl", "RoutingQueueUrl"]
        names += ["NotificationsQueueUrl"]
        names += ["PeopleTableName", "EventBusName"]
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

    def get_item(self, **asked: Any) -> dict[str, Any]:
        assert (asked["TableName"], asked["ConsistentRead"]) == ("PeopleTableName", True)
        assert asked["Key"] == {"person_id": {"S": "00Q1"}, "record": {"S": "person"}}
        if self.person is None:
            return {}
        core = json.dumps(encoding.core(self.person))
        return {"Item": {"version": {"N": str(self.person.version)}, "core": {"S": core}}}

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.told += Entries
        return {"FailedEntryCount": int(self.refusal is not None)}

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:
        self.sent.append((QueueUrl, MessageBody))

    def delete_message(self, ReceiptHandle: str, **_: object) -> None:
        self.deleted.append(ReceiptHandle)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    services = Aws()
    session = SimpleNamespace(create_client=lambda _: services)
    monkeypatch.setattr("botocore.session.get_session", lambda *_: session)
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

    with pytest.raises(NotRedriven, match="AccessDeniedException"):
        Redrive("stack").send_on(FAILED)


def test_a_pointer_whose_function_fails_again_stays(aws: Aws) -> None:
    aws.pages = [[record(10), record(12)]]
    aws.answer = {"batchItemFailures": [{"itemIdentifier": "12"}]}

    with pytest.raises(NotRedriven, match="failed again"):
        Redrive("stack").send_on(FAILED)

    assert aws.deleted == []


# --- events out that a target did not take -------------------------------------------------------------------------

WAITS = Assignment(
    "d1",
    1,
    "r1",
    "c1",
    AssignmentState.PENDING,
    day(1),
    AssignmentReason.WAITS_FOR_OWNER,
    temporary_owner_id="q",
    owner_id="q",
)
OPENED = Person(
    "00Q1",
    version=3,
    status="Open",
    owner_id="q",
    active=Engagement("r1", "c1", 1, day(1), "d1", Scenario.SCORE),
    assignment=WAITS,
)
STARTED = {"person_id": "00Q1", "assignment_id": "d1", "owner_id": "q"}
ACTIVATED = {"person_id": "00Q1", "decision_id": "d1", "status": "Open", "status_changed": True}
REPLACED = {"person_id": "00Q1", "response_id": "r0", "reason": "REPLACED"}


def undelivered(detail_type: str, detail: dict[str, Any]) -> Failed:
    """As a rule leaves it in the queue."""
    envelope = {"source": "rekindle", "detail-type": detail_type, "time": "2026-01-02T00:00:00Z", "detail": detail}
    return Failed("m", "receipt", json.dumps(envelope), "the server answered 503")


@pytest.mark.parametrize(
    ("detail_type", "detail"),
    [("Assignment Started", STARTED), ("Response Activated", ACTIVATED), ("Response Deactivated", REPLACED)],
)
def test_an_event_that_holds_is_told_again(aws: Aws, detail_type: str, detail: dict[str, Any]) -> None:
    aws.person = OPENED
    failed = undelivered(detail_type, detail)
    assert failed.what == f"{detail_type} of 00Q1, on its way out"

    Redrive("stack").send_on(failed)

    (entry,) = aws.told
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("EventBusName", "rekindle", detail_type)
    assert json.loads(entry["Detail"]) == detail
    assert aws.deleted == ["receipt"]


@pytest.mark.parametrize(
    ("detail_type", "detail", "person"),
    [
        ("Assignment Started", STARTED, replace(OPENED, assignment=replace(WAITS, owner_id="rep"))),
        ("Assignment Started", STARTED, replace(OPENED, assignment=replace(WAITS, assignment_id="d2"))),
        ("Assignment Started", STARTED, replace(OPENED, assignment=None)),
        ("Assignment Started", STARTED, replace(OPENED, merged_into="003")),
        ("Assignment Started", STARTED, replace(OPENED, deleted=True)),
        ("Assignment Started", STARTED, None),
        ("Response Activated", ACTIVATED, replace(OPENED, active=None)),
        ("Response Deactivated", {**REPLACED, "response_id": "r1"}, OPENED),
        ("Stage Reached", {"person_id": "00Q1"}, OPENED),
    ],
)
def test_an_event_that_no_longer_holds_is_dropped(
    aws: Aws, detail_type: str, detail: dict[str, Any], person: Person | None
) -> None:
    """Written to a CRM now, it would undo what people did there since."""
    aws.person = person

    with pytest.raises(Outdated):
        Redrive("stack").send_on(undelivered(detail_type, detail))

    assert (aws.told, aws.deleted) == ([], ["receipt"])


def test_a_credit_is_told_again_without_a_status_that_went_on(aws: Aws) -> None:
    aws.person = replace(OPENED, status="Working")

    Redrive("stack").send_on(undelivered("Response Activated", ACTIVATED))

    assert json.loads(aws.told[0]["Detail"]) == {**ACTIVATED, "status_changed": False}


def test_an_event_that_the_bus_does_not_take_stays(aws: Aws) -> None:
    aws.person, aws.refusal = OPENED, "ThrottlingException"

    with pytest.raises(NotRedriven):
        Redrive("stack").send_on(undelivered("Response Activated", ACTIVATED))

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
