"""The sections of the settings that the scenarios have."""

from rekindle.adapters.wire.rules import LONGEST_IDENTIFIER
from rekindle.adapters.wire.settings.terms import Rule, days, flag, list_of, map_of, object_of, optional, text
from rekindle.domain.responses.response import ResponseClass
from rekindle.domain.settings.settings import STRICT_ORDER


def _campaign(description: str) -> Rule:
    return text(description, maxLength=LONGEST_IDENTIFIER)


_DEFAULT_CAMPAIGN = optional(
    object_of(
        "Which campaign gets a response inserted where the search found none; null for no such campaign. A response "
        "prompt does not look at it: it falls back to the prompted campaign itself.",
        {
            "single": optional(_campaign("The campaign for everybody whom nothing else here matches.")),
            "by": optional(
                text(
                    "The user's field that `map` is looked up by.",
                    pattern="^(role|profile|field:.+)$",
                    examples=["role", "profile", "field:region"],
                )
            ),
            "map": map_of("The field's value -> the campaign.", _campaign("An active campaign's id.")),
            "otherwise": optional(_campaign("The campaign where the map has no row.")),
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
OPPORTUNITY = object_of(
    "An opportunity was opened, and nobody whose it can be had an active response.",
    {
        "default_campaign": optional(
            object_of(
                "Which campaign gets a response inserted for the first of its people; null for no such campaign: then "
                "nothing is decided.",
                {"single": _campaign("An active campaign's id.")},
                required=["single"],
            )
        )
    },
    default={},
)
_CLASSES = [c.value for c in ResponseClass]
_COMMON = {
    "enabled": flag("Whether the scenario runs at all.", True),
    "lookback_days": days("How old a response may be to take the credit.", default=30),
    "priority": list_of(
        "The classes of responses in the order they are searched. One that is not here is not searched; non_response "
        "is searched with include_non_responses alone, and last where it is not here.",
        {"type": "string", "enum": _CLASSES},
        minItems=1,
        default=[c.value for c in STRICT_ORDER],
    ),
    "include_non_responses": flag(
        "Whether a campaign member who never responded is a candidate, after all the others.", False
    ),
    "require_prior_mql": flag("Whether only a response that was active before is a candidate.", False),
    "campaign_types": object_of(
        "Which types of campaigns are searched.",
        {
            "only": list_of("These alone; none for all.", text("A campaign's type."), default=[]),
            "except": list_of("All but these.", text("A campaign's type."), default=[]),
        },
        default={"only": [], "except": []},
    ),
    "cool_down_days": days(
        "How long after an activation `score` leaves the person alone; the other scenarios are asked for.",
        default=0,
    ),
    "default_campaign": _DEFAULT_CAMPAIGN,
    "announce_skipped": flag("Whether `Reactivation Skipped` is published where nothing was done.", False),
}
"""The keys of every scenario, though `score` alone cools down, and a prompt falls back to the prompted campaign."""


def scenario(description: str, **more: Rule) -> Rule:
    return object_of(description, {**_COMMON, **more}, default={})
