"""Lambda's polling of a table's stream, for the tests: real records of a real stream, brought to a real handler by the
rules that Lambda documents.

    pump = StreamPump(streams_client, stream_arn, Subscription.of(event_of("AnnounceChangesFunction", "DynamoDB")))
    pump.drain(handler)

The rules: a shard is read in order, a parent before its children, and shards by themselves; filters drop records before
they are batched; a batch that fails is delivered again until its retries are used up, from the lowest record that was
reported where the function reports; it is split in two where the function raises and bisecting is on, which costs no
retry; what is given up is told to the failure destination by its place in the stream, and the shard goes on. Time does
not pass here: records never grow too old, a batch is what is there, and retries follow at once.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Record = dict[str, Any]
Pattern = Mapping[str, Any]
Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Subscription:
    """An event source mapping: the properties that decide what a function sees of a stream."""

    filters: Sequence[Pattern] = ()
    batch_size: int = 100
    maximum_retry_attempts: int = -1
    """-1 is for ever, as Lambda has it."""
    bisect: bool = False
    reports_failures: bool = False

    @staticmethod
    def of(properties: Mapping[str, Any]) -> "Subscription":
        """As the template has it, below a function's `Events`."""
        patterns = properties.get("FilterCriteria", {}).get("Filters", ())
        return Subscription(
            filters=[json.loads(f["Pattern"]) for f in patterns],
            batch_size=properties.get("BatchSize", 100),
            maximum_retry_attempts=properties.get("MaximumRetryAttempts", -1),
            bisect=properties.get("BisectBatchOnFunctionError", False),
            reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", ()),
        )


@dataclass
class Shard:
    """Where the pump stands in a shard."""

    shard_id: str
    parent: str | None = None
    iterator: str | None = None
    finished: bool = False
    waiting: list[Record] = field(default_factory=list)


@dataclass
class StreamPump:
    client: Any
    """Of the service `dynamodbstreams`."""
    stream_arn: str
    subscription: Subscription
    on_failure: list[dict[str, Any]] = field(default_factory=list)
    """What Lambda sends to the failure destination."""
    invocations: list[list[str]] = field(default_factory=list)
    """The sequence numbers of each invocation's records."""
    shards: dict[str, Shard] = field(default_factory=dict)

    def drain(self, handler: Handler) -> int:
        """Bring everything that is on the stream to the handler; answers how many records it saw for the first time."""
        seen = 0
        while True:
            self._discover()
            read = sum(self._read(shard) for shard in self._readable())
            batches = [(shard, batch) for shard in self.shards.values() for batch in self._batches(shard)]
            for shard, batch in batches:
                seen += len(batch)
                self._deliver(handler, shard, batch)
            if not read and not batches:
                return seen

    # --- reading ---------------------------------------------------------------------------------------------------

    def _discover(self) -> None:
        """Shards come and go; each that is new is read from its beginning."""
        request = {"StreamArn": self.stream_arn}
        while True:
            description = self.client.describe_stream(**request)["StreamDescription"]
            for found in description["Shards"]:
                shard_id = found["ShardId"]
                self.shards.setdefault(shard_id, Shard(shard_id, found.get("ParentShardId")))
            if "LastEvaluatedShardId" not in description:
                return
            request["ExclusiveStartShardId"] = description["LastEvaluatedShardId"]

    def _readable(self) -> list[Shard]:
        """Shards whose parents were read to their ends."""
        held = self.shards
        return [
            shard
            for shard in held.values()
            if not shard.finished and (shard.parent not in held or held[shard.parent].finished)
        ]

    def _read(self, shard: Shard) -> int:
        if shard.iterator is None:
            shard.iterator = self.client.get_shard_iterator(
                StreamArn=self.stream_arn, ShardId=shard.shard_id, ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        answer = self.client.get_records(ShardIterator=shard.iterator)
        shard.iterator = answer.get("NextShardIterator")
        shard.finished = shard.iterator is None
        records = [as_lambda_has_it(record, self.stream_arn) for record in answer["Records"]]
        shard.waiting.extend(r for r in records if lets_through(self.subscription.filters, r))
        return len(records)

    def _batches(self, shard: Shard) -> Iterator[list[Record]]:
        while shard.waiting:
            batch = shard.waiting[: self.subscription.batch_size]
            del shard.waiting[: self.subscription.batch_size]
            yield batch

    # --- delivering ------------------------------------------------------------------------------------------------

    def _deliver(self, handler: Handler, shard: Shard, batch: Sequence[Record], attempt: int = 0) -> None:
        while batch:
            attempt += 1
            failed_from, raised = self._invoke(handler, batch)
            if failed_from is None:
                return
            if failed_from > 0:
                # What is before is done for good. The rest is a batch of its own, with retries of its own.
                batch, attempt = batch[failed_from:], 1
            if self.subscription.bisect and raised and len(batch) > 1:
                middle = len(batch) // 2
                self._deliver(handler, shard, batch[:middle], attempt - 1)
                self._deliver(handler, shard, batch[middle:], attempt - 1)
                return
            if 0 <= self.subscription.maximum_retry_attempts < attempt:
                self.on_failure.append(self._given_up(shard, batch, attempt))
                return

    def _invoke(self, handler: Handler, batch: Sequence[Record]) -> tuple[int | None, bool]:
        """The position of the first record to be delivered again, None where there is none; whether it raised."""
        self.invocations.append([r["dynamodb"]["SequenceNumber"] for r in batch])
        event = json.loads(json.dumps({"Records": batch}))
        try:
            answer = handler(event, FunctionContext())
        except Exception:
            return 0, True
        if not self.subscription.reports_failures:
            return None, False
        return lowest_failed(answer, self.invocations[-1]), False

    def _given_up(self, shard: Shard, batch: Sequence[Record], attempt: int) -> dict[str, Any]:
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        return {
            "requestContext": {
                "requestId": FunctionContext.aws_request_id,
                "functionArn": FunctionContext.invoked_function_arn,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": attempt,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "DDBStreamBatchInfo": {
                "shardId": shard.shard_id,
                "startSequenceNumber": numbers[0],
                "endSequenceNumber": numbers[-1],
                "batchSize": len(batch),
                "streamArn": self.stream_arn,
            },
        }


class FunctionContext:
    """What handlers and Powertools ask of a context."""

    function_name = "function"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:function"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 10_000


def lowest_failed(answer: Any, numbers: Sequence[str]) -> int | None:
    """The position of the lowest sequence number that a function reports. An answer that cannot be read, or names what
    is not in the batch, means the whole batch."""
    if not answer or not answer.get("batchItemFailures"):
        return None
    try:
        return min(numbers.index(failure["itemIdentifier"]) for failure in answer["batchItemFailures"])
    except (KeyError, TypeError, ValueError):
        return 0


def lets_through(filters: Sequence[Pattern], record: Record) -> bool:
    """Whether any of the patterns matches; without patterns everything does."""
    return not filters or any(_matches(pattern, record) for pattern in filters)


def _matches(pattern: Pattern, held: Any) -> bool:
    """Equality alone is known here: other operators are refused rather than guessed."""
    for name, wanted in pattern.items():
        value = held.get(name) if isinstance(held, Mapping) else None
        if isinstance(wanted, Mapping):
            if not _matches(wanted, value):
                return False
            continue
        if not isinstance(wanted, list) or any(isinstance(option, Mapping | list) for option in wanted):
            raise ValueError(f"a filter that this pump does not know: {wanted!r}")
        if value not in wanted or not isinstance(value, str | bool | None):
            return False
    return True


def as_lambda_has_it(record: Mapping[str, Any], stream_arn: str) -> Record:
    """A record of the Streams API as a function sees it: seconds for instants, base 64 for bytes."""
    found: Record = json.loads(json.dumps({**record, "eventSourceARN": stream_arn}, default=_plain))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return base64.b64encode(bytes(value)).decode()
