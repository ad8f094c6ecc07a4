"""Who may send a webhook: signatures over the bytes and the configured address, tokens, and times."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.domain.core.errors import OutOfTime, Unproven
from rekindle.domain.webhooks.proof import Request, decoded_address, sign, verify, without_key
from rekindle.domain.webhooks.webhook import Scheme, Webhook, webhook_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ADDRESS = "https://api.example.com/dev/webhooks/hubspot"
BODY = b'[{"objectId": 7}]'
ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:rekindle/webhooks/hubspot"

WEBHOOKS: dict[str, dict[str, Any]] = {
    "hubspot": {"scheme": "hubspot_v3", "address": ADDRESS},
    "standard": {"scheme": "standard_webhooks"},
    "typeform": {"scheme": "hmac", "header": "Typeform-Signature", "encoding": "base64", "prefix": "sha256="},
    "calendly": {
        "scheme": "hmac",
        "header": "Calendly-Webhook-Signature",
        "timestamp_field": "t",
        "signature_field": "v1",
    },
    "segment": {"scheme": "hmac", "header": "X-Signature", "digest": "sha1"},
    "marketo": {"scheme": "token_header", "header": "Authorization", "prefix": "Bearer "},
    "google_ads": {"scheme": "key_in_body", "key": "google_key"},
}
TIMED = ["hubspot", "standard", "calendly"]
BODIES = {"google_ads": b'{"google_key": "s3cret", "lead_id": "1"}'}


def webhook(source: str) -> Webhook:
    return webhook_of(source, {"secret": ARN, **WEBHOOKS[source]})


def sent(source: str, at: datetime = NOW) -> Request:
    body = BODIES.get(source, BODY)
    headers = sign(webhook(source), body, "s3cret", at)
    return Request("POST", body, {name.lower(): value for name, value in headers.items()})


def is_taken(source: str, request: Request, *secrets: str) -> bool:
    try:
        verify(webhook(source), request, secrets or ("s3cret",), NOW)
    except Unproven:
        return False
    return True


# --- examples of others ----------------------------------------------------------------------------------------------


def test_an_example_of_hubspot() -> None:
    """That of HubSpot's own library, of which the secret, the address, the body and the time are those of its
    documents."""
    hubspot = webhook_of(
        "hubspot", {"scheme": "hubspot_v3", "secret": ARN, "address": "https://www.example.com/webhook_uri"}
    )
    request = Request(
        "POST",
        b"{'example_field':'example_value'}",
        {
            "x-hubspot-request-timestamp": "15000000",
            "x-hubspot-signature-v3": "HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw=",
        },
    )
    at = datetime.fromtimestamp(15000, UTC)
    verify(hubspot, request, ["yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"], at)
    with pytest.raises(Unproven):
        verify(hubspot, Request("PUT", request.body, request.headers), ["yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"], at)


def test_an_example_of_standard_webhooks() -> None:
    """That of its specification."""
    standard = webhook_of("standard", {"scheme": "standard_webhooks", "secret": ARN})
    request = Request(
        "POST",
        b'{"test": 2432232314}',
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
    )
    verify(standard, request, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], datetime.fromtimestamp(1614265330, UTC))


def test_hubspot_signs_its_address_with_these_characters_unescaped() -> None:
    escaped = "https://h.example/a?b=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%3a&c=%20%26#part"
    assert decoded_address(escaped) == "https://h.example/a?b=:/?@!$'()*,;:&c=%20%26"


# --- every scheme ----------------------------------------------------------------------------------------------------

sources = pytest.mark.parametrize("source", WEBHOOKS)


@sources
def test_what_the_sender_signs_is_taken(source: str) -> None:
    assert is_taken(source, sent(source))


@sources
def test_another_secret_is_refused(source: str) -> None:
    assert not is_taken(source, sent(source), "another")
    assert not is_taken(source, sent(source), "")
    assert is_taken(source, sent(source), "another", "s3cret"), "the one before it holds on while it is changed"


@sources
def test_without_a_proof_it_is_refused(source: str) -> None:
    for body in (b"", b"[]", b"{}", b"\xff"):
        for secret in ("s3cret", ""):
            assert not is_taken(source, Request("POST", body), secret)


@pytest.mark.parametrize(
    "source", [one for one in WEBHOOKS if WEBHOOKS[one]["scheme"] in ("hubspot_v3", "standard_webhooks", "hmac")]
)
def test_one_byte_changed_is_refused(source: str) -> None:
    request = sent(source)
    for place in range(len(request.body)):
        changed = request.body[:place] + bytes([request.body[place] ^ 1]) + request.body[place + 1 :]
        assert not is_taken(source, Request("POST", changed, request.headers))


def test_another_method_or_another_host_is_refused() -> None:
    request = sent("hubspot")
    assert not is_taken("hubspot", Request("PUT", request.body, request.headers))
    elsewhere = webhook_of(
        "hubspot", {"scheme": "hubspot_v3", "secret": ARN, "address": ADDRESS.replace("api", "other")}
    )
    headers = sign(elsewhere, BODY, "s3cret", NOW)
    assert not is_taken("hubspot", Request("POST", BODY, {name.lower(): value for name, value in headers.items()}))


@pytest.mark.parametrize("source", TIMED)
@pytest.mark.parametrize(
    ("seconds", "taken"),
    [(-299, True), (-300, True), (-301, False), (-3000, False), (20, True), (60, True), (61, False)],
)
def test_a_recorded_request_is_refused_when_its_time_is_over(source: str, seconds: int, taken: bool) -> None:
    request = sent(source, NOW + timedelta(seconds=seconds))
    assert is_taken(source, request) is taken
    if not taken:
        with pytest.raises(OutOfTime):
            verify(webhook(source), request, ["s3cret"], NOW)


def test_the_key_of_a_body_is_not_stored() -> None:
    assert without_key(webhook("google_ads"), BODIES["google_ads"]) == b'{"lead_id": "1"}'
    assert without_key(webhook("typeform"), BODY) == BODY


# --- whatever anybody sends ------------------------------------------------------------------------------------------

_names = st.sampled_from(
    [
        *("x-hubspot-request-timestamp", "x-hubspot-signature-v3", "webhook-id", "webhook-timestamp"),
        *("webhook-signature", "typeform-signature", "calendly-webhook-signature", "x-signature", "authorization"),
    ]
)
_values = st.text() | st.integers().map(str) | st.sampled_from(["t=1,v1=", "v1,", "sha256=", "Bearer ", "t=,v1=é", "²"])


@given(st.sampled_from(list(WEBHOOKS)), st.binary(), st.dictionaries(_names, _values))
def test_anything_else_is_refused_cleanly(source: str, body: bytes, headers: dict[str, str]) -> None:
    assert not is_taken(source, Request("POST", body, headers))


def test_every_scheme_is_tried_here() -> None:
    assert {one["scheme"] for one in WEBHOOKS.values()} == {scheme.value for scheme in Scheme}
