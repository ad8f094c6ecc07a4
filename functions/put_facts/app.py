"""API -> facts recorded: PUT of people, campaigns, accounts, opportunities, queues and users."""

from functools import partial

from aws_lambda_powertools.event_handler import Response

from rekindle.adapters.wire import api
from rekindle.adapters.wire.views import people, records
from rekindle.domain.capture.kinds import PERSON
from rekindle.domain.records.opportunity import OPPORTUNITY
from rekindle.runtime.aws import use_cases
from rekindle.runtime.http import answer, handler_of, router
from rekindle.runtime.puts import kind_at, recorded

app = router()


@app.put("/people/<person_id>")
def put_person(person_id: str) -> Response[str]:
    fact = recorded(app, api.person_changed, PERSON, person_id)
    return answer(people.person(use_cases().show_records.person(fact.person_id)))


@app.put("/opportunities/<opportunity_id>")
def put_opportunity(opportunity_id: str) -> Response[str]:
    fact = recorded(app, api.opportunity_changed, OPPORTUNITY, opportunity_id)
    shown = use_cases().show_records.record(OPPORTUNITY, fact.opportunity_id)
    return answer(records.record(OPPORTUNITY, shown))


@app.put("/<path>/<record_id>")
def put_record(path: str, record_id: str) -> Response[str]:
    kind = kind_at(path)
    fact = recorded(app, partial(api.record_changed, kind), kind, record_id)
    return answer(records.record(kind, use_cases().show_records.record(kind, fact.record_id)))


handler = handler_of(app)
