"""API -> what waits for an owner; and an engine that confirms the owner it found."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import people
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, body_of, handler_of, page, paging, query, record_id, router, takes
from rekindle.runtime.observability import log_assignment

app = router()


@app.get("/assignments", middlewares=takes("state", paged=True))
def get_assignments() -> Response[str]:
    people_waiting = use_cases().show_records.assignments(api.assignment_state(query(app, "state")), *paging(app))
    return answer(
        page(
            [people.assignment(p.person_id, p.assignment) for p in people_waiting.items if p.assignment],
            people_waiting.next,
        )
    )


@app.post("/assignments/<person_id>/completion")
def post_completion(person_id: str) -> Response[str]:
    name = record_id("person_id", ids.PERSON, person_id)
    person_id, assignment = use_cases().complete_assignments(name, api.completion(body_of(app)))
    log_assignment(assignment)
    return answer(people.assignment(person_id, assignment))


handler = handler_of(app)
