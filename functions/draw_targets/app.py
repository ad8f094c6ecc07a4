"""API -> a target list drawn from everybody who is stored, or its people sent on as members of a campaign."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    draw = use_cases().draw_targets
    if "campaign_id" in event:
        count({"Targeted": draw.add(event["list_id"], event["campaign_id"])})
    else:
        draw.draw(event["list_id"])
