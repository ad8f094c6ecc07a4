"""API, command line -> a person erased everywhere."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.views import people
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, record_id, router
from rekindle.runtime.observability import logger

app = router()


@app.delete("/people/<person_id>")
def erase_person(person_id: str) -> Response[str]:
    person, erasure = use_cases().erase_people.requested(record_id("person_id", ids.PERSON, person_id))
    goes_on = erasure.completed_at is None
    return answer(people.erasure(person, erasure), HTTPStatus.ACCEPTED if goes_on else HTTPStatus.OK)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
