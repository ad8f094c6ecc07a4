"""Sign users in and out: a session for who proves to be a user of the pool, in the role of the user's groups."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from rekindle.application.ports import Clock
from rekindle.application.ports.console import Identities, Sessions
from rekindle.domain.console.session import LONGEST, Session, role_of
from rekindle.domain.core.errors import Unproven


class NoRole(Unproven):
    """The user is in none of the groups that give a role."""

    code = "NO_ROLE"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way, as the browser keeps it: three random values."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class SignInUsers:
    sessions: Sessions
    clock: Clock
    secret: Callable[[], str]
    """Answers 256 random bits as text, anew at each call."""

    def attempt(self) -> Attempt:
        return Attempt(self.secret(), self.secret(), self.secret())

    def finish(self, identities: Identities, attempt: Attempt, state: str, code: str) -> str:
        """Starts a session; answers the secret that names it, which is stored nowhere. Raises Unproven."""
        if state != attempt.state:
            raise Unproven("the sign-in was not begun in this browser", "state")
        claims = identities.claims(code, attempt.verifier)
        if claims.nonce != attempt.nonce:
            raise Unproven("the answer belongs to another sign-in", "nonce")
        role = role_of(claims.groups)
        if role is None:
            raise NoRole("the user is in none of the groups viewer, operator and admin")
        secret, now = self.secret(), self.clock()
        self.sessions.start(Session(digest_of(secret), claims.user, claims.name, role, now, now + LONGEST))
        return secret

    def end(self, secret: str) -> None:
        self.sessions.end(digest_of(secret))


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
