"""Why something was refused, as the API shows it."""

from collections.abc import Sequence

from rekindle.adapters.wire.views import Json
from rekindle.application.reactivation.answer_requests import Failure as FailedInput
from rekindle.domain.core.errors import Conflict, Fault, Refusal

MOST_FAULTS, LONGEST_PATH = 1_000, 300
"""Faults of one answer, and characters of the path of each: a body of any size has an answer that can be carried."""


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


def faults_of(failure: FailedInput) -> Sequence[Fault]:
    """Each field at fault with what is wrong there; none where the fault is of no field."""
    if not isinstance(failure, Refusal):
        return ()
    return [(path[:LONGEST_PATH], message) for path, message in failure.faults[:MOST_FAULTS]]


def fault(path: str, message: str) -> Json:
    return {"path": path, "message": message}
