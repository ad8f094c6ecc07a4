"""API -> responses recorded: POST /responses, one or up to 200, each evaluated by itself."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import decisions
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, body_of, call_of, handler_of, router
from rekindle.runtime.observability import log_decision

app = router()


@app.post("/responses")
def post_responses() -> Response[str]:
    at = now()
    facts, content = api.responses_recorded(body_of(app), at)
    answers = use_cases().record_responses(facts, call_of(app, content, at))
    for one in answers:
        if isinstance(one, Explanation):
            log_decision(one.decision)
    return answer(decisions.results("responses", answers))


handler = handler_of(app)
