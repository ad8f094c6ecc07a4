"""Where failures are sent again: stream records to their function, events out as far as they still hold, messages to
the queue they were in."""

import io
import json
from typing import Any

import pytest

from rekindle.adapters.aws.redrive import Queues, Redrive
from rekindle.application.ports.failures import NotResent, Outdated
from rekindle.domain.core.values import replace
from rekindle.domain.failures.failure import Failure
from rekindle.domain.people.assignment import Assignment, AssignmentReason, AssignmentState
from rekindle.domain.people.person import Engagement, Person
from rekindle.domain.settings.settings import Scenario
from tests.support.builders import a_failure, day

FUNCTION = "arn:aws:lambda:eu-central-1:1:function:rekindle-dev-reactivate-on-score"


def record(number: int, crossing: str = "up") -> dict[str, Any]:
    image = {"person_id": {"S": f"p{number}"}, "crossing": {"S": crossing}}
    return {"dynamodb": {"SequenceNumber": str(number), "NewImage": image}}


class Aws:
    """The services as redrive calls them: a function, a queue, files; and the table of people."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {"batchItemFailures": []}
        self.invoked: list[tuple[str, Any]] = []
        self.sent: list[tuple[str, str]] = []
        self.person: Person | None = None
        self.files: dict[str, tuple[str, dict[str, Any]]] = {}

    def redrive(self, failure: Failure) -> None:
        queues = Queues("facts", "delays", "assignments", "routing", "notifications", "webhooks", "clicks")
        people: Any = self
        records: Any = self
        Redrive(self, self, records, queues, "announcing", people).send(failure)

    def batch(self, key: str) -> tuple[str, dict[str, Any]] | None:
        return self.files.get(key)

    def delete(self, key: str) -> None:
        del self.files[key]

    def invoke(self, FunctionName: str, Payload: str, InvocationType: str = "RequestResponse") -> dict[str, Any]:
        self.invoked.append((FunctionName, json.loads(Payload)))
        if InvocationType == "Event":
            return {"StatusCode": 202, "Payload": io.BytesIO(b"")}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode())}

    def get(self, person_id: str) -> Person | None:
        assert person_id == "00Q1"
        return self.person

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:
        self.sent.append((QueueUrl, MessageBody))


@pytest.fixture
def aws() -> Aws:
    return Aws()


IN_A_FILE = a_failure("f", body=json.dumps({"source": "aws.s3", "detail": {"object": {"key": "k"}}}))


def test_records_in_a_file_are_processed_again_and_the_file_goes(aws: Aws) -> None:
    aws.files["k"] = (FUNCTION, {"Records": [record(10)]})
    aws.answer = {"batchItemFailures": []}

    aws.redrive(IN_A_FILE)

    assert [function for function, _ in aws.invoked] == [FUNCTION] and aws.files == {}
    with pytest.raises(Outdated):
        aws.redrive(IN_A_FILE)


def test_a_file_whose_function_fails_again_stays(aws: Aws) -> None:
    aws.files["k"] = (FUNCTION, {"Records": []})
    aws.answer = {"batchItemFailures": [{"itemIdentifier": "10"}]}

    with pytest.raises(NotResent):
        aws.redrive(IN_A_FILE)

    assert "k" in aws.files


def test_an_invocation_is_repeated_and_nobody_waits_for_it(aws: Aws) -> None:
    aws.answer = {"batchItemFailures": [{}]}
    run = {"requestContext": {"functionArn": FUNCTION}, "requestPayload": {"version": "0"}}

    aws.redrive(a_failure("f", body=json.dumps(run)))

    assert aws.invoked == [(FUNCTION, {"version": "0"})]


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


def undelivered(detail_type: str, detail: dict[str, Any]) -> Failure:
    """As a rule leaves it in the queue."""
    envelope = {"source": "rekindle", "detail-type": detail_type, "time": "2026-01-02T00:00:00Z", "detail": detail}
    return a_failure("f", body=json.dumps(envelope))


@pytest.mark.parametrize(
    ("detail_type", "detail"),
    [("Assignment Started", STARTED), ("Response Activated", ACTIVATED), ("Response Deactivated", REPLACED)],
)
def test_an_event_that_holds_is_announced_again(aws: Aws, detail_type: str, detail: dict[str, Any]) -> None:
    """By the one function that may: the bus takes events of ours from nobody else."""
    aws.person = OPENED

    aws.redrive(undelivered(detail_type, detail))

    ((function, payload),) = aws.invoked
    assert function == "announcing"
    assert payload["again"] == json.loads(undelivered(detail_type, detail).body)


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
def test_an_event_that_no_longer_holds_is_outdated(
    aws: Aws, detail_type: str, detail: dict[str, Any], person: Person | None
) -> None:
    """Written to a CRM now, it would undo what people did there since."""
    aws.person = person

    with pytest.raises(Outdated):
        aws.redrive(undelivered(detail_type, detail))

    assert aws.invoked == []


def test_a_credit_is_announced_again_without_a_status_that_went_on(aws: Aws) -> None:
    aws.person = replace(OPENED, status="Working")

    aws.redrive(undelivered("Response Activated", ACTIVATED))

    ((_, payload),) = aws.invoked
    assert payload["again"]["detail"] == {**ACTIVATED, "status_changed": False}


def test_an_event_that_the_bus_does_not_take_stays(aws: Aws) -> None:
    aws.person, aws.answer = OPENED, {"batchItemFailures": [{"itemIdentifier": "again"}]}

    with pytest.raises(NotResent):
        aws.redrive(undelivered("Response Activated", ACTIVATED))


@pytest.mark.parametrize(
    ("content", "queue"),
    [
        ({"detail-type": "Person Changed", "source": "crm", "detail": {}}, "facts"),
        ({"person_id": "p", "change": "c", "due": "2026-03-01T12:00:00Z"}, "delays"),
        ({"person_id": "p", "assignment_id": "a", "due": "2026-03-01T12:00:00Z"}, "assignments"),
        ({"detail": {"person_id": "p", "assignment_id": "a"}}, "routing"),
        # The queue of facts would drop it without a word: what Rekindle itself says is no fact to record.
        ({"detail-type": "Notification Requested", "source": "rekindle", "detail": {}}, "notifications"),
    ],
)
def test_a_message_is_sent_to_the_queue_it_came_from(aws: Aws, content: dict[str, Any], queue: str) -> None:
    failure = a_failure("f", body=json.dumps(content))

    aws.redrive(failure)

    assert aws.sent == [(queue, failure.body)]


def test_what_is_no_event_stays(aws: Aws) -> None:
    with pytest.raises(NotResent, match="no event"):
        aws.redrive(a_failure("f", body="no JSON"))
