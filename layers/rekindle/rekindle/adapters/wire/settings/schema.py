"""The settings document as JSON Schema: what the API publishes, what documents are held to."""

from collections.abc import Mapping
from typing import Any

from rekindle.adapters.sources.salesforce_mapping import MAPPABLE_FIELDS, MAPPING
from rekindle.adapters.wire.rules import LONGEST_TEMPLATE
from rekindle.adapters.wire.settings.assignment_schema import ASSIGNMENT_RULE, ROUTER
from rekindle.adapters.wire.settings.lifecycle import LIFECYCLE
from rekindle.adapters.wire.settings.measures import ATTRIBUTION, BOOKS, RESPONSES
from rekindle.adapters.wire.settings.reactivation_schema import OPPORTUNITY, scenario
from rekindle.adapters.wire.settings.terms import (
    MOST,
    Rule,
    days,
    duration_of,
    flag,
    list_of,
    map_of,
    object_of,
    optional,
    text,
)
from rekindle.adapters.wire.settings.webhooks import WEBHOOKS
from rekindle.domain.notifications.template import BUILT_IN, DIGEST, TEMPLATES, Kind
from rekindle.domain.people.score import HIGHEST, LOWEST

_MODES = ["active", "passive", "hybrid"]


def _mode(description: str, **more: Any) -> Rule:
    return {"type": "string", "description": description, "enum": _MODES, **more}


_PERSON_STATUS = object_of(
    "What a person's status means.",
    {
        "active": {"type": "boolean", "description": "Whether the person is being worked."},
        "response_status": optional(text("The status that the active response takes with it.")),
        "kind": optional(
            {
                "type": "string",
                "description": "What kind of status it is: open, working and qualified are active, the others are not. "
                "It says which status the active response takes where response_status does not.",
                "enum": ["new", "open", "working", "qualified", "nurture", "recycle", "disqualified", "customer", None],
            }
        ),
        "nurture_timeout_days": optional(days("How long a person who enters it, an inactive one, is left alone.")),
    },
    required=["active"],
)


def _template(name: str) -> Rule:
    built_in = BUILT_IN[name]
    return object_of(
        _TOLD[name],
        {
            "subject": text("One line. SNS takes 99 characters of ASCII of it.", default=built_in.subject),
            "body": text("The text.", maxLength=LONGEST_TEMPLATE, default=built_in.body),
        },
        default={},
    )


_TOLD = {
    Kind.ASSIGNED: "To the owner or the queue that got a lead.",
    Kind.REASSIGNED: "To the owner or the queue that a lead was handed to later.",
    Kind.SLA_WARNED: "To the owner of a lead to whom a policy promises something that is due.",
    Kind.SLA_ESCALATED: "To whom a policy names where a promise is overdue.",
    Kind.TIMED_OUT: "To the fallback, where nobody took a lead in time.",
    Kind.REMINDER: "To the fallback, where a lead still waits for an owner.",
    DIGEST: "To whoever gets many notifications of one kind at once.",
}


def _fed(entity: str) -> Rule:
    return object_of(
        f"The fields of {entity}.",
        {
            field: list_of(
                f"What feeds our {field}: the first of these that a change holds. Empty for nothing.",
                text(
                    "The field's name; a dot leads into a compound field.",
                    pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?$",
                    examples=["Marketing_Score__c", "Name.FirstName"],
                ),
                default=list(MAPPING[entity].get(field, ())),
            )
            for field in sorted(MAPPABLE_FIELDS[entity])
        },
        default={},
    )


SCHEMA: Rule = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Rekindle settings",
    **object_of(
        "Every key but person_statuses has a working default. A Salesforce id of 15 characters is stored in its form "
        "of 18.",
        {
            "mode": _mode(
                "Whether people are worked through active responses. A user's, a profile's or a record type's own "
                "mode wins, in that order.",
                default="hybrid",
            ),
            "mode_overrides": object_of(
                "Other modes for some.",
                {
                    "profiles": {**map_of("Profile -> mode.", _mode("Its mode.")), "default": {}},
                    "record_types": {**map_of("Record type -> mode.", _mode("Its mode.")), "default": {}},
                },
                default={"profiles": {}, "record_types": {}},
            ),
            "qualification": object_of(
                "When a score qualifies, and how often one campaign may be repeated.",
                {
                    "threshold": {
                        "type": "number",
                        "description": "The score from which on a response qualifies.",
                        "minimum": LOWEST,
                        "maximum": HIGHEST,
                        "default": 60,
                    },
                    "repeat_cap": {
                        "type": "integer",
                        "description": "How many responses a person may have in the default campaign.",
                        "minimum": 1,
                        "maximum": 1000,
                        "default": 25,
                    },
                },
                default={"threshold": 60, "repeat_cap": 25},
            ),
            "time_zone": text(
                "Of the months and days of reports, and of dates without a time: a name of the IANA database.",
                examples=["UTC", "Europe/Oslo"],
                default="UTC",
            ),
            "events": object_of(
                "Events on the bus.",
                {
                    "ignore": {
                        **list_of("Detail-types that are no business of Rekindle's.", text("A detail-type.")),
                        "default": [],
                    }
                },
                default={"ignore": []},
            ),
            "person_statuses": map_of("Every status that the CRM gives a person -> what it means.", _PERSON_STATUS),
            "response_statuses": {
                **map_of(
                    "Response status -> its class in the search, null for not eligible. Adds to the built-in classes.",
                    {
                        "type": ["string", "null"],
                        "enum": ["new", "never_engaged", "formerly_engaged", None],
                    },
                ),
                "default": {},
            },
            "reactivation": object_of(
                "The scenarios that bring people back.",
                {
                    "score": scenario(
                        "A score crossed the threshold.",
                    ),
                    "active_status": scenario(
                        "A person's status became active.",
                        delay=duration_of("How long to wait for a response of its own.", default="PT0S"),
                    ),
                    "invocable": scenario("A caller asked for it."),
                    "response_prompt": scenario(
                        "A user added a prompt campaign.",
                        fallback={
                            "type": "string",
                            "description": "What happens where the search finds none.",
                            "enum": ["keep_prompted", "none"],
                            "default": "keep_prompted",
                        },
                    ),
                    "opportunity": OPPORTUNITY,
                },
                default={},
            ),
            "assignment": object_of(
                "Who gets a newly active lead.",
                {
                    "rules": {
                        "type": "array",
                        "description": "The first that matches wins; where none does, the owner stays.",
                        "items": ASSIGNMENT_RULE,
                        "maxItems": MOST,
                        "default": [],
                    },
                    "intermediate_owners": list_of(
                        "Further owners that do not complete an assignment.",
                        text("A user's or a queue's id."),
                        default=[],
                    ),
                    "router": ROUTER,
                },
                default={},
            ),
            "notifications": object_of(
                "Whoever gets a lead is notified.",
                {
                    "enabled": flag("Whether anybody is notified.", True),
                    "digest_from": {
                        "type": "integer",
                        "description": "From how many notifications on, of one kind to one recipient and arriving "
                        "together, they are sent as one.",
                        "minimum": 2,
                        "maximum": 100,
                        "default": 5,
                    },
                    "templates": object_of(
                        "What is said, in the language of Jinja as far as names, conditions and one loop go.",
                        {name: _template(name) for name in TEMPLATES},
                        default={},
                    ),
                },
                default={},
            ),
            "crm_fields": object_of(
                "Which field of a CRM feeds which of ours, where its events are taken as they are delivered.",
                {
                    "salesforce": object_of(
                        "By Salesforce's objects. What ties records together (who responded, who was converted) is "
                        "fixed.",
                        {entity: _fed(entity) for entity in MAPPING},
                        default={},
                    )
                },
                default={},
            ),
            "responses": object_of("What responses count as.", RESPONSES, default={}),
            "attribution": ATTRIBUTION,
            "books": BOOKS,
            "webhooks": WEBHOOKS,
            "lifecycle": LIFECYCLE,
        },
        required=["person_statuses"],
    ),
}


def _with_defaults(rule: Rule) -> Any:
    """What a document that says nothing says."""
    if "properties" in rule and rule["type"] == "object":
        return {name: _with_defaults(inner) for name, inner in rule["properties"].items() if _has_default(inner)}
    return rule.get("default", {})


def _has_default(rule: Rule) -> bool:
    return "default" in rule or "properties" in rule


DEFAULTS: Mapping[str, Any] = {**_with_defaults(SCHEMA), "person_statuses": {}}
"""The settings that hold until a document is stored."""
