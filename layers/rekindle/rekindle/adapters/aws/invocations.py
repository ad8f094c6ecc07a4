"""What takes longer than a call may: another function does it by itself."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rekindle.domain.core.errors import Unavailable


@dataclass(frozen=True)
class _Invoked:
    client: Any
    function: str

    def _invoke(self, **payload: str) -> None:
        """Raises Unavailable."""
        try:
            self.client.invoke(FunctionName=self.function, InvocationType="Event", Payload=json.dumps(payload))
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"it could not be started: {error}") from error


class InvokedClosings(_Invoked):
    def start(self, month: str) -> None:
        self._invoke(period=month)


class InvokedDrawings(_Invoked):
    def start(self, list_id: str, campaign_id: str | None = None) -> None:
        self._invoke(list_id=list_id, **({"campaign_id": campaign_id} if campaign_id is not None else {}))
