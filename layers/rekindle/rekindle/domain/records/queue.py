"""A queue of the CRM: an owner that is no person, out of which its members take what they work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Queue:
    queue_id: str
    name: Annotated[str | None, Field()] = None
    member_ids: Annotated[
        tuple[str, ...],
        Field(
            sentence="The users who take what the queue owns, replaced as a whole.",
            refers_to=("user",),
            most=1000,
        ),
    ] = ()
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)


QUEUE = Kind(
    name="queue",
    record=Queue,
    event="Queue Changed",
    id="queue_id",
    path="queues",
    summary="Tell what changed of a queue",
    example={"name": "Inbound", "member_ids": ["u-1", "u-2"]},
)
