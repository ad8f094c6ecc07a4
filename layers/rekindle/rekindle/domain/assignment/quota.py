"""One lead of a pool member's quota for a day."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class QuotaClaim:
    """It is counted by the transaction that gives the lead to the member, and only if the quota is not reached: a
    transaction that fails counts nothing, and one that is repeated counts once."""

    pool: str
    user_id: str
    day: date
    quota: int
