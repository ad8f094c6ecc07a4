"""Handlers as Lambda calls them, with moto behind and everything that template.yaml creates."""

import io
import itertools
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import boto3
import pytest

from rekindle.runtime import aws as root
from rekindle.runtime import deployed
from rekindle.runtime.environment import QUEUES
from rekindle.runtime.observability import logger
from rekindle.runtime.use_cases import UseCases
from tests.support.described import check_answer
from tests.support.permissions import Permission, Recorder, differences
from tests.support.scheduler import refuse_the_past
from tests.support.simulated_aws import simulated_aws
from tests.support.template import create_tables, event_of, resources

EVENTS = Path(__file__).parents[2] / "events"
REGION = "eu-central-1"
GROUP = "rekindle"
BUCKET = "rekindle-simulations"
FAILED_RECORDS = "rekindle-failed-records"
BOOKS = "rekindle-books"
TARGETS = "rekindle-targets"
IMPORTS = "rekindle-imports"
IMPORT_FILES = f"arn:aws:states:{REGION}:111122223333:stateMachine:rekindle-ImportFiles"
DUE_ARN = f"arn:aws:sqs:{REGION}:111122223333:rekindle-DueQueue"
CONTEXT = SimpleNamespace(
    function_name="rekindle",
    memory_limit_in_mb=512,
    invoked_function_arn=f"arn:aws:lambda:{REGION}:111122223333:function:rekindle",
    aws_request_id="5f0c2a7e-9f55-4a3e-8a0b-3a7b8f1d2c60",
)
Handler = Any

RECORDER = Recorder()


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def refusal(self) -> tuple[int, str, str | None]:
        """Status, code and field of a problem, which is told in its own media type."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.body["status"] == self.status
        return self.status, self.body["code"], self.body.get("field")


def answered(handler: Handler, request: dict[str, Any]) -> Answer:
    """The handler's answer, which has to be one that the OpenAPI document tells of."""
    found = handler(request, CONTEXT)
    headers = {name: values[0] for name, values in found["multiValueHeaders"].items()}
    answer = Answer(found["statusCode"], headers, found["body"])
    media = headers["Content-Type"]
    body = answer.body if "json" in media else answer.text
    check_answer(request["httpMethod"], request["path"], answer.status, media, body)
    return answer


def call(
    handler: Handler,
    method: str,
    *steps: str,
    body: Any = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """A request as API Gateway hands it on: the path as it was escaped, the query as it was meant."""
    request = event("put_facts")
    path = "".join(f"/{quote(step, safe='')}" for step in steps)
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    given = {**request["headers"], **(headers or {})}
    request |= {"httpMethod": method, "path": path, "body": text, "queryStringParameters": query, "headers": given}
    request["requestContext"] |= {"httpMethod": method, "path": f"/dev{path}"}
    return answered(handler, request)


def batch(*bodies: str | dict[str, Any], receives: int = 1) -> dict[str, Any]:
    """Messages as the queue of CRM changes delivers them, each for the nth time."""
    (shape,) = event("record_crm_changes")["Records"][:1]
    attributes = {**shape["attributes"], "ApproximateReceiveCount": str(receives)}
    return {
        "Records": [
            {
                **shape,
                "messageId": f"m-{number}",
                "receiptHandle": f"handle-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": attributes,
            }
            for number, body in enumerate(bodies, start=1)
        ]
    }


def envelope(detail_type: str, at: str, **detail: Any) -> dict[str, Any]:
    return {"detail-type": detail_type, "source": "crm", "time": at, "detail": detail}


def failed(answer: dict[str, Any]) -> list[str]:
    """What is to be delivered again."""
    return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


@dataclass
class Aws:
    """What the template creates, to look into."""

    dynamodb: Any
    sqs: Any
    events: Any
    names: Any
    failures: str
    crm_changes: str
    due: str
    heard: str
    queues: dict[str, str]
    """Where failures are sent again, by their names in the environment."""
    logged: io.StringIO = field(default_factory=io.StringIO)

    def items(self) -> dict[str, list[Any]]:
        """All that is stored, to see that nothing changed."""
        names = (self.names.people, self.names.scores, self.names.ledger, self.names.reference)
        return {name: self.dynamodb.scan(TableName=name)["Items"] for name in names}

    def stream(self, table: str, function: str) -> dict[str, Any]:
        """What is on a table's stream, as far as the function's filter lets it through."""
        arn = self.dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        streams = client("dynamodbstreams")
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        filters = event_of(function, "DynamoDB")["FilterCriteria"]["Filters"]
        patterns = [json.loads(one["Pattern"]) for one in filters]
        found = streams.get_records(ShardIterator=start)["Records"]
        return {"Records": [r for r in found if any(_matches(r, pattern) for pattern in patterns)]}

    def schedules(self) -> list[dict[str, Any]]:
        """The schedules that wait, each with what it sends."""
        scheduler = client("scheduler")
        named = scheduler.list_schedules(GroupName=GROUP)["Schedules"]
        return [scheduler.get_schedule(GroupName=GROUP, Name=one["Name"]) for one in named]

    def fail(self, body: str, **attributes: str) -> None:
        """Put a message into the failure queue, and have it kept."""
        from functions.keep_failures.app import handler

        attached = {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()}
        self.sqs.send_message(QueueUrl=self.failures, MessageBody=body, MessageAttributes=attached)
        assert handler(delivered(self.messages(self.failures)), CONTEXT) == {"batchItemFailures": []}

    def messages(self, queue: str) -> list[Any]:
        """What stands in a queue; it is gone afterwards."""
        found = []
        while some := self.sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            found += some
            for message in some:
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found

    def published(self) -> list[dict[str, Any]]:
        """The events that the bus delivered."""
        return [json.loads(message["Body"]) for message in self.messages(self.heard)]


def keep_stream_records(key: str, function: str, *records: dict[str, Any]) -> None:
    """A file of records that a stream's function failed with, as Lambda writes it."""
    context = {"functionArn": f"arn:aws:lambda:{REGION}:111122223333:function:{function}"}
    body = json.dumps({"requestContext": context, "payload": json.dumps({"Records": records})})
    client("s3").put_object(Bucket=FAILED_RECORDS, Key=key, Body=body)


def invoked(*answers: Any) -> list[tuple[str, Any]]:
    """The functions that others call, each with its payload, as a list that grows. Moto runs functions in containers
    alone, so they answer here, in this order, and afterwards with nothing."""
    calls: list[tuple[str, Any]] = []
    ready = list(answers)

    def call_of(params: dict[str, Any], **_: Any) -> Any:
        name = re.search(r"/functions/([^/]+)/", unquote(params["url_path"]))
        assert name is not None
        calls.append((name[1].rpartition(":")[2], json.loads(params["body"])))
        body = json.dumps(ready.pop(0) if ready else None).encode()
        return type("Answered", (), {"status_code": 200})(), {"Payload": io.BytesIO(body)}

    root.session().unregister("before-call.lambda.Invoke", unique_id="invoked")
    root.session().register("before-call.lambda.Invoke", call_of, unique_id="invoked")
    return calls


def started() -> list[Any]:
    """The executions that functions start, each as its name and input, as a list that grows."""
    executions: list[Any] = []

    def call_of(params: dict[str, Any], **_: Any) -> Any:
        request = json.loads(params["body"])
        executions.append((request["name"], json.loads(request["input"])))
        return type("Answered", (), {"status_code": 200})(), {"executionArn": request["name"]}

    root.session().unregister("before-call.stepfunctions.StartExecution", unique_id="started")
    root.session().register("before-call.stepfunctions.StartExecution", call_of, unique_id="started")
    return executions


def delivered(messages: list[Any]) -> dict[str, Any]:
    """Messages of a queue as Lambda delivers them."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {"SentTimestamp": str(next(_sent)), "ApproximateReceiveCount": "1"},
                "messageAttributes": {
                    name: {"stringValue": value["StringValue"], "dataType": "String"}
                    for name, value in message.get("MessageAttributes", {}).items()
                },
                "eventSourceARN": f"arn:aws:sqs:{REGION}:111122223333:rekindle-FailureQueue",
            }
            for message in messages
        ]
    }


_sent = itertools.count(1772366400000, 1000)
"""When messages were sent, one a second."""


@lru_cache
def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with ExitStack() as stack:
        stack.enter_context(simulated_aws())
        found = _created()
        for name, value in _environment(found).items():
            monkeypatch.setenv(name, value)
        _forget()
        stack.callback(_forget)
        RECORDER.listen(root.session())
        refuse_the_past(root.session(), lambda: root.now())
        before = logger.registered_handler.setStream(found.logged)
        stack.callback(logger.registered_handler.setStream, before)
        yield found


def _matches(value: Any, pattern: Any) -> bool:
    """Filters as ours are: equality alone."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(_matches(value.get(key), inner) for key, inner in pattern.items())
    return value in pattern


def _created() -> Aws:
    dynamodb, sqs, events = (client(service) for service in ("dynamodb", "sqs", "events"))
    names = create_tables(dynamodb)
    visibility = str(resources("AWS::SQS::Queue")["CrmChangesQueue"]["VisibilityTimeout"])
    crm_changes = sqs.create_queue(QueueName="CrmChangesQueue", Attributes={"VisibilityTimeout": visibility})
    # Which queue a function's schedules send to is its own; that of delays is one of those that failures go back to.
    failures, due, heard = (
        sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("FailureQueue", "ScheduledQueue", "Heard")
    )
    client("scheduler").create_schedule_group(Name=GROUP)
    for bucket in (BUCKET, FAILED_RECORDS, BOOKS, TARGETS, IMPORTS):
        client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    events.create_event_bus(Name="rekindle")
    events.put_rule(Name="heard", EventBusName="rekindle", EventPattern=json.dumps({"source": ["rekindle"]}))
    arn = sqs.get_queue_attributes(QueueUrl=heard, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_targets(Rule="heard", EventBusName="rekindle", Targets=[{"Id": "heard", "Arn": arn}])
    delays, waits, routing, notifications, webhooks, clicks = (
        sqs.create_queue(QueueName=name)["QueueUrl"]
        for name in ("DueQueue", "WaitsQueue", "RoutingQueue", "NotificationsQueue", "WebhooksQueue", "ClicksQueue")
    )
    urls = (crm_changes["QueueUrl"], delays, waits, routing, notifications, webhooks, clicks)
    queues = dict(zip(QUEUES, urls, strict=True))
    return Aws(dynamodb, sqs, events, names, failures, crm_changes["QueueUrl"], due, heard, queues)


def _environment(found: Aws) -> dict[str, str]:
    return {
        "AWS_REGION": REGION,
        "PEOPLE_TABLE": found.names.people,
        "SCORES_TABLE": found.names.scores,
        "LEDGER_TABLE": found.names.ledger,
        "REFERENCE_TABLE": found.names.reference,
        "REFERENCE_LIFETIME_SECONDS": "0",
        "EVENT_BUS": "rekindle",
        "QUEUE_URL": found.crm_changes,
        "FAILURE_QUEUE_URL": found.failures,
        "BUILD": "4f2c1ab",
        "LINK_KEY_ARN": client("secretsmanager").create_secret(Name="LinkKey", SecretString="a-key")["ARN"],
        "FAILURES_TABLE": "FailuresTable",
        "FAILURE_DAYS": "14",
        "DECISION_LIST": "on",
        "FAILED_RECORDS_BUCKET": FAILED_RECORDS,
        "BOOKS_BUCKET": BOOKS,
        "TARGETS_BUCKET": TARGETS,
        "DRAW_TARGETS_FUNCTION": "rekindle-draw-targets",
        "CLOSE_BOOKS_FUNCTION": "rekindle-close-books",
        "ANNOUNCE_CHANGES_FUNCTION": "rekindle-announce-changes",
        **found.queues,
        "SESSIONS_TABLE": "SessionsTable",
        "RESEND_FAILURES_FUNCTION": "rekindle-resend-failures",
        "SCHEDULE_GROUP": GROUP,
        "SIMULATIONS_BUCKET": BUCKET,
        "IMPORTS_BUCKET": IMPORTS,
        "IMPORT_FILES_ARN": IMPORT_FILES,
        "SCHEDULE_ROLE_ARN": "arn:aws:iam::111122223333:role/rekindle-ScheduleRole",
        "DUE_QUEUE_ARN": DUE_ARN,
        "DUE_QUEUE_URL": found.due,
        "FAILURE_QUEUE_ARN": f"arn:aws:sqs:{REGION}:111122223333:rekindle-FailureQueue",
    }


def _forget() -> None:
    """As in a new execution environment, but for the descriptions of AWS that a session has read."""
    for part in vars(root).values():
        if hasattr(part, "cache_clear") and part is not root.session:
            part.cache_clear()
    # The answers that a test gave in the place of AWS.
    root.session().unregister("before-call.lambda.Invoke", unique_id="invoked")
    root.session().unregister("before-call.stepfunctions.StartExecution", unique_id="started")


@contextmanager
def deployed_stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[UseCases]:
    """The stack `rekindle-dev` as commands find it, on simulated AWS; its use cases."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with simulated_aws(), ExitStack() as stack:
        names = create_tables(boto3.client("dynamodb", REGION))
        outputs = {
            "PeopleTableName": names.people,
            "ScoresTableName": names.scores,
            "LedgerTableName": names.ledger,
            "ReferenceTableName": names.reference,
        }
        monkeypatch.setattr(deployed, "outputs_of", lambda session, stack: outputs)
        yield stack.enter_context(deployed.use_cases_of("rekindle-dev"))


def postponed() -> list[dict[str, Any]]:
    """What the queue is asked when a message is to come again later, as a list that grows. Moto knows only messages
    that it sent itself, so it is answered here."""
    requests: list[dict[str, Any]] = []

    def asked(params: dict[str, Any], **_: Any) -> Any:
        requests.append(json.loads(params["body"]))
        return type("Answered", (), {"status_code": 200})(), {}

    root.queues().meta.events.register("before-call.sqs.ChangeMessageVisibility", asked)
    return requests


# --- permissions -----------------------------------------------------------------------------------------------------

_DIFFERENCES = pytest.StashKey[list[str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker of pytest-xdist recorded."""
    for function, calls in getattr(node, "workeroutput", {}).get("calls", {}).items():
        RECORDER.calls[function] |= {Permission(*call) for call in calls}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After the whole suite, what functions asked for is compared with what their roles allow: a difference is a
    failure of the run."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["calls"] = {f: [[c.action, c.resource] for c in cs] for f, cs in RECORDER.calls.items()}
        return
    whole = any(Path(argument).resolve() == Path(__file__).parent for argument in config.args)
    if whole and not config.option.keyword and not session.testsfailed:
        found = differences(RECORDER.calls, resources("AWS::Serverless::Function"))
        if found:
            config.stash[_DIFFERENCES] = found
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for difference in config.stash.get(_DIFFERENCES, []):
        terminalreporter.write_line(f"PERMISSIONS {difference}", red=True)
