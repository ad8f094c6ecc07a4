"""The failure queue: what was refused, as it came, with the reason beside it."""

from dataclasses import dataclass
from typing import Any

from rekindle.domain.errors import Refusal


@dataclass(frozen=True)
class FailureQueue:
    client: Any
    url: str

    def keep(self, body: str, refusal: Refusal, source: str) -> None:
        """The body is untouched, so it can be sent on; the reason stands in the message's attributes."""
        told = {"source": source, "code": refusal.code, "message": refusal.message, "field": refusal.field}
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": text} for name, text in told.items() if text
            },
        )
