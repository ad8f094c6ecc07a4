"""The port of work that takes longer than one run."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rekindle.domain.people.person import Erasure


class Continuations(Protocol):
    """What is done for one person in several runs goes on in another. Each run notes how far it came."""

    def erasure(self, person_id: str, erasure: Erasure) -> None: ...

    def merge(self, survivor_id: str, merged_id: str, at: datetime, *, converted: bool) -> None: ...

    def index(self, person_id: str) -> None:
        """Of the search, which is written anew."""
        ...
