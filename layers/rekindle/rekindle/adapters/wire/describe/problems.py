"""What the API answers where it refuses."""

from rekindle.adapters.wire.describe.schemas import Json, ref

PROBLEMS: dict[str, tuple[str, str, list[str]]] = {
    "Malformed": ("400", "The body cannot be read.", ["MALFORMED"]),
    "NotFound": ("404", "There is no such record.", ["NOT_FOUND"]),
    "Conflict": (
        "409",
        "The record was changed at the same moment again and again: try again. Or nobody is waited for any more, or "
        "the failure was handled.",
        ["CONFLICT", "NOT_PENDING", "NOT_OPEN"],
    ),
    "TooLarge": ("413", "The request or its answer is larger than one call can carry.", ["CALL_TOO_LARGE"]),
    "PreconditionFailed": ("412", "Another version is current.", ["PRECONDITION_FAILED"]),
    "Invalid": (
        "422",
        "A field is unknown, of a wrong type or out of range; the change is dated in the future; it names a campaign "
        "or a response that nobody knows; the settings have faults; the key came with another request; or the record "
        "is full.",
        [
            "INVALID_FIELD",
            "IN_FUTURE",
            "INVALID_SETTINGS",
            "UNKNOWN_CAMPAIGN",
            "UNKNOWN_RESPONSE",
            "IDEMPOTENCY_KEY_REUSED",
            "TOO_LARGE",
        ],
    ),
    "Failed": ("500", "Something went wrong here.", ["INTERNAL"]),
    "Unavailable": ("503", "The store did not answer. Try again later.", ["UNAVAILABLE"]),
}
ALWAYS = ["Failed", "Unavailable"]


_FORBIDDEN = {
    "description": "The request is not signed, or its signer is not allowed to. API Gateway answers, in its own form.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {"message": {"type": "string"}},
                "examples": [{"message": "Missing Authentication Token"}],
            }
        }
    },
}


def problems() -> Json:
    problems = {
        name: {
            "description": description,
            "content": {
                "application/problem+json": {
                    "schema": {**ref("Problem"), "properties": {"code": {"enum": codes}}},
                    "examples": {
                        code: {"value": {"type": "about:blank", "status": int(status), "code": code}} for code in codes
                    },
                }
            },
        }
        for name, (status, description, codes) in PROBLEMS.items()
    }
    return {"Forbidden": _FORBIDDEN, **problems}
