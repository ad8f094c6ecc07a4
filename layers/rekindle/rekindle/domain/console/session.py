"""Sessions of the console: who is signed in, in which role, and what a role may ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = timedelta(hours=8)
"""How long a session lasts: a day of work."""


class Role(StrEnum):
    """What somebody may do. Each includes those before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, needed: "Role") -> bool:
        return _RANKS[self] >= _RANKS[needed]


_RANKS = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Session:
    session_id: str
    """The digest of the cookie: who reads the table cannot sign in with what stands there."""
    user: str
    """The user's name in the user pool."""
    name: str
    """What the user is shown as: the e-mail address where the pool knows it."""
    role: Role
    started_at: datetime
    expires_at: datetime


def role_of(groups: Iterable[str]) -> Role | None:
    """The highest role among the user's groups; None where there is none."""
    roles = [Role(group) for group in groups if group in _RANKS]
    return max(roles, key=lambda role: _RANKS[role], default=None)


_ADMINS = ("/console/settings", "/console/sessions", "/console/books")
"""Where a form changes what cannot be taken back, or for everybody."""
_OF_ADMINS = ("/console/sessions",)
"""Pages that others do not even see."""
_OF_OPERATORS = ("/console/failures/",)
"""Pages with what may not be shown to everybody: a message as it came."""
_READ_BY_FORM = ("/console/find",)
"""What is read by a form, so that names and addresses of people stand in no address of a page."""


def needed_role(method: str, path: str) -> Role | None:
    """The least role that may send such a request; None where nobody may. `path` begins with `/console`."""
    if method in ("GET", "HEAD"):
        if _is_below(path, _OF_ADMINS):
            return Role.ADMIN
        return Role.OPERATOR if path.startswith(_OF_OPERATORS) else Role.VIEWER
    if method != "POST":
        return None
    if path in _READ_BY_FORM:
        return Role.VIEWER
    return Role.ADMIN if _is_below(path, _ADMINS) else Role.OPERATOR


def _is_below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def is_of_this_site(headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something comes from a page of the console itself. Browsers say where a request
    comes from; those that do not know `Sec-Fetch-Site` send `Origin`. `headers`: by their names in lower case."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin, host = headers.get("origin"), headers.get("host")
    return bool(origin and host) and origin in (f"https://{host}", f"http://{host}")
