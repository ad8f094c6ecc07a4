"""PUT of a record: what its body says is recorded, and under one key once, however often it is sent."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from rekindle.domain.capture.facts import Fact
from rekindle.domain.capture.kinds import PLAIN
from rekindle.domain.core.errors import NotFound
from rekindle.domain.records.kind import Kind
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import body_of, call_of, unescaped
from rekindle.runtime.observability import log_recorded


def kind_at(path: str) -> Kind[Any]:
    """The kind of the records under a path of the API. Raises NotFound."""
    for kind in PLAIN:
        if kind.path == path:
            return kind
    raise NotFound("there is no such route")


def recorded[F: Fact](
    app: APIGatewayRestResolver, read: Callable[[str, bytes, datetime], F], kind: Kind[Any], record_id: str
) -> F:
    """The fact that was recorded. `record_id` is the identifier as it stands in the address."""
    at = now()
    fact = read(unescaped(kind.id, record_id), body_of(app), at)
    # The digest names the record and all that is said of it.
    call = call_of(app, fact.stamp.digests[0], at)
    log_recorded(use_cases().record_crm_changes.from_call(fact, call))
    return fact
