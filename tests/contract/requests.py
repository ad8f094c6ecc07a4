"""Counts what is asked of DynamoDB, and what it cost, by the client's own events."""

from typing import Any


class Requests:
    """What a client asks for while this is open, by operation, and the capacity that the service says it consumed."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.names: list[str] = []
        self.capacity = 0.0

    def __enter__(self) -> "Requests":
        self.client.meta.events.register("after-call.dynamodb", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.meta.events.unregister("after-call.dynamodb", self._note)

    def _note(self, model: Any, parsed: dict[str, Any], **_: object) -> None:
        self.names.append(model.name)
        consumed = parsed.get("ConsumedCapacity") or []
        self.capacity += sum(c["CapacityUnits"] for c in (consumed if isinstance(consumed, list) else [consumed]))
