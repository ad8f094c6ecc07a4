"""Tokens of tracked links: whose click it is, signed, so that nobody clicks for another, or to another address."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rekindle.domain.core.errors import NotFound

LONGEST = 1_500


@dataclass(frozen=True, slots=True)
class Token:
    link_id: str
    person_id: str
    campaign_id: str | None
    sent_at: datetime
    expires_at: datetime


def written(token: Token, secret: str) -> str:
    """Times are kept in seconds."""
    parts = [
        *(token.link_id, token.person_id, token.campaign_id),
        *(int(token.sent_at.timestamp()), int(token.expires_at.timestamp())),
    ]
    payload = _encoded(json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode())
    return f"{payload}.{_signature(payload, secret)}"


def read(text: str, secrets: Sequence[str]) -> Token:
    """Raises NotFound for what was not signed with any of the secrets."""
    payload, _, signature = text.partition(".")
    known = [secret for secret in secrets if secret]
    if len(text) > LONGEST or not any(
        [hmac.compare_digest(_signature(payload, secret).encode(), signature.encode()) for secret in known]
    ):
        raise NotFound("there is no such link")
    try:
        link_id, person_id, campaign_id, sent, expires = json.loads(base64.urlsafe_b64decode(f"{payload}=="))
    except (ValueError, binascii.Error) as error:
        raise NotFound("there is no such link") from error
    return Token(
        link_id, person_id, campaign_id, datetime.fromtimestamp(sent, UTC), datetime.fromtimestamp(expires, UTC)
    )


def _signature(payload: str, secret: str) -> str:
    return _encoded(hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
