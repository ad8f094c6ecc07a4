"""Erasures that take longer than one run: a message in the queue of facts for each next one."""

import json
from dataclasses import dataclass
from typing import Any

from rekindle.domain.core import times
from rekindle.domain.people.person import Erasure

_SOURCE = "rekindle.erasure"


@dataclass(frozen=True)
class QueuedErasures:
    client: Any
    facts: str
    """The queue that facts are recorded from."""

    def resume(self, person_id: str, erasure: Erasure) -> None:
        at = times.text(erasure.requested_at)
        detail = {"person_id": person_id, "erase": erasure.everywhere, "occurred_at": at}
        fact = {"source": _SOURCE, "detail-type": "Person Deleted", "time": at, "detail": detail}
        self.client.send_message(QueueUrl=self.facts, MessageBody=json.dumps(fact))
