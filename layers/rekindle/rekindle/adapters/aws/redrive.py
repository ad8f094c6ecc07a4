"""Send what failed to where it belongs: a message to the queue it was in, stream records and invocations to their
function, and an event out that a target did not take to the function that announces, as far as it still holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.adapters.aws.failed_records import FailedRecords
from rekindle.adapters.wire.failures import WAIT, content_of, is_due, is_own_event, is_routing
from rekindle.adapters.wire.links import is_click
from rekindle.adapters.wire.webhooks import is_webhook
from rekindle.application.ports.failures import NotResent, Outdated
from rekindle.application.ports.people import People
from rekindle.domain.core.errors import Unavailable
from rekindle.domain.failures.failure import Failure
from rekindle.domain.notifications.resend import detail_that_holds

_NOTIFICATION = "Notification Requested"
"""The one event of our own that is worked off from a queue."""


@dataclass(frozen=True, slots=True)
class Queues:
    """Where messages go, by what they are."""

    facts: str
    delays: str
    assignments: str
    routing: str
    notifications: str
    webhooks: str
    clicks: str


@dataclass(frozen=True)
class Redrive:
    sqs: Any
    functions: Any
    records: FailedRecords
    queues: Queues
    announcing: str
    """The one function that may put events of ours on the bus."""
    people: People

    def send(self, failure: Failure) -> None:
        try:
            self._send(failure.body, content_of(failure.body))
        except (ClientError, BotoCoreError, Unavailable) as error:
            # Its neighbours may be for somebody else, who takes them.
            raise NotResent(str(error)) from error

    def _send(self, body: str, content: Mapping[str, Any]) -> None:
        if content.get("source") == "aws.s3":
            self._process_again(content["detail"]["object"]["key"])
        elif "requestPayload" in content:
            self._start(content["requestContext"]["functionArn"], content["requestPayload"])
        elif is_due(content):
            self._to(self.queues.delays, body)
        elif content.keys() >= WAIT:
            self._to(self.queues.assignments, body)
        elif is_routing(content):
            self._to(self.queues.routing, body)
        elif content.get("detail-type") == _NOTIFICATION:
            self._to(self.queues.notifications, body)
        elif is_own_event(content):
            self._announce_again(content)
        elif "detail-type" in content:
            self._to(self.queues.facts, body)
        elif is_webhook(content):
            self._to(self.queues.webhooks, body)
        elif is_click(content):
            self._to(self.queues.clicks, body)
        else:
            raise NotResent("it is no event: correct it and send it to the bus")

    def _to(self, queue: str, body: str) -> None:
        self.sqs.send_message(QueueUrl=queue, MessageBody=body)

    def _announce_again(self, event: Mapping[str, Any]) -> None:
        detail, person_id = event["detail"], event["detail"]["person_id"]
        if person_id is not None:
            detail = detail_that_holds(event["detail-type"], detail, self.people.get(person_id))
        if detail is None:
            raise Outdated("it no longer holds")
        self._invoke(self.announcing, {"again": {**event, "detail": detail}})

    def _process_again(self, key: str) -> None:
        batch = self.records.batch(key)
        if batch is None:
            raise Outdated("its records were processed, or removed with a person")
        self._invoke(*batch)
        self.records.delete(key)

    def _start(self, function: str, payload: Any) -> None:
        """As it was invoked before: if it fails again, it comes back into the failure queue."""
        self.functions.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(payload))

    def _invoke(self, function: str, payload: Any) -> None:
        answer = self.functions.invoke(FunctionName=function, Payload=json.dumps(payload))
        result = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError") or (result or {}).get("batchItemFailures"):
            raise NotResent("the function failed again: see its log")
