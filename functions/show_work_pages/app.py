"""Console -> what needs a person: failures, leads without an owner, deadlines of sales, records that may be one."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import work
from rekindle.runtime.console.pages import router
from rekindle.runtime.http import handler_of, takes

app = router()


@app.get("/console/today")
def get_today() -> Response[str]:
    return work.today(app)


@app.get("/console/failures", middlewares=takes("state", "reason", "format", paged=True))
def get_failures() -> Response[str]:
    return work.failures(app)


@app.get("/console/failures/<failure_id>")
def get_failure(failure_id: str) -> Response[str]:
    return work.failure(app, failure_id)


@app.get("/console/duplicates", middlewares=takes("state", "format", paged=True))
def get_duplicates() -> Response[str]:
    return work.duplicates(app)


@app.post("/console/failures/<said>")
def post_failures(said: str) -> Response[str]:
    return work.handled(app, said)


@app.get("/console/owners", middlewares=takes("state", "format", paged=True))
def get_owners() -> Response[str]:
    return work.owners(app)


@app.get("/console/deadlines", middlewares=takes("state", "owner", "due_before", "format", paged=True))
def get_deadlines() -> Response[str]:
    return work.deadlines(app)


@app.post("/console/owners/<person_id>/completion")
def post_completion(person_id: str) -> Response[str]:
    return work.completed(app, person_id)


handler = handler_of(app)
