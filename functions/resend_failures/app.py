"""API, command line -> failures listed, sent again where they belong, or discarded with a note."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import failures
from rekindle.runtime.aws import now, use_cases
from rekindle.runtime.http import answer, body_of, caller, handler_of, page, paging, query, record_id, router, takes

app = router()


@app.get("/failures", middlewares=takes("state", "reason", paged=True))
def get_failures() -> Response[str]:
    state, reason = api.failure_state(query(app, "state")), query(app, "reason")
    listed = use_cases().resend_failures.listed(state, reason, *paging(app))
    return answer(page([failures.failure(one, now()) for one in listed.items], listed.next))


@app.post("/failures/resend")
def resend_failures() -> Response[str]:
    chosen = api.chosen_failures(body_of(app))
    handled = use_cases().resend_failures.resend_many(chosen, caller(app))
    return answer({"results": [failures.handled(one, now()) for one in handled]})


@app.post("/failures/discard")
def discard_failures() -> Response[str]:
    chosen, note = api.discarded_failures(body_of(app))
    handled = use_cases().resend_failures.discard_many(chosen, caller(app), note)
    return answer({"results": [failures.handled(one, now()) for one in handled]})


@app.post("/failures/<failure_id>/resend")
def resend_failure(failure_id: str) -> Response[str]:
    name = record_id("failure_id", (), failure_id)
    return answer(failures.handled(use_cases().resend_failures.resend(name, caller(app)), now()))


@app.post("/failures/<failure_id>/discard")
def discard_failure(failure_id: str) -> Response[str]:
    name, note = record_id("failure_id", (), failure_id), api.failure_note(body_of(app))
    return answer(failures.failure(use_cases().resend_failures.discard(name, caller(app), note), now()))


handler = handler_of(app)
