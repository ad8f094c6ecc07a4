"""State machine -> one part of a large history simulated, its decisions and its credit into the bucket; or, where no
part is named, the credit of all parts added up."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import simulations
from rekindle.runtime.observability import count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "part" not in event:
        return simulations().add_up(event["run"], event["name"])
    summary = simulations().simulate(event["run"], event["name"], event["part"])
    count({"SimulatedEvents": summary["events"]})
    return summary
