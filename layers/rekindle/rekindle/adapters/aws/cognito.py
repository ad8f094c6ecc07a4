"""Sign-in with the managed pages of a Cognito user pool: the code flow with PKCE, without a client's secret.

The ID token comes from the token endpoint itself over TLS, so its signature needs no check (OpenID Connect Core,
3.1.3.7, 6): no library for tokens is in the layers.
"""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from rekindle.application.console.sign_in_users import Attempt
from rekindle.application.ports.console import Claims
from rekindle.domain.core.errors import Unavailable, Unproven

SECONDS = 5
"""That the token endpoint may take."""


@dataclass(frozen=True, slots=True)
class UserPool:
    """A client of a user pool, as one stage of the console uses it."""

    address: str
    """Of the managed pages, such as `https://example.auth.eu-central-1.amazoncognito.com`."""
    client_id: str
    console: str
    """The base address of the console, with the stage and without `/console`."""

    @property
    def _signed_in(self) -> str:
        return f"{self.console}/console/signed-in"

    def sign_in_address(self, attempt: Attempt) -> str:
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._signed_in,
            "scope": "openid email",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self.address}/oauth2/authorize?{urlencode(query)}"

    @property
    def sign_out_address(self) -> str:
        """Where the pool forgets the user, too."""
        query = {"client_id": self.client_id, "logout_uri": f"{self.console}/console/signed-out"}
        return f"{self.address}/logout?{urlencode(query)}"

    def claims(self, code: str, verifier: str) -> Claims:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "redirect_uri": self._signed_in,
            "code": code,
            "code_verifier": verifier,
        }
        token = _payload(str(self._exchanged(form).get("id_token", "")))
        if token.get("aud") != self.client_id:
            raise Unproven("the user pool answered for another client", "code")
        user = str(token["cognito:username"])
        groups = token.get("cognito:groups") or ()
        return Claims(user, str(token.get("email") or user), tuple(map(str, groups)), str(token.get("nonce") or ""))

    def _exchanged(self, form: dict[str, str]) -> dict[str, Any]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        # The address is the stage's own variable, which the template fills in.
        request = urllib.request.Request(  # noqa: S310
            f"{self.address}/oauth2/token", urlencode(form).encode(), headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                found: dict[str, Any] = json.loads(answer.read())
                return found
        except urllib.error.HTTPError as error:
            with error:
                if error.code < 500:
                    raise Unproven("the user pool does not take the code of this sign-in", "code") from None
                raise Unavailable(f"the user pool answered {error.code}") from None
        except (OSError, ValueError) as error:
            raise Unavailable(f"the user pool did not answer: {type(error).__name__}") from None


def _payload(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError):
        raise Unproven("the user pool answered without an ID token", "code") from None
    return found
