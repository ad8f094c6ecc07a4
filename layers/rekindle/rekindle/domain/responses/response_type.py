"""What the type of a response says beyond its campaign: that a message did not arrive, or is not wanted any more."""

from enum import StrEnum

SOFT_BOUNCES = 3
"""Messages that did not arrive for a while, after which no more are sent."""


class Meaning(StrEnum):
    DELIVERY = "delivery"
    """What became of a message; nothing that the person did."""
    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCE = "soft_bounce"
    OPT_OUT = "opt_out"
    """Of all messages; to leave one list says nothing of the others."""


_WORDS = {
    **dict.fromkeys(("pending", "sent", "delivered", "received", "opened", "unknownbounce"), Meaning.DELIVERY),
    **dict.fromkeys(("hardbounce", "hardbounced"), Meaning.HARD_BOUNCE),
    **dict.fromkeys(("softbounce", "softbounced"), Meaning.SOFT_BOUNCE),
    **dict.fromkeys(("optout", "optedout", "globaloptout", "unsubscribe", "unsubscribed"), Meaning.OPT_OUT),
}


def meaning_of(text: object) -> Meaning | None:
    """In any case, with or without spaces and hyphens; None for all other types."""
    return _WORDS.get("".join(filter(str.isalnum, text.casefold()))) if isinstance(text, str) else None
