"""How a sender proves that a request is its own: one verifier, and a table of schemes.

Verified are the bytes as they arrived and the address as it was configured: what stands between the sender and a
function may write both anew.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rekindle.domain.core.errors import OutOfTime, Unproven
from rekindle.domain.webhooks.webhook import Scheme, Webhook

OLDEST = timedelta(minutes=5)
FURTHEST_AHEAD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in lower case."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says of itself."""

    signatures: Sequence[bytes]
    """Any of them may be right: a sender that changes its secret signs with both for a while."""
    made_with: Callable[[str], bytes]
    """The right signature, by the secret."""
    sent_at: datetime | None = None


def verify(webhook: Webhook, request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Raises Unproven, also where no secret is known."""
    claim = _CLAIMS[webhook.scheme](webhook, request)
    if claim.sent_at is not None and not now - OLDEST <= claim.sent_at <= now + FURTHEST_AHEAD:
        raise OutOfTime("the timestamp is older than five minutes, or more than one minute ahead")
    for secret in filter(None, secrets):
        right = claim.made_with(secret)
        # Each is compared whole, in a time that says nothing of how much of it is right.
        if any([hmac.compare_digest(right, signature) for signature in claim.signatures]):
            return
    raise Unproven("the signature does not fit the request")


def _hubspot_v3(webhook: Webhook, request: Request) -> Claim:
    timestamp = _header(request, "X-HubSpot-Request-Timestamp")
    sent_at = _instant(timestamp, 1)
    signed = request.method.encode() + decoded_address(webhook.address).encode() + request.body + timestamp.encode()
    signature = _base64(_header(request, "X-HubSpot-Signature-v3"))
    return Claim([signature], lambda secret: _hmac(secret.encode(), signed), sent_at)


def _standard_webhooks(webhook: Webhook, request: Request) -> Claim:
    message, timestamp = _header(request, "Webhook-Id"), _header(request, "Webhook-Timestamp")
    sent_at = _instant(timestamp, 1000)
    versions = [one.partition(",") for one in _header(request, "Webhook-Signature").split()]
    signed = f"{message}.{timestamp}.".encode() + request.body
    signatures = [_base64(signature) for version, _, signature in versions if version == "v1"]
    return Claim(signatures, lambda secret: _hmac(_key_of_standard(secret), signed), sent_at)


def _hmac_of_body(webhook: Webhook, request: Request) -> Claim:
    value, signed, sent_at = _header(request, webhook.header), request.body, None
    if webhook.signature_field:
        pairs = [pair.strip().partition("=") for pair in value.split(",")]
        values = [value for name, _, value in pairs if name == webhook.signature_field]
        if webhook.timestamp_field:
            timestamp = next((value for name, _, value in pairs if name == webhook.timestamp_field), "")
            sent_at = _instant(timestamp, 1000)
            signed = timestamp.encode() + b"." + request.body
    else:
        values = [value.strip()]
    decode = _base64 if webhook.encoding == "base64" else _hex
    signatures = [decode(value.removeprefix(webhook.prefix)) for value in values if value.startswith(webhook.prefix)]
    return Claim(signatures, lambda secret: _hmac(secret.encode(), signed, webhook.digest), sent_at)


def _token_header(webhook: Webhook, request: Request) -> Claim:
    value = _header(request, webhook.header)
    tokens = [value.removeprefix(webhook.prefix).encode()] if value.startswith(webhook.prefix) else []
    return Claim(tokens, str.encode)


def _key_in_body(webhook: Webhook, request: Request) -> Claim:
    value = object_in(request.body).get(webhook.key)
    return Claim([value.encode(errors="replace")] if isinstance(value, str) else [], str.encode)


_CLAIMS: Mapping[Scheme, Callable[[Webhook, Request], Claim]] = {
    Scheme.HUBSPOT_V3: _hubspot_v3,
    Scheme.STANDARD_WEBHOOKS: _standard_webhooks,
    Scheme.HMAC: _hmac_of_body,
    Scheme.TOKEN_HEADER: _token_header,
    Scheme.KEY_IN_BODY: _key_in_body,
}


def object_in(body: bytes) -> dict[str, object]:
    """The JSON object of a body; nothing where it is none."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def without_key(webhook: Webhook, body: bytes) -> bytes:
    """The body as it may be stored: without the secret, where it holds that."""
    if webhook.scheme is not Scheme.KEY_IN_BODY:
        return body
    return json.dumps({name: value for name, value in object_in(body).items() if name != webhook.key}).encode()


def sign(webhook: Webhook, body: bytes, secret: str, now: datetime, message_id: str = "msg-1") -> dict[str, str]:
    """The headers that the sender would send with a POST of the body."""
    seconds, millis = str(int(now.timestamp())), str(int(now.timestamp() * 1000))
    match webhook.scheme:
        case Scheme.HUBSPOT_V3:
            headers = {"X-HubSpot-Request-Timestamp": millis, "X-HubSpot-Signature-v3": ""}
        case Scheme.STANDARD_WEBHOOKS:
            headers = {"Webhook-Id": message_id, "Webhook-Timestamp": seconds, "Webhook-Signature": ""}
        case Scheme.HMAC:
            headers = {webhook.header: f"{webhook.timestamp_field}={seconds}"}
        case Scheme.TOKEN_HEADER:
            return {webhook.header: webhook.prefix + secret}
        case Scheme.KEY_IN_BODY:
            return {}
    claim = _CLAIMS[webhook.scheme](webhook, Request("POST", body, {n.lower(): v for n, v in headers.items()}))
    right = claim.made_with(secret)
    in_hex = webhook.scheme is Scheme.HMAC and webhook.encoding == "hex"
    *_, last = headers
    headers[last] = _signature(webhook, right.hex() if in_hex else _text(right), seconds)
    return headers


def _signature(webhook: Webhook, written: str, seconds: str) -> str:
    if webhook.scheme is Scheme.STANDARD_WEBHOOKS:
        return f"v1,{written}"
    if not webhook.signature_field:
        return webhook.prefix + written
    timestamp = f"{webhook.timestamp_field}={seconds}," if webhook.timestamp_field else ""
    return f"{timestamp}{webhook.signature_field}={webhook.prefix}{written}"


_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


def decoded_address(address: str) -> str:
    """As HubSpot signs it: without its fragment, and with the characters that its documents name unescaped."""
    return _DECODED.sub(lambda content: chr(int(content[1], 16)), address.partition("#")[0])


def _header(request: Request, name: str) -> str:
    return request.headers.get(name.lower(), "")


def _hmac(key: bytes, signed: bytes, digest: str = "sha256") -> bytes:
    return hmac.new(key, signed, getattr(hashlib, digest)).digest()


def _key_of_standard(secret: str) -> bytes:
    """The secret is the key in base64, after a prefix."""
    return _base64(secret.removeprefix("whsec_")) or secret.encode()


def _base64(text: str) -> bytes:
    """Nothing where it is no base64: no signature is empty."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _text(signature: bytes) -> str:
    return base64.b64encode(signature).decode()


def _instant(text: str, millis: int) -> datetime:
    """A time as a number of so many milliseconds. Raises OutOfTime where it is none."""
    since = int(text) * millis if text.isascii() and text.isdigit() and len(text) < _DIGITS else _LATEST
    if since >= _LATEST:
        raise OutOfTime("the timestamp is missing, or no number of this century")
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=since)


_DIGITS, _LATEST = 15, 10**13
