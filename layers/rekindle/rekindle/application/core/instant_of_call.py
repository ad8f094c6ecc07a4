"""A call of the API that its sender may repeat is answered as of the instant of the first."""

from datetime import datetime

from rekindle.application.ports.reactivation import Ledger
from rekindle.domain.core.errors import KeyReused
from rekindle.domain.reactivation.request import Call
from rekindle.domain.records.stamps import ChangeStamp, event_digest


def instant_of(call: Call, ledger: Ledger) -> datetime:
    """Raises KeyReused where the key came with another call before."""
    first = ledger.remember(call)
    if first.content != call.content:
        raise KeyReused("this key came with another request before", "Idempotency-Key")
    return first.at


def of_call(stamp: ChangeStamp, call: Call, at: datetime, place: int = 0) -> ChangeStamp:
    """The stamp of a change that a call reports at its `place`, as of the call's instant unless the change names one of
    its own. A repetition of the call is the same change: whatever was recorded in between is later."""
    happened = at if stamp.at == call.at else stamp.at
    return stamp._replace(at=happened, digests=(event_digest(f"{call.key}-{place}"),))
