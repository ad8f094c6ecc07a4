"""API -> records that may be one person, and what somebody says of them: united, or kept apart."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire import duplicates
from rekindle.adapters.wire.views.duplicates import duplicate
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, body_of, handler_of, page, paging, queries, record_id, router, takes

app = router()


@app.get("/duplicates", middlewares=takes("state", paged=True))
def get_duplicates() -> Response[str]:
    found = use_cases().answer_duplicates.listed(duplicates.state_of(queries(app)), *paging(app))
    return answer(page([duplicate(one) for one in found.items], found.next))


@app.get("/duplicates/<duplicate_id>")
def get_duplicate(duplicate_id: str) -> Response[str]:
    return answer(duplicate(use_cases().answer_duplicates.shown(record_id("duplicate_id", (), duplicate_id))))


@app.post("/duplicates/<duplicate_id>/union")
def post_union(duplicate_id: str) -> Response[str]:
    named, said = record_id("duplicate_id", (), duplicate_id), duplicates.union(body_of(app))
    return answer(duplicate(use_cases().answer_duplicates.unite(named, said)))


@app.post("/duplicates/<duplicate_id>/dismissal")
def post_dismissal(duplicate_id: str) -> Response[str]:
    named, said = record_id("duplicate_id", (), duplicate_id), duplicates.dismissal(body_of(app))
    return answer(duplicate(use_cases().answer_duplicates.dismiss(named, said)))


@app.post("/duplicates/<duplicate_id>/undo")
def post_undo(duplicate_id: str) -> Response[str]:
    return answer(duplicate(use_cases().answer_duplicates.undo(record_id("duplicate_id", (), duplicate_id))))


handler = handler_of(app)
