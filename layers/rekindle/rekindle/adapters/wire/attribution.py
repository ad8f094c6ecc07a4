"""What a caller asks of the shares of won deals."""

from collections.abc import Mapping
from datetime import date

from rekindle.application.measures.show_attribution import Attribution
from rekindle.domain.core.errors import Fault, InvalidField
from rekindle.domain.measures.points import ACTIVE_RESPONSE
from rekindle.domain.measures.shared_days import SharedBy

MOST_YEARS = 5


def attribution_of(query: Mapping[str, str], today: date) -> Attribution:
    """By default the year up to today, by the active response and by campaign. Raises InvalidField."""
    faults: list[Fault] = []
    tomorrow = date.fromordinal(today.toordinal() + 1)
    until = _day(query, "to", tomorrow, faults)
    since = _day(query, "from", date.fromordinal(max(until.toordinal() - 365, 1)), faults)
    by = query.get("by", SharedBy.CAMPAIGN)
    if by not in list(SharedBy):
        faults.append(("by", f"expected one of {', '.join(SharedBy)}"))
    if not faults and since >= until:
        faults.append(("from", f"expected a day before {until}"))
    elif not faults and (until - since).days > MOST_YEARS * 366:
        faults.append(("from", f"expected at most {MOST_YEARS} years before {until}"))
    if faults:
        raise InvalidField.of(sorted(faults))
    return Attribution(query.get("model", ACTIVE_RESPONSE), since, until, SharedBy(by))


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
