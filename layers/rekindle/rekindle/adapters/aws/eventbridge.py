"""Events out over EventBridge, ten to a request; what the bus did not take is answered, to be sent again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.domain.notifications.event import Event

SOURCE = "rekindle"
ENTRIES = 10
"""The most that one PutEvents takes."""


@dataclass(frozen=True)
class EventBridgeBus:
    client: Any
    name: str

    def publish(self, events: Sequence[Event]) -> Sequence[Event]:
        left: list[Event] = []
        for some in batched(events, ENTRIES, strict=False):
            left.extend(self._put(some))
        return left

    def _put(self, events: Sequence[Event]) -> Sequence[Event]:
        try:
            answer = self.client.put_events(Entries=[self._entry(event) for event in events])
        except (ClientError, BotoCoreError):
            return events
        if not answer.get("FailedEntryCount"):
            return ()
        return [e for e, entry in zip(events, answer["Entries"], strict=True) if entry.get("ErrorCode")]

    def repeat(self, envelope: Mapping[str, Any]) -> bool:
        """Put an event again that the bus delivered before and a target did not take. Whether the bus took it."""
        entry = {
            "EventBusName": self.name,
            "Source": SOURCE,
            "DetailType": envelope["detail-type"],
            "Detail": json.dumps(envelope["detail"], separators=(",", ":"), ensure_ascii=False),
            "Time": envelope["time"],
        }
        return not self.client.put_events(Entries=[entry])["FailedEntryCount"]

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self.name,
            "Source": SOURCE,
            "DetailType": event.detail_type,
            "Detail": json.dumps(event.body(), separators=(",", ":"), ensure_ascii=False),
            "Time": event.occurred_at,
        }
