"""Failures as the API and the command line show them."""

from datetime import datetime

from rekindle.adapters.wire.views import Json
from rekindle.application.failures.resend_failures import Handled
from rekindle.domain.core import times
from rekindle.domain.failures.failure import Failure


def failure(kept: Failure, now: datetime) -> Json:
    """A failure without its message, which may hold anything."""
    return {
        "record": "failure",
        "failure_id": kept.failure_id,
        "state": kept.state.value,
        "reason": kept.reason,
        "message": kept.message,
        "field": kept.field,
        "record_kind": kept.record,
        "record_id": kept.record_id,
        "event_id": kept.event_id,
        "event_at": times.optional_text(kept.event_at),
        "source": kept.source,
        "failed_at": times.text(kept.failed_at),
        "age_seconds": max(int((now - kept.failed_at).total_seconds()), 0),
        "handled_at": times.optional_text(kept.handled_at),
        "handled_by": kept.handled_by,
        "note": kept.note,
    }


def handled(one: Handled, now: datetime) -> Json:
    """What became of a failure; `problem` says why it stays open."""
    return {**failure(one.failure, now), "problem": one.problem}
