"""What a tool is answered, and what a mapping makes of a body."""

from typing import Annotated, Any, Literal, TypedDict

from rekindle.adapters.wire.answers import Instant


class WebhookReceived(TypedDict):
    """The webhook was proved and stored. What it says is applied a moment later."""

    record: Literal["webhook"]
    source: str
    received_at: Instant
    decision_id: Annotated[
        str | None,
        (
            "description",
            "The id of the decision on the first response, where the settings want it in the answer. The decision is "
            "made when the response is recorded.",
        ),
    ]
    decision_ids: list[str]


class ItemFault(TypedDict):
    code: str
    message: str
    field: str | None


class PreviewedItem(TypedDict):
    facts: Annotated[list[dict[str, Any]], ("description", "As events of the bus.")]
    ignored: Annotated[bool, ("description", "Whether it is none of our business.")]
    fault: Annotated[ItemFault | None, ("description", "Why the item would go to the failures.")]


class WebhookPreview(TypedDict):
    record: Literal["webhook_preview"]
    items: list[PreviewedItem]
