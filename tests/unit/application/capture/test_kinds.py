"""Every kind of record without rules of its own, by what it declares: from the event to the stored record."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest

from rekindle.adapters.dynamodb import encoding
from rekindle.adapters.wire.events import facts_of
from rekindle.adapters.wire.views.records import record as shown
from rekindle.cli.partition import records_of
from rekindle.domain.campaigns.source_code import SOURCE_CODE
from rekindle.domain.capture.facts import RecordChanged
from rekindle.domain.capture.kinds import PLAIN
from rekindle.domain.core.errors import InvalidField
from rekindle.domain.records.case import CASE
from rekindle.domain.records.interaction import INTERACTION
from rekindle.domain.records.kind import Field, Kind
from tests.support.builders import Rekindle

NOON = "2026-03-01T12:00:00Z"

kinds = pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.name)


def sent(field: Field, name: str) -> Any:
    """A value as an event has it."""
    if field.one_of:
        return field.one_of[-1]
    if field.type in (str, bool, int, float, datetime, date):
        values: Mapping[Any, Any] = {bool: True, int: 7, float: 2.5, datetime: NOON, date: "2026-03-01"}
        listed = {"domain": "acme.example", "time_zone": "Europe/Oslo", "currency": "EUR"}
        return listed.get(name) or values.get(field.type, f"{name}-1")
    if field.type == Mapping[str, float | str]:
        return {"mqls": 20.0, "by": "2026-06-30"}
    if get_args(field.type)[0] is str and len(get_args(field.type)) == 2:
        return ["a", "b"] if field.type == tuple[str, ...] else {"SDR": "a"}
    raise AssertionError(f"no value known for {field.type}")


def kept(field: Field, value: Any) -> Any:
    """The same value as the domain has it."""
    if field.type is datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC)
    if field.type is date:
        return date(2026, 3, 1)
    return tuple(value) if isinstance(value, list) else value


def the_fact(kind: Kind[Any], /, **detail: Any) -> RecordChanged:
    envelope = {"source": "crm", "detail-type": kind.event, "time": NOON, "detail": {kind.id: "x-1", **detail}}
    (fact,) = facts_of(envelope)
    assert isinstance(fact, RecordChanged)
    return fact


def whole(kind: Kind[Any]) -> dict[str, Any]:
    return {name: sent(field, name) for name, field in kind.fields.items()}


@kinds
def test_an_event_sets_every_field_that_is_declared(kind: Kind[Any]) -> None:
    rekindle, values = Rekindle(), whole(kind)

    rekindle.tell(the_fact(kind, **values))

    stored = rekindle.use.ports.records(kind).get("x-1")
    assert {name: getattr(stored, name) for name in kind.fields} == {
        name: kept(field, values[name]) for name, field in kind.fields.items()
    }
    assert encoding.value_of(kind.record, encoding.encoded(stored)) == stored
    assert {name: shown(kind, stored)[name] for name in kind.fields} == values


@kinds
def test_a_cleared_field_takes_its_default_and_an_absent_one_stays(kind: Kind[Any]) -> None:
    rekindle, values = Rekindle(), whole(kind)
    rekindle.tell(the_fact(kind, **values, sequence=1))
    required = {name: values[name] for name, field in kind.fields.items() if field.required}
    cleared = next(name for name, field in kind.fields.items() if not field.required)

    rekindle.tell(the_fact(kind, **required, **{cleared: None}, sequence=2))

    stored, empty = rekindle.use.ports.records(kind).get("x-1"), kind.record("x-1")
    assert getattr(stored, cleared) == getattr(empty, cleared)
    assert all(getattr(stored, n) == kept(f, values[n]) for n, f in kind.fields.items() if n != cleared)


@kinds
def test_a_value_of_another_type_is_refused_by_its_name(kind: Kind[Any]) -> None:
    values = whole(kind)
    for name in kind.fields:
        with pytest.raises(InvalidField) as refused:
            the_fact(kind, **{**values, name: [[]]})
        assert refused.value.field is not None and refused.value.field.startswith(f"detail.{name}")


@kinds
def test_a_required_field_has_to_be_there(kind: Kind[Any]) -> None:
    required = [name for name, field in kind.fields.items() if field.required]
    for name in required:
        for detail in ({n: v for n, v in whole(kind).items() if n != name}, {**whole(kind), name: None}):
            with pytest.raises(InvalidField) as refused:
                the_fact(kind, **detail)
            assert refused.value.field == f"detail.{name}"
    if not required:
        assert the_fact(kind).values == {}


# --- what the contract says of each ----------------------------------------------------------------------------------


def test_a_source_code_leads_to_its_campaign() -> None:
    fact = the_fact(SOURCE_CODE, source_code="SPRING-A", campaign_id="7015e000000AbCd", creates_interaction=True)

    assert fact.record_id == "SPRING-A"
    assert fact.values == {"campaign_id": "7015e000000AbCdAAK", "creates_interaction": True}
    assert records_of(fact) == (), "it concerns nobody: each part of a history has it"


def test_a_case_is_with_its_person_and_open_until_it_is_closed() -> None:
    rekindle = Rekindle()
    fact = the_fact(CASE, case_id="5005e000000AbCd", person_id="00Q5e00000A1b2C")

    rekindle.tell(fact)

    assert (fact.record_id, fact.values) == ("5005e000000AbCdAAK", {"person_id": "00Q5e00000A1b2CEAR"})
    assert records_of(fact) == ("case 5005e000000AbCdAAK", "person 00Q5e00000A1b2CEAR")
    opened = rekindle.use.ports.records(CASE).get("5005e000000AbCdAAK")
    assert opened is not None and not opened.is_closed


def test_the_time_of_an_interaction_is_the_time_of_the_change_too() -> None:
    fact = the_fact(INTERACTION, person_id="p-1", direction="inbound", occurred_at="2026-02-01T08:00:00Z")

    assert fact.values["occurred_at"] == fact.stamp.at == datetime(2026, 2, 1, 8, tzinfo=UTC)
    assert records_of(fact) == ("interaction x-1", "person p-1")
