"""Every day, API -> a month closed for good: its statement in the bucket of the books, and events that tell of it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    use = use_cases()
    months = [event["period"]] if "period" in event else use.close_books.due()
    for month in months:
        use.close_books(month)
    count({"MonthsClosed": len(months)})
    use.announce_books()
