"""The deployed stack from outside: facts go in on the bus, events are heard on it, queues and tables are read."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from rekindle.adapters.dynamodb.stream import crossing_of, saved_record_of
from rekindle.application.reactivation.reactivate_on_score import trigger_of
from rekindle.domain.lifecycle.journey import Entry
from rekindle.domain.notifications.events import events_from
from rekindle.domain.reactivation.decision import Decision
from tests.local_cloud.api import Api
from tests.local_cloud.cloud import REGION, LocalCloud
from tests.local_cloud.console import Console
from tests.support.template import resources

STAGE = "local"
ENTRIES = 10
"""The most that one PutEvents takes."""
PARAMETERS = {
    "Stage": STAGE,
    # Between two facts lie days in life, and here milliseconds: what is kept in memory must not outlive them.
    "ReferenceLifetimeSeconds": "1",
    "Simulations": "on",
    "Console": "on",
    "DecisionList": "on",
    "IsLocal": "true",
}
LIFETIME = 1.2
"""Seconds after which no function keeps an outdated campaign in memory."""
PATIENCE = 120.0
"""Seconds without any change after which nothing more is expected. A message that failed comes back after 90."""
SIMULATING = 300.0
"""The same for a simulation, which writes into no table."""


_NOT_TOLD = ("timer", "call", "batch", "member", "notice", "counter", "import")
"""Kinds of items in the ledger that are no part of a person's journey."""
MANY = 50
"""Facts that will keep the queue busy for a while."""


class NotDigested(Exception):
    """What the stack did not finish, in one sentence."""


@dataclass(frozen=True)
class Kept:
    """A message of the failure queue."""

    message_id: str
    body: str
    told: Mapping[str, str]
    """The reason: `code`, `message`, and `field` where one is at fault. Empty where Lambda or the queue gave up."""

    @property
    def reason(self) -> str:
        if not self.told:
            return "it failed again and again; the reason is in the log"
        where = f" ({self.told['field']})" if "field" in self.told else ""
        return f"{self.told['message']}{where}"


@dataclass
class Stack:
    cloud: LocalCloud
    name: str = "rekindle"
    parameters: Mapping[str, str] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    """Every event that was heard on the bus from Rekindle itself, in the envelope, as often as it was delivered."""

    def __post_init__(self) -> None:
        self.outputs = self.cloud.deploy(self.name, {**PARAMETERS, **self.parameters})
        self.dynamodb = self.cloud.client("dynamodb")
        self.events = self.cloud.client("events")
        self.sqs = self.cloud.client("sqs")
        self.api = self.api_as("test", "test")
        self._answer_as_the_gateway_does()
        self.console = Console(self.cloud, self.outputs, STAGE)
        self.console.open()
        self._ear = self._listen()
        self._decided: set[str] = set()

    def api_as(self, key_id: str, secret: str) -> Api:
        base = f"{self.cloud.endpoint}/restapis/{self.outputs['ApiId']}/{STAGE}/_user_request_"
        return Api(base, REGION, key_id, secret)

    def _answer_as_the_gateway_does(self) -> None:
        """The local cloud reads no gateway responses from the template, and has them by its API alone."""
        gateway = self.cloud.client("apigateway")
        for name, declared in resources("AWS::Serverless::Api").items():
            api = self.outputs[f"{name}Id"]
            for kind, answer in declared["GatewayResponses"].items():
                headers = answer["ResponseParameters"]["Headers"].items()
                status = {"statusCode": str(answer["StatusCode"])} if "StatusCode" in answer else {}
                gateway.put_gateway_response(
                    restApiId=api,
                    responseType=kind,
                    responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers},
                    responseTemplates=answer["ResponseTemplates"],
                    **status,
                )
            gateway.create_deployment(restApiId=api, stageName=STAGE)

    # ---- in -----------------------------------------------------------------------------------

    def send(self, envelopes: Iterable[Mapping[str, Any]], sent: Callable[[int], None] = lambda _: None) -> None:
        """Puts facts on the bus, ten to a request; after each, tells how many were sent."""
        done = 0
        for some in batched(envelopes, ENTRIES, strict=False):
            answer = self.events.put_events(Entries=[self._entry(envelope) for envelope in some])
            if answer["FailedEntryCount"]:
                raise NotDigested(f"The bus did not take {answer['FailedEntryCount']} of the events.")
            done += len(some)
            sent(done)

    def _entry(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        source = str(envelope.get("source") or "history")
        if source.startswith("aws."):
            source = f"replayed.{source}"  # Only AWS and its partners may speak under their own names.
        return {
            "EventBusName": self.outputs["EventBusName"],
            "Source": source,
            "DetailType": envelope["detail-type"],
            "Detail": json.dumps(detail_with_time(envelope)),
        }

    # ---- waiting ------------------------------------------------------------------------------

    def settle(
        self, *, announced: bool = False, patience: float = PATIENCE, show: Callable[[int], None] = lambda _: None
    ) -> None:
        """Waits until all facts are recorded and every crossing is decided; with `announced`, until all events were
        heard as well. `show` is told how many facts still wait. Raises NotDigested."""
        seen: object = None
        changed = time.monotonic()
        while True:
            waiting = self.waiting()
            show(waiting)
            undecided = self.undecided() if not waiting else None
            unheard = self.unheard() if announced and undecided == set() else None
            if undecided == set() and not unheard and not self.waiting():
                return
            now = (waiting, undecided and len(undecided), unheard and len(unheard))
            if now != seen:
                seen, changed = now, time.monotonic()
            if time.monotonic() - changed > patience:
                raise NotDigested(
                    f"For {patience:.0f} s nothing moved: {waiting} facts wait in the queue, "
                    f"{len(undecided or ())} crossings have no decision, {len(unheard or ())} events were not heard "
                    f"{sorted(unheard or ())[:3]}."
                )
            # Asking costs the local cloud as much as working does.
            time.sleep(0.05 if waiting < MANY else 0.5)

    def until[T](self, found: Callable[[], T | None], *, patience: float = PATIENCE) -> T:
        """Asks until there is an answer that is not empty. Raises NotDigested where the stack wrote nothing for so
        many seconds: how long it takes in all is the machine's affair."""
        seen: object = None
        changed = time.monotonic()
        while not (answer := found()):
            now = (
                self.waiting(),
                *(sum(1 for _ in self.scan(table)) for table in ("LedgerTableName", "PeopleTableName")),
            )
            if now != seen:
                seen, changed = now, time.monotonic()
            if time.monotonic() - changed > patience:
                raise NotDigested(f"For {patience:.0f} s nothing moved, and this is not there yet.")
            time.sleep(0.2)
        return answer

    def waiting(self) -> int:
        """Facts in the queue: to be received, in work, and postponed."""
        return self._waiting_in("CrmChangesQueueUrl")

    def _waiting_in(self, queue: str) -> int:
        names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=names)["Attributes"]
        return sum(int(value) for value in attributes.values())

    def undecided(self) -> set[str]:
        """The decisions that the crossings in the table of scores are to lead to, and have not yet."""
        wanted = {
            trigger_of(*crossing_of({"NewImage": item})).decision_id
            for item in self.scan("ScoresTableName")
            if "crossed_mark" in item and "moved_to" not in item
        }
        if not wanted <= self._decided:
            self._decided = {item["entry"]["S"] for item in self.scan("LedgerTableName")}
        return wanted - self._decided

    def unheard(self) -> set[str]:
        """The ids of events that the ledger gives rise to, and that were not heard yet."""
        self.hear()
        # Whoever has the rights of the account's root can put events of any source on the bus, without an id.
        heard = {event["detail"].get("event_id") for event in self.heard}
        return {event.event_id for record in self.ledger() for event in events_from(record)} - heard

    # ---- out ----------------------------------------------------------------------------------

    def hear(self) -> None:
        """Takes what Rekindle said since."""
        while found := self.sqs.receive_message(QueueUrl=self._ear, MaxNumberOfMessages=10).get("Messages"):
            self.heard.extend(json.loads(message["Body"]) for message in found)
            entries = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in found]
            self.sqs.delete_message_batch(QueueUrl=self._ear, Entries=entries)

    def _listen(self) -> str:
        """A queue and a rule of our own, beside the stack: nothing in the template is for watching it."""
        bus, name = self.outputs["EventBusName"], f"{self.name}-heard"
        url: str = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": ["rekindle"]}))
        self.events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "heard", "Arn": arn}])
        return url

    def simulate(self, name: str, run: Mapping[str, str]) -> dict[str, Any]:
        """Starts the simulation of a large history; answers how it ended. Raises NotDigested."""
        machines = self.cloud.client("stepfunctions")
        arn = machines.start_execution(
            stateMachineArn=self.outputs["SimulateHistoryArn"], name=name, input=json.dumps(run)
        )["executionArn"]

        def ended() -> dict[str, Any] | None:
            found: dict[str, Any] = machines.describe_execution(executionArn=arn)
            return None if found["status"] == "RUNNING" else found

        return self.until(ended, patience=SIMULATING)

    def failures(self) -> list[Kept]:
        """What is open, once the failure queue was taken into the table."""
        self.until(lambda: not self._waiting_in("FailureQueueUrl"), patience=PATIENCE)
        return [
            Kept(
                item["failure_id"]["S"],
                item["body"]["S"],
                {
                    name: item[stored]["S"]
                    for name, stored in (("code", "reason"), ("message", "message"), ("field", "field"))
                    if stored in item and "message" in item
                },
            )
            for item in self.scan("FailuresTableName")
            if item["state"]["S"] == "open"
        ]

    def fail(self, *contents: Mapping[str, Any]) -> None:
        """Put messages into the failure queue, and wait until they are kept."""
        queue = self.outputs["FailureQueueUrl"]
        for some in batched(enumerate(contents), ENTRIES, strict=False):
            entries = [{"Id": str(number), "MessageBody": json.dumps(content)} for number, content in some]
            self.sqs.send_message_batch(QueueUrl=queue, Entries=entries)
        self.failures()

    def ledger(self) -> list[Decision | Entry]:
        """Decisions and journeys; timers, calls by their key, and batches stand beside them."""
        items = (item for item in self.scan("LedgerTableName") if item["kind"]["S"] not in _NOT_TOLD)
        return [saved_record_of({"NewImage": item}) for item in items]

    def decisions(self) -> list[Decision]:
        """Every decision, in the order of what was decided about."""
        found = [record for record in self.ledger() if isinstance(record, Decision)]
        return sorted(found, key=lambda d: (d.as_of, d.decided_at, d.decision_id))

    def campaign_names(self) -> dict[str, str]:
        newest = sorted(self.scan("ReferenceTableName"), key=lambda item: int(item["version"]["N"]))
        named = {}
        for item in newest:
            kind, _, campaign_id = item["record"]["S"].partition("#")
            if kind == "campaign":
                named[campaign_id] = json.loads(item["body"]["S"]).get("name") or campaign_id
        return named

    def counts(self) -> Counter[str]:
        """What the functions counted, from the metrics that they write into the log."""
        counted: Counter[str] = Counter()
        for told in map(json.loads, self._log('"CloudWatchMetrics"')):
            for metric in told["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                counted[metric["Name"]] += int(sum(told[metric["Name"]]))
        return counted

    def postponed(self) -> int:
        """How often a fact was put off, because it names what was not there yet."""
        return sum(1 for _ in self._log('"postponed"'))

    def resource(self, logical_id: str) -> str:
        """The physical name of a resource of the template."""
        found = self.cloud.client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        name: str = found["StackResourceDetail"]["PhysicalResourceId"]
        return name

    def buckets(self) -> list[str]:
        """The names of the stack's buckets."""
        resources = self.cloud.client("cloudformation").describe_stack_resources(StackName=self.name)["StackResources"]
        return [one["PhysicalResourceId"] for one in resources if one["ResourceType"] == "AWS::S3::Bucket"]

    def invocations(self, function: str) -> int:
        """How often a function of the template was invoked, by its log: those on streams log each record."""
        told = (json.loads(line) for line in self._log(f'"{self.resource(function)}"') if line.startswith("{"))
        return len({entry["function_request_id"] for entry in told if "function_request_id" in entry})

    def _log(self, pattern: str) -> Iterator[str]:
        pages = self.cloud.client("logs").get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=f"/rekindle/{self.name}", filterPattern=pattern):
            yield from (event["message"] for event in page["events"])

    def scan(self, output: str) -> Iterator[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.outputs[output], ConsistentRead=True)
        for page in pages:
            yield from page["Items"]


def detail_with_time(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The detail, with the envelope's time in it: the local bus stamps its own. Salesforce's events carry theirs."""
    detail = dict(envelope["detail"])
    payload = detail.get("payload")
    if "ChangeEventHeader" not in (payload if isinstance(payload, dict) else detail):
        detail.setdefault("occurred_at", envelope.get("time"))
    return detail
