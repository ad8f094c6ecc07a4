"""Closings of months, which take longer than a call may: the function that closes runs by itself."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.domain.core.errors import Unavailable


@dataclass(frozen=True)
class InvokedClosings:
    client: Any
    function: str

    def start(self, month: str) -> None:
        """Raises Unavailable."""
        try:
            self.client.invoke(
                FunctionName=self.function, InvocationType="Event", Payload=json.dumps({"period": month})
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"the closing of {month} could not be started: {error}") from error
