"""Console -> find somebody; where a person stands and why; what sales says of a lead."""

from aws_lambda_powertools.event_handler import Response

from rekindle.runtime.console import people
from rekindle.runtime.console.pages import page, router
from rekindle.runtime.http import handler_of, takes

app = router()


@app.get("/console/find")
def get_find() -> Response[str]:
    return page(app, "find.html", q="", items=None, next=None)


@app.post("/console/find")
def find_people() -> Response[str]:
    return people.find(app)


@app.get("/console/people/<person_id>", middlewares=takes("scenario"))
def get_person(person_id: str) -> Response[str]:
    return people.person(app, person_id)


@app.get("/console/people/<person_id>/responses", middlewares=takes("format", paged=True))
def get_responses(person_id: str) -> Response[str]:
    return people.responses(app, person_id)


@app.get("/console/people/<person_id>/timeline", middlewares=takes("format", paged=True))
def get_timeline(person_id: str) -> Response[str]:
    return people.history(app, person_id)


@app.get("/console/people/<person_id>/clocks")
def get_clocks(person_id: str) -> Response[str]:
    return people.clocks(app, person_id)


@app.get("/console/people/<person_id>/dry-run", middlewares=takes("scenario", "at"))
def get_dry_run(person_id: str) -> Response[str]:
    return people.dry_run(app, person_id)


@app.post("/console/people/<person_id>/<said>")
def post_answer(person_id: str, said: str) -> Response[str]:
    return people.answered(app, person_id, said)


handler = handler_of(app)
