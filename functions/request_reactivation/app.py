"""API -> one decision for each person or task that is asked for, and for each prompt."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import decisions
from rekindle.domain.reactivation.explanation import Explanation
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, body_of, call_of, request_name, router
from rekindle.runtime.observability import log_decision, logger, metrics

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


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
