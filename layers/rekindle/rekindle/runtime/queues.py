"""Batches of a queue: each message by itself, unrelated messages at the same time. What is refused is settled in the
failure queue with the reason; what may succeed later is delivered again; neither holds back its neighbours.

Written here rather than taken from Powertools: its batch module knows no settled failure, and costs 15 % of a start.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from rekindle.domain.core.errors import Conflict, InProgress, Malformed, NotYetKnown, Refusal, Unavailable
from rekindle.runtime import aws
from rekindle.runtime.observability import count, logger
from rekindle.runtime.threads import at_the_same_time

Failures = dict[str, list[dict[str, str]]]

MAX_RECEIVES = 4
"""Receives after which a fact that names something unknown is refused; the queue itself gives up after five."""
WAITS = (2, 60, 300, 900)
"""Seconds before a message is received again, by its receives, where work of several steps is to end first: most of it
takes a second, and a person with 100,000 responses takes minutes."""


@dataclass(slots=True)
class _Delivered[T]:
    message: Mapping[str, Any]
    value: T | None = None
    error: Exception | None = None


def each_message(event: Mapping[str, Any], handle: Callable[[dict[str, Any]], None]) -> Failures:
    """One message after the other. Answers the messages to be delivered again."""
    return each_read(event, lambda message: message, handle, lambda message: None)


def each_read[T](
    event: Mapping[str, Any],
    read: Callable[[dict[str, Any]], T],
    handle: Callable[[T], None],
    records_of: Callable[[T], Sequence[str] | None],
) -> Failures:
    """Answers the messages to be delivered again.

    Messages about unrelated records are handled at the same time, because most of a batch's time is spent waiting for
    DynamoDB. Messages about related records keep their order. `records_of` answers None for a message that is handled
    alone: after all messages before it, and before all messages after it. Messages are read and settled in the main
    thread, so `read` may open clients.
    """
    delivered = [_read(message, read) for message in event["Records"]]
    for groups in _groups([one for one in delivered if one.error is None], records_of):
        at_the_same_time(lambda group: _handle(group, handle), groups)
    failed = [one.message["messageId"] for one in delivered if not _settled(one.message, one.error)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _read[T](message: Mapping[str, Any], read: Callable[[dict[str, Any]], T]) -> _Delivered[T]:
    try:
        return _Delivered(message, read(_parsed(message["body"])))
    except Exception as error:
        return _Delivered(message, error=error)


def _handle[T](group: Iterable[_Delivered[T]], handle: Callable[[T], None]) -> None:
    for one in group:
        try:
            handle(cast("T", one.value))
        except Exception as error:
            # Whatever it is, it is this message's: its neighbours are not to pay for it.
            one.error = error


def _groups[T](
    delivered: Iterable[_Delivered[T]], records_of: Callable[[T], Sequence[str] | None]
) -> Iterator[list[list[_Delivered[T]]]]:
    """Groups of messages, each in its order: those that are handled at the same time, then the next ones."""
    together: list[tuple[_Delivered[T], Sequence[str]]] = []
    for one in delivered:
        records = records_of(cast("T", one.value))
        if records is not None:
            together.append((one, records))
            continue
        if together:
            yield _unrelated(together)
        yield [[one]]
        together = []
    if together:
        yield _unrelated(together)


def _unrelated[T](messages: Sequence[tuple[_Delivered[T], Sequence[str]]]) -> list[list[_Delivered[T]]]:
    # Loaded late: the batches of most queues are handled one message after the other.
    from rekindle.domain.capture.related import RelatedRecords

    related = RelatedRecords()
    for _, records in messages:
        if records:
            related.join(records)
    groups: dict[str | int, list[_Delivered[T]]] = {}
    for number, (one, records) in enumerate(messages):
        groups.setdefault(related.first(records[0]) if records else number, []).append(one)
    return list(groups.values())


def all_messages[T](
    event: Mapping[str, Any], read: Callable[[dict[str, Any]], T], handle: Callable[[list[T]], Iterable[int]]
) -> Failures:
    """The messages of a batch together. `handle` answers the positions of those to be delivered again, which is when
    the queue's visibility timeout is over."""
    messages: list[Mapping[str, Any]] = []
    values: list[T] = []
    failed: list[str] = []
    for message in event["Records"]:
        try:
            values.append(read(_parsed(message["body"])))
            messages.append(message)
        except Refusal as refusal:
            try:
                _refuse(message, refusal)
            except Exception:
                logger.exception("failed", message_id=message["messageId"])
                failed.append(message["messageId"])
    failed += [messages[position]["messageId"] for position in handle(values)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def each_failure(event: Mapping[str, Any], keep: Callable[[dict[str, Any]], None]) -> Failures:
    """Messages of the failure queue itself: none is settled anywhere else, and what could not be kept stays there."""
    failed = []
    for message in event["Records"]:
        try:
            keep(message)
        except Exception:
            logger.exception("failed", message_id=message["messageId"])
            failed.append(message["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _settled(message: Mapping[str, Any], error: Exception | None) -> bool:
    """Whether the message is done with, one way or the other."""
    if error is None:
        return True
    receives = int(message["attributes"]["ApproximateReceiveCount"])
    try:
        if isinstance(error, NotYetKnown) and receives < MAX_RECEIVES:
            return _again(message, 2**receives, error.code)
        if isinstance(error, Refusal):
            _refuse(message, error)
            return True
        if isinstance(error, InProgress):
            return _again(message, WAITS[min(receives, len(WAITS)) - 1], str(error))
        if isinstance(error, Conflict | Unavailable):
            return _again(message, 2**receives, str(error))
        raise error
    except Exception:
        logger.exception("failed", message_id=message["messageId"])
        return False


def _parsed(body: str) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("the message is not JSON") from error
    if not isinstance(message, dict):
        raise Malformed("the message is not a JSON object")
    return message


def _again(message: Mapping[str, Any], seconds: int, reason: str) -> bool:
    """Have the message back after some seconds, whatever the queue's visibility timeout is."""
    logger.info("postponed", message_id=message["messageId"], seconds=seconds, why=reason)
    count({"Postponed": 1})
    aws.queues().change_message_visibility(
        QueueUrl=aws.environment().queue,
        ReceiptHandle=message["receiptHandle"],
        VisibilityTimeout=seconds,
    )
    return False


def _refuse(message: Mapping[str, Any], refusal: Refusal) -> None:
    aws.failures().keep(message["body"], refusal, message["eventSourceARN"].rpartition(":")[2])
    logger.warning("refused", message_id=message["messageId"], code=refusal.code, field=refusal.field)
    count({"Refused": 1})
