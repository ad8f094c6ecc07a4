"""A call of the API that its sender may repeat is answered as of the instant of the first."""

from datetime import datetime

from rekindle.application.ports import Ledger
from rekindle.domain.core.errors import KeyReused
from rekindle.domain.reactivation.request import Call


def instant_of(call: Call, ledger: Ledger) -> datetime:
    """Raises KeyReused where the key came with another call before."""
    first = ledger.remember(call)
    if first.content != call.content:
        raise KeyReused("this key came with another request before", "Idempotency-Key")
    return first.at
