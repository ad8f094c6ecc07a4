"""The section `lifecycle` of the settings: its schema."""

from typing import Any

from rekindle.adapters.wire.rules import LONGEST_IDENTIFIER
from rekindle.adapters.wire.settings.terms import (
    MOST,
    MOST_DAYS,
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
from rekindle.domain.lifecycle.policies import (
    BUSINESS_DAYS,
    LEAVE_ON,
    SUPPRESS,
    WEEK,
)

HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
DATE = r"^\d{4}-\d{2}-\d{2}$"
_MOST_TIMES = 100


def _name(description: str) -> Rule:
    return text(description)


def _day(description: str) -> Rule:
    return text(description, pattern=DATE, examples=["2026-12-25"])


def _share(description: str, **more: Any) -> Rule:
    return {"type": "number", "description": description, "minimum": 0.01, "maximum": _MOST_TIMES, **more}


def _target(description: str) -> Rule:
    """A duration, or a number of business days: one rule for both, so that a fault is reported at its own place."""
    written = duration_of(
        f"{description} Hours of business, such as PT8H, or a number of business days. Nothing: not promised."
    )
    return {
        **written,
        "type": ["string", "object"],
        "properties": {
            BUSINESS_DAYS: {
                "type": "number",
                "description": "Days on which the calendar is open at all.",
                "minimum": 0,
                "maximum": MOST_DAYS,
            }
        },
        "required": [BUSINESS_DAYS],
        "additionalProperties": False,
    }


_CALENDAR = object_of(
    "When those are at work who owe something.",
    {
        "time_zone": text("A name of the IANA database.", examples=["Europe/Oslo", "UTC"], pattern=r"^\S+$"),
        "hours": object_of(
            "Of each day of the week the hours, by the clock of the zone. They may end at 24:00, or on the next day.",
            {
                day: list_of(
                    "Several are possible.",
                    text("From and to.", pattern=HOURS, examples=["09:00-12:30", "22:00-06:00"]),
                    default=[],
                )
                for day in WEEK
            },
        ),
        "holidays": list_of(
            "Days on which nobody works, nor in a night that would begin on one.",
            object_of(
                "One of them.",
                {"date": _day("Its date."), "name": {**_name("What it is called."), "default": ""}},
                required=["date"],
            ),
            default=[],
        ),
    },
    required=["time_zone", "hours"],
)

_POLICY = object_of(
    "What is owed to a lead that is handed over, and what happens if it is not done.",
    {
        "name": _name("Its name, once in the list."),
        "where": {
            "type": "object",
            "description": "What the person's fields must be: a value, one of several, or a number within bounds "
            "(`at_least`, `at_most`). `score` is a field, too.",
            "default": {},
        },
        "calendar": _name("The calendar by which time counts."),
        "accept": _target("How long until sales accepts the lead."),
        "touch": _target("How long until the first touch."),
        "move": _target("How long until the lead reaches a later stage."),
        "pause_in": list_of("Statuses in which its clocks stand still.", _name("A person's status."), default=[]),
        "warn_at": list_of(
            "The shares of a target at which the owner is warned.", _share("Such as 0.5, the half."), default=[]
        ),
        "escalate": list_of(
            "Who is notified, and when.",
            object_of(
                "One of them.",
                {"at": _share("At which multiple of a target."), "notify": _name("A user's or a queue's id.")},
                required=["at", "notify"],
            ),
            default=[],
        ),
        "breach": object_of(
            "When a promise is broken, and what follows.",
            {
                "at": _share("At which multiple of a target.", default=1),
                "reassign_to": optional(_name("Who gets the lead then, once. A user's or a queue's id.")),
                "then": optional(
                    {
                        "type": "string",
                        "description": "What happens where it was reassigned already, or to nobody; null for nothing.",
                        "enum": ["recycle", None],
                    }
                ),
                "reason": optional(_name("The reason with which it is recycled.")),
            },
            default={},
        ),
    },
    required=["name", "calendar"],
)

_REASON = object_of(
    "What a reason means.",
    {
        "track": optional(_name("The track that the person enters: a name in the records and events.")),
        "nurture_timeout_days": optional(days("How long no response becomes active by itself.")),
        "score": {
            "type": "string",
            "description": "Whether the score stays, or begins at zero.",
            "enum": ["keep", "reset"],
            "default": "keep",
        },
        "passive": flag("Whether only rules give it, and no person.", False),
        "note": {
            "type": "string",
            "description": "Whether whoever gives it has to write a note.",
            "enum": ["optional", "required"],
            "default": "optional",
        },
    },
)


def _where(description: str) -> Rule:
    bounds = "a value, one of several, or a number within bounds (`at_least`, `at_most`)"
    return {"type": "object", "description": f"{description}: {bounds}.", "default": {}}


_TOUCHES = {
    "type": "array",
    "description": "What is due. A touch that passed before the entry is left out.",
    "items": object_of(
        "One touch: `after` the entry, or on a `date`.",
        {
            "name": _name("What is due: a name that the marketing tool knows."),
            "after": duration_of("How long after the entry."),
            "date": _day("On which day, as it begins in the time zone of the settings."),
        },
        required=["name"],
    ),
    "maxItems": MOST,
    "default": [],
}

_TRACK = object_of(
    "What somebody gets who is not ready yet.",
    {
        "campaign_id": optional(text("The campaign that those on it become members of.", maxLength=LONGEST_IDENTIFIER)),
        "touches": _TOUCHES,
        "leave_on": list_of(
            "What takes somebody off it. A won opportunity always does.",
            {"type": "string", "enum": list(LEAVE_ON)},
            default=list(LEAVE_ON),
        ),
    },
)

_CUSTOMERS = optional(
    object_of(
        "What those get who bought; null for nothing.",
        {
            "per": {
                "type": "string",
                "description": "Whether the programme is started once for each product, or once.",
                "enum": ["product", "customer"],
                "default": "product",
            },
            "campaign_id": optional(text("The programme's campaign.", maxLength=LONGEST_IDENTIFIER)),
            "touches": _TOUCHES,
            "suppress": list_of(
                "What keeps a touch back.", {"type": "string", "enum": list(SUPPRESS)}, default=list(SUPPRESS)
            ),
            "churn": object_of(
                "What says that a customer is one no more. Nothing: only a lost renewal says it.",
                {
                    "person": _where("What the person's fields are then"),
                    "account": _where("What the account's fields are then"),
                    "lost_renewal": _where(
                        "What `stage`, `product`, `amount` or `currency` of a lost opportunity for a product that was "
                        "bought is, if it was a renewal. Nothing: each is one"
                    ),
                },
                default={},
            ),
        },
    )
)

LIFECYCLE: Rule = object_of(
    "What follows an active response: the handoff to sales, the way back, nurture, customers. Without it nobody has a "
    "lifecycle.",
    {
        "calendars": {**map_of("Name -> calendar.", _CALENDAR), "default": {}},
        "handoff": object_of(
            "What sales owes.",
            {
                "policies": {
                    "type": "array",
                    "description": "The first that matches wins; where none does, nothing is owed.",
                    "items": _POLICY,
                    "maxItems": MOST,
                    "default": [],
                }
            },
            default={},
        ),
        "recycle": object_of(
            "How leads go back to marketing.",
            {
                "reasons": {**map_of("Name -> what it means.", _REASON), "default": {}},
                "cap": {
                    "type": ["integer", "null"],
                    "description": "How often in `cap_days` a recycled lead enters a track; null for any number.",
                    "minimum": 1,
                    "maximum": 1000,
                    "default": None,
                },
                "cap_days": {**days("The days that `cap` counts in.", default=365), "minimum": 1},
                "cool_down_days": days(
                    "For how many days at least nobody who was recycled becomes active by a score or a response, also "
                    "where a reason sets no nurture timeout.",
                    default=0,
                ),
            },
            default={},
        ),
        "tracks": {**map_of("Name -> track.", _TRACK), "default": {}},
        "tracks_at_once": {
            "type": "integer",
            "description": "On how many tracks somebody may be. Whoever enters one more leaves the oldest.",
            "minimum": 1,
            "maximum": MOST,
            "default": 1,
        },
        "customers": _CUSTOMERS,
        "dormant_after_days": {
            **optional(
                days(
                    "After how many days without a sign of life an active person is recycled; null: never. Whoever "
                    "has an open opportunity is not."
                )
            ),
            "minimum": 1,
        },
    },
    default={},
)
