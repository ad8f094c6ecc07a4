"""What a file can be loaded as: which records its rows are, and which fields a column can feed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.capture.kinds import PERSON, RESPONSE
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.kind import NESTED, Field, Kind
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.user import USER

SOURCE_SYSTEM, SOURCE_REF, PERSON_REF, OCCURRED_AT = "source_system", "source_ref", "person_ref", "occurred_at"
CONTACT_ID, LEAD_ID = "contact_id", "lead_id"
OF_PERSON = "person."
"""Before the name of a person's field, where the record of the row has a field of that name too."""
TEAM = "team"
_OF_PERSON_ONLY_BY_NAME = ("kind", "owner_id", "record_type", "status")
"""Fields of a person that the header of a list of responses does not mean: its status is that of the member."""

_KEYS: Mapping[str, Field] = {
    SOURCE_SYSTEM: Field(type=str),
    SOURCE_REF: Field(type=str),
    OCCURRED_AT: Field(type=datetime),
}
"""What says which row it is, and when what it says came to be."""
_PERSON_KEYS: Mapping[str, Field] = {
    "person_id": Field(refers_to=("person",), type=str),
    CONTACT_ID: Field(refers_to=("person",), type=str),
    LEAD_ID: Field(refers_to=("person",), type=str),
    PERSON_REF: Field(type=str),
}


@dataclass(frozen=True, eq=False)
class ImportKind:
    name: str
    record: Kind[Any]
    is_about_person: bool = False
    """Whether the columns also say who the person is. One who is not known is created."""

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields that a column can feed, by name, without the further named values."""
        own = {name: declared for name, declared in self.record.fields.items() if name not in (NESTED, TEAM, "goals")}
        keys = {**_KEYS, self.record.id: Field(refers_to=(self.record.name,), type=str)}
        if self.is_about_person:
            keys |= {**_PERSON_KEYS, "campaign_id": Field(refers_to=("campaign",), type=str)}
            person = {name: declared for name, declared in PERSON.fields.items() if name not in (NESTED, "changed_by")}
            shared = {*own, *_OF_PERSON_ONLY_BY_NAME}
            own = {**{f"{OF_PERSON}{name}" if name in shared else name: one for name, one in person.items()}, **own}
        if self.record is OPPORTUNITY:
            keys |= {**_PERSON_KEYS, "email": Field(type=str)}
        return {**own, **keys}

    def field(self, name: str) -> Field | None:
        """None where there is no such field. `fields.NAME` is a further named value, `team.ROLE` a member of a team."""
        nested, _, rest = name.partition(".")
        if rest and nested == NESTED and NESTED in self.record.fields:
            return Field(type=str, longest=1024)
        if rest and nested == TEAM and TEAM in self.record.fields:
            return Field(type=str, refers_to=("user",))
        return self.fields.get(name)


MEMBERS = ImportKind("members", RESPONSE, is_about_person=True)
RESPONSES = ImportKind("responses", RESPONSE, is_about_person=True)
PEOPLE = ImportKind("people", PERSON)
OPPORTUNITIES = ImportKind("opportunities", OPPORTUNITY)
KINDS: Mapping[str, ImportKind] = {
    kind.name: kind
    for kind in (
        RESPONSES,
        PEOPLE,
        MEMBERS,
        ImportKind("campaigns", CAMPAIGN),
        ImportKind("users", USER),
        ImportKind("accounts", ACCOUNT),
        OPPORTUNITIES,
    )
}
