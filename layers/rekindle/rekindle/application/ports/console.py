"""Ports of the console: the sessions, and who vouches for users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rekindle.domain.console.session import Session


class Sessions(Protocol):
    def start(self, session: Session) -> None: ...

    def get(self, session_id: str) -> Session | None:
        """As stored, whether it has expired or not."""
        ...

    def end(self, session_id: str) -> None:
        """Ending one that is not there changes nothing."""
        ...

    def all(self) -> Sequence[Session]:
        """Those that are stored, in no order."""
        ...


@dataclass(frozen=True, slots=True)
class Claims:
    """What the user pool says of a user who has just signed in."""

    user: str
    name: str
    groups: Sequence[str]
    nonce: str


class Identities(Protocol):
    def claims(self, code: str, verifier: str) -> Claims:
        """Exchanges the code of a sign-in. Raises Unproven where the pool does not take it."""
        ...
