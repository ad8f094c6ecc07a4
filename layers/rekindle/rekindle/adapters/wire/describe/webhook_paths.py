"""The routes of webhooks, as OpenAPI describes them."""

from rekindle.adapters.wire.describe.operations import in_path, operation, unsigned
from rekindle.adapters.wire.describe.schemas import Json

_SOURCE = in_path("source", "A key of the settings' `webhooks`.", {"type": "string", "minLength": 1, "maxLength": 64})
_FORM = "application/x-www-form-urlencoded"


def webhook_paths() -> Json:
    return {
        "/webhooks/{source}": {
            "post": _accepted(
                unsigned(
                    operation(
                        "receive_webhook",
                        "Webhooks",
                        "What a tool sends: proved by its own signature or token, and stored before this is answered",
                        "WebhookReceived",
                        [_SOURCE],
                        ["NotFound", "Unproven", "TooLarge"],
                        _anything(_FORM),
                    )
                )
            ),
            "get": unsigned(
                operation(
                    "verify_webhook",
                    "Webhooks",
                    "The answer to a tool that verifies the address; its parameters are those of the settings",
                    None,
                    [_SOURCE],
                    ["NotFound", "Unproven"],
                    media="text/plain",
                    example="1158201444",
                )
            ),
        },
        "/webhooks/{source}/previews": {
            "post": operation(
                "preview_webhook",
                "Webhooks",
                "What the mapping of a webhook makes of a body; nothing is stored",
                "WebhookPreview",
                [_SOURCE],
                ["Malformed", "NotFound"],
                _anything(_FORM),
            ),
        },
    }


def _anything(form: str) -> Json:
    """A body in the words of the tool."""
    example = [{"subscriptionType": "contact.creation", "objectId": 1246978, "occurredAt": 1772366400000}]
    return {
        "required": True,
        "content": {
            "application/json": {"schema": {}, "example": example},
            form: {"schema": {"type": "object"}, "example": {"email": "ada@example.com"}},
        },
    }


def _accepted(operation: Json) -> Json:
    answers = operation["responses"]
    return {**operation, "responses": {"202": answers["200"], **{s: a for s, a in answers.items() if s != "200"}}}
