"""The failure queue: what was refused, as it came, with the reason beside it."""

import re
from dataclasses import dataclass
from typing import Any

from rekindle.domain.core.errors import Refusal

_NOT_TAKEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that SQS refuses a message for."""


@dataclass(frozen=True)
class FailureQueue:
    client: Any
    url: str

    def keep(self, body: str, refusal: Refusal, source: str) -> None:
        """The body is untouched, so it can be sent on; the reason stands in the message's attributes."""
        properties = {"source": source, "code": refusal.code, "message": refusal.message, "field": refusal.field}
        texts = {name: _NOT_TAKEN.sub("", text or "") for name, text in properties.items()}
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": text} for name, text in texts.items() if text
            },
        )
