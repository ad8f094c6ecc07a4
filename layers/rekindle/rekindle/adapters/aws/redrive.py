"""Send the content of a failure queue on again: what stood in a queue to that queue, stream records and invocations to
their function, and events out that a target did not take to the bus, as far as they still hold.

Stream records lie whole in a bucket: the queue has a message for each file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.adapters.aws.eventbridge import SOURCE
from rekindle.adapters.aws.stack import in_our_words, outputs_of, session_of_caller
from rekindle.adapters.dynamodb import encoding
from rekindle.domain.notifications.resend import detail_that_holds
from rekindle.domain.people.person import Person

_DELAY = {"person_id", "change", "due"}
"""What a message holds that tells of a delay that is over."""
_WAIT = {"person_id", "assignment_id", "due"}
"""What one holds that tells of a wait for an owner whose time has come."""
_NOTIFICATION = "Notification Requested"
"""The one event of our own that is worked off from a queue."""


class NotRedriven(Exception):
    """Why a message stays where it is."""


class Outdated(Exception):
    """Why a message was taken out of the queue without being sent on."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A message of the failure queue, and what is known of why it is there."""

    message_id: str
    receipt: str
    body: str
    reason: str

    @property
    def content(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def what(self) -> str:
        if self.is_file:
            return f"records of a stream, in {self.content['detail']['object']['key']}"
        if "requestPayload" in self.content:
            return f"a run of {self.content['requestContext']['functionArn'].split(':')[6]}"
        if self.content.keys() >= _DELAY:
            return f"the delay of {self.content['person_id']}"
        if self.content.keys() >= _WAIT:
            return f"the wait of {self.content['person_id']} for an owner"
        if self.is_routing:
            return f"the routing of {self.content['detail']['person_id']}"
        if self.is_our_event:
            return f"{self.content['detail-type']} of {self.content['detail']['person_id']}, on its way out"
        return str(self.content.get("detail-type", "a message"))

    @property
    def is_file(self) -> bool:
        """Whether it names a file with stream records that a function could not process."""
        return self.content.get("source") == "aws.s3"

    @property
    def is_routing(self) -> bool:
        """Whether it tells the router of a lead for which nobody was at work."""
        return self.content.keys() == {"detail"}

    @property
    def is_our_event(self) -> bool:
        """Whether it is an event out, which a rule's target did not take: the CRM, for one."""
        return self.content.get("source") == SOURCE


class Redrive:
    """Works with the credentials of whoever calls it. Raises Refusal and Unavailable."""

    def __init__(self, stack: str) -> None:
        session = session_of_caller()
        outputs = outputs_of(session, stack)
        self._sqs: Any = session.create_client("sqs")
        self._lambda: Any = session.create_client("lambda")
        self._s3: Any = session.create_client("s3")
        self._dynamodb: Any = session.create_client("dynamodb")
        self._people, self._announcing = outputs["PeopleTableName"], outputs["AnnounceChangesFunctionName"]
        self._failures = outputs["FailureQueueUrl"]
        self._facts, self._delays = outputs["CrmChangesQueueUrl"], outputs["DueQueueUrl"]
        self._waits, self._routing = outputs["WaitsQueueUrl"], outputs["RoutingQueueUrl"]
        self._notifications = outputs["NotificationsQueueUrl"]

    def failed(self) -> Iterator[Failed]:
        """The messages, each hidden from others for two minutes; none twice."""
        seen: set[str] = set()
        while True:
            with in_our_words("SQS"):
                answer = self._sqs.receive_message(
                    QueueUrl=self._failures,
                    MaxNumberOfMessages=10,
                    VisibilityTimeout=120,
                    MessageAttributeNames=["All"],
                )
            messages = [m for m in answer.get("Messages", ()) if m["MessageId"] not in seen]
            if not messages:
                return
            for message in messages:
                seen.add(message["MessageId"])
                yield Failed(message["MessageId"], message["ReceiptHandle"], message["Body"], _reason(message))

    def keep(self, failed: Failed) -> None:
        """Leave the message in the queue, to be seen at once."""
        with in_our_words("SQS"):
            self._sqs.change_message_visibility(
                QueueUrl=self._failures, ReceiptHandle=failed.receipt, VisibilityTimeout=0
            )

    def send_on(self, failed: Failed) -> None:
        """Deliver the content again, and take the message out of the queue. Raises NotRedriven, Outdated."""
        try:
            self._send_on(failed)
        except (ClientError, BotoCoreError) as error:
            # Its neighbours may be for somebody else, who takes them.
            raise NotRedriven(str(error)) from error

    def _send_on(self, failed: Failed) -> None:
        if failed.is_file:
            self._process_again(failed.content["detail"])
        elif "requestPayload" in failed.content:
            self._invoke(failed.content["requestContext"]["functionArn"], failed.content["requestPayload"])
        elif failed.content.keys() >= _DELAY:
            self._sqs.send_message(QueueUrl=self._delays, MessageBody=failed.body)
        elif failed.content.keys() >= _WAIT:
            self._sqs.send_message(QueueUrl=self._waits, MessageBody=failed.body)
        elif failed.is_routing:
            self._sqs.send_message(QueueUrl=self._routing, MessageBody=failed.body)
        elif failed.content.get("detail-type") == _NOTIFICATION:
            self._sqs.send_message(QueueUrl=self._notifications, MessageBody=failed.body)
        elif failed.is_our_event:
            self._tell_again(failed)
        elif "detail-type" in failed.content:
            self._sqs.send_message(QueueUrl=self._facts, MessageBody=failed.body)
        else:
            raise NotRedriven("it is no event: correct it and send it to the bus")
        self._sqs.delete_message(QueueUrl=self._failures, ReceiptHandle=failed.receipt)

    def _tell_again(self, failed: Failed) -> None:
        event = failed.content
        detail = detail_that_holds(event["detail-type"], event["detail"], self._person(event["detail"]["person_id"]))
        if detail is None:
            self._sqs.delete_message(QueueUrl=self._failures, ReceiptHandle=failed.receipt)
            raise Outdated("it no longer holds")
        # The bus takes events of Rekindle from the function that announces them, and from nobody else.
        self._invoke(self._announcing, {"again": {**event, "detail": detail}})

    def _person(self, person_id: str) -> Person | None:
        # Here, because the models are slow to load, and the other commands can do without.
        from rekindle.adapters.dynamodb.tables import PERSON

        key = {"person_id": {"S": person_id}, "record": {"S": PERSON}}
        item = self._dynamodb.get_item(TableName=self._people, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return encoding.person(person_id, int(item["version"]["N"]), json.loads(item["core"]["S"]), None)

    def _process_again(self, stored: dict[str, Any]) -> None:
        bucket, key = stored["bucket"]["name"], stored["object"]["key"]
        try:
            file = json.loads(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey as error:
            raise NotRedriven(f"{key} is no longer in the bucket, which keeps files for 15 days") from error
        # Lambda stores the event that the function got as a text.
        event = file["payload"]
        self._invoke(file["requestContext"]["functionArn"], json.loads(event) if isinstance(event, str) else event)
        self._s3.delete_object(Bucket=bucket, Key=key)

    def _invoke(self, function: str, payload: Any) -> None:
        answer = self._lambda.invoke(FunctionName=function, Payload=json.dumps(payload))
        result = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError") or (result or {}).get("batchItemFailures"):
            raise NotRedriven("the function failed again: see its log")


def _reason(message: dict[str, Any]) -> str:
    told = {name: a.get("StringValue", "") for name, a in message.get("MessageAttributes", {}).items()}
    if "code" in told:
        field = f" ({told['field']})" if "field" in told else ""
        return f"{told['code']}: {told.get('message', '')}{field}"
    return told.get("ERROR_MESSAGE") or "it failed again and again: see the log"
