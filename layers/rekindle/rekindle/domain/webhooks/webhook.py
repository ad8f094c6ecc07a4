"""A webhook of the settings: who sends, how the sender proves it, and which facts its bodies hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class Scheme(StrEnum):
    HUBSPOT_V3 = "hubspot_v3"
    STANDARD_WEBHOOKS = "standard_webhooks"
    HMAC = "hmac"
    TOKEN_HEADER = "token_header"  # noqa: S105
    KEY_IN_BODY = "key_in_body"


class Answer(StrEnum):
    """What a GET that verifies the address is answered with."""

    ECHO = "echo"
    """The parameter itself, where another parameter is the secret."""
    HMAC = "hmac"
    """The parameter with its HMAC-SHA256 by the secret."""


@dataclass(frozen=True, slots=True)
class Challenge:
    parameter: str
    """The query parameter that the sender wants to be answered."""
    answer: Answer
    token_parameter: str = ""
    """The query parameter that is to be the secret; of `ECHO` alone."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a fact is made of one item of a body: expressions of JMESPath."""

    event: str
    """The detail-type of the fact."""
    detail: Mapping[str, str]
    """Field of the fact -> expression."""
    when: str | None = None
    """Whether the item holds this fact; None: each does."""
    time: str | None = None
    """When it happened; None: when it arrived."""
    person_by_email: str | None = None
    """The address of the person, where the sender knows no identifier."""


@dataclass(frozen=True, slots=True)
class Webhook:
    source: str
    scheme: Scheme
    secret: str
    """The ARN of the secret."""
    address: str = ""
    """The public address, as it was given to the sender."""
    header: str = ""
    """Where the signature or the token stands."""
    digest: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    """What stands before the signature or the token."""
    timestamp_field: str = ""
    """Of a header of `name=value` pairs, the name of the timestamp in seconds, which is signed before the body."""
    signature_field: str = ""
    """And that of the signature."""
    key: str = ""
    """The field of the body that holds the secret."""
    challenge: Challenge | None = None
    mapping: str | None = None
    """The name of a mapping that is ready made."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Of that mapping: property of the sender -> field of a person, instead of its own."""
    items: str = "@"
    """The items of a body: a list holds several."""
    ignore: str | None = None
    """Whether an item to which no rule applies is none of our business."""
    facts: tuple[Rule, ...] = ()
    decision_in_answer: bool = False


def webhooks_of(document: Mapping[str, Any]) -> Mapping[str, Webhook]:
    """The webhooks of a settings document of the right shape, by their sources."""
    return {source: webhook_of(source, section) for source, section in (document.get("webhooks") or {}).items()}


def webhook_of(source: str, section: Mapping[str, Any]) -> Webhook:
    plain = {name: value for name, value in section.items() if name in _PLAIN and value is not None}
    challenge = section.get("challenge")
    return Webhook(
        source=source,
        scheme=Scheme(section["scheme"]),
        challenge=Challenge(**{**challenge, "answer": Answer(challenge["answer"])}) if challenge else None,
        facts=tuple(Rule(**rule) for rule in section.get("facts") or ()),
        **plain,
    )


_PLAIN = {f.name for f in fields(Webhook)} - {"source", "scheme", "challenge", "facts"}
