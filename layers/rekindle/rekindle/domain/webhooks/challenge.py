"""How a tool verifies the address of a webhook, by a GET, before it sends anything there."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence

from rekindle.domain.core.errors import InvalidField, NotFound, Unproven
from rekindle.domain.webhooks.webhook import Answer, Webhook

_PLAIN = re.compile(r"[A-Za-z0-9._~-]{1,256}")
"""What is sent back to the caller: nothing that a browser could take for anything else than a word."""


def answered(webhook: Webhook, query: Mapping[str, str], secrets: Sequence[str]) -> tuple[str, str]:
    """The answer, and its media type. Raises NotFound where the webhook takes no GET, InvalidField, Unproven."""
    challenge = webhook.challenge
    if challenge is None:
        raise NotFound("this webhook takes no GET")
    value = query.get(challenge.parameter, "")
    if not _PLAIN.fullmatch(value):
        raise InvalidField("expected a word of up to 256 letters, digits and . _ ~ -", challenge.parameter)
    known = [secret for secret in secrets if secret]
    if challenge.answer is Answer.ECHO:
        token = query.get(challenge.token_parameter, "").encode()
        if not any([hmac.compare_digest(secret.encode(), token) for secret in known]):
            raise Unproven("the token is not that of the settings")
        return value, "text/plain"
    if not known:
        raise Unproven("no secret is known")
    response = hmac.new(known[0].encode(), value.encode(), hashlib.sha256).hexdigest()
    return json.dumps({challenge.parameter: value, "challengeResponse": response}), "application/json"
