"""All kinds of record that a CRM's changes are about.

Those in `PLAIN` have no more rules than their fields have: their changes are read, recorded, stored and shown by what
they declare. The others are written out: what an opportunity means for its people, and how a person and a response
change. Of these two, the fields that an event may set are declared here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypedDict

from rekindle.domain.campaigns.campaign import CAMPAIGN
from rekindle.domain.campaigns.source_code import SOURCE_CODE
from rekindle.domain.people.score import HIGHEST, LOWEST
from rekindle.domain.records.account import ACCOUNT
from rekindle.domain.records.case import CASE
from rekindle.domain.records.interaction import INTERACTION
from rekindle.domain.records.kind import Field, Kind
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.domain.records.queue import QUEUE
from rekindle.domain.records.task import TASK
from rekindle.domain.records.user import USER


class PersonValues(TypedDict, total=False):
    kind: Annotated[str | None, Field(one_of=("lead", "contact"))]
    email: Annotated[str | None, Field()]
    first_name: Annotated[str | None, Field()]
    last_name: Annotated[str | None, Field()]
    company: Annotated[str | None, Field()]
    phone: Annotated[str | None, Field()]
    status: Annotated[str | None, Field(sentence="As the CRM names it.")]
    score: Annotated[
        float | None,
        Field(
            sentence="The person's score; the settings say from where on it qualifies.",
            limits=(LOWEST, HIGHEST),
        ),
    ]
    owner_id: Annotated[str | None, Field(refers_to=("user", "queue"))]
    account_id: Annotated[str | None, Field(refers_to=("account",))]
    record_type: Annotated[str | None, Field(names="record_type")]
    do_not_contact: Annotated[bool | None, Field()]
    undeliverable: Annotated[
        bool | None, Field(sentence="Whether messages to the person's address do not arrive: no more are to be sent.")
    ]
    converted_contact_id: Annotated[
        str | None,
        Field(
            sentence="The contact that the lead became: the history of both is then the contact's.",
            refers_to=("person",),
        ),
    ]
    changed_by: Annotated[str | None, Field(sentence="The user who made the change.", refers_to=("user",))]
    fields: Annotated[Mapping[str, Any], Field(sentence="Further values by name, numbers, texts, true, false or null.")]


class ResponseValues(TypedDict, total=False):
    responded: Annotated[bool, Field(required=True)]
    member_status: Annotated[str | None, Field()]
    responded_at: Annotated[datetime | None, Field()]
    received_at: Annotated[datetime | None, Field()]
    channel: Annotated[str | None, Field()]
    response_type: Annotated[str | None, Field()]
    source_code: Annotated[str | None, Field()]
    products: Annotated[
        tuple[str, ...],
        Field(sentence="The products that the person is interested in, replaced as a whole.", most=100),
    ]
    click_url: Annotated[str | None, Field(longest=2048)]
    score: Annotated[
        float | None,
        Field(sentence="The part of the person's score that is the response's own.", limits=(LOWEST, HIGHEST)),
    ]
    fields: Annotated[Mapping[str, Any], Field(sentence="Further values by name, numbers, texts, true, false or null.")]


PERSON = Kind(
    name="person",
    record=PersonValues,
    event="Person Changed",
    id="person_id",
    deleted_event="Person Deleted",
    path="people",
    summary="Tell what changed of a person",
    example={"kind": "lead", "email": "ada@example.com", "status": "New", "score": 64},
)
RESPONSE = Kind(
    name="response",
    record=ResponseValues,
    event="Response Recorded",
    id="response_id",
    deleted_event="Response Deleted",
    example={
        "response_id": "form-19",
        "person_id": "00Q5e00000A1b2CEAR",
        "campaign_id": "spring-webinar",
        "responded": True,
        "member_status": "Registered",
        "channel": "web",
    },
)

PLAIN: tuple[Kind[Any], ...] = (CAMPAIGN, SOURCE_CODE, ACCOUNT, QUEUE, USER, TASK, CASE, INTERACTION)
KINDS: tuple[Kind[Any], ...] = (PERSON, RESPONSE, *PLAIN, OPPORTUNITY)
