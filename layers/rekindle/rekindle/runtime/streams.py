"""Batches of a table's stream: each record by itself, and the ones that failed are delivered again.

A failing record holds back the later ones of its shard only until its retries are used up; then Lambda tells the
failure queue where it stands. Every use case can be repeated, so what is delivered twice is done once.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rekindle.runtime.observability import logger
from rekindle.runtime.threads import at_the_same_time

Failures = dict[str, list[dict[str, str]]]
Record = Mapping[str, Any]


def each_record(event: Mapping[str, Any], handle: Callable[[Record], None]) -> Failures:
    """Answers the records to be delivered again."""
    return failures_of(record for record in event["Records"] if not _handled(record, handle))


def all_records(event: Mapping[str, Any], handle: Callable[[Record], None]) -> Failures:
    """The same for records whose order is of no consequence: they are handled at the same time."""
    records = event["Records"]
    handled = at_the_same_time(lambda record: _handled(record, handle), records)
    return failures_of(record for record, done in zip(records, handled, strict=True) if not done)


def _handled(record: Record, handle: Callable[[Record], None]) -> bool:
    try:
        handle(record["dynamodb"])
    except Exception:
        # Whatever it is, it is this record's: its neighbours are not to pay for it.
        logger.exception("failed", sequence_number=record["dynamodb"]["SequenceNumber"])
        return False
    return True


def each_decoded[T](
    event: Mapping[str, Any], decode: Callable[[Record], T]
) -> tuple[list[tuple[Record, T]], list[Record]]:
    """The records of a batch with what they say, for a use case that takes them together; and those that say nothing
    that can be read."""
    read: list[tuple[Record, T]] = []
    failed = []
    for record in event["Records"]:
        try:
            read.append((record, decode(record["dynamodb"])))
        except Exception:
            logger.exception("unreadable", sequence_number=record["dynamodb"]["SequenceNumber"])
            failed.append(record)
    return read, failed


def failures_of(records: Iterable[Record]) -> Failures:
    return {"batchItemFailures": [{"itemIdentifier": r["dynamodb"]["SequenceNumber"]} for r in records]}
