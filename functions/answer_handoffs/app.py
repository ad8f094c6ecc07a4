"""API -> what sales owes, and what it says of a lead: accepted, rejected, given back to marketing."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import handoffs
from rekindle.adapters.wire.views import lifecycle
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, body_of, page, paging, queries, record_id, router, takes
from rekindle.runtime.observability import logger, metrics

app = router()


@app.get("/handoffs", middlewares=takes(*handoffs.FILTERS, paged=True))
def get_handoffs() -> Response[str]:
    found = use_cases().show_handoffs.owed(handoffs.wanted(queries(app)), *paging(app))
    return answer(page([lifecycle.handoff(person) for person in found.items], found.next))


@app.get("/people/<person_id>/clocks")
def get_clocks(person_id: str) -> Response[str]:
    return answer(lifecycle.clocks(*use_cases().show_handoffs.clocks(record_id("person_id", ids.PERSON, person_id))))


@app.post("/people/<person_id>/<said>")
def post_answer(person_id: str, said: str) -> Response[str]:
    person_id, use = record_id("person_id", ids.PERSON, person_id), use_cases().answer_handoffs
    return answer(lifecycle.handoff(handoffs.ANSWERS[said](use, person_id, body_of(app))))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
