"""The settings document as JSON Schema (contract, section 5): what the API publishes, what documents are held to."""

from collections.abc import Mapping
from typing import Any

from rekindle.adapters.sources.salesforce_mapping import FED, MAPPING
from rekindle.adapters.wire.rules import LONGEST_IDENTIFIER, LONGEST_TEMPLATE
from rekindle.adapters.wire.settings.lifecycle import LIFECYCLE
from rekindle.adapters.wire.settings.measures import ATTRIBUTION, BOOKS, RESPONSES
from rekindle.adapters.wire.settings.terms import LONGER_THAN_ZERO, MOST, Rule
from rekindle.adapters.wire.settings.terms import days as _days
from rekindle.adapters.wire.settings.terms import duration_of as _duration
from rekindle.adapters.wire.settings.terms import flag as _flag
from rekindle.adapters.wire.settings.terms import list_of as _list
from rekindle.adapters.wire.settings.terms import map_of as _map
from rekindle.adapters.wire.settings.terms import object_of as _object
from rekindle.adapters.wire.settings.terms import optional as _optional
from rekindle.adapters.wire.settings.terms import text as _text
from rekindle.domain.assignment.round_robin import LARGEST_CAPACITY
from rekindle.domain.assignment.router import WEEK
from rekindle.domain.assignment.routing_result import By
from rekindle.domain.notifications.template import BUILT_IN, DIGEST, TEMPLATES, Kind
from rekindle.domain.people.score import HIGHEST, LOWEST
from rekindle.domain.responses.response import ResponseClass
from rekindle.domain.settings.settings import STRICT_ORDER

_MODES = ["active", "passive", "hybrid"]


def _mode(description: str, **more: Any) -> Rule:
    return {"type": "string", "description": description, "enum": _MODES, **more}


def _campaign(description: str) -> Rule:
    return _text(description, maxLength=LONGEST_IDENTIFIER)


_DEFAULT_CAMPAIGN = _optional(
    _object(
        "Which campaign gets a response inserted where the search found none; null for no such campaign. A response "
        "prompt does not look at it: it falls back to the prompted campaign itself.",
        {
            "single": _optional(_campaign("The campaign for everybody whom nothing else here matches.")),
            "by": _optional(
                _text(
                    "The user's field that `map` is looked up by.",
                    pattern="^(role|profile|field:.+)$",
                    examples=["role", "profile", "field:region"],
                )
            ),
            "map": _map("The field's value -> the campaign.", _campaign("An active campaign's id.")),
            "otherwise": _optional(_campaign("The campaign where the map has no row.")),
            "user_source": {
                "type": "string",
                "description": "Whose field it is: the user who acted, or the person's owner. Nobody acts when a score "
                "crosses: there only the owner's field finds a row.",
                "enum": ["actor", "owner"],
                "default": "actor",
            },
        },
        dependentRequired={"by": ["map"], "map": ["by"], "otherwise": ["by"]},
    )
)

_CLASSES = [c.value for c in ResponseClass]

_COMMON = {
    "enabled": _flag("Whether the scenario runs at all.", True),
    "lookback_days": _days("How old a response may be to take the credit.", default=30),
    "priority": _list(
        "The classes of responses in the order they are searched. One that is not here is not searched; non_response "
        "is searched with include_non_responses alone, and last where it is not here.",
        {"type": "string", "enum": _CLASSES},
        minItems=1,
        default=[c.value for c in STRICT_ORDER],
    ),
    "include_non_responses": _flag(
        "Whether a campaign member who never responded is a candidate, after all the others.", False
    ),
    "require_prior_mql": _flag("Whether only a response that was active before is a candidate.", False),
    "campaign_types": _object(
        "Which types of campaigns are searched.",
        {
            "only": _list("These alone; none for all.", _text("A campaign's type."), default=[]),
            "except": _list("All but these.", _text("A campaign's type."), default=[]),
        },
        default={"only": [], "except": []},
    ),
    "cool_down_days": _days(
        "How long after an activation `score` leaves the person alone; the other scenarios are asked for.",
        default=0,
    ),
    "default_campaign": _DEFAULT_CAMPAIGN,
    "announce_skipped": _flag("Whether `Reactivation Skipped` is published where nothing was done.", False),
}
"""The keys of every scenario, though `score` alone cools down, and a prompt falls back to the prompted campaign."""


def _scenario(description: str, **more: Rule) -> Rule:
    return _object(description, {**_COMMON, **more}, default={})


_PERSON_STATUS = _object(
    "What a person's status means.",
    {
        "active": {"type": "boolean", "description": "Whether the person is being worked."},
        "response_status": _optional(_text("The status that the active response takes with it.")),
        "kind": _optional(
            {
                "type": "string",
                "description": "What kind of status it is: open, working and qualified are active, the others are not. "
                "It says which status the active response takes where response_status does not.",
                "enum": ["new", "open", "working", "qualified", "nurture", "recycle", "disqualified", "customer", None],
            }
        ),
        "nurture_timeout_days": _optional(_days("How long a person who enters it, an inactive one, is left alone.")),
    },
    required=["active"],
)

_ROUTING_STEP = _object(
    "How an owner is found, and for whom.",
    {
        "to": {
            "type": "string",
            "description": "The owner of the matched account, a role on its team, or a pool.",
            "enum": [by.value for by in By],
        },
        "where": {"type": "object", "description": "What the person's fields must be.", "default": {}},
        "role": _text("The role on the account's team, where `to` is account_team."),
        "pool": _text("The pool's name, where `to` is pool."),
    },
    required=["to"],
)
_POOL_MEMBER = _object(
    "A user who gets leads.",
    {
        "user": _text("The user's id."),
        "capacity": {
            "type": "integer",
            "description": "How many leads this one gets in the time that one of capacity 1 gets one.",
            "minimum": 1,
            "maximum": LARGEST_CAPACITY,
            "default": 1,
        },
        "quota": {
            "type": ["integer", "null"],
            "description": "How many leads at most in a day; null for no limit.",
            "minimum": 1,
            "maximum": 1_000_000,
            "default": None,
        },
    },
    required=["user"],
)
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_POOL = _object(
    "Users who take turns.",
    {
        "members": {
            **_list("Who takes turns, each by its capacity.", _POOL_MEMBER),
            "minItems": 1,
            # Who is there twice is told by the member, with other capacities too.
            "uniqueItems": False,
        },
        "hours": _optional(
            _object(
                "When they work, each by the own clock; null for at any time.",
                {
                    "days": {
                        **_list(
                            "Days of the week on which they begin.",
                            {"type": "string", "enum": list(WEEK)},
                            default=list(WEEK[:5]),
                        ),
                        "minItems": 1,
                    },
                    "from": _text("When they begin.", pattern=TIME_OF_DAY, examples=["09:00"], default="09:00"),
                    "to": _text(
                        "When they end: on the next day, where that is earlier than `from`.",
                        pattern=TIME_OF_DAY,
                        examples=["17:00"],
                        default="17:00",
                    ),
                },
            )
        ),
        "time_zone": _text("Of members who have none of their own, and of the quotas' days.", default="UTC"),
        "holidays": _list(
            "Days on which nobody works, nor in a night that would begin on one.",
            {"type": "string", "description": "A date.", "pattern": r"^\d{4}-\d{2}-\d{2}$", "examples": ["2026-12-25"]},
            default=[],
        ),
    },
    required=["members"],
)
_ROUTER = _object(
    "A router of our own, for those without an engine.",
    {
        "queues": _list(
            "The temporary owners, each the `to` of a rule, whose leads are routed here.",
            _text("A user's or a queue's id."),
            default=[],
        ),
        "steps": {
            "type": "array",
            "description": "The first that finds an owner decides.",
            "items": _ROUTING_STEP,
            "maxItems": MOST,
            "default": [],
        },
        "pools": {**_map("Name -> pool.", _POOL), "default": {}},
        "convert": _flag(
            "Whether the CRM is asked to convert a lead onto the account it was matched to.", default=False
        ),
    },
    default={},
)

_ASSIGNMENT_RULE = _object(
    "Whose leads wait for an owner, and what happens if none comes.",
    {
        "owners": _list("The owners it is for; none for all.", _text("A user's or a queue's id."), default=[]),
        "where": {"type": "object", "description": "What the person's fields must be.", "default": {}},
        "to": _text("The queue or user that has the lead while it waits."),
        "deadline": _duration("When the wait is given up.", pattern=LONGER_THAN_ZERO, default="PT1H"),
        "reminder": {
            **_optional(_duration("When somebody is reminded, before the deadline; null for never.")),
            "default": "PT15M",
        },
        "fallback": _optional(_text("Who gets the lead when the wait is given up: somebody other than `to`.")),
    },
    required=["to"],
)


def _template(name: str) -> Rule:
    built_in = BUILT_IN[name]
    return _object(
        _TOLD[name],
        {
            "subject": _text("One line. SNS takes 99 characters of ASCII of it.", default=built_in.subject),
            "body": _text("The text.", maxLength=LONGEST_TEMPLATE, default=built_in.body),
        },
        default={},
    )


_TOLD = {
    Kind.ASSIGNED: "To the owner or the queue that got a lead.",
    Kind.REASSIGNED: "To the owner or the queue that a lead was handed to later.",
    Kind.TIMED_OUT: "To the fallback, where nobody took a lead in time.",
    Kind.REMINDER: "To the fallback, where a lead still waits for an owner.",
    DIGEST: "To whoever gets many notifications of one kind at once.",
}


def _fed(entity: str) -> Rule:
    return _object(
        f"The fields of {entity}.",
        {
            ours: _list(
                f"What feeds our {ours}: the first of these that a change tells of. Empty for nothing.",
                _text(
                    "The field's name; a dot leads into a compound field.",
                    pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?$",
                    examples=["Marketing_Score__c", "Name.FirstName"],
                ),
                default=list(MAPPING[entity].get(ours, ())),
            )
            for ours in sorted(FED[entity])
        },
        default={},
    )


SCHEMA: Rule = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Rekindle settings",
    **_object(
        "Every key but person_statuses has a working default. A Salesforce id of 15 characters is stored in its form "
        "of 18.",
        {
            "mode": _mode(
                "Whether people are worked through active responses. A user's, a profile's or a record type's own "
                "mode wins, in that order.",
                default="hybrid",
            ),
            "mode_overrides": _object(
                "Other modes for some.",
                {
                    "profiles": {**_map("Profile -> mode.", _mode("Its mode.")), "default": {}},
                    "record_types": {**_map("Record type -> mode.", _mode("Its mode.")), "default": {}},
                },
                default={"profiles": {}, "record_types": {}},
            ),
            "qualification": _object(
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
            "time_zone": _text(
                "Of the months and days of reports, and of dates without a time: a name of the IANA database.",
                examples=["UTC", "Europe/Oslo"],
                default="UTC",
            ),
            "events": _object(
                "Events on the bus.",
                {
                    "ignore": {
                        **_list("Detail-types that are no business of Rekindle's.", _text("A detail-type.")),
                        "default": [],
                    }
                },
                default={"ignore": []},
            ),
            "person_statuses": _map("Every status that the CRM gives a person -> what it means.", _PERSON_STATUS),
            "response_statuses": {
                **_map(
                    "Response status -> its class in the search, null for not eligible. Adds to the built-in classes.",
                    {
                        "type": ["string", "null"],
                        "enum": ["new", "never_engaged", "formerly_engaged", None],
                    },
                ),
                "default": {},
            },
            "reactivation": _object(
                "The scenarios that bring people back.",
                {
                    "score": _scenario(
                        "A score crossed the threshold.",
                    ),
                    "active_status": _scenario(
                        "A person's status became active.",
                        delay=_duration("How long to wait for a response of its own.", default="PT0S"),
                    ),
                    "invocable": _scenario("A caller asked for it."),
                    "response_prompt": _scenario(
                        "A user added a prompt campaign.",
                        fallback={
                            "type": "string",
                            "description": "What happens where the search finds none.",
                            "enum": ["keep_prompted", "none"],
                            "default": "keep_prompted",
                        },
                    ),
                },
                default={},
            ),
            "assignment": _object(
                "Who gets a newly active lead.",
                {
                    "rules": {
                        "type": "array",
                        "description": "The first that matches wins; where none does, the owner stays.",
                        "items": _ASSIGNMENT_RULE,
                        "maxItems": MOST,
                        "default": [],
                    },
                    "intermediate_owners": _list(
                        "Further owners that do not complete an assignment.",
                        _text("A user's or a queue's id."),
                        default=[],
                    ),
                    "router": _ROUTER,
                },
                default={},
            ),
            "notifications": _object(
                "Whoever gets a lead is told.",
                {
                    "enabled": _flag("Whether anybody is told.", True),
                    "digest_from": {
                        "type": "integer",
                        "description": "From how many notifications on, of one kind to one recipient and arriving "
                        "together, they are told in one.",
                        "minimum": 2,
                        "maximum": 100,
                        "default": 5,
                    },
                    "templates": _object(
                        "What is said, in the language of Jinja as far as names, conditions and one loop go.",
                        {name: _template(name) for name in TEMPLATES},
                        default={},
                    ),
                },
                default={},
            ),
            "crm_fields": _object(
                "Which field of a CRM feeds which of ours, where its events are taken as they are delivered.",
                {
                    "salesforce": _object(
                        "By Salesforce's objects. What ties records together (who responded, who was converted) is "
                        "fixed.",
                        {entity: _fed(entity) for entity in MAPPING},
                        default={},
                    )
                },
                default={},
            ),
            "responses": _object("What responses count as.", RESPONSES, default={}),
            "attribution": ATTRIBUTION,
            "books": BOOKS,
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
