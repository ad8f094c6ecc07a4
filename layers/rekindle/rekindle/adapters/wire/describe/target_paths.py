"""The routes of target lists, as OpenAPI describes them."""

from rekindle.adapters.wire.describe.operations import OF_PERSON, body, in_path, operation
from rekindle.adapters.wire.describe.schemas import Json
from rekindle.adapters.wire.rules import LONGEST_IDENTIFIER, MOST_DAYS
from rekindle.domain.measures.targets import FIELDS, Population

_LIST = in_path("list_id", "")
_EXAMPLE = {
    "list_id": "lost-webinars",
    "population": "lost_deal",
    "days": 90,
    "where": {"response": {"campaign_type": ["Webinar", "Event"]}, "opportunity": {"amount": {"at_least": 10000}}},
}
TARGET_BODIES: Json = {
    "TargetListRequest": {
        "type": "object",
        "properties": {
            "list_id": {"type": "string", "minLength": 1, "maxLength": LONGEST_IDENTIFIER},
            "name": {"type": ["string", "null"], "maxLength": 255},
            "population": {"enum": list(Population), "default": Population.EVERYBODY.value},
            "days": {
                "type": ["integer", "null"],
                "minimum": 0,
                "maximum": MOST_DAYS,
                "description": "How long ago: 90 days of dormant people, 365 of customers, those of the settings of "
                "those who went dark.",
            },
            "campaign_id": {"type": ["string", "null"], "minLength": 1, "maxLength": LONGEST_IDENTIFIER},
            "where": {
                "type": "object",
                "properties": {kind: {"type": "object", "minProperties": 1} for kind in FIELDS},
                "additionalProperties": False,
                "description": "Kind of record, field, and a value, a list of values, or an object of `at_least` and "
                "`at_most`. One response, and one opportunity, has to have all that is asked of it. `profile` asks "
                "what the person responds to most.",
            },
        },
        "additionalProperties": False,
        "examples": [_EXAMPLE],
    }
}
_FACET = [{"value": "web", "responses": 2}]
TARGETS: dict[str, Json] = {
    "Profile": {
        "person_id": "00Q5e00000A1b2CEAR",
        "responses": 2,
        "time_zone": "UTC",
        "channels": _FACET,
        "themes": [{"value": "security", "responses": 2}],
        "response_types": [{"value": "Attended", "responses": 1}],
        "campaign_types": [{"value": "Webinar", "responses": 2}],
        "hours": [{"value": 9, "responses": 2}],
        "weekdays": [{"value": 2, "responses": 2}],
    },
    "TargetList": {
        **_EXAMPLE,
        "name": None,
        "campaign_id": None,
        "state": "drawn",
        "created_at": "2026-03-01T12:00:00Z",
        "drawn_at": "2026-03-01T12:00:05Z",
        "counts": {"targets": 2, "left_out": {"do_not_contact": 1}},
        "sample": ["00Q5e00000A1b2CEAR"],
        "targeted": [{"campaign_id": "spring-webinar", "at": "2026-03-01T12:10:00Z"}],
    },
}


def target_paths() -> Json:
    return {
        "/people/{person_id}/profile": {
            "get": operation(
                "get_profile",
                "People",
                "What a person responds to: channels, themes, types and hours of the newest thousand responses",
                "Profile",
                [OF_PERSON],
                ["NotFound", "Invalid"],
            )
        },
        "/target-lists": {
            "post": _accepted(
                operation(
                    "create_target_list",
                    "Campaigns",
                    "Draw a list of people by a query over what is stored; nobody is targeted yet",
                    "TargetList",
                    [],
                    ["Malformed", "Invalid"],
                    body("TargetListRequest"),
                )
            )
        },
        "/target-lists/{list_id}": {
            "get": operation(
                "get_target_list",
                "Campaigns",
                "A target list with its counts and a sample",
                "TargetList",
                [_LIST],
                ["NotFound", "Invalid"],
            )
        },
        "/target-lists/{list_id}/campaigns/{campaign_id}": {
            "post": _accepted(
                operation(
                    "target_campaign",
                    "Campaigns",
                    "Make the people of a list members of a campaign, as far as they may be contacted and are none yet",
                    "TargetList",
                    [_LIST, in_path("campaign_id", "")],
                    ["NotFound", "Invalid", "Conflict"],
                )
            )
        },
    }


def _accepted(operation: Json) -> Json:
    answers = operation["responses"]
    return {**operation, "responses": {"202": answers["200"], **{s: a for s, a in answers.items() if s != "200"}}}
