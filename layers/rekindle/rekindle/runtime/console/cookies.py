"""Cookies of the console: the session's, and the one of a sign-in under way."""

from collections.abc import Mapping
from typing import Any

SESSION = "__Host-rekindle"
ATTEMPT = "__Host-rekindle-sign-in"
ATTEMPT_SECONDS = 600
"""For how long a sign-in may be under way."""


def read(event: Mapping[str, Any], name: str) -> str | None:
    """A cookie of a request, or None."""
    headers = event.get("multiValueHeaders") or {n: [v] for n, v in (event.get("headers") or {}).items()}
    sent = "; ".join(line for header, lines in headers.items() if header.lower() == "cookie" for line in lines)
    for pair in sent.split(";"):
        found, _, value = pair.strip().partition("=")
        if found == name:
            return value
    return None


def written(name: str, value: str, seconds: int | None = None) -> str:
    """The line that sets a cookie: of this host alone, over TLS alone, out of scripts' reach. 0 seconds: it is
    removed; None: it goes with the browser."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"
