"""API -> everything that is stored about a person."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire.views import exports
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, record_id, router
from rekindle.runtime.observability import logger

app = router()


@app.get("/people/<person_id>/export")
def export_person(person_id: str) -> Response[str]:
    return answer(exports.export(use_cases().export_people(record_id("person_id", ids.PERSON, person_id)), now()))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
