"""`Notification Requested`, as the bus delivers it, as the notification it asks for."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from rekindle.adapters.wire.rules import identifier, required
from rekindle.domain.core.errors import Malformed
from rekindle.domain.notifications.notification import Notice
from rekindle.domain.notifications.template import Kind

_KIND = Annotated[
    Literal["assigned", "reassigned", "timed_out", "reminder", "sla_warned", "sla_escalated"],
    Meta(description='"assigned", "reassigned", "timed_out", "reminder", "sla_warned" or "sla_escalated"'),
]


def notice_of(envelope: Mapping[str, Any]) -> Notice:
    """Raises Malformed, and InvalidField with the field at fault."""
    detail = envelope.get("detail")
    if not isinstance(detail, dict):
        raise Malformed("an event needs a detail, which is an object", "detail")
    return Notice(
        event_id=identifier(detail, "event_id", _in_detail),
        kind=Kind(required(_KIND, detail, "kind", _in_detail)),
        person_id=identifier(detail, "person_id", _in_detail),
        assignment_id=identifier(detail, "assignment_id", _in_detail),
        notify_id=identifier(detail, "notify_id", _in_detail),
    )


def _in_detail(name: str) -> str:
    return f"detail.{name}"
