"""The periods of measures that a caller asks for, by days of the settings' time zone."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, tzinfo

from rekindle.application.measures.show_attribution import Attribution
from rekindle.application.measures.show_funnel import FunnelQuery
from rekindle.application.measures.show_recycling import RecyclingPeriod
from rekindle.application.reactivation.show_decisions import DecisionQuery
from rekindle.domain.core.errors import Fault, InvalidField
from rekindle.domain.measures.funnel import By, FunnelBasis
from rekindle.domain.measures.points import ACTIVE_RESPONSE
from rekindle.domain.measures.recycling import RecycledBy
from rekindle.domain.measures.shared_days import SharedBy
from rekindle.domain.reactivation.decision import Outcome, Reason

MOST_YEARS = 5


def attribution_of(query: Mapping[str, str], today: date) -> Attribution:
    """By default the year up to today, by the active response and by campaign. Raises InvalidField."""
    faults: list[Fault] = []
    since, until = _period(query, today, faults)
    by = query.get("by", SharedBy.CAMPAIGN)
    _check(by, SharedBy, "by", faults)
    if faults:
        raise InvalidField.of(sorted(faults))
    return Attribution(query.get("model", ACTIVE_RESPONSE), since, until, SharedBy(by))


def recycling_of(query: Mapping[str, str], today: date) -> RecyclingPeriod:
    """By default the year up to today, by the reason. Raises InvalidField."""
    faults: list[Fault] = []
    since, until = _period(query, today, faults)
    by = query.get("by", RecycledBy.REASON)
    _check(by, RecycledBy, "by", faults)
    if faults:
        raise InvalidField.of(sorted(faults))
    return RecyclingPeriod(since, until, RecycledBy(by))


def funnel_of(query: Mapping[str, str], today: date) -> FunnelQuery:
    """By default the cycles that began in the year up to today, all in one. Raises InvalidField."""
    faults: list[Fault] = []
    since, until = _period(query, today, faults)
    by, basis = query.get("by"), query.get("basis", FunnelBasis.COHORT)
    if by is not None:
        _check(by, By, "by", faults)
    _check(basis, FunnelBasis, "basis", faults)
    beside = _day(query, "beside", since, faults) if "beside" in query else None
    if faults:
        raise InvalidField.of(sorted(faults))
    return FunnelQuery(since, until, By(by) if by is not None else None, FunnelBasis(basis), beside)


def decisions_of(query: Mapping[str, str], today: date, zone: tzinfo) -> tuple[DecisionQuery, date, date]:
    """By default those of the last thirty days that were not skipped; and the days of the period, the last left out.
    Raises InvalidField."""
    faults: list[Fault] = []
    since, until = _period(query, today, faults, days=30)
    outcome, reason = query.get("outcome"), query.get("reason")
    for value, choices, name in ((outcome, Outcome, "outcome"), (reason, Reason, "reason")):
        if value is not None:
            _check(value, choices, name, faults)
    if faults:
        raise InvalidField.of(sorted(faults))
    begins, ends = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, until))
    wanted = DecisionQuery(begins, ends, Outcome(outcome) if outcome else None, Reason(reason) if reason else None)
    return wanted, since, until


def _check(value: str, choices: Iterable[str], name: str, faults: list[Fault]) -> None:
    if value not in list(choices):
        faults.append((name, f"expected one of {', '.join(choices)}"))


def _period(query: Mapping[str, str], today: date, faults: list[Fault], days: int = 365) -> tuple[date, date]:
    tomorrow = date.fromordinal(today.toordinal() + 1)
    until = _day(query, "to", tomorrow, faults)
    since = _day(query, "from", date.fromordinal(max(until.toordinal() - days, 1)), faults)
    if not faults and since >= until:
        faults.append(("from", f"expected a day before {until}"))
    elif not faults and (until - since).days > MOST_YEARS * 366:
        faults.append(("from", f"expected at most {MOST_YEARS} years before {until}"))
    return since, until


def _day(query: Mapping[str, str], name: str, default: date, faults: list[Fault]) -> date:
    written = query.get(name)
    try:
        found = default if written is None else date.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 9000:
        faults.append((name, "expected a day such as 2026-03-01"))
        return default
    return found
