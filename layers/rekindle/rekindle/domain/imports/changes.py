"""What a row changes in what is known of a record. Values stand in one level: `fields.region`, `team.SDR`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rekindle.domain.imports.kinds import TEAM
from rekindle.domain.imports.report import Outcome
from rekindle.domain.records.kind import NESTED

Values = Mapping[str, Any]
SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a campaign, a user or an account is known that a file creates without a date: before all that happens to
it."""
_STAYS_TRUE = ("do_not_contact", "responded")
"""An import lifts no opt-out, and a person who responded has responded."""


@dataclass(frozen=True, slots=True)
class NewFact:
    """An event to send, in the terms of the events that come in."""

    event: str
    at: datetime
    detail: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    """Of a record that was known, what was known of the fields that the fact changes; None where it is new."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a row comes to."""

    outcome: Outcome
    record: str
    """What the row is about, such as `person:p-1`: rows of one record are loaded in their order."""
    facts: tuple[NewFact, ...] = ()
    people: Outcome = Outcome.UNCHANGED
    """What became of the person that a response's row is about."""
    is_repeated: bool = False
    """Whether an earlier row of the file speaks of the record."""


def without_lifting(values: Values) -> dict[str, Any]:
    """The values without what an import never says."""
    return {name: value for name, value in values.items() if name != "do_not_contact" or value is not False}


def differing(known: Values, values: Values) -> dict[str, Any]:
    """The values that are not known yet, or are known otherwise."""
    return {
        name: value
        for name, value in values.items()
        if known.get(name) != value and not (name in _STAYS_TRUE and known.get(name) is True)
    }


def missing(known: Values, values: Values) -> dict[str, Any]:
    """The values that are not known: what a list of responses says of a person corrects nothing. An opt-out is always
    heard."""
    return {
        name: value
        for name, value in values.items()
        if known.get(name) is None or (name == "do_not_contact" and known[name] != value)
    }


def before_of(known: Values | None, changed: Values) -> Values | None:
    """What was known of what changes, in one level; None where nothing was known of the record."""
    return None if known is None else {name: known[name] for name in changed if name in known}


def flat(values: Values) -> dict[str, Any]:
    levels = {name: value for name, value in values.items() if name not in (NESTED, TEAM)}
    for name in (NESTED, TEAM):
        levels |= {f"{name}.{one}": value for one, value in (values.get(name) or {}).items()}
    return levels


def nested(values: Values, known: Values | None = None) -> dict[str, Any]:
    """The reverse of `flat`. A team is replaced as a whole, so those whom the row does not name stay in it."""
    levels: dict[str, Any] = {}
    for name, value in values.items():
        outer, _, inner = name.partition(".")
        if not inner:
            levels[name] = value
            continue
        if outer not in levels:
            levels[outer] = _team(known or {}) if outer == TEAM else {}
        levels[outer][inner] = value
    return levels


def _team(known: Values) -> dict[str, Any]:
    return {name.partition(".")[2]: value for name, value in known.items() if name.startswith(f"{TEAM}.")}


def of(names: Collection[str], values: Values) -> dict[str, Any]:
    """The values of a record's own fields."""
    return {
        name: value for name, value in values.items() if name in names or name.startswith((f"{NESTED}.", f"{TEAM}."))
    }
