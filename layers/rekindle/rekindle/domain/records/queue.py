"""A queue of the CRM: an owner that is no person, out of which its members take what they work."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rekindle.domain.records.stamps import ChangeStamp


@dataclass(frozen=True, slots=True)
class Queue:
    queue_id: str
    name: str | None = None
    member_ids: tuple[str, ...] = ()
    version: int = 0
    stamps: Mapping[str, ChangeStamp] = field(default_factory=dict)
