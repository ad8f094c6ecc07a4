"""A CRM that merges two records deletes a member of the one and makes it anew for the other, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(days=14)
"""Longer than the events of one transaction arrive apart, waits in queues included."""


@dataclass(frozen=True, slots=True)
class MemberChange:
    """A member that was made or deleted in a transaction; what else there is of that transaction may come later."""

    transaction: str
    campaign_id: str
    response_id: str
    deleted: bool
    at: datetime
    responded_at: datetime | None = None


def counterparts(change: MemberChange, others: Iterable[MemberChange]) -> list[MemberChange]:
    """What may be the same member under its other id, the likeliest first: one of the same date."""
    matching = [one for one in others if one.deleted != change.deleted and one.response_id != change.response_id]
    return sorted(matching, key=lambda one: (one.responded_at != change.responded_at, one.response_id))
