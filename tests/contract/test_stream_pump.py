"""The pump keeps the rules that Lambda documents, over the real engine's streams."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.contract import stores as technologies
from tests.support.stream_pump import StreamPump, Subscription, lets_through
from tests.support.template import event_of

pytestmark = pytest.mark.dynamodb_local

Put = Callable[..., None]


class Table(NamedTuple):
    client: Any
    name: str


UP = {"dynamodb": {"NewImage": {"crossing": {"S": ["up"]}}}}


@pytest.fixture
def table(local_endpoint: str) -> Iterator[Table]:
    """New, as a stream keeps what was in its table before."""
    client = technologies.open_client(local_endpoint)
    names = technologies.new_tables(client, streams=True)
    yield Table(client, names.scores)
    technologies.delete_tables(client, names)
    client.close()


@pytest.fixture
def put(table: Table) -> Put:
    def put(*names: str, **values: str) -> None:
        for name in names:
            item = {"person_id": {"S": name}, **{k: {"S": v} for k, v in values.items()}}
            table.client.put_item(TableName=table.name, Item=item)

    return put


@pytest.fixture
def pump(table: Table, local_endpoint: str) -> Iterator[Callable[..., StreamPump]]:
    client = technologies.open_client(local_endpoint, service="dynamodbstreams")
    stream = table.client.describe_table(TableName=table.name)["Table"]["LatestStreamArn"]
    yield lambda **rules: StreamPump(client, stream, Subscription(**rules))
    client.close()


class Function:
    """A function that notes what it sees, and fails as it is told."""

    def __init__(self, *, fails: dict[str, int] | None = None, reports: bool = True) -> None:
        self.left = dict(fails or {})
        self.reports = reports
        self.batches: list[list[str]] = []

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        names = [record["dynamodb"]["Keys"]["person_id"]["S"] for record in event["Records"]]
        self.batches.append(names)
        failed = [n for n in range(len(names)) if self.left.get(names[n], 0) > 0]
        for n in failed:
            self.left[names[n]] -= 1
        if failed and not self.reports:
            raise RuntimeError("failed")
        numbers = [event["Records"][n]["dynamodb"]["SequenceNumber"] for n in failed]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}


FOR_EVER = 1_000


def test_records_come_once_in_their_order_in_batches(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream, function = pump(batch_size=3), Function()
    put(*"abcd")

    assert stream.drain(function) == 4
    put(*"ef")
    assert stream.drain(function) == 2
    assert stream.drain(function) == 0

    assert function.batches == [["a", "b", "c"], ["d"], ["e", "f"]]
    assert stream.on_failure == []


def test_a_record_has_lambdas_shape(put: Put, pump: Callable[..., StreamPump]) -> None:
    seen: list[dict[str, Any]] = []
    put("a", crossing="up")
    put("a", crossing="none")
    stream = pump()
    stream.drain(lambda event, context: seen.extend(event["Records"]))

    first, second = seen

    assert (first["eventName"], second["eventName"]) == ("INSERT", "MODIFY")
    assert first["eventSource"] == "aws:dynamodb"
    assert first["eventSourceARN"] == stream.stream_arn
    assert first["dynamodb"]["StreamViewType"] == "NEW_IMAGE"
    assert first["dynamodb"]["NewImage"] == {"person_id": {"S": "a"}, "crossing": {"S": "up"}}
    assert isinstance(first["dynamodb"]["ApproximateCreationDateTime"], int | float)
    assert first["dynamodb"]["SequenceNumber"] < second["dynamodb"]["SequenceNumber"]


def test_what_is_filtered_out_invokes_nothing(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream, function = pump(filters=[UP], batch_size=10), Function()
    put("a", "b", crossing="none")
    assert stream.drain(function) == 0
    assert function.batches == []

    put("a", crossing="up")
    put("c", crossing="none")
    put("d", crossing="up")
    put("e")

    assert stream.drain(function) == 2
    assert function.batches == [["a", "d"]]


def test_a_reported_record_is_delivered_again_with_all_after_it(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream, function = pump(reports_failures=True, maximum_retry_attempts=8), Function(fails={"b": 2})
    put(*"abcd")

    stream.drain(function)

    assert function.batches == [list("abcd"), list("bcd"), list("bcd")]
    assert stream.on_failure == []


def test_of_several_reported_records_the_lowest_counts(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream, function = pump(reports_failures=True, maximum_retry_attempts=8), Function(fails={"d": 1, "b": 1})
    put(*"abcd")

    stream.drain(function)

    assert function.batches == [list("abcd"), list("bcd")]


def test_reports_mean_nothing_where_they_were_not_asked_for(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream, function = pump(reports_failures=False), Function(fails={"a": 1})
    put(*"ab")

    stream.drain(function)

    assert function.batches == [list("ab")]


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"wrong": "1"}]},
        {"batchItemFailures": [None]},
    ],
)
def test_a_report_that_cannot_be_read_means_the_whole_batch(
    put: Put, pump: Callable[..., StreamPump], answer: dict[str, Any]
) -> None:
    stream = pump(reports_failures=True, maximum_retry_attempts=1)
    put(*"ab")

    stream.drain(lambda event, context: answer)

    assert [len(numbers) for numbers in stream.invocations] == [2, 2]
    assert stream.on_failure[0]["DDBStreamBatchInfo"]["batchSize"] == 2


def test_a_function_that_raises_sees_the_whole_batch_again(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream, function = pump(maximum_retry_attempts=8), Function(fails={"c": 2}, reports=False)
    put(*"abcd")

    stream.drain(function)

    assert function.batches == [list("abcd")] * 3


def test_a_batch_is_split_to_single_out_the_record_at_fault(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream = pump(bisect=True, maximum_retry_attempts=2)
    function = Function(fails={"c": FOR_EVER}, reports=False)
    put(*"abcd")

    stream.drain(function)

    assert function.batches == [list("abcd"), list("ab"), list("cd"), ["c"], ["c"], ["c"], ["d"]]
    (told,) = stream.on_failure
    assert told["DDBStreamBatchInfo"]["batchSize"] == 1


def test_what_is_given_up_is_told_and_the_shard_goes_on(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream = pump(reports_failures=True, maximum_retry_attempts=2, batch_size=2)
    function = Function(fails={"b": FOR_EVER})
    put(*"abcd")

    stream.drain(function)

    assert function.batches == [["a", "b"], ["b"], ["b"], ["c", "d"]]
    (told,) = stream.on_failure
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    place = told["DDBStreamBatchInfo"]
    assert (place["startSequenceNumber"], place["endSequenceNumber"]) == (stream.invocations[1][0],) * 2
    assert place["streamArn"] == stream.stream_arn


def test_a_function_whose_retries_are_zero_is_invoked_once(put: Put, pump: Callable[..., StreamPump]) -> None:
    stream = pump(maximum_retry_attempts=0)
    function = Function(fails={"a": FOR_EVER}, reports=False)
    put(*"ab")

    stream.drain(function)

    assert function.batches == [list("ab")]
    assert stream.on_failure[0]["requestContext"]["approximateInvokeCount"] == 1


def test_each_stream_is_read_by_itself(put: Put, pump: Callable[..., StreamPump]) -> None:
    put("a")
    first, second = Function(), Function()

    pump().drain(first)
    pump().drain(second)

    assert first.batches == second.batches == [["a"]]


@pytest.mark.parametrize(
    ("function", "passes", "stays", "attempts"),
    [
        ("ReactivateOnScoreFunction", {"crossing": {"S": "up"}}, {"crossing": {"S": "none"}}, 8),
        # Until the record is too old: an event bus that is away for an hour loses nothing.
        ("AnnounceChangesFunction", {"announce": {"S": "yes"}}, {"kind": {"S": "decision"}}, -1),
    ],
)
def test_the_templates_own_filters_are_understood(function: str, passes: object, stays: object, attempts: int) -> None:
    subscription = Subscription.of(event_of(function, "DynamoDB"))

    assert lets_through(subscription.filters, {"dynamodb": {"NewImage": passes}})
    assert not lets_through(subscription.filters, {"dynamodb": {"NewImage": stays}})
    assert not lets_through(subscription.filters, {"dynamodb": {"Keys": {}}})
    assert subscription.reports_failures and subscription.bisect
    assert subscription.maximum_retry_attempts == attempts


@pytest.mark.parametrize("unknown", [[{"prefix": "u"}], "up", [["up"]]])
def test_a_filter_that_is_more_than_equality_is_refused(unknown: object) -> None:
    with pytest.raises(ValueError, match="does not know"):
        lets_through([{"dynamodb": {"NewImage": {"crossing": {"S": unknown}}}}], {"dynamodb": {}})
