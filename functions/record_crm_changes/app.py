"""Queue of CRM events -> each fact recorded, each response evaluated as it arrives."""

from collections.abc import Collection, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.sources.salesforce_mapping import Mapped, mapping_of
from rekindle.adapters.wire.events import facts_of, ignored_by
from rekindle.domain.capture.facts import Fact
from rekindle.domain.capture.related import related_records
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.observability import log_recorded, logger, metrics
from rekindle.runtime.queues import Failures, each_read


def fields() -> Mapping[str, Mapped]:
    return mapping_of(use_cases().ports.reference.settings().document)


def ignored() -> Collection[str]:
    return ignored_by(use_cases().ports.reference.settings().document)


def read(envelope: dict[str, Any]) -> list[Fact]:
    use_cases()  # Opened here, in the main thread.
    return facts_of(envelope, fields, ignored, now())


def record(facts: list[Fact]) -> None:
    for fact in facts:
        log_recorded(use_cases().record_crm_changes(fact))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    return each_read(event, read, record, related_records)
