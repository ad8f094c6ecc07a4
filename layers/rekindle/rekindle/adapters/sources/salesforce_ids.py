"""Salesforce's identifiers: 15 characters whose case matters, or 3 more that spell the case out."""

from collections.abc import Mapping

SHORT = 15
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

PERSON = ("00Q", "003")
CAMPAIGN = ("701",)
RESPONSE = ("00v",)
USER = ("005",)
OWNER = ("005", "00G")
ACCOUNT = ("001",)
QUEUE = ("00G",)
TASK = ("00T", "00U")
OPPORTUNITY = ("006",)
ROLE = ("00E",)
PROFILE = ("00e",)
RECORD_TYPE = ("012",)

_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "person": PERSON,
    "campaign": CAMPAIGN,
    "response": RESPONSE,
    "user": USER,
    "queue": QUEUE,
    "account": ACCOUNT,
    "task": TASK,
    "opportunity": OPPORTUNITY,
    "case": ("500",),
    "role": ROLE,
    "profile": PROFILE,
    "record_type": RECORD_TYPE,
}


def prefixes_of(*kinds: str) -> tuple[str, ...]:
    """How identifiers of any of these kinds begin; nothing for a kind that Salesforce does not have."""
    return tuple(prefix for kind in kinds for prefix in _PREFIXES.get(kind, ()))


def widened(identifier: str) -> str:
    """The 18-character form of a Salesforce identifier; any other text as it is."""
    if len(identifier) != SHORT or not (identifier.isascii() and identifier.isalnum()):
        return identifier
    return identifier + "".join(
        _CHECK[sum(1 << place for place in range(5) if identifier[start + place].isupper())]
        for start in range(0, SHORT, 5)
    )


def widened_if(prefixes: tuple[str, ...], identifier: str) -> str:
    """The same where it begins as Salesforce's do for such a record: another CRM's own stay as they are."""
    return widened(identifier) if len(identifier) == SHORT and identifier.startswith(prefixes) else identifier
