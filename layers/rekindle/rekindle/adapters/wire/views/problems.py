"""Why something was refused, as the API shows it."""

from rekindle.adapters.wire.views import Json
from rekindle.application.reactivation.answer_requests import Failure as FailedInput
from rekindle.domain.core.errors import Conflict, Refusal


def error(failure: FailedInput) -> Json:
    """What went wrong: a stable code, words, and the field that is at fault, if one is."""
    if isinstance(failure, Refusal):
        return {"code": failure.code, "message": failure.message, "field": failure.field}
    code = "CONFLICT" if isinstance(failure, Conflict) else "UNAVAILABLE"
    return {
        "code": code,
        "message": "try again: the record was changed or the store did not answer",
        "field": None,
    }


def fault(path: str, message: str) -> Json:
    return {"path": path, "message": message}
