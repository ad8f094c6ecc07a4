"""What the API answers where it refuses."""

from http import HTTPStatus

from rekindle.adapters.wire.describe.schemas import Json, ref

PROBLEMS: dict[str, tuple[str, str, list[str]]] = {
    "Malformed": ("400", "The body cannot be read.", ["MALFORMED"]),
    "Unproven": (
        "401",
        "The signature or the token of the sender is not right, or its time is over. Nothing is stored.",
        ["SIGNATURE_INVALID", "TIMESTAMP_OUT_OF_RANGE"],
    ),
    "NotFound": ("404", "There is no such record.", ["NOT_FOUND"]),
    "Expired": ("410", "Its time is over.", ["EXPIRED"]),
    "Conflict": (
        "409",
        "The record was changed at the same moment again and again: try again. Or nobody is waited for any more, the "
        "failure was handled, the month is not to be closed yet, the list is being drawn, the import is in another "
        "state, the two people are one already, or something happened since that forbids to take their union back.",
        [
            *("CONFLICT", "NOT_PENDING", "NOT_OPEN", "NOT_CLOSABLE", "NOT_DRAWN", "WRONG_STATE"),
            *("ALREADY_UNITED", "NOT_UNITED", "DELETED_SINCE", "UNITED_AGAIN"),
            *("DECIDED_SINCE", "SCORED_SINCE", "CHANGED_SINCE", "TOO_MANY_RESPONSES"),
        ],
    ),
    "TooLarge": ("413", "The request or its answer is larger than one call can carry.", ["CALL_TOO_LARGE"]),
    "PreconditionFailed": ("412", "Another version is current.", ["PRECONDITION_FAILED"]),
    "Invalid": (
        "422",
        "A field is unknown, of a wrong type or out of range; the change is dated in the future; it names a campaign, "
        "a response or a source code that nobody knows; the settings have faults; the key came with another request; "
        "the response is not one to convert; or the record is full.",
        [
            "INVALID_FIELD",
            "IN_FUTURE",
            "INVALID_SETTINGS",
            "UNKNOWN_CAMPAIGN",
            "UNKNOWN_RESPONSE",
            "UNKNOWN_SOURCE_CODE",
            "IDEMPOTENCY_KEY_REUSED",
            *("OPTED_OUT", "BOUNCED", "NOT_POSITIVE", "INTEREST_MISSING", "ALREADY_LINKED"),
            "TOO_LARGE",
        ],
    ),
    "Failed": ("500", "Something went wrong here.", ["INTERNAL"]),
    "Unavailable": ("503", "The store did not answer. Try again later.", ["UNAVAILABLE"]),
}
ALWAYS = ["Invalid", "Failed", "Unavailable"]
"""A query parameter that a route does not take is refused everywhere."""


GATEWAY: dict[str, tuple[str, str, list[str]]] = {
    "Forbidden": (
        "403",
        "The request is not signed, its signer is not allowed to, or the path has no such method. API Gateway answers.",
        ["NOT_SIGNED", "ACCESS_DENIED", "INVALID_SIGNATURE", "EXPIRED_TOKEN"],
    ),
    "Throttled": ("429", "Too many requests: try again later. API Gateway answers.", ["THROTTLED"]),
    "TimedOut": ("504", "The service did not answer in time. API Gateway answers.", ["UNAVAILABLE"]),
}
"""What is refused before a function runs: the gateway responses of the template."""


def problems() -> Json:
    return {
        name: {
            "description": description,
            "content": {
                "application/problem+json": {
                    "schema": {**ref("Problem"), "properties": {"code": {"enum": codes}}},
                    "examples": {code: {"value": _example(int(status), code, description)} for code in codes},
                }
            },
        }
        for name, (status, description, codes) in {**GATEWAY, **PROBLEMS}.items()
    }


def _example(status: int, code: str, description: str) -> Json:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": description}
