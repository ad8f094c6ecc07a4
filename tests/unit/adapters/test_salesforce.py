"""Salesforce's change events, in both envelopes, tell what changed and nothing else."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rekindle.adapters.sources.salesforce_mapping import MAPPING, mapping_of
from rekindle.adapters.wire.events import facts_of
from rekindle.adapters.wire.settings.schema import DEFAULTS
from rekindle.domain.capture import kinds
from rekindle.domain.capture.facts import (
    Fact,
    OpportunityChanged,
    OpportunityDeleted,
    PassedOver,
    PassedOverReason,
    PeopleMerged,
    PersonChanged,
    PersonDeleted,
    RecordChanged,
    RecordDeleted,
    ResponseDeleted,
    ResponseRecorded,
    UserDeleted,
)
from rekindle.domain.core.errors import InFuture, InvalidField
from rekindle.domain.records.stamps import Order

SAMPLES = Path(__file__).parents[3] / "events"
LEAD, CONTACT, CAMPAIGN = "00Q5e00000A1b2CEAR", "0035e00000B7c8DAAR", "7015e000000F5g6AAC"
MEMBER, ACCOUNT, USER = "00v5e00000C3d4EAAR", "0015e000003AbCdAAK", "0055e000003XyZaAAK"
TASK, OPPORTUNITY = "00T5e00000D5e6FEAR", "0065e00000E7f8GAAR"
COMMITTED = datetime(2025, 3, 31, 9, 30, 5, tzinfo=UTC)
RECORDS = {
    "Lead": LEAD,
    "Contact": CONTACT,
    "Campaign": CAMPAIGN,
    "CampaignMember": MEMBER,
    "Account": ACCOUNT,
    "Task": TASK,
    "Opportunity": OPPORTUNITY,
    "User": USER,
}

# What Event Relay sends of a record whose other fields did not change: all of them, as null.
UNCHANGED: dict[str, dict[str, Any]] = {
    "Lead": {"Name": None, "Status": None, "OwnerId": None, "Score__c": None, "Region__c": None},
    "Contact": {"Name": None, "AccountId": None, "OwnerId": None, "Contact_Status__c": None},
    "Campaign": {"Name": None, "IsActive": None, "Precedence__c": None},
    "CampaignMember": {"CampaignId": None, "LeadId": None, "ContactId": None, "HasResponded": None},
    "Account": {"Name": None, "Website": None, "OwnerId": None, "ParentId": None, "Type": None},
    "Task": {"WhoId": None, "OwnerId": None, "Status": None, "IsClosed": None, "CompletedDateTime": None},
    "Opportunity": {"ContactId": None, "AccountId": None, "StageName": None, "IsClosed": None, "Amount": None},
    "User": {"Name": None, "IsActive": None, "Region__c": None},
}


def change(
    entity: str,
    /,
    *,
    kind: str = "UPDATE",
    changed: list[str] | None = None,
    nulled: list[str] | None = None,
    relay: bool = False,
    header: dict[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    told = {
        "entityName": entity,
        "recordIds": [RECORDS.get(entity, "0016g00000MLhLeAAL")],
        "changeType": kind,
        "transactionKey": "0004f1aa-1f0c-7a52-33a1-5c7d4be9d001",
        "sequenceNumber": 2,
        "commitTimestamp": 1743413405000,
        "commitNumber": 1230045600321,
        "changedFields": [*fields] if changed is None else changed,
        **({} if nulled is None else {"nulledFields": nulled}),
        **(header or {}),
    }
    payload = {"ChangeEventHeader": told, **(UNCHANGED.get(entity, {}) if relay else {}), **fields}
    return {
        "detail-type": f"{entity}ChangeEvent",
        "source": "aws.partner/salesforce.com/00D5e000000AbCdEAK/0YL5e0000008OIAGA2",
        "time": "2025-03-31T09:30:07Z",
        "detail": {"payload": payload, "schemaId": "s", "id": "i"} if relay else payload,
    }


def the_fact(entity: str, /, **about: Any) -> Any:
    (fact,) = facts_of(change(entity, **about))
    return fact


def sample(name: str) -> list[Fact]:
    return facts_of(json.loads((SAMPLES / name).read_text()))


def test_the_sample_of_a_changed_lead() -> None:
    (fact,) = sample("salesforce_lead_change.json")
    assert isinstance(fact, PersonChanged)
    assert fact.person_id == LEAD
    assert (fact.stamp.at, fact.stamp.sequence, fact.stamp.minor) == (COMMITTED, None, 1230045600321001)
    assert fact.values == {
        "kind": "lead",
        "first_name": "Ada",
        "phone": None,
        "score": 64.0,
        "status": "Open - Not Contacted",
        "changed_by": USER,
        "fields": {"Region__c": "EMEA"},
    }


def test_the_sample_of_a_campaign_member_through_event_relay() -> None:
    (fact,) = sample("salesforce_campaign_member_relay.json")
    assert isinstance(fact, ResponseRecorded)
    assert (fact.response_id, fact.person_id, fact.campaign_id) == (MEMBER, LEAD, CAMPAIGN)
    assert fact.values == {
        "responded": True,
        "member_status": "Attended",
        "responded_at": datetime(2025, 3, 31, tzinfo=UTC),
        "received_at": datetime(2025, 3, 31, 9, 31, 1, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("dated", "committed", "read"),
    [
        ("2025-03-31", "2025-03-31T09:30:05Z", "2025-03-31T00:00:00Z"),
        ("2025-04-01", "2025-03-31T22:30:00Z", "2025-03-31T22:30:00Z"),
        ("2025-04-01", "2025-03-31T10:00:00Z", "2025-03-31T10:00:00Z"),
        ("2025-04-01", "2025-03-31T09:59:59Z", "2025-04-01T00:00:00Z"),
        ("2025-03-30", "2025-03-31T02:00:00Z", "2025-03-30T00:00:00Z"),
    ],
    ids=["today", "in Oslo, after midnight", "in Kiribati", "tomorrow everywhere", "in Honolulu"],
)
@pytest.mark.parametrize("relay", [False, True])
def test_a_response_of_a_day_that_has_begun_in_the_east_is_not_one_of_the_future(
    dated: str, committed: str, read: str, relay: bool
) -> None:
    first_instant = datetime.fromisoformat(f"{dated}T00:00:00Z")
    event = change(
        "CampaignMember",
        kind="CREATE",
        relay=relay,
        header={"commitTimestamp": int(datetime.fromisoformat(committed).timestamp() * 1000)},
        CampaignId=CAMPAIGN,
        LeadId=LEAD,
        HasResponded=True,
        FirstRespondedDate=int(first_instant.timestamp() * 1000) if relay else dated,
    )
    (fact,) = facts_of({**event, "time": committed})
    assert isinstance(fact, ResponseRecorded)
    assert fact.values["responded_at"] == datetime.fromisoformat(read)


PERSON_CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"Status": "New"}, {"status": "New"}),
    ({"Email": "ada@example.com"}, {"email": "ada@example.com"}),
    ({"Phone": "+44 1"}, {"phone": "+44 1"}),
    ({"Company": "Example"}, {"company": "Example"}),
    ({"OwnerId": "0055e000003XyZa"}, {"owner_id": USER}),
    ({"OwnerId": "00G5e000001AbCd"}, {"owner_id": "00G5e000001AbCdEAK"}),
    ({"RecordTypeId": "0125e000000QwEr"}, {"record_type": "0125e000000QwErAAK"}),
    ({"HasOptedOutOfEmail": True}, {"do_not_contact": True}),
    ({"Score__c": 61}, {"score": 61.0}),
    ({"Lead_Score__c": 61.5}, {"score": 61.5}),
    ({"Score__c": 1, "Lead_Score__c": 2}, {"score": 1.0}),
    ({"Score__c": ""}, {"score": None}),
    ({"FirstName": "Ada", "LastName": "L"}, {"first_name": "Ada", "last_name": "L"}),
    (
        {"Status": "Converted", "IsConverted": True, "ConvertedContactId": "0035e00000B7c8D"},
        {"status": "Converted", "converted_contact_id": "0035e00000B7c8DAAR"},
    ),
    ({"Status": "New", "LastModifiedById": "0055e000003XyZa"}, {"status": "New", "changed_by": USER}),
    ({"Region__c": "EMEA", "Seats__c": 4.0}, {"fields": {"Region__c": "EMEA", "Seats__c": 4.0}}),
]


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(("fields", "values"), PERSON_CASES)
def test_each_field_of_a_lead_feeds_ours(fields: dict[str, Any], values: dict[str, Any], relay: bool) -> None:
    assert the_fact("Lead", relay=relay, **fields).values == {"kind": "lead", **values}


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({"Contact_Status__c": "Working"}, {"status": "Working"}),
        ({"Status__c": "Working"}, {"status": "Working"}),
        ({"AccountId": "0016g00000MLhLe"}, {"account_id": "0016g00000MLhLeAAL"}),
        ({"Score__c": 7}, {"score": 7.0}),
    ],
)
def test_each_field_of_a_contact_feeds_ours(fields: dict[str, Any], values: dict[str, Any], relay: bool) -> None:
    assert the_fact("Contact", relay=relay, **fields).values == {"kind": "contact", **values}


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({"Name": "Webinar", "Type": "Event"}, {"name": "Webinar", "type": "Event"}),
        ({"Status": "Planned", "IsActive": False}, {"status": "Planned", "is_active": False}),
        (
            {"StartDate": "2025-03-31", "EndDate": 1743552000000},
            {"starts_on": date(2025, 3, 31), "ends_on": date(2025, 4, 2)},
        ),
        ({"ActualCost": 1200.5}, {"cost": 1200.5}),
        ({"Precedence__c": 3.0}, {"precedence": 3}),
        (
            {"Exclude_from_Reactivation__c": True, "Response_Prompt__c": False},
            {"exclude_from_reactivation": True, "response_prompt": False},
        ),
        (
            {"Trigger_Reactivation__c": True, "Bypass_Nurture_Timeout__c": True},
            {"trigger_reactivation": True, "bypass_nurture_timeout": True},
        ),
        ({"Default_Responded_Member_Status__c": "Responded"}, {"default_responded_status": "Responded"}),
    ],
)
def test_each_field_of_a_campaign_feeds_ours(fields: dict[str, Any], values: dict[str, Any], relay: bool) -> None:
    fact = the_fact("Campaign", relay=relay, **fields)
    assert isinstance(fact, RecordChanged) and fact.kind is kinds.CAMPAIGN
    assert (fact.record_id, fact.values) == (CAMPAIGN, values)


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({"Email": "ada@example.com"}, {"email": "ada@example.com"}),
        ({"UserRoleId": "00E5e000000AbCd"}, {"role": "00E5e000000AbCdEAK"}),
        ({"ProfileId": "00e5e000000AbCdEAK"}, {"profile": "00e5e000000AbCdEAK"}),
        (
            {"IsActive": False, "TimeZoneSidKey": "Asia/Tokyo"},
            {"is_active": False, "time_zone": "Asia/Tokyo"},
        ),
        ({"Name": {"FirstName": "Ada", "LastName": "L"}}, {"name": "Ada L"}),
        ({"Name": "Ada L"}, {"name": "Ada L"}),
        ({"Region__c": "EMEA"}, {"fields": {"Region__c": "EMEA"}}),
    ],
)
def test_each_field_of_a_user_feeds_ours(fields: dict[str, Any], values: dict[str, Any], relay: bool) -> None:
    fact = the_fact("User", relay=relay, **fields)
    assert isinstance(fact, RecordChanged) and fact.kind is kinds.USER
    assert (fact.record_id, fact.values) == (USER, values)


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({"Name": "Acme Corp."}, {"name": "Acme Corp."}),
        ({"Website": "https://www.Acme.example/"}, {"domain": "acme.example"}),
        ({"Website": "https://www.acme.example/about"}, {"domain": None}),
        ({"Website": "https://acme.myshopify.com"}, {"domain": None}),
        ({"Website": "n/a", "OwnerId": USER}, {"domain": None, "owner_id": USER}),
        ({"Domain__c": "acme.example"}, {"domain": "acme.example"}),
        ({"ParentId": "0015e000003AbCd", "Type": "Customer"}, {"parent_id": ACCOUNT, "type": "Customer"}),
    ],
)
def test_each_field_of_an_account_feeds_ours(fields: dict[str, Any], values: dict[str, Any], relay: bool) -> None:
    fact = the_fact("Account", relay=relay, **fields)
    assert isinstance(fact, RecordChanged) and fact.kind is kinds.ACCOUNT
    assert (fact.record_id, fact.values) == (ACCOUNT, values)


def test_an_account_that_is_created_is_told_whatever_it_holds() -> None:
    assert the_fact("Account", kind="CREATE", changed=[]).values == {}


def test_what_concerns_nobody_here_changes_no_account() -> None:
    assert facts_of(change("Account", AnnualRevenue=5)) == []


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({"WhoId": "00Q5e00000A1b2C", "OwnerId": "0055e000003XyZa"}, {"person_id": LEAD, "owner_id": USER}),
        ({"WhoId": None}, {"person_id": None}),
        ({"TaskSubtype": "Call", "Type": "Other"}, {"kind": "call"}),
        ({"Type": "Meeting"}, {"kind": "meeting"}),
        ({"IsClosed": True, "Status": "Done"}, {"completed": True}),
        ({"Status": "Completed"}, {"completed": True}),
        ({"Status": "In Progress"}, {"completed": False}),
        ({"CompletedDateTime": "2025-03-31T09:30:00.000Z"}, {"occurred_at": datetime(2025, 3, 31, 9, 30, tzinfo=UTC)}),
        ({"CompletedDateTime": 1743413400000}, {"occurred_at": datetime(2025, 3, 31, 9, 30, tzinfo=UTC)}),
    ],
)
def test_each_field_of_a_task_feeds_ours(fields: dict[str, Any], values: dict[str, Any], relay: bool) -> None:
    fact = the_fact("Task", relay=relay, **fields)
    assert isinstance(fact, RecordChanged) and fact.kind is kinds.TASK
    assert (fact.record_id, fact.values) == (TASK, values)


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ({"ContactId": "0035e00000B7c8D"}, {"person_ids": (CONTACT,)}),
        ({"AccountId": "0015e000003AbCd"}, {"account_id": ACCOUNT}),
        ({"StageName": "Closed Won", "IsClosed": True}, {"stage": "Closed Won", "is_closed": True}),
        ({"IsWon": False}, {"is_won": False}),
        ({"Amount": 1200.5, "CurrencyIsoCode": "EUR"}, {"amount": 1200.5, "currency": "EUR"}),
        ({"CreatedDate": "2025-03-31T09:30:00.000Z"}, {"created_at": datetime(2025, 3, 31, 9, 30, tzinfo=UTC)}),
        ({"CreatedDate": 1743413400000}, {"created_at": datetime(2025, 3, 31, 9, 30, tzinfo=UTC)}),
    ],
)
def test_each_field_of_an_opportunity_feeds_ours(fields: dict[str, Any], values: dict[str, Any], relay: bool) -> None:
    fact = the_fact("Opportunity", relay=relay, **fields)
    assert isinstance(fact, OpportunityChanged)
    assert (fact.opportunity_id, fact.values) == (OPPORTUNITY, values)


def test_what_concerns_nobody_here_changes_no_task_and_no_opportunity() -> None:
    assert facts_of(change("Task", Subject="Call back", ActivityDate="2025-04-01")) == []
    assert facts_of(change("Opportunity", NextStep="Call back", CloseDate="2025-04-01")) == []


def test_an_opportunity_can_be_deleted_and_a_task_was_done_all_the_same() -> None:
    assert isinstance(the_fact("Opportunity", kind="DELETE"), OpportunityDeleted)
    assert facts_of(change("Task", kind="DELETE")) == []


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
def test_a_conversion_tells_whose_the_opportunity_is(relay: bool) -> None:
    converted = {"ConvertedContactId": CONTACT[:15], "ConvertedOpportunityId": OPPORTUNITY[:15]}
    person, opportunity = facts_of(change("Lead", relay=relay, **converted))
    assert isinstance(person, PersonChanged) and isinstance(opportunity, OpportunityChanged)
    assert person.values == {"kind": "lead", "converted_contact_id": CONTACT}
    assert (opportunity.opportunity_id, opportunity.values) == (OPPORTUNITY, {"person_ids": (CONTACT,)})
    assert opportunity.stamp == person.stamp


def test_a_conversion_without_an_opportunity_tells_of_none() -> None:
    fact = the_fact("Lead", relay=True, ConvertedContactId=CONTACT, ConvertedOpportunityId=None)
    assert isinstance(fact, PersonChanged)


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
def test_a_lead_that_was_made_of_a_person_of_ours_is_that_person(relay: bool) -> None:
    made = {"Email": "ada@example.com", "Rekindle_Id__c": "p-6a0c7c5b1f0f3f5f9d11"}
    person, merged = facts_of(change("Lead", kind="CREATE", relay=relay, **made))
    assert isinstance(person, PersonChanged)
    assert (person.person_id, person.values["email"]) == (LEAD, "ada@example.com")
    assert "Rekindle_Id__c" not in person.values.get("fields", {})
    assert isinstance(merged, PeopleMerged)
    assert (merged.survivor_id, merged.merged_ids, merged.stamp) == (LEAD, ("p-6a0c7c5b1f0f3f5f9d11",), person.stamp)


def test_a_lead_that_names_itself_another_record_or_nobody_is_united_with_nobody() -> None:
    for former in (LEAD, LEAD[:15], CONTACT, "", None):
        person = the_fact("Lead", kind="CREATE", Email="ada@example.com", Rekindle_Id__c=former)
        assert isinstance(person, PersonChanged)
    with pytest.raises(InvalidField) as refusal:
        facts_of(change("Lead", kind="CREATE", Rekindle_Id__c=7))
    assert refusal.value.field == "detail.Rekindle_Id__c"


@pytest.mark.parametrize(
    ("entity", "known"),
    [
        ("Lead", kinds.PERSON.fields.keys() | {"converted_opportunity_id", "former_id"}),
        ("Contact", kinds.PERSON.fields.keys() | {"former_id"}),
        ("Campaign", kinds.CAMPAIGN.fields.keys()),
        ("CampaignMember", kinds.RESPONSE.fields.keys() | {"person_id", "campaign_id"}),
        ("Account", kinds.ACCOUNT.fields.keys()),
        ("Task", kinds.TASK.fields.keys()),
        ("Opportunity", kinds.OPPORTUNITY.fields.keys()),
        ("User", kinds.USER.fields.keys()),
    ],
)
def test_every_field_of_ours_that_is_fed_is_one_of_the_domain(entity: str, known: frozenset[str]) -> None:
    assert MAPPING[entity].keys() <= known


# Fields of the organisation's own choice.


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("chosen", "values"),
    [
        ({}, {"score": 1.0, "phone": "+47", "fields": {"Marketing_Score__c": 2}}),
        ({"score": ["Marketing_Score__c", "Score__c"]}, {"score": 2.0, "phone": "+47"}),
        ({"score": ["Other__c"], "phone": []}, {"fields": {"Marketing_Score__c": 2, "Score__c": 1}}),
        ({"company": ["Marketing_Score__c"], "email": ["Phone"]}, None),
    ],
    ids=["none chosen", "one before the built-in one", "another, and nothing", "of another kind"],
)
def test_a_field_that_the_settings_choose_feeds_ours(
    chosen: dict[str, list[str]], values: dict[str, Any] | None, relay: bool
) -> None:
    event = change("Lead", relay=relay, Score__c=1, Marketing_Score__c=2, Phone="+47")
    mapping = mapping_of({"crm_fields": {"salesforce": {"Lead": chosen}}})
    if values is None:
        with pytest.raises(InvalidField) as refusal:
            facts_of(event, lambda: mapping)
        assert (refusal.value.field or "").endswith(".Marketing_Score__c")
        return
    (fact,) = facts_of(event, lambda: mapping)
    assert isinstance(fact, PersonChanged)
    assert fact.values == {"kind": "lead", **values}


def test_what_the_settings_do_not_name_is_fed_as_before() -> None:
    mapping = mapping_of({"crm_fields": {"salesforce": {"Task": {"completed": ["Done__c"]}}}})
    assert {entity: mapping[entity] for entity in mapping if entity != "Task"} == {
        entity: MAPPING[entity] for entity in MAPPING if entity != "Task"
    }
    assert mapping["Task"] == {**MAPPING["Task"], "completed": ("Done__c",)}


def test_the_built_in_fields_may_be_written_down() -> None:
    written = mapping_of(DEFAULTS)
    for entity, mapped in MAPPING.items():
        assert {ours: names for ours, names in written[entity].items() if names} == mapped


# Which fields count as changed.


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
def test_a_full_record_changes_only_what_its_header_names(relay: bool) -> None:
    fact = the_fact(
        "Lead", relay=relay, changed=["Status"], Status="New", OwnerId=None, Score__c=50, Email="a@b.example"
    )
    assert fact.values == {"kind": "lead", "status": "New"}


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("about", "values"),
    [
        ({"changed": ["OwnerId"], "OwnerId": None}, {"owner_id": None}),
        ({"changed": [], "nulled": ["OwnerId"]}, {"owner_id": None}),
        ({"changed": ["Score__c"], "nulled": ["Score__c"], "Score__c": None}, {"score": None}),
        ({"changed": [], "nulled": ["Region__c"]}, {"fields": {"Region__c": None}}),
        ({"changed": [], "nulled": ["Name.FirstName"], "Name": {"LastName": "L"}}, {"first_name": None}),
    ],
)
def test_a_field_is_cleared_where_the_header_says_so(
    about: dict[str, Any], values: dict[str, Any], relay: bool
) -> None:
    assert the_fact("Lead", relay=relay, **about).values == {"kind": "lead", **values}


def test_a_field_that_the_header_names_and_the_event_does_not_hold_is_not_told() -> None:
    assert facts_of(change("Lead", changed=["OwnerId", "Region__c"])) == []


@pytest.mark.parametrize(
    ("changed", "name", "values"),
    [
        (["Name.FirstName"], {"FirstName": "Ada", "LastName": None}, {"first_name": "Ada"}),
        (["Name.LastName"], {"LastName": "L"}, {"last_name": "L"}),
        (["Name"], {"FirstName": "Ada", "LastName": None}, {"first_name": "Ada"}),
    ],
)
def test_a_part_of_a_compound_field_counts_by_its_own(
    changed: list[str], name: dict[str, Any], values: dict[str, Any]
) -> None:
    assert the_fact("Lead", changed=changed, Name=name).values == {"kind": "lead", **values}


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize("kind", ["CREATE", "UNDELETE"])
def test_what_a_new_record_has_counts_and_what_it_lacks_does_not(kind: str, relay: bool) -> None:
    fact = the_fact(
        "Lead",
        kind=kind,
        changed=[],
        relay=relay,
        Name={"FirstName": None, "LastName": "L"},
        Status="New",
        Email=None,
        Region__c="EMEA",
        Product__c=None,
    )
    assert fact.values == {"kind": "lead", "last_name": "L", "status": "New", "fields": {"Region__c": "EMEA"}}


@pytest.mark.parametrize("entity", sorted(RECORDS))
@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
def test_a_change_of_nothing_that_we_know_tells_no_fact(entity: str, relay: bool) -> None:
    assert facts_of(change(entity, relay=relay, Description="x", LastModifiedDate="2025-03-31")) == []


@pytest.mark.parametrize("entity", sorted(RECORDS))
def test_a_new_record_is_a_fact_whatever_it_holds(entity: str) -> None:
    assert len(facts_of(change(entity, kind="CREATE"))) == 1


def test_who_committed_is_who_changed_it() -> None:
    by = {"commitUser": "0055e000003XyZa"}
    assert the_fact("Lead", header=by, Status="New").values["changed_by"] == USER
    assert facts_of(change("Lead", header=by, LastModifiedById=USER)) == []


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("com/salesforce/api/rest/62.0;client=rekindle", True),
        ("com/salesforce/api/rest/62.0;client=rekindle/", True),
        ("com/salesforce/api/rest/62.0;client=rekindle-of-others", False),
        ("com/salesforce/api/soap/64.0;client=SfdcInternalAPI/", False),
        ("com/salesforce/api/rest/62.0", False),
        ("", False),
        (None, False),
    ],
)
def test_a_change_of_our_own_is_known_by_the_name_that_we_call_with(origin: str | None, ours: bool) -> None:
    by = {"commitUser": "0055e000003XyZa", "changeOrigin": origin}
    fact = the_fact("Lead", header=by, Status="New", LastModifiedById="0055e000003XyZa")
    assert fact.from_write_back is ours
    assert ("changed_by" in fact.values) is not ours, "we are nobody who acts"


def test_custom_fields_that_are_no_plain_value_are_left_out() -> None:
    fact = the_fact("Lead", Place__c={"Latitude": 1}, Notes__c="x" * 1025, Region__c="EMEA")
    assert fact.values["fields"] == {"Region__c": "EMEA"}


def test_a_lead_may_have_any_number_of_custom_fields() -> None:
    fields = {f"Field{n}__c": False for n in range(200)}
    assert the_fact("Lead", kind="CREATE", **fields).values["fields"] == fields


# Campaign members.


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("about", "person_id", "campaign_id", "values"),
    [
        ({"Status": "Attended"}, None, None, {"member_status": "Attended"}),
        (
            {"HasResponded": True, "FirstRespondedDate": "2025-03-30"},
            None,
            None,
            {"responded": True, "responded_at": datetime(2025, 3, 30, tzinfo=UTC)},
        ),
        ({"ContactId": "0035e00000B7c8D"}, CONTACT, None, {}),
        ({"changed": ["ContactId"], "ContactId": CONTACT, "LeadId": LEAD}, CONTACT, None, {}),
        (
            {"changed": ["Status"], "Status": "Sent", "CampaignId": CAMPAIGN, "LeadId": LEAD},
            LEAD,
            CAMPAIGN,
            {"member_status": "Sent"},
        ),
        (
            {
                "kind": "CREATE",
                "CampaignId": CAMPAIGN,
                "LeadId": LEAD,
                "HasResponded": False,
                "Status": "Sent",
            },
            LEAD,
            CAMPAIGN,
            {"responded": False, "member_status": "Sent"},
        ),
        (
            {"CreatedDate": "2025-03-31T09:30:05.000+0000"},
            None,
            None,
            {"received_at": COMMITTED},
        ),
    ],
)
def test_a_campaign_member_is_a_response(
    about: dict[str, Any], person_id: str | None, campaign_id: str | None, values: dict[str, Any], relay: bool
) -> None:
    fact = the_fact("CampaignMember", relay=relay, **about)
    assert isinstance(fact, ResponseRecorded)
    assert (fact.response_id, fact.person_id, fact.campaign_id) == (MEMBER, person_id, campaign_id)
    assert fact.values == values


# Kinds of change.


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("entity", "fact"),
    [
        ("Lead", PersonDeleted),
        ("Contact", PersonDeleted),
        ("Campaign", partial(RecordDeleted, kinds.CAMPAIGN)),
        ("CampaignMember", ResponseDeleted),
        ("Account", partial(RecordDeleted, kinds.ACCOUNT)),
    ],
)
def test_a_deleted_record_is_told(entity: str, fact: Any, relay: bool) -> None:
    told = the_fact(entity, kind="DELETE", relay=relay)
    named = {"transaction": TRANSACTION} if fact is ResponseDeleted else {}
    assert told == fact(RECORDS[entity], told.stamp, **named)


TRANSACTION = "1743413405000:0004f1aa-1f0c-7a52-33a1-5c7d4be9d001"


@pytest.mark.parametrize(("place", "transaction"), [(1, None), (2, TRANSACTION), (None, TRANSACTION)])
def test_a_member_that_its_transaction_may_have_deleted_before_names_it(
    place: int | None, transaction: str | None
) -> None:
    header = {"sequenceNumber": place}
    assert the_fact("CampaignMember", kind="CREATE", header=header, LeadId=LEAD).transaction == transaction
    assert the_fact("CampaignMember", header=header, Status="Sent").transaction is None


@pytest.mark.parametrize("entity", ["Lead", "Contact"])
@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
def test_a_deletion_that_names_the_master_is_a_merge(entity: str, relay: bool) -> None:
    master = "00Q5e00000ZzZzZEAV"
    told = the_fact(entity, kind="DELETE", relay=relay, MasterRecordId=master)
    assert told == PeopleMerged(master, (RECORDS[entity],), told.stamp)
    with pytest.raises(InvalidField) as refusal:
        the_fact(entity, kind="DELETE", relay=relay, MasterRecordId=7)
    assert refusal.value.field == ("detail.payload.MasterRecordId" if relay else "detail.MasterRecordId")


def test_the_master_s_own_deletion_is_no_merge() -> None:
    assert isinstance(the_fact("Lead", kind="DELETE", MasterRecordId=LEAD), PersonDeleted)


def test_a_deleted_user_is_deleted() -> None:
    assert isinstance(the_fact("User", kind="DELETE"), UserDeleted)


@pytest.mark.parametrize("kind", ["GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE", "GAP_OVERFLOW"])
@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
def test_a_gap_changes_nothing(kind: str, relay: bool) -> None:
    header = {"recordIds": ["00Q000000000000***"], "changedFields": []}
    path = f"detail.{'payload.' if relay else ''}ChangeEventHeader.changeType"
    assert facts_of(change("Lead", kind=kind, relay=relay, header=header, Status="New")) == [
        PassedOver(PassedOverReason.GAP, path)
    ]


def test_a_wildcard_among_the_records_is_a_gap() -> None:
    header = {"recordIds": ["00Q*", LEAD]}
    passed, fact = facts_of(change("Lead", header=header, Status="New"))
    assert passed == PassedOver(PassedOverReason.GAP, "detail.ChangeEventHeader.recordIds")
    assert isinstance(fact, PersonChanged) and fact.person_id == LEAD
    assert facts_of(change("Lead", kind="DELETE", header={"recordIds": ["00Q*"]})) == [passed]


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
def test_a_difference_is_no_value(relay: bool) -> None:
    header = {"diffFields": ["Notes__c"]}
    passed, fact = facts_of(change("Lead", relay=relay, header=header, Status="New", Notes__c="--- \n+++ \n"))
    path = "detail.payload.Notes__c" if relay else "detail.Notes__c"
    assert passed == PassedOver(PassedOverReason.DIFF, path)
    assert isinstance(fact, PersonChanged) and fact.values == {"kind": "lead", "status": "New"}


@pytest.mark.parametrize("fields", [{"AccountId": ACCOUNT}, {}])
def test_a_member_that_is_neither_lead_nor_contact_is_passed_over(fields: dict[str, Any]) -> None:
    (passed,) = facts_of(change("CampaignMember", kind="CREATE", CampaignId=CAMPAIGN, Status="Sent", **fields))
    assert passed == PassedOver(PassedOverReason.NO_PERSON, "detail.LeadId", MEMBER, passed.stamp)


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
def test_a_payload_without_its_header_says_so(relay: bool) -> None:
    event = change("Lead", relay=relay, Status="New")
    path = "detail.payload." if relay else "detail."
    del (event["detail"]["payload"] if relay else event["detail"])["ChangeEventHeader"]
    for sent in (event, {**event, "source": "test"}, {**event, "detail-type": "Lead changed"}):
        with pytest.raises(InvalidField) as refusal:
            facts_of(sent)
        assert refusal.value.field == f"{path}ChangeEventHeader"


def test_a_change_that_was_committed_in_the_future_is_refused() -> None:
    event = change("Lead", Status="New")
    with pytest.raises(InFuture) as refusal:
        facts_of(event, arrived_at=COMMITTED - timedelta(minutes=6))
    assert refusal.value.field == "detail.ChangeEventHeader.commitTimestamp"


def test_a_currency_and_a_time_zone_that_no_standard_lists_are_passed_over() -> None:
    passed, opportunity = facts_of(change("Opportunity", CurrencyIsoCode="XYZ", StageName="Won"))
    assert passed == PassedOver(PassedOverReason.NOT_A_CURRENCY, "detail.CurrencyIsoCode")
    assert isinstance(opportunity, OpportunityChanged) and opportunity.values == {"stage": "Won"}
    passed, user = facts_of(change("User", TimeZoneSidKey="Mars", Name="Ada"))
    assert passed == PassedOver(PassedOverReason.NOT_A_TIME_ZONE, "detail.TimeZoneSidKey")
    assert isinstance(user, RecordChanged) and user.values == {"name": "Ada"}


def test_a_blank_text_is_no_value() -> None:
    fact = the_fact("Lead", Company=" ", Region__c="")
    assert fact.values == {"kind": "lead", "company": None, "fields": {"Region__c": None}}


@pytest.mark.parametrize("entity", ["Opportunity", "Task", "Case"])
def test_changes_of_other_objects_tell_no_fact(entity: str) -> None:
    assert facts_of(change(entity, Name="Example")) == []


def test_several_records_are_several_facts() -> None:
    header = {"recordIds": [LEAD, "00Q5e00000A1b3D"]}
    first, second = facts_of(change("Lead", header=header, Status="New"))
    assert isinstance(first, PersonChanged) and isinstance(second, PersonChanged)
    assert (first.person_id, second.person_id) == (LEAD, "00Q5e00000A1b3DEAR")
    assert first.values == second.values


# The order of changes.


def test_changes_are_ordered_by_commit_and_within_a_commit_by_their_sequence() -> None:
    def stamp(**header: Any) -> Any:
        return the_fact("Lead", header=header, Status="New").stamp

    first = stamp()
    assert (first.at, first.sequence) == (COMMITTED, None)
    assert stamp(sequenceNumber=3).order_after(first) is Order.NEWER
    assert stamp(sequenceNumber=1).order_after(first) is Order.OLDER
    assert stamp(commitNumber=1230045600322, sequenceNumber=1).order_after(first) is Order.NEWER
    assert stamp(commitTimestamp=1743413404999, commitNumber=9230045600322).order_after(first) is Order.OLDER
    assert stamp().order_after(first) is Order.DUPLICATE
    assert stamp(commitNumber=None, sequenceNumber=5).minor == 5


# Refusals.


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("entity", "fields", "field"),
    [
        ("Lead", {"Score__c": "many"}, "Score__c"),
        ("Lead", {"Lead_Score__c": 2_000_000}, "Lead_Score__c"),
        ("Lead", {"Status": 5}, "Status"),
        ("Lead", {"HasOptedOutOfEmail": "no"}, "HasOptedOutOfEmail"),
        ("Lead", {"OwnerId": ""}, "OwnerId"),
        ("Contact", {"Status__c": "x" * 256}, "Status__c"),
        ("Campaign", {"StartDate": "soon"}, "StartDate"),
        ("Campaign", {"EndDate": -1}, "EndDate"),
        ("Campaign", {"Precedence__c": 1.5}, "Precedence__c"),
        ("CampaignMember", {"HasResponded": "yes"}, "HasResponded"),
        ("CampaignMember", {"FirstRespondedDate": "31/03/2025"}, "FirstRespondedDate"),
        ("CampaignMember", {"CreatedDate": 10**18}, "CreatedDate"),
        ("CampaignMember", {"ContactId": 5}, "ContactId"),
        ("User", {"IsActive": 1}, "IsActive"),
    ],
)
def test_a_bad_value_is_named_as_salesforce_wrote_it(
    entity: str, fields: dict[str, Any], field: str, relay: bool
) -> None:
    with pytest.raises(InvalidField) as refusal:
        facts_of(change(entity, relay=relay, **fields))
    assert refusal.value.field == ("detail.payload." if relay else "detail.") + field


@pytest.mark.parametrize("relay", [False, True], ids=["appflow", "relay"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("entityName", None),
        ("changeType", None),
        ("changeType", "RENAME"),
        ("recordIds", []),
        ("recordIds", None),
        ("commitTimestamp", None),
        ("commitTimestamp", "2025-03-31T09:30:05Z"),
        ("commitTimestamp", 10**15),
        ("commitTimestamp", 253_402_300_799_999),
        ("sequenceNumber", "1"),
        ("changedFields", ["0x0404"]),
        ("changedFields", "Status"),
        ("commitUser", ""),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(field: str, value: Any, relay: bool) -> None:
    with pytest.raises(InvalidField) as refusal:
        facts_of(change("Lead", relay=relay, header={field: value}, Status="New"))
    path = "detail.payload." if relay else "detail."
    assert refusal.value.field == f"{path}ChangeEventHeader.{field}"


def test_a_header_that_is_no_object_is_refused() -> None:
    event = change("Lead", Status="New")
    event["detail"]["ChangeEventHeader"] = "header"
    with pytest.raises(InvalidField) as refusal:
        facts_of(event)
    assert refusal.value.field == "detail.ChangeEventHeader"
