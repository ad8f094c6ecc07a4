"""HubSpot's webhooks: changed properties of contacts, form submissions, merges, deletions for privacy.

A batch has no order, and an `eventId` is not unique: what orders the changes is `occurredAt`, and what names one is its
content. `subscriptionType` begins with `contact.`, or with `object.` where HubSpot sends all kinds of objects alike.
"""

from collections.abc import Mapping

from rekindle.domain.webhooks.webhook import Rule

PROPERTIES: Mapping[str, str] = {
    "email": "email",
    "firstname": "first_name",
    "lastname": "last_name",
    "company": "company",
    "phone": "phone",
    "lifecyclestage": "status",
    "hubspotscore": "score",
    "hubspot_owner_id": "owner_id",
    "associatedcompanyid": "account_id",
    "hs_email_optout": "do_not_contact",
}
"""Property of a contact -> field of a person."""

_FORM = "recent_conversion_event_name"
"""The property that a form submission sets, to the names of the page and of the form."""

_EXPRESSIONS = {
    # A blank text clears the score, and is no number.
    "score": "to_number(propertyValue) || propertyValue",
    "do_not_contact": "propertyValue == 'true'",
}


def _is(kind: str) -> str:
    return f"(subscriptionType == 'contact.{kind}' || (subscriptionType == 'object.{kind}' && objectTypeId == '0-1'))"


IGNORED_OF_HUBSPOT = (
    f"{_is('propertyChange')} || {_is('associationChange')} || {_is('restore')} "
    "|| (starts_with(subscriptionType || '', 'object.') && objectTypeId != '0-1') "
    "|| (subscriptionType && !starts_with(subscriptionType || '', 'object.') "
    "&& !starts_with(subscriptionType || '', 'contact.'))"
)
"""Properties that feed no field, and objects that are no contacts."""


def hubspot(properties: Mapping[str, str]) -> tuple[Rule, ...]:
    """`properties`: instead of, or beside, those above."""
    person = {"person_id": "to_string(objectId)"}
    fed = {**PROPERTIES, **properties}
    changes = (
        Rule(
            event="Person Changed",
            # The name first: of most rules nothing more is evaluated.
            when=f"propertyName == '{name}' && {_is('propertyChange')}",
            time="occurredAt",
            detail={**person, field: _EXPRESSIONS.get(field, "propertyValue")},
        )
        for name, field in fed.items()
    )
    return (
        *changes,
        Rule(event="Person Changed", when=_is("creation"), time="occurredAt", detail=person),
        Rule(
            event="Response Recorded",
            when=f"propertyName == '{_FORM}' && {_is('propertyChange')} && propertyValue",
            time="occurredAt",
            detail={
                **person,
                "response_id": "join('-', ['hubspot', to_string(objectId), to_string(occurredAt)])",
                "source_code": "propertyValue",
                "responded": "`true`",
                "channel": "'web'",
                "response_type": "'Form Submission'",
            },
        ),
        Rule(
            event="People Merged",
            when=_is("merge"),
            time="occurredAt",
            detail={
                "survivor_id": "to_string(newObjectId || primaryObjectId || objectId)",
                "merged_ids": "without([primaryObjectId, objectId, mergedObjectIds][], "
                "newObjectId || primaryObjectId || objectId)[*].to_string(@)",
            },
        ),
        Rule(event="Person Deleted", when=_is("deletion"), time="occurredAt", detail=person),
        Rule(
            event="Person Deleted",
            when=_is("privacyDeletion"),
            time="occurredAt",
            detail={**person, "erase": "`true`"},
        ),
    )
