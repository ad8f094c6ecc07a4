"""Batches kept in DynamoDB: one partition a batch, its progress first, then its activations.

The progress is written after each page, and each activation with its decision, so nothing else pays for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.adapters.dynamodb import encoding, ledger_encoding, people_encoding, writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem, compact
from rekindle.adapters.dynamodb.writes import Image
from rekindle.application.ports import Page
from rekindle.domain.core.values import replace
from rekindle.domain.reactivation.batch import Batch, Before, Member

_PROGRESS, _MEMBER = "batch", "member"


def _partition(batch_id: str) -> str:
    return f"batch#{batch_id}"


def member_image(member: Member) -> Image:
    return writes.texts(
        {
            "person": _partition(member.batch_id),
            "entry": f"{_MEMBER}#{member.decision_id}",
            "kind": _MEMBER,
            "body": compact(_encoded_member(member)),
        }
    )


@dataclass(frozen=True)
class DynamoDBBatches:
    def get(self, batch_id: str) -> Batch | None:
        with our_errors():
            try:
                item = LedgerItem.get(_partition(batch_id), _PROGRESS, consistent_read=True)
            except LedgerItem.DoesNotExist:
                return None
        return _batch(item.body)

    def put(self, batch: Batch, read_version: int) -> None:
        item = LedgerItem(
            _partition(batch.batch_id),
            _PROGRESS,
            kind=_PROGRESS,
            version=batch.version,
            body=encoding.encoded(batch),
        )
        with our_errors():
            item.save(LedgerItem.version == read_version if read_version else LedgerItem.person.does_not_exist())

    def members(self, batch_id: str, limit: int, start: str | None = None) -> Page[Member]:
        after = f"{_MEMBER}#{start or ''}"
        with our_errors():
            items = list(
                LedgerItem.query(
                    _partition(batch_id),
                    LedgerItem.entry.between(after, f"{_MEMBER}~"),
                    limit=limit + 2,
                    consistent_read=True,
                )
            )
        members = [_member(item.body) for item in items if item.entry != after]
        return Page(members[:limit], members[limit - 1].decision_id if len(members) > limit else None)


def _batch(stored: Mapping[str, Any]) -> Batch:
    return encoding.value_of(Batch, stored)


def _member(stored: Mapping[str, Any]) -> Member:
    member = encoding.value_of(Member, stored)
    return replace(member, before=_before(stored["before"]))


def _encoded_before(value: Before) -> dict[str, Any]:
    stored = encoding.encoded(value, ledger_encoding.ASSIGNMENT)
    if value.assignment is not None:
        stored["assignment"] = people_encoding.encoded_assignment(value.assignment, {})
    return stored


def _before(stored: Mapping[str, Any]) -> Before:
    before = encoding.value_of(Before, stored)
    if before.assignment is None:
        return before
    return replace(before, assignment=people_encoding.decoded_assignment(stored["assignment"], {}))


def _encoded_member(value: Member) -> dict[str, Any]:
    return {**encoding.encoded(value, frozenset({"before"})), "before": _encoded_before(value.before)}
