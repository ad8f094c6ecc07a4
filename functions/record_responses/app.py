"""API -> responses recorded: POST /responses, one or up to 200, each evaluated by itself; and converted."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import decisions, people
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, body_of, call_of, handler_of, record_id, router
from rekindle.runtime.observability import log_decision

app = router()


@app.post("/responses")
def post_responses() -> Response[str]:
    at = now()
    facts, content, name = api.responses_recorded(body_of(app), at)
    answers = use_cases().record_responses(facts, call_of(app, content, at))
    for one in answers:
        if isinstance(one, Explanation):
            log_decision(one.decision)
    return answer(decisions.results(name, answers))


@app.post("/responses/<response_id>/conversions")
def post_conversion(response_id: str) -> Response[str]:
    named = record_id("response_id", ids.RESPONSE, response_id)
    converted = use_cases().convert_responses(api.conversion(named, body_of(app), now()))
    return answer(people.conversion(converted.person_id, converted.response_id, converted.conversion))


handler = handler_of(app)
