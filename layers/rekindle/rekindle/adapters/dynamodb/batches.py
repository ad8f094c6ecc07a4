"""Batches kept in DynamoDB: one partition a batch, its progress first, then its activations.

The progress is written after each page, and each activation with its decision, so nothing else pays for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rekindle.adapters.dynamodb import encoding, writes
from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import LedgerItem, compact
from rekindle.adapters.dynamodb.writes import Image
from rekindle.application.ports import Page
from rekindle.domain.reactivation.batch import Batch, Before, Member
from rekindle.domain.records.stamps import ChangeStamp

_PROGRESS, _MEMBER = "batch", "member"


def _partition(batch_id: str) -> str:
    return f"batch#{batch_id}"


def member_image(member: Member) -> Image:
    return writes.texts(
        {
            "person": _partition(member.batch_id),
            "entry": f"{_MEMBER}#{member.decision_id}",
            "kind": _MEMBER,
            "body": compact(_member_told(member)),
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
            found = list(
                LedgerItem.query(
                    _partition(batch_id),
                    LedgerItem.entry.between(after, f"{_MEMBER}~"),
                    limit=limit + 2,
                    consistent_read=True,
                )
            )
        members = [_member(item.body) for item in found if item.entry != after]
        return Page(members[:limit], members[limit - 1].decision_id if len(members) > limit else None)


def _batch(stored: Mapping[str, Any]) -> Batch:
    return Batch(**encoding.decoded(stored))


def _member(stored: Mapping[str, Any]) -> Member:
    values = encoding.decoded(stored)
    values["before"] = _before(values["before"])
    return Member(**{"status": None, **values})


def _before_told(value: Before) -> dict[str, Any]:
    found = encoding.encoded(value, encoding.ASSIGNMENT)
    if value.assignment is not None:
        found["assignment"] = encoding.assignment_told(value.assignment, {})
    return found


def _before(stored: Mapping[str, Any]) -> Before:
    values = encoding.decoded(stored)
    if "status_stamp" in values:
        values["status_stamp"] = ChangeStamp.parse(values["status_stamp"])
    if "response_state" in values:
        values["response_state"] = encoding.response_state(values["response_state"])
    if "assignment" in values:
        values["assignment"] = encoding.assigned(values["assignment"], {})
    nothing = dict.fromkeys(("status", "status_stamp", "nurture_until", "score_activated_at"))
    return Before(**{**nothing, **values})


def _member_told(value: Member) -> dict[str, Any]:
    return {**encoding.encoded(value, frozenset({"before"})), "before": _before_told(value.before)}
