"""API -> one decision for each person or task that is asked for, and for each prompt."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import decisions
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, body_of, call_of, handler_of, request_name, router
from rekindle.runtime.observability import log_decision

app = router()


@app.post("/reactivations")
def post_reactivations() -> Response[str]:
    at = now()
    requests, content = api.reactivations_requested(body_of(app), request_name(app), at)
    answers = use_cases().answer_requests(requests, call_of(app, content, at))
    for one in answers:
        if isinstance(one, Explanation):
            log_decision(one.decision)
    return answer(decisions.results("inputs", answers))


@app.post("/response-prompts")
def post_response_prompts() -> Response[str]:
    at = now()
    request, content = api.response_prompted(body_of(app), request_name(app), at)
    explained = use_cases().answer_requests.prompt(request, call_of(app, content, at))
    log_decision(explained.decision)
    return answer(decisions.decision(explained, listed=decisions.LISTED))


handler = handler_of(app)
