"""Which Salesforce field feeds which of ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rekindle.adapters.wire.records import ACCOUNT, CAMPAIGN, OPPORTUNITY, PERSON, RESPONSE, TASK, USER

Mapped = Mapping[str, tuple[str, ...]]
"""Our name of a field -> Salesforce's; a dot leads into a compound field. The first one told counts."""

_OF_PEOPLE: Mapped = {
    "email": ("Email",),
    "first_name": ("Name.FirstName", "FirstName"),
    "last_name": ("Name.LastName", "LastName"),
    "phone": ("Phone",),
    "score": ("Score__c", "Lead_Score__c"),
    "owner_id": ("OwnerId",),
    "record_type": ("RecordTypeId",),
    "do_not_contact": ("HasOptedOutOfEmail",),
    "changed_by": ("LastModifiedById",),
}

MAPPING: Mapping[str, Mapped] = MappingProxyType(
    {
        "Lead": {
            **_OF_PEOPLE,
            "status": ("Status",),
            "company": ("Company",),
            "converted_contact_id": ("ConvertedContactId",),
            "converted_opportunity_id": ("ConvertedOpportunityId",),
        },
        "Contact": {
            **_OF_PEOPLE,
            "status": ("Contact_Status__c", "Status__c"),
            "account_id": ("AccountId",),
        },
        "Campaign": {
            "name": ("Name",),
            "type": ("Type",),
            "status": ("Status",),
            "is_active": ("IsActive",),
            "starts_on": ("StartDate",),
            "ends_on": ("EndDate",),
            "cost": ("ActualCost",),
            "precedence": ("Precedence__c",),
            "exclude_from_reactivation": ("Exclude_from_Reactivation__c",),
            "default_responded_status": ("Default_Responded_Member_Status__c",),
            "response_prompt": ("Response_Prompt__c",),
            "trigger_reactivation": ("Trigger_Reactivation__c",),
            "bypass_nurture_timeout": ("Bypass_Nurture_Timeout__c",),
        },
        "CampaignMember": {
            "person_id": ("ContactId", "LeadId"),
            "campaign_id": ("CampaignId",),
            "responded": ("HasResponded",),
            "member_status": ("Status",),
            "responded_at": ("FirstRespondedDate",),
            "received_at": ("CreatedDate",),
        },
        "Account": {
            "name": ("Name",),
            "domain": ("Website", "Domain__c"),
            "owner_id": ("OwnerId",),
            "parent_id": ("ParentId",),
            "type": ("Type",),
        },
        "Task": {
            "person_id": ("WhoId",),
            "owner_id": ("OwnerId",),
            "kind": ("TaskSubtype", "Type"),
            "occurred_at": ("CompletedDateTime",),
            "completed": ("IsClosed", "Status"),
        },
        "Opportunity": {
            "person_ids": ("ContactId",),
            "account_id": ("AccountId",),
            "stage": ("StageName",),
            "is_closed": ("IsClosed",),
            "is_won": ("IsWon",),
            "amount": ("Amount",),
            "currency": ("CurrencyIsoCode",),
            "created_at": ("CreatedDate",),
        },
        "User": {
            "name": ("Name",),
            "email": ("Email",),
            "role": ("UserRoleId",),
            "profile": ("ProfileId",),
            "is_active": ("IsActive",),
            "time_zone": ("TimeZoneSidKey",),
        },
    }
)
"""Which Salesforce field feeds which of ours, by object. Other objects' events tell us nothing."""

FED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Lead": PERSON - {"kind", "converted_contact_id", "fields"},
        "Contact": PERSON - {"kind", "converted_contact_id", "fields"},
        "Campaign": CAMPAIGN,
        "CampaignMember": RESPONSE - {"fields"},
        "Account": ACCOUNT - {"team"},
        "Task": TASK - {"person_id"},
        "Opportunity": OPPORTUNITY - {"person_ids"},
        "User": USER - {"fields"},
    }
)
"""Our names whose fields the settings may choose. What ties records together is not among them: a large history is cut
by it, without looking at any settings."""


def mapping_of(document: Mapping[str, Any]) -> Mapping[str, Mapped]:
    """Which field feeds which of ours by a settings document: its own words over those that are built in."""
    chosen = (document.get("crm_fields") or {}).get("salesforce") or {}
    if not chosen:
        return MAPPING
    return {
        entity: {**mapped, **{ours: tuple(names) for ours, names in (chosen.get(entity) or {}).items()}}
        for entity, mapped in MAPPING.items()
    }
