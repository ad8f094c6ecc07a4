"""Which Salesforce field feeds which of ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.capture.kinds import PERSON, RESPONSE
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.kind import Kind
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.task import TASK
from rekindle.domain.records.user import USER

Mapped = Mapping[str, tuple[str, ...]]
"""Our name of a field -> Salesforce's; a dot leads into a compound field. The first one in the change counts."""

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
    "former_id": ("Rekindle_Id__c",),
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
"""Which Salesforce field feeds which of ours, by object. Other objects' events are passed over."""

_KIND_OF: Mapping[str, Kind[Any]] = {
    "Lead": PERSON,
    "Contact": PERSON,
    "Campaign": CAMPAIGN,
    "CampaignMember": RESPONSE,
    "Account": ACCOUNT,
    "Task": TASK,
    "Opportunity": OPPORTUNITY,
    "User": USER,
}
_OF_THE_OBJECT = {"Lead": {"kind"}, "Contact": {"kind"}}
"""What the object itself says."""

MAPPABLE_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        entity: frozenset(name for name, declared in kind.fields.items() if declared.from_one_value)
        - _OF_THE_OBJECT.get(entity, set())
        for entity, kind in _KIND_OF.items()
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
        entity: {**mapped, **{field: tuple(names) for field, names in (chosen.get(entity) or {}).items()}}
        for entity, mapped in MAPPING.items()
    }
