"""Stream of the ledger -> a schedule for each wait for an owner that began: its reminder, or its deadline."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.dynamodb.stream import saved_record_of
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import logger
from rekindle.runtime.streams import Failures, Record, all_records


def start(record: Record) -> None:
    use_cases().start_assignments(saved_record_of(record))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    use_cases()  # Opened here, in the main thread.
    return all_records(event, start)
