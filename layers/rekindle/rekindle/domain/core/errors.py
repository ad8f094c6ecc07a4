"""Refusals: what the domain says no to, each with a stable code and, where some are at fault, the fields."""

from collections.abc import Sequence

Fault = tuple[str, str]
"""A path, as the caller wrote it, and what is wrong there. Without a path: what is wrong with the whole."""


class Refusal(Exception):
    """A request or a fact that is refused. Nothing was changed. Sending it again as it is will not help."""

    code = "REFUSED"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.faults: Sequence[Fault] = [(field, message)] if field is not None else []
        """Every field at fault. `field` is the first of them."""


class Malformed(Refusal):
    """The input cannot be read: it is not JSON, or not in the envelope it should be in."""

    code = "MALFORMED"


class InvalidField(Malformed):
    """The input can be read, but a field of it is unknown, missing, of a wrong type or out of range."""

    code = "INVALID_FIELD"

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> "InvalidField":
        """The refusal of one fault or more."""
        ((path, message), *others) = faults
        listed = "; ".join(f"{at}: {what}" if at else what for at, what in faults[:_NAMED])
        more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        refusal = cls(f"{listed}{more}" if others else message, path or None)
        refusal.faults = faults
        return refusal


_NAMED = 5
"""Faults that one message names."""


class InFuture(Refusal):
    """A fact is dated later than it arrived. It is refused, so that no wrong clock freezes a record."""

    code = "IN_FUTURE"


class UnknownEvent(Refusal):
    """An event of a type that is neither Rekindle's nor among those that the settings ignore."""

    code = "UNKNOWN_EVENT"


class NotYetKnown(Refusal):
    """A fact names a record that was never recorded. Its own event may still be on its way."""


class UnknownCampaign(NotYetKnown):
    """A response names a campaign that was never recorded. Its own event may still be on its way."""

    code = "UNKNOWN_CAMPAIGN"


class UnknownResponse(NotYetKnown):
    """A fact holds what changed of a response that was never recorded. Its own event may still be on its way."""

    code = "UNKNOWN_RESPONSE"


class UnknownSourceCode(NotYetKnown):
    """A response names no campaign, and a source code that leads to none. Its own event may still be on its way."""

    code = "UNKNOWN_SOURCE_CODE"


class KeyReused(Refusal):
    """The same `Idempotency-Key` came with another request."""

    code = "IDEMPOTENCY_KEY_REUSED"


class NotFound(Refusal):
    """There is no record under that identifier."""

    code = "NOT_FOUND"


class PreconditionFailed(Refusal):
    """The caller's `If-Match` names a version that is no longer the current one."""

    code = "PRECONDITION_FAILED"


class Unproven(Refusal):
    """A request does not come from who is said to send it, or was changed on its way."""

    code = "SIGNATURE_INVALID"


class OutOfTime(Unproven):
    """A request is signed for another time: it may have been recorded, and sent again by somebody else."""

    code = "TIMESTAMP_OUT_OF_RANGE"


class Expired(Refusal):
    """What was asked for was there until its time was over."""

    code = "EXPIRED"


class StateConflict(Refusal):
    """The record does not stand as the request needs it, and trying again will not help. Subclasses say why."""

    code = "STATE_CONFLICT"


class NotPending(Refusal):
    """Nobody is waited for any more."""

    code = "NOT_PENDING"


class NotOpen(Refusal):
    """The failure was handled already, or somebody is handling it in this moment."""

    code = "NOT_OPEN"


class NotClosable(Refusal):
    """The month is not over, or the one before it is not closed."""

    code = "NOT_CLOSABLE"


class WrongState(Refusal):
    """What is asked of a record is not possible in the state that it is in."""

    code = "WRONG_STATE"


class NotDrawn(Refusal):
    """A target list is still being drawn."""

    code = "NOT_DRAWN"


class TooLarge(Refusal):
    """A record would become larger than the store can hold."""

    code = "TOO_LARGE"


class CallTooLarge(Refusal):
    """A request asks for more than one answer can carry."""

    code = "CALL_TOO_LARGE"


class InvalidSettings(Refusal):
    """A settings document with faults."""

    code = "INVALID_SETTINGS"

    def __init__(self, faults: Sequence[Fault]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"the settings document has {count}", faults[0][0] if faults else None)
        self.faults = faults


class Conflict(Exception):
    """Somebody else changed the same record first. Reading again and trying again will help."""


class InProgress(Conflict):
    """The record is in the middle of work of several steps: to try again at once is no help, to deliver again is."""


class MergeInProgress(InProgress):
    """The record is being merged with another."""


class IndexInProgress(InProgress):
    """The index of the search is being written anew for the person."""


class Unavailable(Exception):
    """A service that Rekindle depends on did not answer, or throttled. Trying again later will help."""
