"""The section `webhooks` of the settings: its schema, and what a schema cannot say of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rekindle.adapters.wire.events import DETAIL_TYPES
from rekindle.adapters.wire.settings.terms import Fault, Rule, entries, flag, list_of, map_of, object_of, optional, text
from rekindle.domain.webhooks.webhook import Answer, Scheme

_ARN = "^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+/webhooks/[A-Za-z0-9/_+=.@-]+$"
"""The name of the secret begins with that of the stack and `/webhooks/`: no other secret can be read."""
ADDRESS = "^https?://[^\\s#]+$"
_HEADER = "^[A-Za-z0-9-]+$"
_SOURCE = "^[a-z0-9_-]{1,64}$"
_READY_MADE = ("google_ads", "hubspot", "marketo")


def _expression(description: str, **more: Any) -> Rule:
    return text(f"{description} An expression of JMESPath.", maxLength=1000, **more)


_RULE = object_of(
    "How a fact is made of an item.",
    {
        "event": {"type": "string", "description": "The detail-type of the fact.", "enum": list(DETAIL_TYPES)},
        "when": optional(_expression("Whether the item holds this fact; null: each does.")),
        "time": optional(
            _expression(
                "When it happened: a text as 2026-03-01T09:30:00Z, or a number of seconds or milliseconds since 1970; "
                "null: when it arrived."
            )
        ),
        "person_by_email": optional(
            _expression(
                "The e-mail address of the person, where the sender knows no identifier: whoever has it, else a person "
                "who is known by it from then on."
            )
        ),
        "detail": map_of(
            "Field of the fact, or `fields.` and a name -> where the value stands. What is null is left out.",
            _expression("Where the value stands in the item."),
        ),
    },
    required=["event", "detail"],
)

WEBHOOKS: Rule = {
    **map_of(
        "What tools send to `POST /webhooks/{source}`, by the source.",
        object_of(
            "A webhook.",
            {
                "scheme": {
                    "type": "string",
                    "description": "How the sender proves that a request is its own.",
                    "enum": [scheme.value for scheme in Scheme],
                },
                "secret": text(
                    "The ARN of the secret in Secrets Manager, whose name begins with that of the stack and "
                    "/webhooks/.",
                    maxLength=2048,
                    pattern=_ARN,
                    examples=["arn:aws:secretsmanager:eu-central-1:111122223333:secret:rekindle/webhooks/crm-AbCdEf"],
                ),
                "address": optional(
                    text(
                        "The public address, as it was given to the sender. Of `hubspot_v3`, which signs it.",
                        maxLength=2048,
                        pattern=ADDRESS,
                        examples=["https://events.example.com/prod/webhooks/crm"],
                    )
                ),
                "header": optional(
                    text(
                        "The header with the signature or the token. Of `hmac` and `token_header`.",
                        pattern=_HEADER,
                        examples=["X-Signature"],
                    )
                ),
                "digest": {
                    "type": "string",
                    "description": "Of `hmac`.",
                    "enum": ["sha1", "sha256", "sha512"],
                    "default": "sha256",
                },
                "encoding": {
                    "type": "string",
                    "description": "Of `hmac`.",
                    "enum": ["hex", "base64"],
                    "default": "hex",
                },
                "prefix": {
                    "type": "string",
                    "description": "What stands before the signature or the token, as `sha256=` or `Bearer `.",
                    "maxLength": 64,
                    "default": "",
                },
                "timestamp_field": optional(
                    text(
                        "Of a header of pairs, as `t=1767225600,v1=5257a8`: the name of the timestamp. What is signed "
                        "is the timestamp, a dot and the body."
                    )
                ),
                "signature_field": optional(text("Of such a header the name of the signature.")),
                "key": optional(text("The field of the body with the secret. Of `key_in_body`.")),
                "challenge": optional(
                    object_of(
                        "How a GET is answered with which the sender verifies the address.",
                        {
                            "parameter": text("The query parameter that is answered."),
                            "answer": {
                                "type": "string",
                                "description": "The parameter itself, or an object with its HMAC-SHA256.",
                                "enum": [answer.value for answer in Answer],
                            },
                            "token_parameter": text("The query parameter that is to be the secret. Of `echo`."),
                        },
                        required=["parameter", "answer"],
                    )
                ),
                "mapping": optional(
                    {"type": "string", "description": "A mapping that is ready made.", "enum": [*_READY_MADE, None]}
                ),
                "properties": map_of(
                    "Of the mapping `hubspot`: property of a contact -> field of a person, as `score` or "
                    "`fields.region`. They come before those of the mapping.",
                    text("The field."),
                ),
                "items": _expression("The items of a body: a list holds several.", default="@"),
                "ignore": optional(
                    _expression("Whether an item to which no rule applies is none of our business; else it fails.")
                ),
                "facts": list_of("Which facts an item holds: each rule that applies makes one.", _RULE),
                "decision_in_answer": flag(
                    "Whether the answer names the decisions on the responses that were sent.", default=False
                ),
            },
            required=["scheme", "secret"],
        ),
    ),
    "propertyNames": {"pattern": _SOURCE, "minLength": 1, "maxLength": 64},
    "default": {},
}

_NEEDED: Mapping[str, tuple[str, ...]] = {
    Scheme.HUBSPOT_V3: ("address",),
    Scheme.HMAC: ("header",),
    Scheme.TOKEN_HEADER: ("header",),
    Scheme.KEY_IN_BODY: ("key",),
}
_EXPRESSIONS = ("when", "time", "person_by_email")


def bad_webhooks(document: Mapping[str, Any]) -> Iterator[Fault]:
    """What a scheme needs and is not there, and texts that are no expressions."""
    for source, webhook in entries(document.get("webhooks")).items():
        at, section = ("webhooks", source), entries(webhook)
        for name in _NEEDED.get(str(section.get("scheme")), ()):
            if section.get(name) is None:
                yield (*at, name), f"is needed by the scheme {section['scheme']!r}"
        if section.get("timestamp_field") and not section.get("signature_field"):
            yield (*at, "signature_field"), "is needed where there is 'timestamp_field'"
        if entries(section.get("challenge")).get("answer") == Answer.ECHO and not section["challenge"].get(
            "token_parameter"
        ):
            yield (*at, "challenge", "token_parameter"), "is needed by the answer 'echo'"
        if section.get("mapping") is None and not section.get("facts"):
            yield (*at, "facts"), "is needed where there is no mapping"
        if section.get("properties") and section.get("mapping") != "hubspot":
            yield (*at, "properties"), "belongs to the mapping 'hubspot'"
        yield from _bad_expressions(at, section)


def _bad_expressions(at: tuple[str, str], webhook: Mapping[str, Any]) -> Iterator[Fault]:
    # Only a document that is sent in pays for the language.
    from rekindle.adapters.sources.webhooks.expressions import fault_of

    def faults() -> Iterator[tuple[tuple[str | int, ...], Any]]:
        yield (*at, "items"), webhook.get("items")
        yield (*at, "ignore"), webhook.get("ignore")
        facts = webhook.get("facts")
        for place, rule in enumerate(facts if isinstance(facts, list) else ()):
            for name in _EXPRESSIONS:
                yield (*at, "facts", place, name), entries(rule).get(name)
            for name, expression in entries(entries(rule).get("detail")).items():
                yield (*at, "facts", place, "detail", name), expression

    for path, expression in faults():
        fault = fault_of(expression) if isinstance(expression, str) and expression else None
        if fault is not None:
            yield path, fault
