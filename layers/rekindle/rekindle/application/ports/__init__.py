"""What the use cases need from outside, as the use cases see it, by room. Adapters raise the domain's `Conflict` and
`Unavailable`, never a vendor's error. The domain's names stand in annotations alone: which function loads which part
of the domain is not for its ports to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Page[T]:
    items: Sequence[T]
    next: str | None
