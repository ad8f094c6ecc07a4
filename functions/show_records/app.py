"""API -> where a person stands, and why: people, responses, decisions, timeline."""

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.sources import salesforce_ids as ids
from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import decisions, measures, people, timeline
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, handler_of, page, paging, queries, record_id, router, sealed, takes

app = router()


@app.get("/people", middlewares=takes("id", "email", "phone", "name", paged=True))
def find_people() -> Response[str]:
    matches = use_cases().show_records.find(*api.sought(queries(app)), *paging(app))
    return answer(page([people.person(shown) for shown in matches.items], matches.next))


@app.get("/people/<person_id>")
def get_person(person_id: str) -> Response[str]:
    return answer(people.person(use_cases().show_records.person(record_id("person_id", ids.PERSON, person_id))))


@app.get("/people/<person_id>/responses", middlewares=takes(paged=True))
def get_responses(person_id: str) -> Response[str]:
    listed = use_cases().show_records.responses(record_id("person_id", ids.PERSON, person_id), *paging(app))
    return answer(page([people.response(listed.person_id, r) for r in listed.items], listed.next))


@app.get("/people/<person_id>/decisions", middlewares=takes(paged=True))
def get_decisions(person_id: str) -> Response[str]:
    listed = use_cases().show_records.decisions(record_id("person_id", ids.PERSON, person_id), *paging(app))
    return answer(page([decisions.decision(d, listed=decisions.LISTED) for d in listed.items], listed.next))


@app.get("/people/<person_id>/timeline", middlewares=takes(paged=True))
def get_timeline(person_id: str) -> Response[str]:
    listed = use_cases().show_records.timeline(record_id("person_id", ids.PERSON, person_id), *paging(app))
    return answer(page([timeline.timeline_entry(r) for r in listed.items], listed.next))


@app.get("/people/<person_id>/profile")
def get_profile(person_id: str) -> Response[str]:
    found = use_cases().show_profile(record_id("person_id", ids.PERSON, person_id))
    return answer(measures.profile(*found, use_cases().ports.reference.settings().zone.key))


@app.get("/decisions/<decision_id>", middlewares=takes("next"))
def get_decision(decision_id: str) -> Response[str]:
    _, start = paging(app)
    shown = use_cases().show_records.decision(record_id("decision_id", (), decision_id), start)
    settings = use_cases().ports.reference.settings_at(shown.decision.settings_version)
    return answer({**decisions.decision(shown, settings), "next": sealed(shown.next)})


handler = handler_of(app)
