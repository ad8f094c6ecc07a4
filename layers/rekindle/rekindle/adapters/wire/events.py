"""Events of the bus, in EventBridge's envelope, as the facts they hold."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from rekindle.adapters.sources import salesforce
from rekindle.adapters.sources.salesforce_mapping import MAPPING, Mapped
from rekindle.adapters.wire import records, requests
from rekindle.adapters.wire.records import Reader, stamp_of
from rekindle.adapters.wire.rules import happened_at, in_future, moment, time_in
from rekindle.adapters.wire.standards import usable
from rekindle.domain.capture.facts import Fact
from rekindle.domain.capture.kinds import PLAIN
from rekindle.domain.core import times
from rekindle.domain.core.errors import InvalidField, Malformed, UnknownEvent

OWN_SOURCE = "rekindle"
_ENDED = "History Ended"
"""Of our own events the one that a history is played by: it holds no fact, only that time passed until then."""

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
    "User Deleted": records.user_deleted,
    "Reactivation Requested": requests.reactivation_requested,
    "Response Prompted": requests.response_prompted,
}


DETAIL_TYPES = tuple(_READERS)
"""The facts that an event can hold."""


def ignored_by(document: Mapping[str, Any]) -> Collection[str]:
    """The detail-types that a settings document leaves to others."""
    return (document.get("events") or {}).get("ignore") or ()


def facts_of(
    envelope: Mapping[str, Any],
    fields: Callable[[], Mapping[str, Mapped]] = lambda: MAPPING,
    ignored: Callable[[], Collection[str]] = tuple,
    arrived_at: datetime | None = None,
) -> list[Fact]:
    """The facts that an event reports, none where it concerns nobody here.

    An archive of the bus holds our own events too: they report nothing new. `fields`: which of Salesforce's feed ours.
    `ignored`: the detail-types that are no fault. `arrived_at`: by our own clock; in a history, the envelope's time.
    Raises Malformed for an envelope that is none, InvalidField for a value that breaks its rule, InFuture and
    UnknownEvent; each names the field as the sender wrote it.
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
        sent = envelope.get("time")
        at = moment(sent, "time") if type(sent) is str else time_in(envelope, "time", str)
        arrived_at = arrived_at or at
        if at > arrived_at + times.AHEAD:
            raise in_future("time")
        at = happened_at(detail, at, arrived_at, _in_detail)
        detail, passed = usable(detail, _in_detail)
        return [*passed, read(detail, stamp_of(detail_type, detail, at, _in_detail, envelope.get("id")), _in_detail)]
    if salesforce.is_change(detail):
        return _timely(salesforce.facts_of(detail_type, detail, fields()), envelope, arrived_at)
    if detail_type in ignored():
        return []
    if salesforce.is_salesforce(envelope.get("source"), detail_type):
        raise InvalidField("this field is required: it says what changed", salesforce.header_path(detail))
    raise UnknownEvent("there is no such detail-type", "detail-type")


def _timely(facts: list[Fact], envelope: Mapping[str, Any], arrived_at: datetime | None) -> list[Fact]:
    """The facts of a change, if Salesforce did not commit it in the future."""
    if arrived_at is None and type(envelope.get("time")) is str:
        arrived_at = moment(envelope["time"], "time")
    if arrived_at is not None and any(fact.stamp.at > arrived_at + times.AHEAD for fact in facts):
        raise in_future(f"{salesforce.header_path(envelope['detail'])}.commitTimestamp")
    return facts


def end_of_history(at: datetime) -> dict[str, Any]:
    """The event that ends a part of a history at the instant at which the whole ends."""
    return {"source": OWN_SOURCE, "detail-type": _ENDED, "time": times.text(at), "detail": {}}


def ended_at(envelope: Mapping[str, Any]) -> datetime | None:
    """When a history ends that says so by such an event. Raises InvalidField."""
    ends = envelope.get("source") == OWN_SOURCE and envelope.get("detail-type") == _ENDED
    return time_in(envelope, "time", str) if ends else None


def _in_detail(name: str) -> str:
    return f"detail.{name}"
