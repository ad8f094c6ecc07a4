"""How Salesforce writes a value, and how it becomes ours. The rule of the field comes afterwards."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rekindle.adapters.sources.salesforce_ids import widened
from rekindle.adapters.wire.rules import LATEST
from rekindle.domain.core import times

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MILLISECOND = (LATEST - EPOCH) // timedelta(milliseconds=1)


def read_as(name: str, value: Any) -> Any:
    """The value of our field of that name."""
    return _READ_AS.get(name, _as_it_is)(value)


def _as_it_is(value: Any) -> Any:
    return value


def _as_identifier(value: Any) -> Any:
    return widened(value) if isinstance(value, str) else value


def _as_integer(value: Any) -> Any:
    """Salesforce writes a number of no decimals as 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_time(value: Any) -> Any:
    """AppFlow writes a time as text, Event Relay as milliseconds. A date stands for its first instant."""
    if isinstance(value, str):
        return f"{value}T00:00:00Z" if len(value) == len("2025-03-31") else value
    if type(value) is int and 0 <= value <= LAST_MILLISECOND:
        return times.text(EPOCH + timedelta(milliseconds=value))
    return value


def _as_date(value: Any) -> Any:
    """The same the other way round: Event Relay writes a date as the milliseconds of its first instant."""
    time = _as_time(value)
    return time.partition("T")[0] if isinstance(time, str) and not isinstance(value, str) else value


def _as_name(value: Any) -> Any:
    """A user's name may come in its parts."""
    if not isinstance(value, dict):
        return value
    return " ".join(str(value[part]) for part in ("FirstName", "LastName") if value.get(part))


def _as_identifiers(value: Any) -> Any:
    return [widened(value)] if isinstance(value, str) else value


def _as_completed(value: Any) -> Any:
    """By the task's status where the flag is missing."""
    return value == "Completed" if isinstance(value, str) else value


def _as_kind(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _as_domain(value: Any) -> Any:
    """People write what they like into the field for a website: what is no address there has no domain."""
    from rekindle.domain.people.mail_domains import company_domain

    return company_domain(value) or None if isinstance(value, str) else value


_READ_AS: Mapping[str, Callable[[Any], Any]] = {
    "name": _as_name,
    "domain": _as_domain,
    "precedence": _as_integer,
    "starts_on": _as_date,
    "ends_on": _as_date,
    "responded_at": _as_time,
    "received_at": _as_time,
    "occurred_at": _as_time,
    "created_at": _as_time,
    "closed_at": _as_time,
    "person_ids": _as_identifiers,
    "completed": _as_completed,
    "kind": _as_kind,
    **dict.fromkeys(
        (
            "person_id",
            "campaign_id",
            "owner_id",
            "account_id",
            "parent_id",
            "converted_contact_id",
            "converted_opportunity_id",
            "changed_by",
            "record_type",
            "role",
            "profile",
        ),
        _as_identifier,
    ),
}
