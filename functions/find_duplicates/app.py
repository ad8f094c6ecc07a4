"""Stream of people -> the pairs of records that may be one person, after a change of address, number, name or
company."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import count, logger, metrics
from rekindle.runtime.streams import Failures, Record, all_records


def find(record: Record) -> None:
    count({"DuplicatesFound": len(use_cases().find_duplicates(record["Keys"]["person_id"]["S"]))})


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    use_cases()  # Opened here, in the main thread.
    return all_records(event, find)
