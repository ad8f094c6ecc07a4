"""PUT of a record: what its body tells is recorded, and under one key once, however often it is sent."""

from collections.abc import Callable
from datetime import datetime

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from rekindle.domain.capture.facts import Fact
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import body_of, call_of, unescaped
from rekindle.runtime.observability import log_recorded


def told[F: Fact](app: APIGatewayRestResolver, read: Callable[[str, bytes, datetime], F], name: str, given: str) -> F:
    """The fact that was recorded. `name` is that of the record's identifier, `given` the identifier as it stands in the
    address."""
    at = now()
    fact = read(unescaped(name, given), body_of(app), at)
    # The digest names the record and all that is told of it.
    call = call_of(app, fact.stamp.digests[0], at)
    log_recorded(use_cases().record_crm_changes.asked(fact, call))
    return fact
