"""Which field a column feeds, by what its header is usually called. It is a proposal: a mapping says it for good."""

from collections.abc import Mapping, Sequence

from rekindle.domain.imports.kinds import ImportKind
from rekindle.domain.people.naming import words

_PEOPLE: Mapping[str, str] = {
    "email": "E-mail address, Work e-mail, Business e-mail, Mail",
    "first_name": "Given name",
    "last_name": "Surname, Family name",
    "company": "Company name, Company / Account, Account name, Organization, Organisation",
    "phone": "Phone number, Telephone, Business phone, Mobile phone number, Mobile phone, Mobile",
    "do_not_contact": "Opt out, Opted out, Email opt out, Opted out of email, HasOptedOutOfEmail, Unsubscribed",
    "owner_id": "Owner, OwnerId, Contact owner, Lead owner",
}
_MEMBERS: Mapping[str, str] = {
    **_PEOPLE,
    "campaign_id": "Campaign code, Campaign",
    "contact_id": "Contact ID 18",
    "lead_id": "Lead ID 18",
    "person_ref": "External id",
    "response_id": "Campaign member ID, Member ID",
    "member_status": "Campaign member status, Status",
    "responded": "Has responded",
    "responded_at": "Response date, Member first responded date, First responded date, Responded date, Submitted at",
    "received_at": "Member created date",
    "response_type": "Type of response",
    "click_url": "URL",
}
_SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "people": {
        **_PEOPLE,
        "person_id": "Record ID, Record ID - Contact, Contact ID, Lead ID, Id",
        "status": "Lead status, Contact status",
        "score": "Lead score, HubSpot score",
        "occurred_at": "Last modified date, Last modified, Create date, Created date, Created",
        "source_ref": "External id",
    },
    "members": _MEMBERS,
    "responses": _MEMBERS,
    "campaigns": {
        "campaign_id": "Campaign code, Id",
        "name": "Campaign name",
        "type": "Campaign type",
        "is_active": "Active",
        "starts_on": "Start date",
        "ends_on": "End date",
        "cost": "Actual cost, Actual cost in campaign",
    },
    "users": {
        "user_id": "Id",
        "name": "Full name",
        "email": "E-mail address",
        "is_active": "Active",
        "role": "Role name",
        "profile": "Profile name",
        "time_zone": "TimeZoneSidKey",
    },
    "accounts": {
        "account_id": "Id, Record ID",
        "name": "Account name, Company name",
        "domain": "Website, Company domain name",
        "owner_id": "Owner, Account owner",
        "parent_id": "Parent account ID",
        "type": "Account type",
    },
    "opportunities": {
        "opportunity_id": "Id, Record ID",
        "stage": "StageName, Deal stage, Opportunity stage",
        "is_closed": "Closed",
        "is_won": "Won",
        "currency": "Amount currency, CurrencyIsoCode",
        "created_at": "Created date, Create date, Created",
        "closed_at": "Close date",
        "contact_id": "Contact ID, Primary contact ID",
        "email": "Contact e-mail, E-mail address",
        "product": "Product name",
    },
}


def proposed(kind: ImportKind, headers: Sequence[str]) -> dict[int, str]:
    """The field of each column that has one, by the column's position. Of several columns that could feed one field it
    is the one whose header is called most as the field is."""
    ranks: dict[str, tuple[str, int]] = {}
    for name in kind.fields:
        listed = (name, *_SYNONYMS[kind.name].get(name, "").split(","))
        for rank, header in enumerate(listed):
            ranks.setdefault(key_of(header), (name, rank))
    best: dict[str, tuple[int, int]] = {}
    for place, header in enumerate(headers):
        name, rank = ranks.get(key_of(header), ("", 0))
        if name and (name not in best or rank < best[name][0]):
            best[name] = (rank, place)
    fields = {place: name for name, (_, place) in best.items()}
    for place, header in enumerate(headers):
        if place not in fields and key_of(header).startswith("utm") and kind.field("fields.utm"):
            fields[place] = f"fields.{'_'.join(words(header.replace('_', ' ')))}"
    return dict(sorted(fields.items()))


def key_of(header: str) -> str:
    """What ways to write one header have in common: case, spaces and punctuation make no difference."""
    return "".join(words(header.replace("_", " ")))
