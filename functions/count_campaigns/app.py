"""Every hour -> what each campaign brought, counted from everything that is stored, and kept for the API."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    count({"CampaignsCounted": use_cases().count_campaigns()})
