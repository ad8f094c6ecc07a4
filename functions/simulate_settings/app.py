"""API -> the decisions that settings would lead to, over a history that comes with the request; nothing is stored."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from rekindle.adapters.wire.simulations import simulation_requested
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, body_of, router
from rekindle.runtime.observability import count, logger, metrics
from rekindle.runtime.simulation.requests import answer_of

app = router()


@app.post("/simulations")
def post_simulations() -> Response[str]:
    simulated = answer_of(simulation_requested(body_of(app)), use_cases().change_settings)
    count({"SimulatedEvents": simulated["counts"]["events"]})
    return answer(simulated)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
