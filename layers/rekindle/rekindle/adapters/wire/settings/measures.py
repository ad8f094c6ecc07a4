"""The sections of the settings that measures read: what counts as what, the models of attribution, and the books."""

from collections.abc import Iterator, Mapping
from typing import Any

from rekindle.adapters.wire.settings.terms import Fault, Rule, days, entries, list_of, map_of, object_of, optional, text
from rekindle.domain.measures.metrics import HARD_BOUNCES, POSITIVE
from rekindle.domain.measures.points import ACTIVE_RESPONSE, DEFAULT_RECENCY_POINTS, PRESETS

_MOST_POINTS = 1_000_000


def _points(description: str, **more: Any) -> Rule:
    return {
        "type": "number",
        "description": description,
        "minimum": -_MOST_POINTS,
        "maximum": _MOST_POINTS,
        **more,
    }


_MODEL = object_of(
    "Criteria and their points, which add up. The points of a deal's responses become shares of its amount; a response "
    "with fewer than no points has no share.",
    {
        "preset": {
            "type": "string",
            "description": "A model to begin with. The other keys take the place of its points.",
            "enum": list(PRESETS),
        },
        "first": _points("To the first response."),
        "last": _points("To the last response before the deal was won."),
        "tipping_point": _points("To the active response: that of the engagement which the deal belongs to."),
        "at_opportunity": _points("To the last response when the opportunity was opened."),
        "others": _points("In equal parts to the responses that no criterion above has points for."),
        "each": _points("To every response."),
        "campaign_types": map_of("To each response to a campaign of a type.", _points("Points.")),
        "channels": map_of("To each response by a channel.", _points("Points.")),
        "recency": object_of(
            "To every response, fewer the longer before the end of the deal it was.",
            {
                "half_life_days": {
                    "type": "number",
                    "description": "Days after which the points are half as many.",
                    "minimum": 0.01,
                    "maximum": 3650,
                },
                "points": _points("Of a response at the end of the deal.", default=DEFAULT_RECENCY_POINTS),
            },
            required=["half_life_days"],
        ),
    },
)

ATTRIBUTION = object_of(
    "How the amounts of won deals are shared among the responses before.",
    {
        "models": {
            **map_of(f"Name -> model. The model {ACTIVE_RESPONSE} is there in any case.", _MODEL),
            "default": {},
        }
    },
    default={"models": {}},
)

BOOKS = object_of(
    "The closing of months.",
    {
        "close_on_day": optional(
            {
                "type": "integer",
                "description": "Day of the month that closes the month before; null: by hand.",
                "minimum": 1,
                "maximum": 28,
            }
        )
    },
    default={"close_on_day": None},
)

RESPONSES: Mapping[str, Rule] = {
    "positive": list_of(
        "Types of responses that count as positive; of a response without a type, its member status counts.",
        text("A type of response."),
        default=list(POSITIVE),
    ),
    "hard_bounces": list_of(
        "Member statuses, or types, of members that could not be reached.",
        text("A member status."),
        default=list(HARD_BOUNCES),
    ),
    "links": object_of(
        "Tracked links.",
        {
            "allowed_destinations": list_of(
                "Where links may lead: an address, and all that is below it, as https://www.example.com/events.",
                text(
                    "An address.",
                    pattern=r"^https?://[^\s\\@?#]+$",
                    maxLength=500,
                    examples=["https://www.example.com/"],
                ),
                default=[],
            )
        },
        default={"allowed_destinations": []},
    ),
    "dark_after_days": days(
        "A member who has not responded so many days later went dark.",
        default=14,
    ),
    "refinement_campaign": optional(
        text("The campaign of which those who went dark become targets again; null: they are only marked.")
    ),
}


def faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Models without any points, and one that takes the name of the model that is always there."""
    for name, model in entries(entries(document.get("attribution")).get("models")).items():
        at = ("attribution", "models", name)
        if name == ACTIVE_RESPONSE:
            yield at, "is the name of a model that is there in any case"
        elif model == {}:
            yield at, "needs a preset or a criterion with points"
