"""Target lists: the queries that draw them, and how they are shown."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.api import object_of
from rekindle.adapters.wire.rules import Days, Identifier, Text, checked, only
from rekindle.domain.core import times
from rekindle.domain.core.digests import digest
from rekindle.domain.core.errors import Fault, InvalidField
from rekindle.domain.measures.targets import (
    AT_LEAST,
    AT_MOST,
    FIELDS,
    WITH_NESTED,
    Population,
    TargetList,
)

Json = dict[str, Any]
MOST_VALUES = 200
_POPULATIONS = ", ".join(f'"{one}"' for one in Population)
Populations = Annotated[Population, Meta(description=f"one of {_POPULATIONS}")]


class TargetValues(msgspec.Struct, gc=False):
    list_id: Identifier | None = None
    name: Text | None = None
    population: Populations | None = None
    days: Days | None = None
    campaign_id: Identifier | None = None
    where: dict[str, Any] | None = None


def list_of(body: bytes) -> TargetList:
    """Without an identifier of the caller's, the query names it. Raises Malformed, InvalidField."""
    values = object_of(body)
    only(TargetValues.__struct_fields__, values, str)
    form = checked(TargetValues, values, str)
    where = form.where or {}
    faults = [fault for kind, wanted in where.items() for fault in _faults(kind, wanted)]
    population = form.population or Population.EVERYBODY
    if form.campaign_id is not None and population is not Population.DARK:
        faults.append(("campaign_id", "only those who went dark did so on a campaign"))
    if faults:
        raise InvalidField.of(faults)
    content = msgspec.json.encode(values, order="deterministic").decode()
    campaign_id = ids.widened_if(ids.CAMPAIGN, form.campaign_id) if form.campaign_id else None
    return TargetList(
        form.list_id or digest("target list", content), form.name, population, form.days, campaign_id, where
    )


def _faults(kind: str, wanted: Any) -> list[Fault]:
    path = f"where.{kind}"
    if kind not in FIELDS:
        return [(path, f"expected one of {', '.join(FIELDS)}")]
    if not isinstance(wanted, dict) or not wanted:
        return [(path, "expected an object of fields")]
    return [
        (f"{path}.{name}", what)
        for name, value in wanted.items()
        for what in [_fault(kind, name, value)]
        if what is not None
    ]


def _fault(kind: str, name: str, value: Any) -> str | None:
    nested = kind in WITH_NESTED and name.startswith("fields.")
    if name not in FIELDS[kind] and not nested:
        return "there is no such field"
    if isinstance(value, Mapping):
        bounds = {AT_LEAST, AT_MOST}
        if (
            not value
            or value.keys() - bounds
            or any(isinstance(one, bool) or not _plain(one) for one in value.values())
        ):
            return f"expected {AT_LEAST} and {AT_MOST}, each a number or a time"
        return next((fault for one in value.values() for fault in [_fault_of_bound(name, one)] if fault), None)
    if isinstance(value, list):
        if not 0 < len(value) <= MOST_VALUES or not all(map(_plain, value)):
            return f"expected a list of 1 to {MOST_VALUES} values"
        return None
    return None if value is None or _plain(value) else "expected a value, a list of values, or bounds"


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _fault_of_bound(name: str, bound: Any) -> str | None:
    if not name.endswith("_at"):
        return None
    try:
        times.instant(bound if "T" in bound else f"{bound}T00:00:00Z")
    except (TypeError, ValueError):
        return "expected a day or a time with an offset, as 2026-03-01"
    return None


def shown(one: TargetList) -> Json:
    return {
        "list_id": one.list_id,
        "name": one.name,
        "population": one.population.value,
        "days": one.days,
        "campaign_id": one.campaign_id,
        "where": one.where,
        "state": one.state.value,
        "created_at": times.optional_text(one.created_at),
        "drawn_at": times.optional_text(one.drawn_at),
        "counts": {"targets": one.targets, "left_out": dict(one.left_out)},
        "sample": list(one.sample),
        "targeted": [{"campaign_id": name, "at": at} for name, at in sorted(one.targeted.items())],
    }
