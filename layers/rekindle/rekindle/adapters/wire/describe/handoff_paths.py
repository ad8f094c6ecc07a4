"""The routes of sales' side of the handoff, as OpenAPI describes them."""

from rekindle.adapters.wire.describe.operations import OF_PERSON, body, collection, operation
from rekindle.adapters.wire.describe.schemas import Json
from rekindle.adapters.wire.handoffs import REJECTED_FOR
from rekindle.adapters.wire.rules import LONGEST_IDENTIFIER, LONGEST_NOTE
from rekindle.domain.people.lifecycle import State

_USER = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_IDENTIFIER,
    "description": "Who says so: an active user.",
}
_NOTE = {"type": ["string", "null"], "minLength": 1, "maxLength": LONGEST_NOTE}
_WANTED = [
    {
        "name": "state",
        "in": "query",
        "description": "Only those in a state.",
        "schema": {"enum": [state.value for state in State]},
    },
    {
        "name": "owner",
        "in": "query",
        "description": "Only those of an owner.",
        "schema": {"type": "string", "minLength": 1},
    },
    {
        "name": "due_before",
        "in": "query",
        "description": "Only those with a deadline before a time.",
        "schema": {"type": "string", "format": "date-time"},
    },
]


def _request(properties: Json, required: list[str], example: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "examples": [example],
    }


HANDOFF_BODIES: Json = {
    "Acceptance": _request({"user_id": _USER}, ["user_id"], {"user_id": "user-7"}),
    "Rejection": _request(
        {"user_id": _USER, "reason": {"enum": list(REJECTED_FOR)}, "note": _NOTE},
        ["user_id", "reason"],
        {"user_id": "user-7", "reason": "routing", "note": "another region"},
    ),
    "RecycleRequest": _request(
        {
            "user_id": _USER,
            "reason": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST_IDENTIFIER,
                "description": "A reason of the settings that a user may give.",
            },
            "note": _NOTE,
            "until": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When marketing may qualify the person again; else as the reason says.",
            },
        },
        ["user_id", "reason"],
        {"user_id": "user-7", "reason": "no_budget", "until": "2026-09-01T00:00:00Z"},
    ),
}


def handoff_paths() -> Json:
    return {
        "/handoffs": {
            "get": collection(
                "get_handoffs",
                "What sales owes, by what is due next; a page may be shorter than the limit and not the last",
                "HandoffState",
                None,
                tag="Lifecycle",
                more=_WANTED,
            ),
        },
        "/people/{person_id}/clocks": {
            "get": operation(
                "get_clocks",
                "Lifecycle",
                "The clocks of the newest handoff, each with the explanation of its deadline",
                "Clocks",
                [OF_PERSON],
                ["NotFound", "Invalid"],
            ),
        },
        **{
            f"/people/{{person_id}}/{said}": {
                "post": operation(
                    f"post_{said}",
                    "Lifecycle",
                    summary,
                    "HandoffState",
                    [OF_PERSON],
                    ["Malformed", "NotFound", "Invalid", "Conflict"],
                    body(schema),
                )
            }
            for said, schema, summary in (
                ("acceptance", "Acceptance", "Sales takes the lead on; a user who accepts a queue's lead gets it"),
                ("rejection", "Rejection", "Before any contact: the lead waits for another owner, or goes back"),
                ("recycle", "RecycleRequest", "The lead goes back to marketing, with a reason"),
            )
        },
    }
