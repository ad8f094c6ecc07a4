"""Events of the bus, in EventBridge's envelope, as the facts they tell."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from rekindle.adapters.sources import salesforce
from rekindle.adapters.wire import records, requests
from rekindle.adapters.wire.records import Reader, stamp_of
from rekindle.adapters.wire.rules import moment, time_told
from rekindle.domain.capture.facts import Fact
from rekindle.domain.capture.kinds import KINDS, PLAIN
from rekindle.domain.core import times
from rekindle.domain.core.errors import InvalidField, Malformed

OWN_SOURCE = "rekindle"
_ENDED = "History Ended"
"""Of our own events the one that a history is played by: it tells no fact, but that time passed until then."""

_READERS: Mapping[str, Reader] = {
    "Person Changed": records.person_changed,
    "Person Deleted": records.person_deleted,
    "People Merged": records.people_merged,
    "Response Recorded": records.response_recorded,
    "Response Deleted": records.response_deleted,
    "Opportunity Changed": records.opportunity_changed,
    "Opportunity Deleted": records.opportunity_deleted,
    **{kind.event: partial(records.record_changed, kind) for kind in PLAIN},
    **{kind.deleted_event: partial(records.record_deleted, kind) for kind in PLAIN if kind.deleted_event},
    "Reactivation Requested": requests.reactivation_requested,
    "Response Prompted": requests.response_prompted,
}

_OF_ACTIVITIES = frozenset(kind.event for kind in KINDS if "occurred_at" in kind.fields)
"""Events of records that have a time of their own: when the activity took place, not when it was recorded."""


def facts_of(
    envelope: Mapping[str, Any], fields: Callable[[], Mapping[str, salesforce.Mapped]] = lambda: salesforce.MAPPING
) -> list[Fact]:
    """The facts that an event tells, none where it tells of nothing that concerns us.

    An archive of the bus holds our own events too: they tell nothing new. `fields`: which of Salesforce's feed ours.
    Raises Malformed for an envelope that is none, and InvalidField for a value that breaks its rule; either
    names the field as the sender wrote it.
    """
    if envelope.get("source") == OWN_SOURCE:
        return []
    detail_type = envelope.get("detail-type")
    if not isinstance(detail_type, str):
        raise Malformed("an event needs a detail-type, which is a text", "detail-type")
    detail = envelope.get("detail")
    if not isinstance(detail, dict):
        raise Malformed("an event needs a detail, which is an object", "detail")
    read = _READERS.get(detail_type)
    if read is not None:
        told = envelope.get("time")
        at = moment(told, "time") if type(told) is str else time_told(envelope, "time", str)
        # `occurred_at` goes before it, since a bus may stamp a time of its own, to the second or the moment of a
        # replay.
        if detail.get("occurred_at") is not None and detail_type not in _OF_ACTIVITIES:
            at = time_told(detail, "occurred_at", _in_detail)
        return [read(detail, stamp_of(detail_type, detail, at, _in_detail), _in_detail)]
    if salesforce.is_change(detail):
        return salesforce.facts_of(detail_type, detail, fields())
    raise InvalidField("there is no such detail-type", "detail-type")


def end_of_history(at: datetime) -> dict[str, Any]:
    """The event that ends a part of a history at the instant at which the whole ends."""
    return {"source": OWN_SOURCE, "detail-type": _ENDED, "time": times.text(at), "detail": {}}


def ended_at(envelope: Mapping[str, Any]) -> datetime | None:
    """When a history ends that says so by such an event. Raises InvalidField."""
    ends = envelope.get("source") == OWN_SOURCE and envelope.get("detail-type") == _ENDED
    return time_told(envelope, "time", str) if ends else None


def _in_detail(name: str) -> str:
    return f"detail.{name}"
