"""Events of the bus, and bodies of requests, become facts; what breaks a rule is refused by name."""

import json
import math
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.adapters.sources.salesforce_ids import widened
from rekindle.adapters.wire import api
from rekindle.adapters.wire.events import facts_of, ignored_by
from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    PassedOver,
    PassedOverReason,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
)
from rekindle.domain.capture.kinds import PERSON
from rekindle.domain.core.errors import InFuture, InvalidField, Malformed, UnknownEvent
from rekindle.domain.people.person import Person, Profile
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.queue import QUEUE
from rekindle.domain.records.stamps import ChangeStamp, Order
from rekindle.domain.records.user import USER

NOON = datetime(2025, 3, 31, 12, tzinfo=UTC)

REQUIRED: dict[str, dict[str, Any]] = {
    "Person Changed": {"person_id": "p-1"},
    "Person Deleted": {"person_id": "p-1"},
    "People Merged": {"survivor_id": "p-1", "merged_ids": ["p-2"]},
    "Campaign Changed": {"campaign_id": "c-1"},
    "Campaign Deleted": {"campaign_id": "c-1"},
    "Response Recorded": {"response_id": "r-1", "person_id": "p-1", "campaign_id": "c-1", "responded": True},
    "Response Deleted": {"response_id": "r-1", "person_id": "p-1"},
    "Account Changed": {"account_id": "a-1"},
    "Queue Changed": {"queue_id": "q-1"},
    "User Changed": {"user_id": "u-1"},
}

ASKED: dict[str, Any] = {"request_id": "q-1", "person_id": "p-1", "user_id": "u-1"}


def envelope(detail_type: str, /, **detail: Any) -> dict[str, Any]:
    return {
        "detail-type": detail_type,
        "source": "crm",
        "time": "2025-03-31T12:00:00Z",
        "detail": {**REQUIRED.get(detail_type, {}), **detail},
    }


def the_fact(detail_type: str, /, **detail: Any) -> Any:
    (fact,) = facts_of(envelope(detail_type, **detail))
    return fact


def values_of(detail_type: str, /, **detail: Any) -> dict[str, Any]:
    return dict(the_fact(detail_type, **detail).values)


def without_mark(fact: Any) -> Any:
    return type(fact)(**{n: getattr(fact, n) for n in fact.__slots__ if n != "stamp"}, stamp=ChangeStamp(NOON))


@pytest.mark.parametrize(
    ("detail_type", "fact"),
    [
        ("Person Changed", PersonChanged("p-1", ChangeStamp(NOON), {})),
        ("Person Deleted", PersonDeleted("p-1", ChangeStamp(NOON))),
        ("People Merged", PeopleMerged("p-1", ("p-2",), ChangeStamp(NOON))),
        ("Campaign Changed", RecordChanged(CAMPAIGN, "c-1", ChangeStamp(NOON), {})),
        ("Campaign Deleted", RecordDeleted(CAMPAIGN, "c-1", ChangeStamp(NOON))),
        ("Response Recorded", ResponseRecorded("r-1", ChangeStamp(NOON), "p-1", "c-1", {"responded": True})),
        ("Response Deleted", ResponseDeleted("r-1", ChangeStamp(NOON), "p-1")),
        ("Account Changed", RecordChanged(ACCOUNT, "a-1", ChangeStamp(NOON), {})),
        ("Queue Changed", RecordChanged(QUEUE, "q-1", ChangeStamp(NOON), {})),
        ("User Changed", RecordChanged(USER, "u-1", ChangeStamp(NOON), {})),
    ],
)
def test_each_detail_type_tells_its_fact(detail_type: str, fact: Fact) -> None:
    assert without_mark(the_fact(detail_type)) == fact


@pytest.mark.parametrize(
    ("detail_type", "values"),
    [
        (
            "Person Changed",
            {
                "kind": "contact",
                "email": "ada@example.com",
                "first_name": "Ada",
                "last_name": "L",
                "company": "Example",
                "phone": "+44 1",
                "status": "New",
                "score": 60.0,
                "owner_id": "u-1",
                "account_id": "a-1",
                "record_type": "Partner",
                "do_not_contact": False,
                "converted_contact_id": "p-9",
                "changed_by": "u-2",
                "fields": {"region": "EMEA", "seats": 12, "ratio": 0.5, "vip": True, "fax": None},
            },
        ),
        (
            "Campaign Changed",
            {
                "name": "Webinar",
                "type": "Event",
                "status": "In Progress",
                "is_active": True,
                "cost": 1200.5,
                "precedence": 3,
                "exclude_from_reactivation": False,
                "default_responded_status": "Responded",
                "response_prompt": False,
                "trigger_reactivation": True,
                "bypass_nurture_timeout": False,
                "track": "north",
            },
        ),
        (
            "Response Recorded",
            {
                "responded": False,
                "member_status": "Sent",
                "channel": "email",
                "response_type": "click",
                "source_code": "S1",
                "click_url": "https://example.com/" + "x" * 2000,
                "score": -5.0,
                "fields": {"utm": "a"},
            },
        ),
        (
            "Account Changed",
            {
                "name": "Acme Corp.",
                "domain": "acme.example",
                "owner_id": "u-1",
                "team": {"SDR": "u-2", "AE": "u-3"},
                "parent_id": "a-0",
                "type": "Customer",
            },
        ),
        ("Queue Changed", {"name": "Inbound", "member_ids": ("u-1", "u-2")}),
        (
            "User Changed",
            {
                "name": "Ada",
                "email": "ada@example.com",
                "role": "SDR",
                "profile": "Sales",
                "mode": "hybrid",
                "is_active": True,
                "time_zone": "Europe/Berlin",
                "fields": {"region": "EMEA"},
            },
        ),
    ],
)
def test_values_are_told_as_they_are_and_others_ignored(detail_type: str, values: dict[str, Any]) -> None:
    assert values_of(detail_type, **values, sequence=4, nonsense={"a": [1]}) == values


@pytest.mark.parametrize(
    ("detail_type", "name"),
    [
        ("Person Changed", "owner_id"),
        ("Campaign Changed", "starts_on"),
        ("Account Changed", "domain"),
        ("Account Changed", "team"),
        ("Queue Changed", "member_ids"),
        ("User Changed", "mode"),
    ],
)
def test_absent_is_unchanged_and_null_is_cleared(detail_type: str, name: str) -> None:
    assert values_of(detail_type) == {}
    assert values_of(detail_type, **{name: None}) == {name: None}


def test_every_value_of_a_person_has_its_place_in_the_domain() -> None:
    kept = {field.name for kind in (Person, Profile) for field in fields(kind)}
    assert PERSON.fields.keys() - {"score", "converted_contact_id"} <= kept


def test_dates_and_times_are_read() -> None:
    assert values_of("Campaign Changed", starts_on="2025-01-31", ends_on=None) == {
        "starts_on": date(2025, 1, 31),
        "ends_on": None,
    }
    values = values_of(
        "Response Recorded",
        responded_at="2025-03-31T14:00:00.123456+02:00",
        received_at="2025-03-31T12:00:01Z",
    )
    assert values["responded_at"] == NOON.replace(microsecond=123000)
    assert values["received_at"] == NOON.replace(second=1)


# The stamp: where a change stands in the order of its record.


def test_a_change_stands_at_its_sequence_and_at_the_time_of_the_envelope() -> None:
    stamp = facts_of({**envelope("Person Changed", sequence=7), "time": "2025-03-31T14:00:00+02:00"})[0].stamp
    assert (stamp.at, stamp.sequence, stamp.minor) == (NOON, 7, 0)
    assert the_fact("Person Changed").stamp.sequence is None


def test_a_second_delivery_is_known_by_its_content_whatever_the_order_of_its_fields() -> None:
    first = the_fact("Person Changed", status="New", score=3).stamp
    again = the_fact("Person Changed", score=3, status="New").stamp
    other = the_fact("Person Changed", score=4, status="New").stamp
    assert again.order_after(first) is Order.DUPLICATE
    assert other.order_after(first) is Order.NEWER
    assert ChangeStamp.parse(str(first)) == first


def test_an_event_is_known_by_its_id_where_it_has_one() -> None:
    def stamp(event_id: str, **detail: Any) -> ChangeStamp:
        (fact,) = facts_of({**envelope("Person Changed", **detail), "id": event_id})
        return fact.stamp

    assert stamp("1", status="New").order_after(stamp("1", status="New")) is Order.DUPLICATE
    assert stamp("2", status="New").order_after(stamp("1", status="New")) is Order.NEWER


@pytest.mark.parametrize("detail_type", ["Person Changed", "Task Logged", "Opportunity Changed", "Response Deleted"])
def test_a_change_stands_at_the_instant_at_which_it_occurred(detail_type: str) -> None:
    required = {"task_id": "t-1", "opportunity_id": "o-1", "person_id": "p-1"}
    event = envelope(detail_type, occurred_at="2025-03-01T12:00:00Z", sequence=3, **required)
    (fact,) = facts_of({**event, "detail": {**event["detail"], **required}})
    assert (fact.stamp.at, fact.stamp.sequence) == (datetime(2025, 3, 1, 12, tzinfo=UTC), 3)
    if detail_type == "Task Logged":
        assert fact.values["occurred_at"] == fact.stamp.at


# The future.


def test_a_clock_that_is_five_minutes_ahead_is_let_pass() -> None:
    event = envelope("Person Changed", occurred_at="2025-03-31T12:05:00Z")
    assert facts_of(event)[0].stamp.at == NOON + timedelta(minutes=5)
    assert facts_of(event, arrived_at=NOON)[0].stamp.at == NOON + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("detail", "arrived_at", "field"),
    [
        ({"occurred_at": "2025-03-31T12:05:00.001Z"}, None, "detail.occurred_at"),
        ({"occurred_at": "2125-03-31T12:00:00Z"}, NOON, "detail.occurred_at"),
        ({"occurred_at": "2025-03-31T11:00:00Z"}, NOON - timedelta(hours=1), "time"),
        ({}, NOON - timedelta(minutes=6), "time"),
    ],
)
def test_a_fact_of_the_future_is_refused(detail: dict[str, Any], arrived_at: datetime | None, field: str) -> None:
    with pytest.raises(InFuture) as refusal:
        facts_of(envelope("Person Changed", **detail), arrived_at=arrived_at)
    assert (refusal.value.code, refusal.value.field) == ("IN_FUTURE", field)


def test_a_response_may_be_dated_in_the_future() -> None:
    (fact,) = facts_of(envelope("Response Recorded", responded_at="2025-04-30T12:00:00Z"), arrived_at=NOON)
    assert isinstance(fact, ResponseRecorded)
    assert fact.values["responded_at"] == datetime(2025, 4, 30, 12, tzinfo=UTC)


# Events of others.


def test_an_event_that_nobody_knows_is_refused_as_such() -> None:
    with pytest.raises(UnknownEvent) as refusal:
        facts_of(envelope("Person Chnaged"))
    assert (refusal.value.code, refusal.value.field) == ("UNKNOWN_EVENT", "detail-type")


def test_an_event_that_the_settings_ignore_is_no_fault() -> None:
    document = {"events": {"ignore": ["Invoice Paid"]}}
    assert facts_of(envelope("Invoice Paid"), ignored=lambda: ignored_by(document)) == []
    with pytest.raises(UnknownEvent):
        facts_of(envelope("Invoice Paid"), ignored=lambda: ignored_by({}))


# Blank texts.


@pytest.mark.parametrize("blank", ["", "  ", "\t\n", "\u00a0"])
def test_a_blank_text_is_no_value(blank: str) -> None:
    assert values_of("Person Changed", company=blank, phone=blank, fields={"region": blank, "size": 5}) == {
        "company": None,
        "phone": None,
        "fields": {"region": None, "size": 5},
    }
    assert values_of("Account Changed", name=blank, domain=blank) == {"name": None, "domain": None}


# Values that a standard lists.


@pytest.mark.parametrize("told", ["XYZ", "eur", "Euro"])
def test_a_currency_that_no_standard_lists_is_passed_over_and_the_rest_is_applied(told: str) -> None:
    passed, fact = facts_of(envelope("Opportunity Changed", opportunity_id="o-1", currency=told, amount=-5))
    assert passed == PassedOver(PassedOverReason.NOT_A_CURRENCY, "detail.currency")
    assert isinstance(fact, OpportunityChanged) and fact.values == {"amount": -5}


def test_a_time_zone_that_no_standard_lists_is_passed_over_and_the_rest_is_applied() -> None:
    passed, fact = facts_of(envelope("User Changed", name="Ada", time_zone="Mars/Olympus"))
    assert passed == PassedOver(PassedOverReason.NOT_A_TIME_ZONE, "detail.time_zone")
    assert isinstance(fact, RecordChanged) and fact.values == {"name": "Ada"}


def test_a_currency_and_a_time_zone_that_are_listed_are_applied() -> None:
    assert values_of("Opportunity Changed", opportunity_id="o-1", currency="EUR") == {"currency": "EUR"}
    assert values_of("User Changed", time_zone="America/New_York") == {"time_zone": "America/New_York"}
    assert values_of("Opportunity Changed", opportunity_id="o-1", currency="") == {"currency": None}


# The envelope.


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"detail-type": None}, "detail-type"),
        ({"detail-type": 5}, "detail-type"),
        ({"detail": None}, "detail"),
        ({"detail": [{}]}, "detail"),
        ({"time": None}, "time"),
        ({"time": 1743422400}, "time"),
        ({"time": "2025-03-31T12:00:00"}, "time"),
        ({"time": "yesterday"}, "time"),
        ({"time": "0001-01-01T00:00:00+01:00"}, "time"),
        ({"time": "0001-01-01T00:00:00Z"}, "time"),
        ({"time": "9999-12-31T00:00:00Z"}, "time"),
    ],
)
def test_an_envelope_that_is_none_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refusal:
        facts_of({**envelope("Person Changed"), **changes})
    assert refusal.value.field == field


@pytest.mark.parametrize("missing", ["detail-type", "detail", "time"])
def test_what_an_envelope_lacks_is_named(missing: str) -> None:
    event = envelope("Person Changed")
    del event[missing]
    with pytest.raises(Malformed) as refusal:
        facts_of(event)
    assert refusal.value.field == missing


def test_our_own_events_tell_nothing() -> None:
    assert facts_of({**envelope("Response Activated"), "source": "rekindle"}) == []


@pytest.mark.parametrize("told", ["acme.example", "ACME.example", "https://www.acme.example/?a=1", "acme.example."])
def test_the_domain_of_an_account_is_kept_as_domains_are_compared(told: str) -> None:
    assert values_of("Account Changed", domain=told) == {"domain": "acme.example"}


@pytest.mark.parametrize("told", ["https://www.acme.example/en", "https://www.facebook.com/acme", "linktr.ee", "co.uk"])
def test_a_page_or_a_shared_host_is_no_domain_of_an_account(told: str) -> None:
    assert values_of("Account Changed", domain=told) == {"domain": None}


def test_salesforce_s_identifiers_in_accounts_and_queues_are_widened() -> None:
    account = the_fact(
        "Account Changed", account_id="0015e000003XyZa", owner_id="00G5e000003XyZa", team={"SDR": "0055e000003XyZa"}
    )
    assert (account.record_id, account.values["owner_id"]) == ("0015e000003XyZaAAK", "00G5e000003XyZaEAK")
    assert account.values["team"] == {"SDR": "0055e000003XyZaAAK"}
    queue = the_fact("Queue Changed", queue_id="00G5e000003XyZa", member_ids=["0055e000003XyZa", "0055e000003XyZaAAK"])
    assert (queue.record_id, queue.values["member_ids"]) == ("00G5e000003XyZaEAK", ("0055e000003XyZaAAK",))


def test_salesforce_s_identifiers_in_tasks_and_opportunities_are_widened() -> None:
    task = the_fact("Task Logged", task_id="00T5e000003XyZa", person_id="00Q5e00000A1b2C", owner_id="0055e000003XyZa")
    assert (task.record_id, task.values) == (
        "00T5e000003XyZaEAK",
        {"person_id": "00Q5e00000A1b2CEAR", "owner_id": "0055e000003XyZaAAK"},
    )
    told = {"person_ids": ["00Q5e00000A1b2C", "00Q5e00000A1b2CEAR"], "account_id": "0015e000003XyZa"}
    opportunity = the_fact("Opportunity Changed", opportunity_id="0065e000003XyZa", **told)
    assert (opportunity.opportunity_id, opportunity.values) == (
        "0065e000003XyZaAAK",
        {"person_ids": ("00Q5e00000A1b2CEAR",), "account_id": "0015e000003XyZaAAK"},
    )


@pytest.mark.parametrize("value", ["\ud800", "too deep"])
def test_what_cannot_be_written_as_json_is_refused(value: str) -> None:
    nested: Any = value
    for _ in range(100_000 if value == "too deep" else 0):
        nested = [nested]
    with pytest.raises(Malformed):
        facts_of(envelope("Person Changed", unknown=nested))


# The rules of fields.

BAD: list[tuple[str, str, Any, str]] = [
    (
        "Person Changed",
        "person_id",
        None,
        "expected an identifier of 1 to 128 characters, no control character, got null",
    ),
    ("Person Changed", "person_id", "", "got an empty text"),
    ("Person Changed", "person_id", 7, "got a number"),
    ("Person Changed", "person_id", "x" * 129, "got a text of 129 characters"),
    ("Person Changed", "person_id", "a\nb", "no control character"),
    ("Person Changed", "person_id", "ab\n", "no control character"),
    ("Person Changed", "kind", "x", 'expected "lead" or "contact", got a text of 1 character'),
    ("Person Changed", "kind", "person", 'expected "lead" or "contact", got a text of 6 characters'),
    ("Person Changed", "email", "x" * 256, "expected a text of at most 255 characters, got a text of 256"),
    ("Person Changed", "status", 5, "expected a text of at most 255 characters, got a number"),
    ("Person Changed", "status", ["New"], "got a list of 1"),
    ("Person Changed", "score", "60", "expected a number from -1,000,000 to 1,000,000, got a text"),
    ("Person Changed", "score", True, "got true"),
    ("Person Changed", "score", math.nan, "a number from"),
    ("Person Changed", "score", math.inf, "a number from"),
    ("Person Changed", "score", 1_000_000.5, "a number from"),
    ("Person Changed", "score", -1_000_001, "a number from"),
    ("Person Changed", "score", 10**400, "a number from"),
    ("Person Changed", "owner_id", "", "an identifier"),
    ("Person Changed", "do_not_contact", "true", "expected true or false, got a text"),
    ("Person Changed", "do_not_contact", 1, "expected true or false, got a number"),
    ("Person Changed", "sequence", -1, "expected a whole number, 0 or more"),
    ("Person Changed", "sequence", 1.5, "expected a whole number, 0 or more"),
    ("Person Changed", "sequence", "1", "expected a whole number, 0 or more"),
    ("Person Changed", "sequence", True, "expected a whole number, 0 or more"),
    ("Person Changed", "sequence", 2**63, "expected a whole number, 0 or more"),
    ("Person Changed", "fields", [], "expected an object of at most 50 named values, got a list"),
    ("Person Changed", "fields", {f"f{n}": n for n in range(51)}, "got an object of 51"),
    ("Person Changed", "fields", {"x" * 65: 1}, "expected a name of 1 to 64 characters"),
    ("Person Changed", "fields", {"": 1}, "expected a name of 1 to 64 characters"),
    ("Person Changed", "fields", {"a\x00b": 1}, "no control character"),
    ("People Merged", "merged_ids", [], "expected a list of 1 to 100 identifiers, got a list of 0"),
    ("People Merged", "merged_ids", [f"p-{n}" for n in range(2, 103)], "got a list of 101"),
    ("People Merged", "merged_ids", "p-2", "expected a list"),
    ("People Merged", "merged_ids", ["p-2", "p-1"], "into itself"),
    ("Campaign Changed", "is_active", "yes", "expected true or false"),
    ("Campaign Changed", "starts_on", "31.03.2025", "expected a date, as 2025-03-31, got a text"),
    ("Campaign Changed", "starts_on", "2025-02-30", "expected a date"),
    ("Campaign Changed", "ends_on", "2025-03-31T00:00:00Z", "expected a date"),
    ("Campaign Changed", "cost", "12", "expected a number"),
    ("Campaign Changed", "cost", math.nan, "expected a number"),
    ("Campaign Changed", "precedence", 1.5, "expected a whole number"),
    ("Response Recorded", "responded", None, "expected true or false, got null"),
    ("Response Recorded", "responded", "true", "expected true or false"),
    ("Response Recorded", "responded_at", "2025-03-31T12:00:00", "expected a time with an offset"),
    ("Response Recorded", "responded_at", "2025-03-31", "expected a time with an offset"),
    ("Response Recorded", "responded_at", 1743422400, "expected a time with an offset"),
    ("Response Recorded", "received_at", "9999-12-31T23:59:59-01:00", "expected a time from 1900-01-01 to 9000-01-01"),
    ("Response Recorded", "responded_at", "1899-12-31T23:59:59Z", "expected a time from 1900-01-01"),
    ("Person Changed", "occurred_at", "9999-12-31T00:00:00Z", "expected a time from 1900-01-01"),
    ("Person Changed", "occurred_at", "0001-01-01T00:00:00Z", "expected a time from 1900-01-01"),
    ("Response Recorded", "click_url", "x" * 2049, "at most 2048 characters"),
    ("Response Recorded", "score", "ten", "a number from"),
    ("Account Changed", "domain", "not a domain", "expected a domain, as acme.com"),
    ("Account Changed", "domain", "ada@acme.example", "expected a domain, as acme.com"),
    ("Account Changed", "team", ["u-1"], "expected an object of at most 50 roles"),
    ("Queue Changed", "member_ids", "u-1", "expected a list of at most 1,000 identifiers"),
    ("Queue Changed", "member_ids", ["u"] * 1001, "expected a list of at most 1,000 identifiers"),
    ("User Changed", "mode", "aggressive", '"active", "passive" or "hybrid"'),
    ("User Changed", "is_active", 0, "expected true or false"),
]


@pytest.mark.parametrize(("detail_type", "field", "value", "message"), BAD)
def test_a_value_that_breaks_its_rule_is_refused_by_name(
    detail_type: str, field: str, value: Any, message: str
) -> None:
    with pytest.raises(InvalidField) as refusal:
        the_fact(detail_type, **{field: value})
    assert refusal.value.field == f"detail.{field}"
    assert message in refusal.value.message


@pytest.mark.parametrize(
    ("detail_type", "field", "value", "path"),
    [
        ("Person Changed", "fields", {"a": 1, "b": [2]}, "detail.fields.b"),
        ("Person Changed", "fields", {"b": "x" * 1025}, "detail.fields.b"),
        ("Person Changed", "fields", {"b": 2**63}, "detail.fields.b"),
        ("Person Changed", "fields", {"b": math.nan}, "detail.fields.b"),
        ("People Merged", "merged_ids", ["p-2", ""], "detail.merged_ids[1]"),
    ],
)
def test_the_very_entry_that_breaks_a_rule_is_named(detail_type: str, field: str, value: Any, path: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        the_fact(detail_type, **{field: value})
    assert refusal.value.field == path


@pytest.mark.parametrize(
    ("detail_type", "field"), [(kind, name) for kind, detail in REQUIRED.items() for name in detail]
)
def test_a_required_field_that_is_missing_is_named(detail_type: str, field: str) -> None:
    event = envelope(detail_type)
    del event["detail"][field]
    with pytest.raises(InvalidField) as refusal:
        facts_of(event)
    assert (refusal.value.field, refusal.value.message) == (f"detail.{field}", "this field is required")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (59.9999999, 59.999999),
        (60.0000001, 60.0),
        (-0.0000001, -0.000001),
        (1e-300, 0.0),
        (999_999.9999999, 999_999.999999),
    ],
)
def test_a_score_is_cut_off_downwards_so_that_it_reaches_no_threshold(told: float, kept: float) -> None:
    assert values_of("Person Changed", score=told)["score"] == kept


@given(st.floats(min_value=-1_000_000, max_value=1_000_000))
def test_a_kept_score_is_never_above_the_told_one_and_keeps_its_own_place(told: float) -> None:
    kept = values_of("Person Changed", score=told)["score"]
    assert told - 2e-6 < kept <= told
    assert values_of("Person Changed", score=kept)["score"] == kept


@pytest.mark.parametrize(
    ("told", "score"), [(60, 60.0), (59.5, 59.5), (0.1, 0.1), (-3, -3.0), (None, None), ("", None), ("  ", None)]
)
@pytest.mark.parametrize("detail_type", ["Person Changed", "Response Recorded"])
def test_a_score_is_a_number_and_a_blank_one_is_cleared(detail_type: str, told: Any, score: Any) -> None:
    value = values_of(detail_type, score=told)["score"]
    assert value == score and not isinstance(value, int)


@pytest.mark.parametrize("told", [3, 3.0])
def test_a_whole_number_may_be_written_with_a_point(told: float) -> None:
    precedence = values_of("Campaign Changed", precedence=told, name="Webinar")["precedence"]
    sequence = the_fact("Person Changed", sequence=told).stamp.sequence
    days = the_fact("Reactivation Requested", lookback_days=told, **ASKED).overrides.lookback_days
    assert [(type(one), one) for one in (precedence, sequence, days)] == 3 * [(int, 3)]


@pytest.mark.parametrize("told", [3.5, -1.0, 1e300, math.inf, math.nan])
def test_the_field_that_is_no_whole_number_is_named_whatever_stands_beside_it(told: float) -> None:
    with pytest.raises(InvalidField) as refusal:
        the_fact("Reactivation Requested", lookback_days=told, dry_run=False, **ASKED)
    assert refusal.value.field == "detail.lookback_days"
    with pytest.raises(InvalidField) as refusal:
        the_fact("Campaign Changed", precedence=3.0, name=5)
    assert refusal.value.field == "detail.name"


@pytest.mark.parametrize("text", ["x" * 128, "naïve · ☃", "a b", "0", "#|~"])
def test_an_identifier_is_any_text_of_up_to_128_characters(text: str) -> None:
    assert the_fact("Person Changed", person_id=text).person_id == text


def test_the_same_person_merged_twice_is_merged_once() -> None:
    assert the_fact("People Merged", merged_ids=["p-3", "p-2", "p-3"]).merged_ids == ("p-3", "p-2")


# Salesforce's identifiers in plain events.


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("0056g000003XW7A", "0056g000003XW7AAAW"),
        ("0016g00000MLhLe", "0016g00000MLhLeAAL"),
        ("0014H00002LbR7Q", "0014H00002LbR7QQAV"),
    ],
)
def test_an_identifier_of_salesforce_is_widened_as_salesforce_does(short: str, long: str) -> None:
    assert widened(short) == long
    assert widened(long) == long


def test_roles_profiles_and_record_types_are_widened_too() -> None:
    user = the_fact("User Changed", user_id="u-1", role="00E5e000003XyZa", profile="00e5e000003XyZa", name="00E")
    assert user.values == {"role": "00E5e000003XyZaEAK", "profile": "00e5e000003XyZaAAK", "name": "00E"}
    assert values_of("Person Changed", record_type="0125e000003XyZa") == {"record_type": "0125e000003XyZaAAK"}
    assert values_of("Person Changed", record_type="Partner account") == {"record_type": "Partner account"}


def test_short_identifiers_of_salesforce_are_widened_in_plain_events() -> None:
    fact = the_fact(
        "Person Changed",
        person_id="00Q5e00000A1b2C",
        owner_id="0056g000003XW7A",
        account_id="0016g00000MLhLe",
        changed_by=None,
    )
    assert fact.person_id == "00Q5e00000A1b2CEAR"
    assert fact.values == {
        "owner_id": "0056g000003XW7AAAW",
        "account_id": "0016g00000MLhLeAAL",
        "changed_by": None,
    }
    response = the_fact(
        "Response Recorded",
        response_id="00v5e00000C3d4E",
        person_id="00Q5e00000A1b2C",
        campaign_id="7015e000000F5g6",
    )
    assert (response.response_id, response.campaign_id) == ("00v5e00000C3d4EAAR", "7015e000000F5g6AAC")
    with pytest.raises(InvalidField, match="into itself"):
        the_fact("People Merged", survivor_id="00Q5e00000A1b2CEAR", merged_ids=["00Q5e00000A1b2C"])


@pytest.mark.parametrize(
    "text", ["customer-000-Ab", "ABCDEFGHIJKLMNO", "7015e000000F5g6", "00Q5e00000A1b2", "00Qééééééééééé1"]
)
def test_identifiers_of_other_systems_stay_as_they_are(text: str) -> None:
    assert the_fact("Person Changed", person_id=text).person_id == text


# Bodies of requests.

Put = Callable[[str, bytes, datetime], Any]

PUTS: list[tuple[Put, str, str, dict[str, Any]]] = [
    (api.person_changed, "Person Changed", "person_id", {"status": "New", "score": 61, "fields": {"a": 1}}),
    (
        partial(api.record_changed, CAMPAIGN),
        "Campaign Changed",
        "campaign_id",
        {"name": "Webinar", "starts_on": "2025-01-31"},
    ),
    (partial(api.record_changed, ACCOUNT), "Account Changed", "account_id", {"name": "Acme", "team": {"SDR": "u-1"}}),
    (
        api.opportunity_changed,
        "Opportunity Changed",
        "opportunity_id",
        {"person_ids": ["p-1"], "is_closed": False, "created_at": "2025-03-31T12:00:00+02:00"},
    ),
    (partial(api.record_changed, QUEUE), "Queue Changed", "queue_id", {"name": "Inbound", "member_ids": ["u-1"]}),
    (partial(api.record_changed, USER), "User Changed", "user_id", {"role": "SDR", "mode": None}),
]


@pytest.mark.parametrize(("put", "detail_type", "id_name", "body"), PUTS)
def test_a_body_tells_the_same_fact_as_an_event(put: Put, detail_type: str, id_name: str, body: dict[str, Any]) -> None:
    body = {**body, "sequence": 4}
    event = the_fact(detail_type, **{id_name: "x-1"}, **body)
    assert put("x-1", json.dumps(body).encode(), NOON) == event
    assert put("x-1", json.dumps({**body, id_name: "x-1"}).encode(), NOON) == event


@pytest.mark.parametrize(("put", "detail_type", "id_name", "body"), PUTS)
def test_a_body_with_an_unknown_field_is_refused(
    put: Put, detail_type: str, id_name: str, body: dict[str, Any]
) -> None:
    with pytest.raises(InvalidField) as refusal:
        put("x-1", json.dumps({**body, "stauts": "New"}).encode(), NOON)
    assert (refusal.value.field, refusal.value.code) == ("stauts", "INVALID_FIELD")


@pytest.mark.parametrize(("put", "detail_type", "id_name", "body"), PUTS)
def test_a_body_about_another_record_is_refused(put: Put, detail_type: str, id_name: str, body: dict[str, Any]) -> None:
    with pytest.raises(InvalidField) as refusal:
        put("x-1", json.dumps({**body, id_name: "x-2"}).encode(), NOON)
    assert refusal.value.field == id_name


@pytest.mark.parametrize("told", ["00Q5e00000A1b2C", "00Q5e00000A1b2CEAR"])
@pytest.mark.parametrize("address", ["00Q5e00000A1b2C", "00Q5e00000A1b2CEAR"])
def test_a_body_may_repeat_the_identifier_in_either_form_of_salesforce(told: str, address: str) -> None:
    fact = api.person_changed(address, json.dumps({"person_id": told}).encode(), NOON)
    assert (fact.person_id, fact.values) == ("00Q5e00000A1b2CEAR", {})


@pytest.mark.parametrize("told", [None, 5, "00Q5e00000A1b2c", "00Q5e00000A1b2"])
def test_a_body_about_another_record_is_refused_whatever_it_names(told: object) -> None:
    with pytest.raises(InvalidField) as refusal:
        api.person_changed("00Q5e00000A1b2CEAR", json.dumps({"person_id": told}).encode(), NOON)
    assert refusal.value.field == "person_id"


@pytest.mark.parametrize(("put", "detail_type", "id_name", "body"), PUTS)
def test_the_identifier_in_the_address_keeps_its_rule(
    put: Put, detail_type: str, id_name: str, body: dict[str, Any]
) -> None:
    with pytest.raises(InvalidField) as refusal:
        put("x" * 129, json.dumps(body).encode(), NOON)
    assert refusal.value.field == id_name


@pytest.mark.parametrize("body", [b"", b"{", b'{"score": NaN}', b"\xff", b"[" * 100_000, b"[]", b"null", b'"x"'])
def test_a_body_that_is_no_json_object_cannot_be_read(body: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        api.person_changed("p-1", body, NOON)
    assert refusal.value.code == "MALFORMED"


def test_a_bad_value_in_a_body_is_named_as_the_caller_wrote_it() -> None:
    with pytest.raises(InvalidField) as refusal:
        api.person_changed("p-1", b'{"fields": {"a": {}}}', NOON)
    assert refusal.value.field == "fields.a"
    with pytest.raises(InvalidField) as refusal:
        api.person_changed("p-1", b'{"sequence": -1}', NOON)
    assert refusal.value.field == "sequence"


# Whatever comes in: a fact, or a refusal that names a field.

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(sorted(REQUIRED)),
    st.dictionaries(
        st.sampled_from([*PERSON.fields, "responded", "responded_at", "starts_on", "cost", "mode", "merged_ids"]),
        _JSON,
        max_size=4,
    ),
)
def test_any_detail_is_told_or_refused(detail_type: str, detail: dict[str, Any]) -> None:
    try:
        facts = facts_of(envelope(detail_type, **detail))
    except Malformed as refusal:
        assert refusal.field is None or refusal.field.startswith("detail.")
    else:
        assert len(facts) == 1


def test_every_fault_of_an_event_is_told_by_its_path() -> None:
    with pytest.raises(InvalidField) as refused:
        the_fact(
            "Opportunity Changed",
            opportunity_id="o-1",
            is_won="no",
            closed_at="soon",
            stage=5,
        )
    paths = sorted(path for path, _ in refused.value.faults)
    assert paths == ["detail.closed_at", "detail.is_won", "detail.stage"]
    assert all(path in refused.value.message for path in paths)
