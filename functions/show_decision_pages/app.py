"""Console -> decisions of a period by what came of them; one with its whole explanation, as a page or as text."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import decisions
from rekindle.runtime.console.pages import router
from rekindle.runtime.http import handler_of, takes

app = router()


@app.get("/console/decisions", middlewares=takes("from", "to", "outcome", "reason", "format", paged=True))
def get_decisions() -> Response[str]:
    return decisions.listed(app)


@app.get("/console/decisions/<decision_id>", middlewares=takes("next", "format", "candidate"))
def get_decision(decision_id: str) -> Response[str]:
    return decisions.decision(app, decision_id)


handler = handler_of(app)
