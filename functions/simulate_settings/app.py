"""API -> the decisions that settings would lead to, over a history that comes with the request; nothing is stored."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire.simulations import simulation_requested
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, body_of, handler_of, router
from rekindle.runtime.observability import count
from rekindle.runtime.simulation.requests import answer_of

app = router()


@app.post("/simulations")
def post_simulations() -> Response[str]:
    simulated = answer_of(simulation_requested(body_of(app)), use_cases().change_settings)
    count({"SimulatedEvents": simulated["counts"]["events"]})
    return answer(simulated)


handler = handler_of(app)
