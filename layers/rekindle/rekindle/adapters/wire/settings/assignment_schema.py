"""The section assignment of the settings: rules, and a router of our own with its pools."""

from rekindle.adapters.wire.settings.terms import (
    LONGER_THAN_ZERO,
    MOST,
    duration_of,
    flag,
    list_of,
    map_of,
    object_of,
    optional,
    text,
)
from rekindle.domain.assignment.round_robin import LARGEST_CAPACITY
from rekindle.domain.assignment.router import WEEK
from rekindle.domain.assignment.routing_result import By

_ROUTING_STEP = object_of(
    "How an owner is found, and for whom.",
    {
        "to": {
            "type": "string",
            "description": "The owner of the matched account, a role on its team, or a pool.",
            "enum": [by.value for by in By],
        },
        "where": {"type": "object", "description": "What the person's fields must be.", "default": {}},
        "role": text("The role on the account's team, where `to` is account_team."),
        "pool": text("The pool's name, where `to` is pool."),
    },
    required=["to"],
)
_POOL_MEMBER = object_of(
    "A user who gets leads.",
    {
        "user": text("The user's id."),
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
_POOL = object_of(
    "Users who take turns.",
    {
        "members": {
            **list_of("Who takes turns, each by its capacity.", _POOL_MEMBER),
            "minItems": 1,
            # Who is there twice is reported at the member, with other capacities too.
            "uniqueItems": False,
        },
        "hours": optional(
            object_of(
                "When they work, each by the own clock; null for at any time.",
                {
                    "days": {
                        **list_of(
                            "Days of the week on which they begin.",
                            {"type": "string", "enum": list(WEEK)},
                            default=list(WEEK[:5]),
                        ),
                        "minItems": 1,
                    },
                    "from": text("When they begin.", pattern=TIME_OF_DAY, examples=["09:00"], default="09:00"),
                    "to": text(
                        "When they end: on the next day, where that is earlier than `from`.",
                        pattern=TIME_OF_DAY,
                        examples=["17:00"],
                        default="17:00",
                    ),
                },
            )
        ),
        "time_zone": text("Of members who have none of their own, and of the quotas' days.", default="UTC"),
        "holidays": list_of(
            "Days on which nobody works, nor in a night that would begin on one.",
            {"type": "string", "description": "A date.", "pattern": r"^\d{4}-\d{2}-\d{2}$", "examples": ["2026-12-25"]},
            default=[],
        ),
    },
    required=["members"],
)
ROUTER = object_of(
    "A router of our own, for those without an engine.",
    {
        "queues": list_of(
            "The temporary owners, each the `to` of a rule, whose leads are routed here.",
            text("A user's or a queue's id."),
            default=[],
        ),
        "steps": {
            "type": "array",
            "description": "The first that finds an owner decides.",
            "items": _ROUTING_STEP,
            "maxItems": MOST,
            "default": [],
        },
        "pools": {**map_of("Name -> pool.", _POOL), "default": {}},
        "convert": flag(
            "Whether the CRM is asked to convert a lead onto the account it was matched to.", default=False
        ),
    },
    default={},
)
ASSIGNMENT_RULE = object_of(
    "Whose leads wait for an owner, and what happens if none comes.",
    {
        "owners": list_of("The owners it is for; none for all.", text("A user's or a queue's id."), default=[]),
        "where": {"type": "object", "description": "What the person's fields must be.", "default": {}},
        "to": text("The queue or user that has the lead while it waits."),
        "deadline": duration_of("When the wait is given up.", pattern=LONGER_THAN_ZERO, default="PT1H"),
        "reminder": {
            **optional(duration_of("When somebody is reminded, before the deadline; null for never.")),
            "default": "PT15M",
        },
        "fallback": optional(text("Who gets the lead when the wait is given up: somebody other than `to`.")),
    },
    required=["to"],
)
