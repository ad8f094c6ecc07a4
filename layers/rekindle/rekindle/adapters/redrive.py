"""Send the content of a failure queue on again: facts, delays and
notifications to the queue they came from, stream records and
invocations to their function."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

_DELAY = {"person_id", "change", "due"}
"""What a message holds that tells of a delay that is over."""
_NOTIFICATION = "Notification Requested"
"""The one event of our own that is worked off from a queue."""
_PAST = {"TrimmedDataAccessException", "ResourceNotFoundException"}
"""How a stream says that it no longer has a record, or its shard."""
_PATIENCE = 10
"""Empty pages after which an open shard, which never ends, is taken to hold no more."""


class NotRedriven(Exception):
    """Why a message stays where it is."""


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
        batch = self.content.get("DDBStreamBatchInfo")
        if batch is not None:
            return f"{batch['batchSize']} record(s) of {batch['streamArn'].split('/')[1]}"
        if "requestPayload" in self.content:
            return f"a run of {self.content['requestContext']['functionArn'].split(':')[6]}"
        if self.content.keys() >= _DELAY:
            return f"the delay of {self.content['person_id']}"
        return str(self.content.get("detail-type", "a message"))


class Redrive:
    """Works with the credentials of whoever calls it."""

    def __init__(self, stack: str) -> None:
        session = botocore.session.get_session()
        self._sqs: Any = session.create_client("sqs")
        self._lambda: Any = session.create_client("lambda")
        self._streams: Any = session.create_client("dynamodbstreams")
        stacks: Any = session.create_client("cloudformation")
        described = stacks.describe_stacks(StackName=stack)
        outputs = {o["OutputKey"]: o["OutputValue"] for o in described["Stacks"][0]["Outputs"]}
        self._failures = outputs["FailureQueueUrl"]
        self._facts, self._delays = outputs["CrmChangesQueueUrl"], outputs["DueQueueUrl"]
        self._notifications = outputs["NotificationsQueueUrl"]

    def failed(self) -> Iterator[Failed]:
        """The messages, each hidden from others for two minutes; none twice."""
        seen: set[str] = set()
        while True:
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
        self._sqs.change_message_visibility(QueueUrl=self._failures, ReceiptHandle=failed.receipt, VisibilityTimeout=0)

    def send_on(self, failed: Failed) -> None:
        """Deliver the content again, and take the message out of the queue. Raises NotRedriven."""
        if "DDBStreamBatchInfo" in failed.content:
            self._invoke_again(failed.content)
        elif "requestPayload" in failed.content:
            self._invoke(failed.content["requestContext"]["functionArn"], failed.content["requestPayload"])
        elif failed.content.keys() >= _DELAY:
            self._sqs.send_message(QueueUrl=self._delays, MessageBody=failed.body)
        elif failed.content.get("detail-type") == _NOTIFICATION:
            self._sqs.send_message(QueueUrl=self._notifications, MessageBody=failed.body)
        elif "detail-type" in failed.content:
            self._sqs.send_message(QueueUrl=self._facts, MessageBody=failed.body)
        else:
            raise NotRedriven("it is no event: correct it and send it to the bus")
        self._sqs.delete_message(QueueUrl=self._failures, ReceiptHandle=failed.receipt)

    def _invoke_again(self, content: dict[str, Any]) -> None:
        batch = content["DDBStreamBatchInfo"]
        try:
            records = [r for r in self._records(batch) if _is_filtered_in(r)]
        except ClientError as error:
            if error.response["Error"]["Code"] not in _PAST:
                raise
            records = []
        if not records:
            raise NotRedriven("the stream no longer has its records: they are kept for 24 hours")
        self._invoke(content["requestContext"]["functionArn"], {"Records": records})

    def _invoke(self, function: str, payload: Any) -> None:
        answer = self._lambda.invoke(FunctionName=function, Payload=json.dumps(payload))
        result = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError") or (result or {}).get("batchItemFailures"):
            raise NotRedriven("the function failed again: see its log")

    def _records(self, batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
        iterator = self._streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
        last = int(batch["endSequenceNumber"])
        empty = 0
        while iterator and empty < _PATIENCE:
            page = self._streams.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                number = int(record["dynamodb"]["SequenceNumber"])
                if number <= last:
                    record["dynamodb"].pop("ApproximateCreationDateTime", None)
                    yield record
                if number >= last:
                    return
            empty += not page["Records"]
            iterator = page.get("NextShardIterator")


def _is_filtered_in(record: dict[str, Any]) -> bool:
    """What the filters of the template let through: a crossing, a status that became active, something to announce."""
    image = record["dynamodb"].get("NewImage", {})
    passing = {"crossing": "up", "watch": "activated", "announce": "yes"}
    return any(image.get(name) == {"S": value} for name, value in passing.items())


def _reason(message: dict[str, Any]) -> str:
    told = {name: a.get("StringValue", "") for name, a in message.get("MessageAttributes", {}).items()}
    if "code" in told:
        field = f" ({told['field']})" if "field" in told else ""
        return f"{told['code']}: {told.get('message', '')}{field}"
    return told.get("ERROR_MESSAGE") or "it failed again and again: see the log"
