"""Decide who may send a request to the console, before any of its pages is made: one item is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from rekindle.application.console.sign_in_users import digest_of
from rekindle.application.ports import Clock
from rekindle.application.ports.console import Sessions
from rekindle.domain.console.session import Session, is_of_this_site, needed_role


@dataclass(frozen=True)
class CheckSessions:
    sessions: Sessions
    clock: Clock

    def __call__(self, secret: str | None, method: str, path: str, headers: Mapping[str, str]) -> Session | None:
        """The session of who may; None of who may not. `headers`: by their names in lower case."""
        needed = needed_role(method, path)
        if not secret or needed is None or (method == "POST" and not is_of_this_site(headers)):
            return None
        session = self.sessions.get(digest_of(secret))
        if session is None or session.expires_at <= self.clock() or not session.role.includes(needed):
            return None
        return session
