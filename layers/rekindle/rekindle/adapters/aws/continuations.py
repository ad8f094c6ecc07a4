"""Work that takes longer than one run: a message for each next one."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rekindle.domain.core import times
from rekindle.domain.people.person import Erasure

_SOURCE = "rekindle.continuation"


@dataclass(frozen=True)
class QueuedContinuations:
    client: Callable[[], Any]
    """Made when it is needed: hardly anything takes longer than one run."""
    facts: str
    """The queue that facts are recorded from: a fact that comes again goes on where it was left."""
    due: str
    """The queue of what is due."""

    def erasure(self, person_id: str, erasure: Erasure) -> None:
        detail = {"person_id": person_id, "erase": erasure.everywhere}
        self._fact("Person Deleted", erasure.requested_at, detail)

    def merge(self, survivor_id: str, merged_id: str, at: datetime, *, converted: bool) -> None:
        if converted:
            self._fact("Person Changed", at, {"person_id": merged_id, "converted_contact_id": survivor_id})
        else:
            self._fact("People Merged", at, {"survivor_id": survivor_id, "merged_ids": [merged_id]})

    def index(self, person_id: str) -> None:
        # As `dynamodb.timers.due_of` reads it: to load that here, every crossing would wait.
        self._send(self.due, {"person_id": person_id})

    def _fact(self, kind: str, at: datetime, detail: dict[str, Any]) -> None:
        time = times.text(at)
        self._send(
            self.facts,
            {"source": _SOURCE, "detail-type": kind, "time": time, "detail": {**detail, "occurred_at": time}},
        )

    def _send(self, queue: str, message: dict[str, Any]) -> None:
        self.client().send_message(QueueUrl=queue, MessageBody=json.dumps(message))
