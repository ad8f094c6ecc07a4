"""Stream of the ledger -> events on the bus: what was saved is announced. And an event again that a target did not
take, for `rekindle redrive`: the bus takes events of Rekindle from nobody else."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.dynamodb.stream import announced_record_of
from rekindle.application.notifications.announce_changes import AnnounceChanges
from rekindle.runtime.aws import bus
from rekindle.runtime.observability import logger
from rekindle.runtime.streams import Failures, each_decoded, failures_of

UNTAKEN = {"dynamodb": {"SequenceNumber": "again"}}


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    if "again" in event:
        return failures_of([] if bus().repeat(event["again"]) else [UNTAKEN])
    saved, failed = each_decoded(event, announced_record_of)
    left = AnnounceChanges(bus())([value for _, value in saved])
    return failures_of([*failed, *(saved[position][0] for position in left)])
