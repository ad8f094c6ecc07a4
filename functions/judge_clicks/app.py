"""Queue of clicks -> interactions; a minute later -> a response of each click that a person made."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.links import click_of
from rekindle.domain.links.click import Click
from rekindle.runtime.aws import use_cases
from rekindle.runtime.observability import count, logger, metrics
from rekindle.runtime.queues import Failures, each_read


def handle(message: tuple[Click, bool]) -> None:
    click, judge = message
    if judge:
        persons = use_cases().judge_clicks(click)
        count({"ClicksOfPeople": persons, "ClicksOfPrograms": not persons})
    else:
        use_cases().judge_clicks.store(click)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    use_cases()  # Opened here, in the main thread.
    return each_read(event, click_of, handle, lambda message: (f"person {message[0].person_id}",))
